"""A process that records, and perhaps sends, until it is killed; it notes what is safe.

    python -m tests.outbox.writer FOLDER URL NOTES COUNT [colour] [options]

Each id is written to NOTES before it is recorded (`?id`) and after that has returned (`!id`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import threading
import time
import uuid
from typing import Any, List

from novabilling import AsyncNovaBilling, NovaBilling, OutboxFullError
from novabilling.outbox import AsyncOutbox, Outbox, SQLiteStore
from novabilling.types import UsageEventInput


class Notes:
    """A file that is written without a buffer, so that it survives `kill -9` as well."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, mark: str, some: List[UsageEventInput]) -> None:
        lines = (f"{mark}{event.transaction_id}\n" for event in some)
        os.write(self._file, "".join(lines).encode())


def events(count: int) -> List[UsageEventInput]:
    return [
        UsageEventInput(
            subscription_id="usr_1",
            code="calls",
            transaction_id=uuid.uuid4().hex,
            properties={"n": 1, "text": "x" * random.randrange(50)},
        )
        for _ in range(count)
    ]


def is_safe(outbox: Outbox, some: List[UsageEventInput]) -> bool:
    try:
        outbox.record_many(some)
    except OutboxFullError:
        return False
    return True


async def ais_safe(outbox: AsyncOutbox, some: List[UsageEventInput]) -> bool:
    try:
        await outbox.record_many(some)
    except OutboxFullError:
        return False
    return True


def record(outbox: Outbox, notes: Notes, count: int, size: int, pause: float) -> None:
    while count > 0:
        some = events(min(size, count))
        notes.note("?", some)
        while not is_safe(outbox, some):
            time.sleep(0.05)
        notes.note("!", some)
        count -= len(some)
        if pause:
            time.sleep(pause)


async def arecord(outbox: AsyncOutbox, notes: Notes, count: int, size: int, pause: float) -> None:
    while count > 0:
        some = events(min(size, count))
        notes.note("?", some)
        while not await ais_safe(outbox, some):
            await asyncio.sleep(0.05)
        notes.note("!", some)
        count -= len(some)
        if pause:
            await asyncio.sleep(pause)


def run(o: Any, store: SQLiteStore, options: Any) -> None:
    client = NovaBilling(token="sk_live_x", base_url=o.url, timeout=5)
    with Outbox(client, store, **options) as outbox:
        notes = Notes(o.notes)
        each = o.count // o.threads
        work = (outbox, notes, each, o.size, o.pause)
        threads = [threading.Thread(target=record, args=work) for _ in range(o.threads)]
        for thread in threads:
            thread.start()
        if o.fork and os.fork() == 0:  # the child records beside the threads of its parent
            record(outbox, Notes(f"{o.notes}-child"), each, o.size, o.pause)
            outbox.close()
            os._exit(0)
        for thread in threads:
            thread.join()
        if o.drain:
            outbox.flush(o.drain)


async def arun(o: Any, store: SQLiteStore, options: Any) -> None:
    client = AsyncNovaBilling(token="sk_live_x", base_url=o.url, timeout=5)
    async with AsyncOutbox(client, store, **options) as outbox:
        notes = Notes(o.notes)
        work = (outbox, notes, o.count // o.threads, o.size, o.pause)
        await asyncio.gather(*(arecord(*work) for _ in range(o.threads)))
        if o.drain:
            await outbox.flush(o.drain)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("folder", "url", "notes"):
        parser.add_argument(name)
    parser.add_argument("count", type=int)
    parser.add_argument("--colour", default="sync")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--size", type=int, default=1)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--drain", type=float, default=0.0)
    parser.add_argument("--sync", default="normal")
    parser.add_argument("--fork", action="store_true")
    parser.add_argument("--no-send", action="store_true")
    o = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1"
    store = SQLiteStore(o.folder, sync=o.sync)
    options = {"send": not o.no_send, "linger": 0.05, "close_timeout": 1.0}
    if o.colour == "sync":
        run(o, store, options)
    else:
        asyncio.run(arun(o, store, options))


if __name__ == "__main__":
    main()
