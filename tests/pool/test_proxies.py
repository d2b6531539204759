"""Proxies that the environment names: httpx connects, all else is as without."""

from __future__ import annotations

import gc
import os
import threading
from functools import partial
from typing import Any, List

import anyio
import pytest

from novabilling import APIConnectionError, NovaBillingTimeoutError
from tests.pool.servers import Peer, Request, echo, serve, silence
from tests.pool.support import (
    SLACK,
    Api,
    client_of,
    ends_within,
    errors_of_threads,
    play,
    python,
    raises,
    run,
)

HOME = "http://billing.example"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_requests_go_to_the_proxy_of_the_environment(colour, monkeypatch):
    async def script(api: Any) -> None:
        for n in range(3):
            assert await api.get(f"cus_{n}") == f"cus_{n}"

    with serve() as proxy:
        monkeypatch.setenv("HTTP_PROXY" if colour == "sync" else "http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        play(colour, HOME, script)
        assert [r.path for r in proxy.requests] == [
            f"{HOME}/api/customers/cus_{n}" for n in range(3)
        ]
        assert proxy.accepted == 1


def test_no_proxy_names_what_is_reached_directly(colour, monkeypatch):
    async def script(api: Any) -> None:
        assert await api.get("cus_1") == "cus_1"

    with serve() as server, serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        play(colour, server.url, script)
        assert len(server.requests) == 1
        assert proxy.requests == []


def test_a_dot_before_a_name_of_no_proxy_means_the_hosts_below_it(colour, monkeypatch):
    async def script(api: Any) -> None:
        await api.get("cus_1")

    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", ".billing.example")
        play(colour, HOME, script)
        assert len(proxy.requests) == 1


def slowly(peer: Peer, request: Request) -> None:
    peer.pause(0.005)
    echo(peer, request)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_burst_through_a_proxy_keeps_to_max_connections(backend, monkeypatch):
    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(200):
                tasks.start_soon(api.get, f"cus_{n}")

    with serve(slowly) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        play(backend, HOME, script, max_connections=5)
        assert len(proxy.requests) == 200
        assert proxy.peak <= 5


def test_threads_through_a_proxy_keep_to_max_connections(monkeypatch):
    failed: List[BaseException] = []

    def work() -> None:
        try:
            for n in range(10):
                client.customers.get(f"cus_{n}")
        except BaseException as exc:
            failed.append(exc)

    with serve(slowly) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with client_of("sync", HOME, max_connections=3) as client:
            threads = [threading.Thread(target=work) for _ in range(10)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert failed == []
        assert proxy.peak <= 3


def test_a_silent_proxy_ends_with_the_timeout(colour, monkeypatch):
    async def script(api: Any) -> None:
        with ends_within(0.2 + SLACK), raises(NovaBillingTimeoutError, applied=True) as caught:
            await api.post()
        assert "timed out after 0.2 s; the request was sent" in str(caught.value)

    with serve(silence) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        play(colour, HOME, script, timeout=0.2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("kind", ["sync", "threads"])
def test_a_forked_child_has_connections_of_its_own_to_a_proxy(kind, monkeypatch):
    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        done = python("-m", "tests.pool.forks", kind, HOME, "5")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert len([r for r in proxy.requests if r.id.startswith("child")]) == 50
        if kind == "sync":
            assert proxy.accepted == 6


# httpx leaves its connections of a loop that has ended to the garbage collector, which warns.
unclosed = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@unclosed
@pytest.mark.parametrize("backends", [["asyncio"] * 4, ["trio"] * 3, ["asyncio", "trio"] * 2])
def test_one_client_serves_one_loop_after_the_other_through_a_proxy(backends, monkeypatch):
    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        api = Api(client_of("asyncio", HOME, max_retries=0))
        for turn, backend in enumerate(backends):
            assert run(backend, api.get, f"cus_{turn}") == f"cus_{turn}"
            run(backend, api.post)
        run("asyncio", api.close)
    gc.collect()


@unclosed
@pytest.mark.parametrize("other", ["asyncio", "trio"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_closing_from_another_loop_through_a_proxy_does_not_raise(backend, other, monkeypatch):
    async def main() -> None:
        await api.get()
        await anyio.to_thread.run_sync(run, other, api.close)

    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        api = Api(client_of(backend, HOME))
        run(backend, main)
    gc.collect()


def test_a_proxy_over_tls_that_nobody_trusts_is_refused_and_gets_nothing(colour, tls, monkeypatch):
    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    with serve(tls=tls) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        play(colour, HOME, script)
        assert proxy.requests == []


def test_a_proxy_over_tls_is_trusted_by_ssl_cert_file(colour, tls, trusted, monkeypatch):
    async def script(api: Any) -> None:
        assert await api.get("cus_1") == "cus_1"

    with serve(tls=tls) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        play(colour, HOME, script)
        assert [r.path for r in proxy.requests] == [f"{HOME}/api/customers/cus_1"]


def test_a_file_of_certificates_that_is_missing_is_named_for_a_proxy_as_well(colour, monkeypatch):
    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False) as caught:
            await api.post()
        assert "SSL_CERT_FILE" in str(caught.value)

    monkeypatch.setenv("http_proxy", "https://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/not/there.pem")
    play(colour, HOME, script)


@unclosed
def test_loops_in_threads_share_a_client_through_a_proxy(monkeypatch):
    async def calls(who: int) -> None:
        for n in range(25):
            assert await api.get(f"cus_{who}_{n}") == f"cus_{who}_{n}"

    with serve() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        api = Api(client_of("asyncio", HOME, max_retries=0, timeout=5))
        errors = errors_of_threads(partial(run, "asyncio", calls, who) for who in range(4))
        assert errors == []
        run("asyncio", api.close)
    gc.collect()


def test_a_setting_that_turns_bad_behind_a_redirect_is_one_of_our_own_errors(colour, monkeypatch):
    def elsewhere(peer: Peer, request: Request) -> None:
        head = "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\n"
        peer.send(f"{head}Content-Length: 0\r\n\r\n".encode())

    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False) as caught:
            await api.get()
        assert "HTTPS_PROXY must be an address of a proxy" in str(caught.value)

    with serve(elsewhere) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("HTTPS_PROXY", "foo bar")
        play(colour, HOME, script)
        assert proxy.accepted == 1


def test_a_setting_that_turns_bad_later_is_one_of_our_own_errors(colour, monkeypatch):
    async def script(api: Any) -> None:
        monkeypatch.setenv("NO_PROXY", "[::1")
        with raises(APIConnectionError, applied=False) as caught:
            await api.post()
        assert "NO_PROXY" in str(caught.value)

    with serve() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        play(colour, HOME, script)
        assert proxy.accepted == 0
