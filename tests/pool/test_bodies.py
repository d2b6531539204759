"""The content of answers: compressed, cut off, and larger than the client takes."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import Any, Callable

import pytest

from novabilling import APIConnectionError, ResponseDecodeError
from tests.pool.servers import HEAD, Behaviour, Peer, Request, answer, bomb, serve
from tests.pool.support import play, raises

MEGABYTE = 1 << 20
LARGE = bomb(256)


def content_of(data: bytes) -> bytes:
    return data.partition(b"\r\n\r\n")[2]


def sends(body: bytes, encoding: str, cut: int = 0) -> Behaviour:
    """Answer with a body of this encoding."""

    def behave(peer: Peer, request: Request) -> None:
        head = HEAD + f"Content-Encoding: {encoding}\r\n".encode()
        peer.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) - cut])
        if cut:
            peer.close()

    return behave


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_compressed_answers_are_read(colour, encoding, compress: Callable[[bytes], bytes]):
    async def script(api: Any) -> None:
        assert await api.get("cus_7") == "cus_7"
        assert await api.get("cus_7") == "cus_7"

    with serve(sends(compress(content_of(answer("cus_7"))), encoding)) as server:
        play(colour, server.url, script)
        assert server.accepted == 1
        assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_bomb_takes_no_more_memory_than_the_limit(colour):
    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True) as caught:
            await api.post()
        assert str(MEGABYTE) in str(caught.value)

    with serve(sends(LARGE, "gzip")) as server:
        tracemalloc.start()
        try:
            play(colour, server.url, script, max_response_bytes=MEGABYTE)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    print(f"{peak / MEGABYTE:.1f} MiB at most, of 256")  # noqa: T201
    assert peak < 6 * MEGABYTE


def test_an_answer_without_end_is_given_up(colour):
    def behave(peer: Peer, request: Request) -> None:
        peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    async def script(api: Any) -> None:
        with raises(ResponseDecodeError):
            await api.get()

    with serve(behave) as server:
        play(colour, server.url, script, max_response_bytes=MEGABYTE, max_retries=2)
        assert len(server.requests) == 1, "the answer would be as large again"


def test_compressed_content_with_more_behind_it_is_refused(colour):
    """What decompressors set aside grows without a limit."""

    def behave(peer: Peer, request: Request) -> None:
        head = HEAD + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        body = gzip.compress(content_of(answer(request.id)))
        peer.send(head + b"%x\r\n" % len(body) + body + b"\r\n")
        while True:
            peer.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    async def script(api: Any) -> None:
        with raises(ResponseDecodeError):
            await api.get()

    with serve(behave) as server:
        play(colour, server.url, script)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_content_that_ends_early_is_refused(colour, encoding):
    whole = gzip.compress(content_of(answer("cus_1")))

    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True):
            await api.post()

    with serve(sends(whole[:-12], encoding)) as server:
        play(colour, server.url, script)


def test_an_answer_that_is_cut_off_is_refused(colour):
    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True):
            await api.post()
        with raises(APIConnectionError):
            await api.get()

    with serve(sends(content_of(answer("cus_1")), "identity", cut=10)) as server:
        play(colour, server.url, script)


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "nonsense"])
def test_an_encoding_that_was_not_asked_for_is_refused(colour, encoding):
    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True):
            await api.post()

    with serve(sends(b"anything", encoding)) as server:
        play(colour, server.url, script)
        assert server.settle(0) == 0


def test_content_that_is_not_what_its_encoding_says_is_refused(colour):
    async def script(api: Any) -> None:
        with raises(ResponseDecodeError):
            await api.get()

    with serve(sends(content_of(answer("cus_1")), "gzip")) as server:
        play(colour, server.url, script)
