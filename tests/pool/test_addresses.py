"""A host with several addresses: the first that answers is taken, and no socket is left over."""

from __future__ import annotations

import gc
import socket
import threading
import time
from contextlib import contextmanager
from typing import Any, Iterator, List

import anyio
import pytest

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    ClientClosedError,
    NovaBilling,
    NovaBillingTimeoutError,
)

from .servers import serve
from .support import ends_within

BACKENDS = ["asyncio", "trio"]


@contextmanager
def addresses(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> Any:
    """Let the name `many.example` have these addresses."""
    look_up = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> List[Any]:
        if host not in ("many.example", b"many.example"):
            return look_up(host, port, *args, **kwargs)
        if kwargs.get("flags", 0) & socket.AI_NUMERICHOST:
            raise socket.gaierror("a name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, int(port))) for ip in hosts]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


def get(backend: str, url: str) -> str:
    """Read a customer, on an event loop or in this thread."""
    options: Any = {"token": "sk", "base_url": url, "max_retries": 0, "timeout": 3}
    if backend == "sync":
        with NovaBilling(**options) as client:
            return client.customers.get("cus_1").data.id

    async def main() -> str:
        async with AsyncNovaBilling(**options) as client:
            return (await client.customers.get("cus_1")).data.id

    return anyio.run(main, backend=backend)


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
@pytest.mark.parametrize(
    "hosts",
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.1"),
        ("127.0.0.2", "127.0.0.3", "127.0.0.1"),
    ],
)
def test_the_first_address_that_answers_is_taken(backend, hosts, monkeypatch):
    with serve() as server, addresses(monkeypatch, *hosts):
        port = server.url.rsplit(":", 1)[1]

        assert get(backend, f"http://many.example:{port}")
        gc.collect()


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
def test_an_error_comes_if_no_address_answers(backend, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        hosts = addresses(monkeypatch, "127.0.0.1", "127.0.0.2")
        with hosts, pytest.raises(APIConnectionError) as info:
            get(backend, f"http://many.example:{port}")

    assert not info.value.may_have_been_applied
    gc.collect()


@contextmanager
def silent(port: int) -> Iterator[None]:
    """Let 127.0.0.2 be an address that says nothing."""
    with socket.socket() as full:
        full.bind(("127.0.0.2", port))
        full.listen(0)
        crowd = [fill(full.getsockname()) for _ in range(3)]
        yield
        for sock in crowd:
            sock.close()
    gc.collect()


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
def test_an_address_that_says_nothing_does_not_hold_up_the_next(backend, monkeypatch):
    with serve() as server:
        port = int(server.url.rsplit(":", 1)[1])
        with silent(port), addresses(monkeypatch, "127.0.0.2", "127.0.0.1"), ends_within(2):
            assert get(backend, f"http://many.example:{port}")


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
def test_addresses_that_say_nothing_share_the_time_of_the_attempt(backend, monkeypatch):
    with serve() as server:
        port = int(server.url.rsplit(":", 1)[1])
        with silent(port), addresses(monkeypatch, "127.0.0.2", "127.0.0.2"), ends_within(
            4
        ), pytest.raises(NovaBillingTimeoutError) as info:
            get(backend, f"http://many.example:{port}")

    assert not info.value.may_have_been_applied


def test_closing_ends_the_attempts_at_all_addresses(monkeypatch):
    ended: List[BaseException] = []

    def call() -> None:
        try:
            client.customers.get("cus_1")
        except ClientClosedError as error:
            ended.append(error)

    with serve() as server:
        port = int(server.url.rsplit(":", 1)[1])
        with silent(port), addresses(monkeypatch, "127.0.0.2", "127.0.0.2"), ends_within(5):
            client = NovaBilling(token="sk", base_url=f"http://many.example:{port}", timeout=30)
            thread = threading.Thread(target=call)
            thread.start()
            time.sleep(0.4)  # both are tried now
            client.close()
            thread.join(10)

    assert [type(error) for error in ended] == [ClientClosedError]


def fill(address: Any) -> socket.socket:
    """Take a place in the queue of a socket that nobody accepts from."""
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex(address)
    return sock


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
def test_a_name_that_is_unknown_is_nothing_sent(backend):
    with pytest.raises(APIConnectionError) as info:
        get(backend, "http://nothing.invalid")

    assert not info.value.may_have_been_applied


@pytest.mark.parametrize("backend", [*BACKENDS, "sync"])
def test_a_name_without_addresses_is_no_connection(backend, monkeypatch):
    with addresses(monkeypatch), pytest.raises(APIConnectionError, match="has no address"):
        get(backend, "http://many.example:8080")
