"""What is no clear answer of HTTP/1.1 is refused, and no answer costs more than its bytes."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List

import pytest

from novabilling import APIConnectionError
from tests.pool.played import Player
from tests.pool.support import play
from tests.pool.test_bytes import URL, answer, customer, get

BODY = customer("cus_1")
SIZE = b"Content-Length: %d\r\n" % len(BODY)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(BODY), BODY)
LAST = b"0\r\n\r\n"

HEADS: Dict[str, bytes] = {
    "lines that end with LF": b"HTTP/1.1 200 OK\n" + SIZE.replace(b"\r", b"") + b"\n",
    "one line that ends with LF": OK + b"A: b\n" + SIZE + b"\r\n",
    "an empty line of LF": OK + SIZE + b"\n",
    "CR within a line": OK + b"A: b\rContent-Length: 2\r\n" + SIZE + b"\r\n",
    "NUL within a value": OK + b"A: b\0\r\n" + SIZE + b"\r\n",
    "a folded header": OK + b"A: b\r\n c\r\n" + SIZE + b"\r\n",
    "a folded length": OK + b"A: b\r\n " + SIZE + b"\r\n",
    "a space before the colon": OK + b"Content-Length : 2\r\n" + SIZE + b"\r\n",
    "a space before the name": OK + b" " + SIZE + SIZE + b"\r\n",
    "a name of nothing": OK + b": b\r\n" + SIZE + b"\r\n",
    "no colon": OK + b"A\r\n" + SIZE + b"\r\n",
    "two lengths": OK + b"Content-Length: 2\r\n" + SIZE + b"\r\n",
    "two equal lengths": OK + SIZE + SIZE + b"\r\n",
    "lengths in a list": OK + b"Content-Length: 2, 2\r\n\r\n",
    "no length": OK + b"Content-Length:\r\n\r\n",
    "a length with a sign": OK + b"Content-Length: +2\r\n\r\n",
    "a hexadecimal length": OK + b"Content-Length: 0x2\r\n\r\n",
    "a length with a line": OK + b"Content-Length: 2_0\r\n\r\n",
    "a length beyond 64 bits": OK + b"Content-Length: 18446744073709551618\r\n\r\n",
    "a coding beside a length": OK + b"Transfer-Encoding: chunked\r\n" + SIZE + b"\r\n",
    "a length beside a coding": OK + SIZE + b"transfer-encoding:chunked\r\n\r\n",
    "two codings": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
    "no coding": OK + b"Transfer-Encoding: identity\r\n\r\n",
    "a coding that is not chunked": OK + b"Transfer-Encoding: xchunked\r\n\r\n",
    "a coding twice": OK + 2 * b"Transfer-Encoding: chunked\r\n" + b"\r\n",
    "chunks in HTTP/1.0": CHUNKED.replace(b"1.1", b"1.0") + CHUNK + LAST,
    "another version": b"HTTP/1.2 200 OK\r\n" + SIZE + b"\r\n",
    "HTTP/2": b"HTTP/2 200 OK\r\n" + SIZE + b"\r\n",
    "two spaces": b"HTTP/1.1  200 OK\r\n" + SIZE + b"\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n" + SIZE + b"\r\n",
    "a status of two digits": b"HTTP/1.1 20 OK\r\n" + SIZE + b"\r\n",
    "NUL in the reason": b"HTTP/1.1 200 O\0K\r\n" + SIZE + b"\r\n",
    "an empty line before": b"\r\n" + OK + SIZE + b"\r\n",
    "another protocol behind 101": b"HTTP/1.1 101 Switching\r\n\r\n" + OK + SIZE + b"\r\n",
    "a bad interim answer": b"HTTP/1.1 100 Continue\nA: b\r\n\r\n" + OK + SIZE + b"\r\n",
}
CONTENTS: Dict[str, bytes] = {
    "no size": b"\r\n" + CHUNK + LAST,
    "a size with a prefix": b"0x" + CHUNK + LAST,
    "a size with a sign": b"+" + CHUNK + LAST,
    "a negative size": b"-" + CHUNK + LAST,
    "a space before the size": b" " + CHUNK + LAST,
    "a size beyond 64 bits": b"1000000000000000" + CHUNK + LAST,
    "a size with a name": CHUNK.replace(b"\r\n", b" x\r\n", 1) + LAST,
    "a space before an extension": CHUNK.replace(b"\r\n", b" ;a\r\n", 1) + LAST,
    "a size that ends with LF": CHUNK.replace(b"\r\n", b"\n", 1) + LAST,
    "CR in an extension": CHUNK.replace(b"\r\n", b";\rx\r\n", 1) + LAST,
    "LF in an extension": CHUNK.replace(b"\r\n", b";\n0\r\n", 1) + LAST,
    "an extension without end": CHUNK.replace(b"\r\n", b";" + b"x" * 5000 + b"\r\n", 1) + LAST,
    "a chunk that is longer": CHUNK[:-2] + b"x\r\n" + LAST,
    "a chunk that ends with LF": CHUNK[:-2] + b"\n" + LAST,
    "a chunk that ends with CR": CHUNK[:-2] + b"\r0\r\n\r\n",
    "a length behind the content": CHUNK + b"0\r\nA: b\r\ncontent-length: 2\r\n\r\n",
    "a coding behind the content": CHUNK + b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a folded trailer": CHUNK + b"0\r\nA: b\r\n c\r\n\r\n",
    "a trailer without a colon": CHUNK + b"0\r\nA\r\n\r\n",
    "a trailer that ends with LF": CHUNK + b"0\r\nA: b\nB: c\r\n\r\n",
    "trailers without end": CHUNK + b"0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
}
REFUSED = {
    **{name: head + BODY for name, head in HEADS.items()},
    **{name: CHUNKED + content for name, content in CONTENTS.items()},
}
READ: Dict[str, bytes] = {
    "no reason": b"HTTP/1.1 200\r\n" + SIZE + b"\r\n" + BODY,
    "a reason of nothing": b"HTTP/1.1 200 \r\n" + SIZE + b"\r\n" + BODY,
    "zeros before the length": OK + b"Content-Length: 000%d\r\n\r\n" % len(BODY) + BODY,
    "spaces around a value": OK + b"content-LENGTH:\t %d \t\r\n\r\n" % len(BODY) + BODY,
    "bytes beyond ASCII": OK + b"A: \xe9\xff\r\n" + SIZE + b"\r\n" + BODY,
    "an empty value": OK + b"A:\r\nB: \r\n" + SIZE + b"\r\n" + BODY,
    "a length within a value": OK + b"A: Content-Length: 2\r\n" + SIZE + b"\r\n" + BODY,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n" + SIZE + b"\r\n" + BODY,
    "interim answers": 3 * b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("cus_1"),
    "the end of the stream": OK + b"\r\n" + BODY,
    "chunks with extensions": CHUNKED
    + CHUNK.replace(b"\r\n", b'; a = "b"\r\n', 1)
    + b"000;x\r\n\r\n",
    "chunks with trailers": CHUNKED + CHUNK + b"0\r\nA: b\r\nB:\r\n\r\n",
    "chunks of a byte": CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + LAST,
    "a coding in capitals": CHUNKED.replace(b"chunked", b"CHUNKED") + CHUNK + LAST,
    "a size in capitals": CHUNKED + CHUNK.upper().replace(BODY.upper(), BODY) + LAST,
}


async def ask_again(api: Any) -> List[str]:
    """Make a call that fails, and one that must know nothing of it."""
    with pytest.raises(APIConnectionError) as caught:
        await api.get()
    return [str(caught.value), await api.get("cus_2")]


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_in_two_ways_is_refused(colour, monkeypatch, data):
    player = Player(colour, monkeypatch, [data], [answer("cus_2")])

    message, second = play(colour, URL, ask_again)

    assert re.search(
        "billing.test:4010 (did not answer as HTTP/1.1 does|does not speak HTTP|answered 101)",
        message,
    )
    assert second == "cus_2"
    assert player.streams[0].closed


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_however_its_bytes_arrive(monkeypatch, data):
    parts = [data[at : at + 1] for at in range(len(data))]
    Player("sync", monkeypatch, parts, [answer("cus_2")])

    assert play("sync", URL, ask_again)[1] == "cus_2"


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_what_is_unusual_and_clear_is_read(colour, monkeypatch, data):
    Player(colour, monkeypatch, [data])

    assert play(colour, URL, get) == "cus_1"


@pytest.mark.parametrize("data", READ.values(), ids=READ)
def test_it_is_read_however_its_bytes_arrive(monkeypatch, data):
    for at in range(1, len(data)):
        Player("sync", monkeypatch, [data[:at], data[at:]])
        assert play("sync", URL, get) == "cus_1"

    Player("sync", monkeypatch, [data[at : at + 1] for at in range(len(data))])
    assert play("sync", URL, get) == "cus_1"


@contextmanager
def costs_at_most(seconds: float) -> Iterator[None]:
    """Look at the CPU time of this thread, which nobody else can use."""
    started = time.thread_time()
    yield
    assert time.thread_time() - started < seconds


LARGE = 100_000
SLOW: Dict[str, bytes] = {
    "spaces before what no value may hold": OK + b"A:" + b" " * LARGE + b"\0\r\n\r\n",
    "spaces behind a value": OK + b"A: b" + b" " * LARGE + b"\0\r\n\r\n",
    "a name without a colon": OK + b"a" * LARGE + b"\r\n\r\n",
    "names without a colon": OK + b"a\r\n" * (LARGE // 3) + b"\r\n",
    "a reason": b"HTTP/1.1 200 " + b" " * LARGE + b"\0\r\n\r\n",
    "options of a connection": OK + b"Connection: close" + b",x" * 49_000 + b"\0\r\n\r\n",
    "a size with spaces": CHUNKED + (b"1" + b" " * 4000 + b"\r\nx\r\n") * 25 + b"x\r\n",
    "sizes with extensions": CHUNKED + (b"1;" + b"x" * 4000 + b"\r\nx\r\n") * 25 + b"x\r\n",
    "a trailer": CHUNKED + b"0\r\nA:" + b" " * (LARGE - 100) + b"\0\r\n\r\n",
    "trailers": CHUNKED + b"0\r\n" + b"A: b\r\n" * 16_000 + b"A\r\n\r\n",
    "interim answers": b"HTTP/1.1 102 Processing\r\nA: " + b"b" * LARGE + b"\0\r\n\r\n",
}


@pytest.mark.parametrize("data", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("step", [1, 16_384])
def test_a_large_head_costs_as_much_as_its_bytes(monkeypatch, data, step):
    parts = [data[at : at + step] for at in range(0, len(data), step)]
    Player("sync", monkeypatch, parts[::-1])
    monkeypatch.setattr("tests.pool.played.PlayedStream._next", lambda self: take(self.parts))

    with costs_at_most(1.5), pytest.raises(APIConnectionError):
        play("sync", URL, get)


def take(parts: List[bytes]) -> bytes:
    """Take the next of many parts, which are there in reverse."""
    return parts.pop() if parts else b""


def test_interim_answers_are_counted_and_not_kept(colour, monkeypatch):
    many = b"HTTP/1.1 102 Processing\r\n\r\n" * 99
    Player(colour, monkeypatch, [many + answer("cus_1")], [many + many])

    assert play(colour, URL, get) == "cus_1"
    with pytest.raises(APIConnectionError, match="no answer behind 102"):
        play(colour, URL, get)


def test_a_connection_keeps_nothing_of_its_last_answer(colour, monkeypatch):
    Player(colour, monkeypatch, [answer("cus_1")])

    async def script(api: Any) -> bytes:
        await api.get()
        pool = next(iter(api.client._caller.transport._sender._pools._found.values()))
        (connection,) = pool._idle
        return bytes(connection._parser._buffer)

    assert play(colour, URL, script) == b""
