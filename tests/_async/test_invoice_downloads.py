from __future__ import annotations

import io
import os
import stat

import httpx
import pytest

from novabilling import APIConnectionError
from tests.samples import PDF, CutOff, cut_off_pdf, pdf
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

ELSEWHERE = "https://files.example/1.pdf?signature=abc"


def address(url):
    """Answer with the address of the file."""
    return httpx.Response(200, json={"url": url})


# To a path


@pytest.mark.parametrize("kind", [str, lambda path: path])
async def test_a_download_writes_the_file_and_returns_its_size(client_for, tmp_path, kind):
    written = await client_for(Server(pdf())).invoices.download_pdf(
        "inv_1", kind(tmp_path / "1.pdf")
    )

    assert written == len(PDF)
    assert (tmp_path / "1.pdf").read_bytes() == PDF
    assert os.listdir(tmp_path) == ["1.pdf"]


async def test_a_download_to_a_relative_path_is_written_below_the_working_folder(
    client_for, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    await client_for(Server(pdf())).invoices.download_pdf("inv_1", "1.pdf")

    assert (tmp_path / "1.pdf").read_bytes() == PDF


async def test_a_download_from_an_address_is_written(client_for, tmp_path):
    server = Server(address(ELSEWHERE), pdf())

    written = await client_for(server).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert written == len(PDF)
    assert (tmp_path / "1.pdf").read_bytes() == PDF


async def test_an_empty_file_is_a_file(client_for, tmp_path):
    assert await client_for(Server(pdf(b""))).invoices.download_pdf("i", tmp_path / "1.pdf") == 0
    assert (tmp_path / "1.pdf").read_bytes() == b""


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
async def test_a_downloaded_file_has_the_mode_of_any_new_file(client_for, tmp_path):
    (tmp_path / "other").write_bytes(b"")

    await client_for(Server(pdf())).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert (tmp_path / "1.pdf").stat().st_mode == (tmp_path / "other").stat().st_mode


async def test_a_download_replaces_the_file_there_was(client_for, tmp_path):
    (tmp_path / "1.pdf").write_bytes(b"a longer file than the new one" * 9)

    await client_for(Server(pdf())).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert (tmp_path / "1.pdf").read_bytes() == PDF


async def test_a_download_that_breaks_off_leaves_the_old_file_and_no_half_one(
    client_for, tmp_path, clock
):
    (tmp_path / "1.pdf").write_bytes(b"old")
    server = Server(cut_off_pdf(b"%PDF", b"-1.3"))

    with pytest.raises(APIConnectionError):
        await client_for(server).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert len(server.requests) == 3
    assert os.listdir(tmp_path) == ["1.pdf"]
    assert (tmp_path / "1.pdf").read_bytes() == b"old"


async def test_a_download_that_is_retried_holds_the_last_attempt_alone(client_for, tmp_path, clock):
    server = Server(cut_off_pdf(b"x" * 1000), cut_off_pdf(b"y"), pdf())

    written = await client_for(server).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert written == len(PDF)
    assert (tmp_path / "1.pdf").read_bytes() == PDF
    assert os.listdir(tmp_path) == ["1.pdf"]


async def test_the_old_file_is_there_until_the_new_one_is_whole(client_for, tmp_path):
    (tmp_path / "1.pdf").write_bytes(b"old")
    seen = []

    class Watched(CutOff):
        async def __aiter__(self):
            yield PDF
            seen.append((tmp_path / "1.pdf").read_bytes())

    headers = {"content-type": "application/pdf"}
    server = Server(lambda _: httpx.Response(200, headers=headers, stream=Watched()))

    await client_for(server).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert seen == [b"old"]
    assert (tmp_path / "1.pdf").read_bytes() == PDF


async def test_a_missing_folder_is_an_error_of_the_file_system(client_for, tmp_path, clock):
    server = Server(pdf())

    with pytest.raises(FileNotFoundError):
        await client_for(server).invoices.download_pdf("inv_1", tmp_path / "missing" / "1.pdf")

    assert len(server.requests) == 1


def make_folder(path):
    path.mkdir()


def make_pipe(path):
    os.mkfifo(path)


def make_device(path):
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))  # another /dev/null
    except PermissionError:
        pytest.skip("only root makes devices")


