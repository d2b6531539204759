"""The content of answers on every way to the network: bombs, members, codings, chunks."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from inspect import isawaitable
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from novabilling import ResponseDecodeError, ServerError
from tests.pool.servers import HEAD, Behaviour, Peer, Request, answer, bomb, serve
from tests.pool.support import raises
from tests.pool.test_bodies import content_of, sends
from tests.pool.ways import Way
from tests.streams import gives_up_reading

MEGABYTE = 1 << 20
LIMIT = MEGABYTE
CONSTANT = MEGABYTE  # sockets, TLS, tasks, and both ends are in this process
JSON = content_of(answer("cus_1"))

pytestmark = gives_up_reading


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def in_chunks(body: bytes, size: int, head: bytes = HEAD) -> Behaviour:
    """Answer in chunks of HTTP/1.1 of this size, many of them at once."""
    parts = [body[n : n + size] for n in range(0, len(body), size)]
    data = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

    def behave(peer: Peer, request: Request) -> None:
        peer.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
        for start in range(0, len(data), 1 << 16):
            peer.send(data[start : start + (1 << 16)])

    return behave


def coded(*headers: str) -> bytes:
    return HEAD + b"".join(f"Content-Encoding: {value}\r\n".encode() for value in headers)


async def get(api: Any) -> None:
    assert await api.get() == "cus_1"


async def refused(api: Any) -> None:
    with raises(ResponseDecodeError, applied=True):
        await api.post()


async def not_asked_for(api: Any) -> None:
    with raises(ResponseDecodeError, applied=True) as caught:
        await api.post()
    assert "was not asked for" in str(caught.value)


# Codings one upon another

STACKED_BOMB = gzip.compress(gzip.compress(bomb(16)))
STACKED = {
    "in one header": ["gzip, gzip, gzip"],
    "in several headers": ["gzip", "gzip", "gzip"],
    "of several kinds": ["gzip, deflate"],
    "with none between": ["gzip, identity, gzip"],
}


@pytest.mark.parametrize("headers", STACKED.values(), ids=STACKED)
def test_stacked_codings_are_refused_before_they_are_undone(way, headers):
    body = STACKED_BOMB

    def behave(peer: Peer, request: Request) -> None:
        peer.send(coded(*headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    tracemalloc.start()
    try:
        with serve(behave) as server:
            way.play(server, not_asked_for, max_response_bytes=MEGABYTE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 6 * MEGABYTE


def test_an_error_in_stacked_codings_is_known_by_its_status(way):
    def behave(peer: Peer, request: Request) -> None:
        head = coded("gzip, gzip").replace(b"200 OK", b"503 Busy")
        peer.send(head + b"Content-Length: 4\r\n\r\nnone")

    async def script(api: Any) -> None:
        with raises(ServerError, applied=True):
            await api.post()

    with serve(behave) as server:
        way.play(server, script)


@pytest.mark.parametrize("value", ["gzip,", " , gzip", "GZIP"])
def test_one_coding_may_be_written_as_a_list(way, value):
    with serve(sends(gzip.compress(JSON), value)) as server:
        way.play(server, get)


@pytest.mark.parametrize("encoding", ["br", "zstd", "nonsense"])
def test_json_in_an_encoding_that_was_not_asked_for_is_refused(way, encoding):
    with serve(sends(JSON, encoding)) as server:
        way.play(server, not_asked_for)


# Members, and what is none

COMPRESS: Dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("size", [7, len(gzip.compress(JSON[:50])), 1 << 20])
def test_all_members_are_read_however_they_are_cut(way, size):
    parts = [JSON[:50], b"", JSON[50:60], JSON[60:]]
    body = b"".join(map(gzip.compress, parts))

    with serve(in_chunks(body, size, coded("gzip"))) as server:
        way.play(server, get)


@pytest.mark.parametrize("size", [None, 1 << 20])
@pytest.mark.parametrize("behind", [b"\0", gzip.compress(b"{}", mtime=0)[:-1]])
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_is_no_member_behind_the_content_is_refused(way, size, behind, encoding):
    whole = COMPRESS[encoding](JSON)

    with serve(in_chunks(whole + behind, size or len(whole), coded(encoding))) as server:
        way.play(server, refused)


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("compress", [zlib.compress, raw_deflate])
def test_deflate_is_read_with_and_without_what_belongs_around_it(way, size, compress):
    with serve(in_chunks(compress(JSON), size, coded("deflate"))) as server:
        way.play(server, get)


@pytest.mark.parametrize("encoding", COMPRESS)
@pytest.mark.parametrize("cut", [1, 4, 8, 12])
def test_an_answer_without_its_last_compressed_bytes_is_refused(way, encoding, cut):
    with serve(in_chunks(COMPRESS[encoding](JSON)[:-cut], 1 << 20, coded(encoding))) as server:
        way.play(server, refused)


async def download(api: Any, to: Path) -> int:
    done = api.client.invoices.download_pdf("inv_1", to)
    return int(await done if isawaitable(done) else done)


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_pdf_without_its_last_bytes_is_no_file(way, encoding, tmp_path):
    head = coded(encoding).replace(b"application/json", b"application/pdf")
    body = COMPRESS[encoding](b"%PDF-1.3 " + bytes(range(256)) * 400)

    async def script(api: Any) -> None:
        with pytest.raises(ResponseDecodeError):
            await download(api, tmp_path / "1.pdf")

    with serve(in_chunks(body[:-3], 1000, head)) as server:
        way.play(server, script)
    assert list(tmp_path.iterdir()) == []


# With these numbers of bytes beyond 64 KiB, zlib has read all of them before it gives the last.
@pytest.mark.parametrize("beyond", [1, 259, 517])
def test_what_zlib_keeps_until_the_end_is_given(colour, beyond, tmp_path):
    head = coded("deflate").replace(b"application/json", b"application/pdf")
    content = b"%PDF-" + b"-" * (65536 - 5 + beyond)

    async def script(api: Any) -> None:
        assert await download(api, tmp_path / "1.pdf") == len(content)

    with serve(in_chunks(raw_deflate(content), 1 << 20, head)) as server:
        Way(colour, "pool").play(server, script)
    assert (tmp_path / "1.pdf").read_bytes() == content


def test_a_pdf_of_two_members_is_written_whole(way, tmp_path):
    head = coded("gzip").replace(b"application/json", b"application/pdf")
    halves = [b"%PDF-1.3 " + b"first" * 1000, b"second" * 1000]

    async def script(api: Any) -> None:
        assert await download(api, tmp_path / "1.pdf") == len(b"".join(halves))

    with serve(in_chunks(b"".join(map(gzip.compress, halves)), 1 << 20, head)) as server:
        way.play(server, script)
    assert (tmp_path / "1.pdf").read_bytes() == b"".join(halves)


# Memory


async def give_up(api: Any) -> None:
    with raises(ResponseDecodeError) as caught:
        await api.get()
    assert "max_response_bytes" in str(caught.value)


SPACES = JSON + b" " * (LIMIT - len(JSON))


def members() -> bytes:
    return b"".join(gzip.compress(SPACES[n : n + 997]) for n in range(0, LIMIT, 997))


CONTENTS: Dict[str, Tuple[Callable[[], Behaviour], Callable[[Any], Any]]] = {
    "chunks": (lambda: in_chunks(SPACES, 1 << 16), get),
    "gzip": (lambda: in_chunks(gzip.compress(SPACES), 1 << 16, coded("gzip")), get),
    "deflate": (lambda: in_chunks(zlib.compress(SPACES), 1 << 16, coded("deflate")), get),
    "members": (lambda: in_chunks(members(), 1 << 16, coded("gzip")), get),
    "bomb": (lambda: in_chunks(bomb(32), 1 << 16, coded("gzip")), give_up),
    "bomb in small chunks": (lambda: in_chunks(bomb(32), 100, coded("gzip")), give_up),
    "without end": (lambda: in_chunks(SPACES * 2, 1 << 16), give_up),
    "empty members": (
        lambda: in_chunks(gzip.compress(b"") * (LIMIT // 8), 1 << 16, coded("gzip")),
        give_up,
    ),
}


def peak_of(
    way: Way, behave: Behaviour, script: Callable[[Any], Any], bound: int, **options: Any
) -> int:
    """Return the most bytes that a call takes; what the server sends was there before.

    What other threads do meanwhile is counted as well, so it is looked up to three times.
    """
    with serve(in_chunks(JSON, 100)) as server:
        way.play(server, get)  # what is loaded once
    peaks: List[int] = []
    while len(peaks) < 3 and not any(peak < bound for peak in peaks):
        with serve(behave) as server:
            tracemalloc.start()
            try:
                way.play(server, script, **options)
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    return min(peaks)


@pytest.mark.parametrize("content", CONTENTS)
def test_the_memory_is_at_most_twice_the_limit(way, content):
    make, script = CONTENTS[content]

    bound = 2 * LIMIT + CONSTANT
    peak = peak_of(way, make(), script, bound, max_response_bytes=LIMIT, timeout=100)

    print(f"{content}: {peak / LIMIT:.2f} times the limit")  # noqa: T201
    assert peak < bound


def test_chunks_of_two_bytes_take_no_more_memory_than_their_content(way):
    chunks = in_chunks(JSON + b" " * 80_000, 2)
    bound = 200_000 + CONSTANT
    peak = peak_of(way, chunks, get, bound, max_response_bytes=100_000, timeout=100)

    print(f"{peak / 100_000:.2f} times the limit")  # noqa: T201
    assert peak < bound
