"""Whatever a server does, a call ends within its time."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from typing import Any, Iterator, Optional

import anyio
import httpx
import pytest

from novabilling import APIConnectionError, NovaBillingTimeoutError
from tests.pool import servers
from tests.pool.servers import serve
from tests.pool.support import SLACK, ends_within, play, raises

SLOW = [
    servers.drip_head,
    servers.drip_body,
    servers.flood_interim,
    servers.silence,
    servers.half_an_answer,
]
TIMEOUT = 0.2


def per_operation(**seconds: float) -> httpx.Timeout:
    return httpx.Timeout(**{"connect": 5, "read": 5, "write": 5, "pool": 5, **seconds})


@pytest.mark.parametrize("limits", [{"timeout": TIMEOUT}, {"timeout": None, "deadline": TIMEOUT}])
@pytest.mark.parametrize("behave", SLOW)
def test_slow_answers_end_with_the_timeout_or_deadline(colour, behave, limits):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError):
            await api.get()

    with serve(behave) as server:
        play(colour, server.url, script, **limits)
        assert server.settle(0) == 0


def test_slow_answers_end_with_the_timeout_over_tls(colour, tls, trusted):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError, applied=True):
            await api.post()

    with serve(servers.drip_body, tls=tls) as server:
        play(colour, server.url, script, timeout=TIMEOUT)


def test_the_timeout_of_a_write_says_that_it_may_have_been_applied(colour):
    async def script(api: Any) -> None:
        with raises(NovaBillingTimeoutError, applied=True):
            await api.post()

    with serve(servers.silence) as server:
        play(colour, server.url, script, timeout=TIMEOUT)


@pytest.mark.parametrize("limits", [{"timeout": TIMEOUT}, {"timeout": None, "deadline": TIMEOUT}])
def test_silence_after_accept_ends_with_the_timeout_or_deadline(colour, limits):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError):
            await api.get()

    with serve(accepts=False) as server:
        play(colour, server.url, script, **limits)


@pytest.mark.parametrize(
    "limits",
    [
        {"timeout": TIMEOUT},
        {"timeout": None, "deadline": TIMEOUT},
        {"timeout": per_operation(connect=TIMEOUT)},
    ],
)
def test_a_stalled_handshake_ends_in_time_and_nothing_was_sent(colour, limits):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError, applied=False):
            await api.post()

    with serve(accepts=False) as server:
        play(colour, server.url.replace("http:", "https:"), script, **limits)
        assert server.settle(0) == 0


def test_a_connect_that_nobody_accepts_ends_in_time_and_nothing_was_sent(colour):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError, applied=False):
            await api.post()

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:  # until the backlog is full
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        play(colour, f"http://127.0.0.1:{full.getsockname()[1]}", script, timeout=TIMEOUT)
        for sock in waiting:
            sock.close()


@pytest.mark.parametrize("behave", [servers.silence, servers.half_an_answer])
def test_a_read_timeout_of_httpx_limits_each_read(colour, behave):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError):
            await api.get()

    with serve(behave) as server:
        play(colour, server.url, script, timeout=per_operation(read=TIMEOUT))


def test_a_timeout_of_httpx_does_not_limit_the_whole(colour):
    def slow(peer: servers.Peer, request: servers.Request) -> None:
        data = servers.answer(request.id)
        for start in range(0, len(data), len(data) // 4 + 1):
            peer.send(data[start : start + len(data) // 4 + 1])
            peer.pause(0.12)

    async def script(api: Any) -> str:
        return await api.get("cus_9")

    with serve(slow) as server:
        timeout = httpx.Timeout(TIMEOUT)
        assert play(colour, server.url, script, timeout=timeout) == "cus_9"


def test_a_deadline_covers_all_attempts(colour):
    async def script(api: Any) -> None:
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError):
            await api.get()

    with serve(servers.silence) as server:
        play(colour, server.url, script, timeout=0.1, deadline=TIMEOUT, max_retries=5)


def test_an_endless_row_of_interim_answers_is_refused(colour):
    def flood(peer: servers.Peer, request: servers.Request) -> None:
        while True:
            peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")

    async def script(api: Any) -> None:
        with raises(APIConnectionError):
            await api.get()

    with serve(flood) as server:
        play(colour, server.url, script)


@contextmanager
def deaf(tls: Optional[ssl.SSLContext]) -> Iterator[str]:
    """Serve a connection that is made and never read from."""
    over = threading.Event()

    def accept() -> None:
        peer, _ = listener.accept()
        if tls is not None:
            peer = tls.wrap_socket(peer, server_side=True)
        over.wait(10)
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
        thread.join(10)


@pytest.mark.parametrize("limits", [{"timeout": TIMEOUT}, {"timeout": per_operation(write=0.2)}])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_that_nobody_reads_ends_in_time(
    colour, scheme, limits, tls, trusted, monkeypatch
):
    """It is larger than what the SDK sends, as the system keeps some megabytes of it."""

    async def script(api: Any) -> None:
        email = "a" * 20_000_000 + "@example.com"
        with ends_within(TIMEOUT + 1), raises(NovaBillingTimeoutError, applied=True):
            await api.post(email)  # to write this as JSON takes its time as well

    monkeypatch.setattr("novabilling._words.encoding.MAX_BODY", 1 << 30)
    with deaf(tls if scheme == "https" else None) as url:
        play(colour, url, script, **limits)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_name_that_is_not_looked_up_ends_in_time(backend, monkeypatch):
    over = threading.Event()
    look_up = socket.getaddrinfo

    def getaddrinfo(
        host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0
    ) -> Any:
        if host == b"billing.example" and not flags & socket.AI_NUMERICHOST:
            over.wait(10)
        return look_up(host, port, family, type, proto, flags)

    async def script(api: Any) -> None:
        try:
            with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError, applied=False):
                await api.post()
        finally:
            over.set()

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    play(backend, "http://billing.example", script, timeout=TIMEOUT)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_download_for_which_there_is_no_thread_ends_in_time(backend, tmp_path):
    def pdf(peer: servers.Peer, request: servers.Request) -> None:
        head = servers.HEAD.replace(b"application/json", b"application/pdf")
        peer.send(head + b"Content-Length: 9\r\n\r\n%PDF-1.3 ")

    async def script(api: Any) -> None:
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens = 1
        await threads.acquire_on_behalf_of(object())
        with ends_within(TIMEOUT + SLACK), raises(NovaBillingTimeoutError):
            await api.client.invoices.download_pdf("inv_1", to=tmp_path / "1.pdf")

    with serve(pdf) as server:
        play(backend, server.url, script, timeout=TIMEOUT)
        assert server.settle(0) == 0
    assert list(tmp_path.iterdir()) == []
