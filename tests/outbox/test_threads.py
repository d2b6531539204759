"""A machine that gives no more threads: it is said, and it goes on when there are some again."""

from __future__ import annotations

import threading
from typing import Any, List

import anyio
import httpx
import pytest

from novabilling import AsyncNovaBilling, NovaBilling, OutboxError
from novabilling._outbox.writers import AsyncWriter
from novabilling._runtime import concurrency
from novabilling.outbox import AsyncOutbox, Outbox, SQLiteStore
from tests.outbox.billing import Billing
from tests.support import BASE_URL, TOKEN

EVENT: Any = {"subscription_id": "usr_1", "code": "calls"}


@pytest.fixture
def no_threads(monkeypatch: pytest.MonkeyPatch) -> List[bool]:
    """Let the next threads of the outbox fail to start, as many as there are in the list."""
    start, fails = threading.Thread.start, []

    def start_or_fail(thread: threading.Thread) -> None:
        if thread.name.startswith("novabilling-outbox") and fails and fails.pop(0):
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_fail)
    return fails


@pytest.mark.anyio
async def test_an_event_that_no_thread_writes_is_an_error_and_the_next_is_written(
    tmp_path, no_threads
):
    no_threads[:] = [True]
    async with AsyncNovaBilling(token=TOKEN, base_url=BASE_URL) as client:
        outbox = AsyncOutbox(client, SQLiteStore(tmp_path), send=False)
        with pytest.raises(OutboxError, match="no thread to write in: can't start new thread"):
            await outbox.record(**EVENT)
        with concurrency.async_time_limit(10):
            await outbox.record(**EVENT)
        stats = await outbox.stats()
        await outbox.aclose()

    assert stats.depth == 1


@pytest.mark.anyio
async def test_a_thread_that_is_to_end_writes_what_is_there_and_ends():
    written: List[bytes] = []
    go = threading.Event()

    def add(bodies: List[bytes]) -> None:
        go.wait(10)
        written.extend(bodies)

    writer, others = AsyncWriter(add), set(threading.enumerate())
    async with anyio.create_task_group() as group:
        for number in (1, 2):
            group.start_soon(writer.write, [b"%d" % number])
            await anyio.sleep(0.01)
        new = set(threading.enumerate()) - others
        (thread,) = (t for t in new if t.name == "novabilling-outbox-writer")
        writer.end()
        go.set()
    thread.join(5)
    await writer.write([b"3"])  # by another one
    writer.end()

    assert not thread.is_alive()
    assert written == [b"1", b"2", b"3"]


def test_fewer_threads_send_as_well_and_none_is_an_error(tmp_path, no_threads):
    billing = Billing()
    http = httpx.Client(transport=httpx.MockTransport(billing))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    outbox = Outbox(client, SQLiteStore(tmp_path), linger=0)
    no_threads[:] = [True, False, True]
    with pytest.raises(OutboxError, match="no thread to send in: can't start new thread"):
        outbox.start()

    with outbox:
        outbox.record(**EVENT)
        assert outbox.flush()

    assert sum(billing.counted.values()) == 1
