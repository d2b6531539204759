"""Answers byte by byte: what a connection reads does not depend on how the bytes arrive."""

from __future__ import annotations

import json
from typing import Any, List

import pytest

from novabilling import APIConnectionError, ResponseDecodeError
from tests.pool.played import Player
from tests.pool.support import play, raises
from tests.support import CUSTOMER, TOKEN

URL = "http://billing.test:4010"


def customer(id: str) -> bytes:
    return json.dumps({**CUSTOMER, "id": id, "message": "done"}).encode()


def answer(id: str = "cus_1") -> bytes:
    body = customer(id)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


def chunked(id: str = "cus_1") -> bytes:
    body = customer(id)
    half = len(body) // 2
    parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:half], body[half:], b"")]
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(parts)


async def get(api: Any) -> str:
    return str(await api.get())


@pytest.mark.parametrize("whole", [answer(), chunked()], ids=["length", "chunked"])
def test_an_answer_may_be_split_anywhere(colour, monkeypatch, whole):
    for at in range(1, len(whole), 7):
        Player(colour, monkeypatch, [whole[:at], whole[at:]])

        assert play(colour, URL, get) == "cus_1"


@pytest.mark.parametrize("whole", [answer(), chunked()], ids=["length", "chunked"])
def test_an_answer_may_come_byte_by_byte(colour, monkeypatch, whole):
    Player(colour, monkeypatch, [bytes([byte]) for byte in whole])

    assert play(colour, URL, get) == "cus_1"


def test_a_request_is_written_in_one_piece_to_the_address_of_the_server(colour, monkeypatch):
    player = Player(colour, monkeypatch, [answer()])

    play(colour, URL, get)

    (stream,) = player.streams
    (request,) = stream.written
    assert stream.connected_to == "billing.test:4010"
    assert request.startswith(b"GET /api/customers/cus_1 HTTP/1.1\r\nhost: billing.test:4010\r\n")
    assert b"\r\nauthorization: Bearer %s\r\n" % TOKEN.encode() in request
    assert stream.closed


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://billing.test", "billing.test:80"),
        ("https://billing.test", "billing.test:443"),
        ("https://billing.test:80", "billing.test:80"),
    ],
)
def test_a_scheme_has_a_port_of_its_own(colour, monkeypatch, url, place):
    player = Player(colour, monkeypatch, [answer()])

    play(colour, url, get)

    assert [stream.connected_to for stream in player.streams] == [place]


def test_the_next_call_takes_the_same_connection(colour, monkeypatch):
    player = Player(colour, monkeypatch, [answer("cus_1"), answer("cus_2")])

    async def twice(api: Any) -> List[str]:
        return [await api.get("cus_1"), await api.get("cus_2")]

    assert play(colour, URL, twice) == ["cus_1", "cus_2"]
    assert len(player.streams) == 1


def test_what_follows_an_answer_is_never_the_next_one(colour, monkeypatch):
    player = Player(colour, monkeypatch, [answer("cus_1") + answer("evil")], [answer("cus_2")])

    async def twice(api: Any) -> List[str]:
        return [await api.get("cus_1"), await api.get("cus_2")]

    assert play(colour, URL, twice) == ["cus_1", "cus_2"]
    assert [stream.closed for stream in player.streams] == [True, True]


@pytest.mark.parametrize("whole", [answer(), chunked()], ids=["length", "chunked"])
def test_an_answer_that_is_cut_off_is_none(colour, monkeypatch, whole):
    for end in range(0, len(whole), 11):
        Player(colour, monkeypatch, [whole[:end]])

        with raises(APIConnectionError):
            play(colour, URL, get)


def test_an_answer_that_ends_with_the_stream_is_read(colour, monkeypatch):
    player = Player(colour, monkeypatch, [b"HTTP/1.1 200 OK\r\n\r\n" + customer("cus_1")])

    assert play(colour, URL, get) == "cus_1"
    assert player.streams[0].closed


def test_a_write_whose_answer_is_cut_off_was_applied(colour, monkeypatch):
    Player(colour, monkeypatch, [b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"message"'])

    with raises(ResponseDecodeError, applied=True):
        play(colour, URL, lambda api: api.post())