def make_link_to_a_pipe(path):
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
@pytest.mark.parametrize("make", [make_folder, make_pipe, make_device, make_link_to_a_pipe])
async def test_what_is_no_regular_file_is_refused_before_anything_is_sent(
    client_for, tmp_path, make
):
    make(tmp_path / "1.pdf")
    before = (tmp_path / "1.pdf").lstat()
    server = Server(pdf())

    with pytest.raises(ValueError, match=r"^to must be a regular file or a new one.*1\.pdf"):
        await client_for(server).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert server.requests == []
    assert (tmp_path / "1.pdf").lstat() == before


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
@pytest.mark.parametrize("old", [b"old", None])
async def test_a_link_is_followed_to_its_target(client_for, tmp_path, old):
    (tmp_path / "there").mkdir()
    if old is not None:
        (tmp_path / "there" / "2.pdf").write_bytes(old)
    (tmp_path / "1.pdf").symlink_to("there/2.pdf")

    await client_for(Server(pdf())).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert os.readlink(tmp_path / "1.pdf") == "there/2.pdf"
    assert (tmp_path / "there" / "2.pdf").read_bytes() == PDF
    assert os.listdir(tmp_path / "there") == ["2.pdf"]


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666])
async def test_a_file_that_is_replaced_keeps_its_mode(client_for, tmp_path, mode):
    (tmp_path / "1.pdf").write_bytes(b"old")
    (tmp_path / "1.pdf").chmod(mode)
    seen = []

    def watched(request):
        answer = pdf()
        return httpx.Response(200, headers=answer.headers, stream=Watched())

    class Watched(CutOff):
        async def __aiter__(self):
            yield PDF
            (part,) = (name for name in os.listdir(tmp_path) if name != "1.pdf")
            seen.append(stat.S_IMODE((tmp_path / part).stat().st_mode))

    await client_for(watched).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert stat.S_IMODE((tmp_path / "1.pdf").stat().st_mode) == mode
    assert (tmp_path / "1.pdf").read_bytes() == PDF
    assert seen == [mode]


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
async def test_a_new_file_has_the_mode_that_the_umask_leaves(client_for, tmp_path):
    before = os.umask(0o027)
    try:
        await client_for(Server(pdf())).invoices.download_pdf("inv_1", tmp_path / "1.pdf")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "1.pdf").stat().st_mode) == 0o640


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can")
async def test_a_file_that_is_replaced_keeps_its_owner(client_for, tmp_path):
    (tmp_path / "1.pdf").write_bytes(b"old")
    os.chown(tmp_path / "1.pdf", 1234, 4321)

    await client_for(Server(pdf())).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    found = (tmp_path / "1.pdf").stat()
    assert (found.st_uid, found.st_gid) == (1234, 4321)


@pytest.mark.parametrize("to", [None, 5, b"1.pdf", ["1.pdf"], object()], ids=type)
async def test_what_is_neither_a_path_nor_a_file_is_refused(client_for, to):
    server = Server(pdf())

    with pytest.raises(TypeError, match=r"^to must be a path or a binary file object$"):
        await client_for(server).invoices.download_pdf("inv_1", to)

    assert server.requests == []


# To a file object


class OneWay(io.RawIOBase):
    """A pipe: it can be written and not rewound."""

    def __init__(self):
        self.chunks = []

    def writable(self):
        return True

    def write(self, chunk):
        self.chunks.append(bytes(chunk))
        return len(chunk)


class Slow(OneWay):
    """A pipe that takes three bytes at a time."""

    def write(self, chunk):
        return super().write(chunk[:3])


class Bare:
    """The least that can be written to."""

    def __init__(self):
        self.chunks = []

    def write(self, chunk):
        self.chunks.append(bytes(chunk))


async def test_a_file_object_is_written_from_where_it_stands_and_stays_open(client_for):
    file = io.BytesIO()
    file.write(b"before ")

    written = await client_for(Server(pdf())).invoices.download_pdf("inv_1", file)

    assert written == len(PDF)
    assert file.getvalue() == b"before " + PDF


async def test_a_file_object_is_rewound_before_another_attempt(client_for, clock):
    file = io.BytesIO()
    file.write(b"before ")
    server = Server(cut_off_pdf(b"x" * 1000), pdf())

    written = await client_for(server).invoices.download_pdf("inv_1", file)

    assert written == len(PDF)
    assert file.getvalue() == b"before " + PDF


@pytest.mark.parametrize("pipe", [OneWay, Slow, Bare])
async def test_a_pipe_is_written(client_for, pipe):
    file = pipe()

    assert await client_for(Server(pdf())).invoices.download_pdf("inv_1", file) == len(PDF)
    assert b"".join(file.chunks) == PDF


@pytest.mark.parametrize("pipe", [OneWay, Bare])
async def test_a_pipe_gets_no_second_attempt_after_its_first_bytes(client_for, clock, pipe):
    file = pipe()
    server = Server(cut_off_pdf(b"%PDF"), pdf())

    with pytest.raises(APIConnectionError):
        await client_for(server).invoices.download_pdf("inv_1", file)

    assert len(server.requests) == 1
    assert b"".join(file.chunks) == b"%PDF"


@pytest.mark.parametrize("pipe", [OneWay, Bare])
@pytest.mark.parametrize(
    "first", [problem(503), httpx.ReadError("lost"), cut_off_pdf()], ids=["503", "reset", "empty"]
)
async def test_a_pipe_gets_another_attempt_before_its_first_byte(client_for, clock, pipe, first):
    file = pipe()
    server = Server(first, pdf())

    assert await client_for(server).invoices.download_pdf("inv_1", file) == len(PDF)
    assert b"".join(file.chunks) == PDF


async def test_a_name_may_be_as_long_as_the_system_allows(client_for, tmp_path):
    path = tmp_path / ("x" * 251 + ".pdf")

    assert await client_for(Server(pdf())).invoices.download_pdf("inv_1", path) == len(PDF)

    assert path.read_bytes() == PDF
