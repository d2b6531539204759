"""Which servers NO_PROXY names."""

from __future__ import annotations

import pytest

from novabilling import NovaBilling
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


@pytest.mark.parametrize("entry", ["10.0.0.0/99", "[::1", "a/b", "http://", "::zz", "a.test:port"])
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
