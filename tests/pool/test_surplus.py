"""What comes behind an answer never becomes that of the next call, on every way."""

from __future__ import annotations

import gc
from typing import Any, Callable

import httpx
import pytest

from novabilling import APIStatusError, ResponseDecodeError
from tests.pool.servers import HEAD, Peer, Request, answer, echo, serve
from tests.pool.support import Api, client_of, run
from tests.pool.test_reuse import (
    SurplusLater,
    content_beyond_its_length,
    surplus_at_once,
    surplus_in_a_record_of_its_own,
)

Behaviour = Callable[[Peer, Request], None]


def surplus_with_the_last_bytes(peer: Peer, request: Request) -> None:
    """Send the head alone, and what is behind the content together with it."""
    whole = answer(request.id)
    peer.send(whole[:-40])
    peer.pause(0.01)
    peer.send(whole[-40:] + answer("stranger"))


def surplus_behind_chunks(peer: Peer, request: Request) -> None:
    body = answer(request.id).partition(b"\r\n\r\n")[2]
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body)
    peer.pause(0.01)
    peer.send(b"\r\n0\r\n\r\n" + answer("stranger"))


async def ask(api: Any) -> None:
    for n in range(5):
        assert await api.get(f"cus_{n}") == f"cus_{n}"


@pytest.mark.parametrize(
    "behave",
    [
        surplus_at_once,
        surplus_in_a_record_of_its_own,
        surplus_with_the_last_bytes,
        surplus_behind_chunks,
        content_beyond_its_length,
    ],
)
def test_a_second_answer_never_becomes_that_of_the_next_call(way, behave):
    with serve(behave) as server:
        way.play(server, ask)
        assert len(server.requests) == 5


@pytest.mark.parametrize("behave", [surplus_at_once, surplus_in_a_record_of_its_own])
def test_over_tls_as_well(way, behave, tls, trusted):
    if way.carrier in ("proxy", "httpx2"):
        pytest.skip("the server is no proxy for TLS; httpx2 trusts the system's authorities")

    with serve(behave, tls=tls) as server:
        way.play(server, ask)
    gc.collect()


def test_an_answer_that_comes_unasked_is_not_taken(way):
    behave = SurplusLater()

    async def script(api: Any) -> None:
        for n in range(5):
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            behave.let_it_arrive()

    with serve(behave) as server:
        way.play(server, script)
        assert server.accepted == 5


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
@pytest.mark.parametrize("pause", [0, 0.02])
def test_the_content_of_an_answer_without_one_is_not_the_next_answer(way, status, pause):
    def behave(peer: Peer, request: Request) -> None:
        if request.id != "empty":
            echo(peer, request)
            return
        peer.send(b"HTTP/1.1 " + status + b"\r\n\r\n")
        peer.pause(pause)
        peer.send(answer("stranger"))

    async def script(api: Any) -> None:
        with pytest.raises((ResponseDecodeError, APIStatusError)):
            await api.get("empty")
        assert await api.get("cus_2") == "cus_2"

    with serve(behave) as server:
        way.play(server, script)
        assert server.accepted == 2


def test_a_connection_with_nothing_behind_its_answers_is_used_again(way):
    with serve() as server:
        way.play(server, ask)
        assert server.accepted == 1


class WithoutSocket:
    """The network stream of a transport of the user's that has no socket."""

    def get_extra_info(self, name: str) -> None:
        return None


def test_a_transport_without_a_socket_keeps_its_connection(colour):
    def handle(_: httpx.Request) -> httpx.Response:
        content = httpx.ByteStream(b"")  # read later, as what comes from a network
        return httpx.Response(204, stream=content, extensions={"network_stream": WithoutSocket()})

    async def script() -> None:
        with pytest.raises(ResponseDecodeError):
            await api.get("empty")

    http = httpx.Client if colour == "sync" else httpx.AsyncClient
    client = http(transport=httpx.MockTransport(handle))
    api = Api(client_of(colour, "http://billing.test", http_client=client))
    run(colour, script)
