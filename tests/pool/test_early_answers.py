"""A server that answers before it has read the request, and closes: what it said counts."""

from __future__ import annotations

import ssl
from typing import Any, Iterator, Optional

import pytest

from novabilling import APIConnectionError, APIStatusError
from novabilling._network.time_limits import TimeLimits
from novabilling._runtime.secrets import Secret
from tests.pool.played import AsyncPlayedStream, PlayedStream, Player
from tests.pool.servers import Peer, Request, Server, serve
from tests.pool.support import play, raises
from tests.pool.test_bytes import URL, answer

REFUSAL = b'HTTP/1.1 413 Too Large\r\nContent-Length: 26\r\n\r\n{"message": "it is large"}'
BUSY = b"HTTP/1.1 429 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"
LARGE = {"x-large": "x" * 16_000_000}  # more than the systems of both sides keep


async def post(api: Any) -> None:
    await api.post()


async def get(api: Any) -> str:
    return str(await api.get())


class HastyPeer(Peer):
    """One that answers as soon as a request has begun."""

    def read(self) -> Optional[Request]:
        if not self.sock.recv(1000):
            return None
        return Request("POST", "/api/auth/forgot-password", {}, b"")


def refuse(peer: Peer, request: Request) -> None:
    peer.send(REFUSAL)
    peer.close()  # with the rest unread, so that the system resets the connection


@pytest.fixture(params=["http", "https"])
def hasty(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("tests.pool.servers.Peer", HastyPeer)
    context: Optional[ssl.SSLContext] = None
    if request.param == "https":
        context = request.getfixturevalue("tls")
        request.getfixturevalue("trusted")
    with serve(refuse, tls=context) as server:
        yield server


def test_a_refusal_of_what_was_not_read_is_the_answer(colour, hasty):
    with raises(APIStatusError) as caught:
        play(colour, hasty.url, post, headers=LARGE)

    assert caught.value.status_code == 413
    assert "it is large" in str(caught.value)
    assert len(hasty.requests) == 1


def break_writes(monkeypatch: pytest.MonkeyPatch, error: OSError, times: int = 1) -> None:
    """Let the first writes fail."""
    errors = [error] * times

    def write(self: Any, data: Secret[bytes], limits: TimeLimits) -> None:
        self.written.append(data.reveal())
        if errors:
            raise errors.pop()

    async def async_write(self: Any, data: Secret[bytes], limits: TimeLimits) -> None:
        write(self, data, limits)

    monkeypatch.setattr(PlayedStream, "write", write)
    monkeypatch.setattr(AsyncPlayedStream, "write", async_write)


def test_a_write_whose_early_answer_says_later_is_sent_again(colour, monkeypatch):
    player = Player(colour, monkeypatch, [BUSY], [answer()])
    break_writes(monkeypatch, BrokenPipeError())

    play(colour, URL, post, max_retries=1)

    assert len(player.streams) == 2  # the first connection is not used again


@pytest.mark.parametrize("said", [[], [REFUSAL[:30]], [b"x"]], ids=["nothing", "half", "nonsense"])
def test_without_an_early_answer_nobody_knows(colour, monkeypatch, said):
    player = Player(colour, monkeypatch, said, [answer()])
    break_writes(monkeypatch, ConnectionResetError())

    with raises(APIConnectionError, applied=True):
        play(colour, URL, post, max_retries=2)

    assert len(player.streams) == 1


def test_a_read_without_an_early_answer_is_sent_again(colour, monkeypatch):
    Player(colour, monkeypatch, [], [answer()])
    break_writes(monkeypatch, ConnectionResetError())

    assert play(colour, URL, get, max_retries=1) == "cus_1"


def test_the_connection_of_an_early_answer_is_not_used_again(colour, monkeypatch):
    async def twice(api: Any) -> None:
        await api.get()
        await api.get()

    player = Player(colour, monkeypatch, [answer()], [answer()])
    break_writes(monkeypatch, BrokenPipeError())

    play(colour, URL, twice)

    assert [stream.closed for stream in player.streams] == [True, True]
