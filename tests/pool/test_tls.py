"""Certificates, and the one TLS context."""

from __future__ import annotations

import os
import socket
import ssl
import sys
import threading
from typing import Any, List

import anyio
import pytest

from novabilling import APIConnectionError
from novabilling._network import tls as tls_module
from novabilling._network.tls import READ_SIZE, AsyncTls
from tests.pool.servers import HEAD, Peer, Request, answer, echo_in_pieces, serve
from tests.pool.support import client_of, play, raises


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> List[Any]:
    """Collect the TLS contexts that are made."""
    contexts: List[Any] = []
    make = ssl.create_default_context

    def create(*args: Any, **kwargs: Any) -> Any:
        contexts.append(make(*args, **kwargs))
        return contexts[-1]

    monkeypatch.setattr(ssl, "create_default_context", create)
    return contexts


def test_clients_of_http_build_no_context(colour, built):
    async def script(api: Any) -> None:
        await api.get()

    with serve() as server:
        play(colour, server.url, script)
    assert built == []


def test_a_context_is_built_when_it_is_needed_and_shared(built, tls, trusted):
    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(10):
                tasks.start_soon(api.get, f"cus_{n}")

    with serve(tls=tls) as server:
        for colour in ("asyncio", "trio"):
            play(colour, server.url, script)
        with client_of("sync", server.url) as client:
            assert len(built) == 1
            client.customers.get("cus_1")
    assert len(built) == 1


def test_threads_that_need_the_context_at_once_build_one(built, tls, trusted):
    with serve(tls=tls) as server, client_of("sync", server.url) as client:
        threads = [threading.Thread(target=client.customers.get, args=("c",)) for _ in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(built) == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_certificate_of_the_client_has_done_nothing(
    colour, authority, trusted, version
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.maximum_version = version

    async def script(api: Any) -> None:
        await api.post()

    with serve(tls=context) as server, raises(APIConnectionError) as caught:
        play(colour, server.url, script)

    if version == ssl.TLSVersion.TLSv1_3:
        assert "wants a certificate of the client" in str(caught.value)


def test_the_authority_that_ssl_cert_file_names_is_trusted(colour, tls, trusted):
    async def script(api: Any) -> None:
        for n in range(3):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
        await api.post("a" * 60_000 + "@example.com")  # several records

    with serve(echo_in_pieces, tls=tls) as server:
        play(colour, server.url, script)
        assert server.accepted == 1


def test_a_certificate_that_nobody_trusts_is_refused_and_nothing_was_sent(colour, tls):
    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False) as caught:
            await api.post()
        assert "CERTIFICATE_VERIFY_FAILED" in str(caught.value)

    with serve(tls=tls) as server:
        play(colour, server.url, script)
        assert server.requests == []
        assert server.settle(0) == 0


def test_a_certificate_of_another_host_is_refused_and_nothing_was_sent(
    colour, tls_elsewhere, trusted
):
    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False) as caught:
            await api.post()
        assert "127.0.0.1" in str(caught.value)

    with serve(tls=tls_elsewhere) as server:
        play(colour, server.url, script)
        assert server.requests == []


def test_a_server_that_does_not_speak_tls_is_refused_and_nothing_was_sent(colour):
    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    def nonsense() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(4096)
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=nonsense)
        thread.start()
        play(colour, f"https://127.0.0.1:{listener.getsockname()[1]}", script)
        thread.join()


GARBAGE = b"\x17\x03\x03\x00\x20" + bytes(32)
"""A record that nobody can decrypt."""


def test_content_that_was_tampered_with_is_an_error_not_its_end(colour, tls, trusted):
    def tamper(peer: Peer, request: Request) -> None:
        body = answer(request.id).partition(b"\r\n\r\n")[2]
        peer.send(HEAD + b"Connection: close\r\n\r\n" + body)  # which ends with the connection
        os.write(peer.sock.fileno(), GARBAGE)
        peer.silence()

    async def script(api: Any) -> None:
        with raises(APIConnectionError, applied=False):
            await api.get()

    with serve(tamper, tls=tls) as server:
        play(colour, server.url, script)


def test_a_connection_with_nonsense_behind_an_answer_is_not_used_again(colour, tls, trusted):
    def answer_and_nonsense(peer: Peer, request: Request) -> None:
        cork = getattr(socket, "TCP_CORK", 0)
        if cork:  # Linux: both arrive at once
            peer.sock.setsockopt(socket.IPPROTO_TCP, cork, 1)
        peer.send(answer(request.id))
        os.write(peer.sock.fileno(), GARBAGE)
        if cork:
            peer.sock.setsockopt(socket.IPPROTO_TCP, cork, 0)
        peer.await_arrival()

    async def script(api: Any) -> None:
        for n in range(5):
            assert await api.get(f"cus_{n}") == f"cus_{n}"

    with serve(answer_and_nonsense, tls=tls) as server:
        play(colour, server.url, script)
        assert server.accepted == 5


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_records_of_a_byte_do_not_pile_up(backend, tls, trusted, monkeypatch):
    most = 0
    feed = AsyncTls._feed

    def watched(self: AsyncTls, data: bytes) -> None:
        nonlocal most
        feed(self, data)
        most = max(most, self._incoming.pending)

    def in_records_of_a_byte(peer: Peer, request: Request) -> None:
        body = answer(request.id).partition(b"\r\n\r\n")[2]
        whole = HEAD + b"Content-Length: 20000\r\n\r\n" + body.ljust(20_000)
        for at in range(len(whole)):
            peer.send(whole[at : at + 1])

    async def script(api: Any) -> None:
        assert await api.get("cus_1") == "cus_1"

    monkeypatch.setattr(AsyncTls, "_feed", watched)
    with serve(in_records_of_a_byte, tls=tls) as server:
        play(backend, server.url, script)
    assert 0 < most < 2 * READ_SIZE


def test_without_certifi_the_authorities_of_the_system_count(monkeypatch):
    """As beside httpx2 alone, which does not bring it."""
    monkeypatch.setitem(sys.modules, "certifi", None)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    tls_module._context.cache_clear()
    try:
        assert tls_module.tls_context().verify_mode is ssl.CERT_REQUIRED
    finally:
        tls_module._context.cache_clear()
