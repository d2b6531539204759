"""Where a download goes wrong on the user's side: the error is the user's, and nothing repeats."""

from __future__ import annotations

import asyncio
import io
import sys
import threading
from uuid import uuid4

import httpx
import pytest

from novabilling import AsyncNovaBilling, NovaBilling
from tests.samples import pdf
from tests.support import BASE_URL, TOKEN, Server


class Full:
    """A file on a full disk."""

    def write(self, chunk):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("file", "error"), [(Full(), OSError), (io.StringIO(), TypeError)])
def test_an_error_of_the_file_is_its_own_and_is_not_retried(clock, file, error):
    server = Server(pdf())
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)

    with pytest.raises((OSError, TypeError)) as caught:
        client.invoices.download_pdf("inv_1", file)

    assert type(caught.value) is error
    assert len(server.requests) == 1


def test_a_canceled_task_leaves_no_file_although_its_thread_goes_on(tmp_path, monkeypatch):
    at_the_disk, canceled = threading.Event(), threading.Event()

    def slow_name() -> object:
        at_the_disk.set()
        assert canceled.wait(5)
        return uuid4()

    async def main() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(Server(pdf())))
        client = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
        task = asyncio.ensure_future(client.invoices.download_pdf("inv_1", tmp_path / "1.pdf"))
        while not at_the_disk.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        canceled.set()

    monkeypatch.setattr("novabilling._network.downloads.uuid4", slow_name)
    asyncio.run(main())
    for thread in threading.enumerate():
        if thread.name.startswith("AnyIO"):
            thread.join(5)

    assert list(tmp_path.iterdir()) == []


def test_where_there_are_no_threads_a_file_is_written_in_place(tmp_path, monkeypatch):
    def start(_: object) -> None:
        raise RuntimeError("can't start new thread")

    async def main() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(Server(pdf())))
        client = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
        await client.invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(threading.Thread, "start", start)
    asyncio.run(main())

    assert (tmp_path / "1.pdf").read_bytes()
