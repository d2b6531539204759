"""Which servers NO_PROXY names."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling._network.proxies import is_proxied, proxy_for


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("*", "billing.example"),
        ("billing.example", "billing.example"),
        ("Billing.Example", "billing.example"),
        ("example", "billing.example"),
        (".example", "billing.example"),
        ("*.example", "billing.example"),
        ("billing.example:443", "billing.example"),
        ("https://billing.example", "billing.example"),
        ("a.test, billing.example", "billing.example"),
        ("a.test billing.example", "billing.example"),
        ("a.test;billing.example", "billing.example"),
        ("a.test,,billing.example,", "billing.example"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:443", "10.1.2.3"),
        ("10.9.9.9/8", "10.1.2.3"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:443", "::1"),
        ("::1/128", "[::1]"),
        ("fe80::/10", "fe80::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("billing.example", "billing.example."),
        ("billing.example.", "billing.example"),
        ("10.1.2.3", "10.1.2.3."),
    ],
)
def test_a_server_that_it_names_is_reached_directly(monkeypatch, no_proxy, host):
    monkeypatch.setenv("NO_PROXY", no_proxy)

    assert not is_proxied("https", host, 443)


@pytest.mark.parametrize(
    ("no_proxy", "host"),
    [
        ("", "billing.example"),
        (".billing.example", "billing.example"),
        ("ing.example", "billing.example"),
        ("billing.example:8443", "billing.example"),
        ("11.0.0.0/8", "10.1.2.3"),
        ("10.0.0.0/8", "billing.example"),
        ("fe80::/10", "::1"),
        ("[::1]", "10.1.2.3"),
    ],
)
def test_any_other_server_is_reached_through_the_proxy(monkeypatch, no_proxy, host):
    monkeypatch.setenv("NO_PROXY", no_proxy)

    assert proxy_for("https", host, 443) == "http://proxy.example:3128"


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.0/99",
        "10.0.0.256",
        "10.0.0.1-10.0.0.9",
        "[::1",
        "a/b",
        "http://",
        "::zz",
        "a.test:port",
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_the_variable(monkeypatch, entry):
    monkeypatch.setenv("NO_PROXY", f"a.test,{entry}")

    with pytest.raises(ValueError, match="NO_PROXY") as caught:
        NovaBilling(token="sk")
    assert repr(entry) in str(caught.value)


def test_a_proxy_without_a_scheme_is_one_of_http(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")

    assert proxy_for("https", "billing.example") == "http://proxy.example:3128"


def test_what_is_not_read_is_no_error(monkeypatch):
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("NO_PROXY", "[::1")

    assert proxy_for("https", "billing.example") is None


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("foo bar", "its host or port cannot be read"),
        ("http://u:canary@foo bar:3128", "its host or port cannot be read"),
        ("http://proxy.example:99999", "its port must be from 1 to 65535, not 99999"),
        ("proxy.example:0", "its port must be from 1 to 65535, not 0"),
        ("http://proxy.example:-1", "its host or port cannot be read"),
        ("http://proxy.example:port", "its host or port cannot be read"),
        ("http://proxy.example:999999", "its host or port cannot be read"),
        ("http://[::1", "its host or port cannot be read"),
        ("http://", "its host or port cannot be read"),
        ("http://u:canary@", "its host or port cannot be read"),
        ("ftp://u:canary@proxy.example", "it must begin with http://, https://, socks5://"),
        ("socks4://proxy.example", "it must begin with"),
        ("://proxy.example", "it must begin with"),
    ],
)
def test_a_proxy_that_cannot_be_one_is_an_error_that_names_the_variable(
    monkeypatch, client, variable, proxy, words
):
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv(variable, proxy)

    with pytest.raises(ValueError, match=f"^{variable} must be an address of a proxy") as caught:
        client(token="sk")
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example",
        "proxy.example.:3128",
        "http://user:p%40ss@proxy_1.example:3128/",
        "https://proxy.example",
        "HTTP://[::1]:3128",
        "http://10.0.0.1:3128",
        "http://pr\u00f6xy.example:3128",
    ],
)
def test_an_address_of_a_proxy_is_taken(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    assert repr(NovaBilling(token="sk")).startswith("NovaBilling")


def test_the_variable_that_counts_is_named(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv("https_proxy", "foo bar")

    with pytest.raises(ValueError, match=r"^https_proxy "):
        NovaBilling(token="sk")


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_proxy_of_socks_names_the_package_that_is_missing(monkeypatch, client, scheme):
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://u:canary@proxy.example:1080")
    monkeypatch.setitem(sys.modules, "socksio", None)

    with pytest.raises(ValueError, match="ALL_PROXY names a SOCKS proxy") as caught:
        client(token="sk")
    assert 'pip install "httpx[socks]"' in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_proxy_of_socks_is_taken_with_its_package(monkeypatch):
    pytest.importorskip("socksio")
    monkeypatch.setenv("ALL_PROXY", "socks5://proxy.example:1080")

    assert repr(NovaBilling(token="sk")).startswith("NovaBilling")


@pytest.mark.parametrize(
    ("variables", "loaded"), [({}, False), ({"NO_PROXY": "a.example"}, False), ({}, True)]
)
def test_nothing_is_loaded_to_read_that_there_is_no_proxy(variables, loaded, monkeypatch):
    if not loaded:
        monkeypatch.delenv("HTTPS_PROXY")
    program = (
        "import sys, novabilling; novabilling.NovaBilling(token='sk_live_x');"
        "print('urllib.request' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.split() == [str(loaded)]
