"""A process that records in transactions of its own, or one that sends, until it is killed.

    python -m tests.outbox.transacting write URL TABLE NOTES KIND
    python -m tests.outbox.transacting send URL TABLE COLOUR

The DSN is in the variable DSN. A writer puts each event into the table `work` as well, in the same
transaction, and notes it in NOTES.safe when the commit has returned; what it rolls back is noted in
NOTES.rolled.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
import time
import uuid
from contextlib import suppress
from typing import Any, List, Tuple

from novabilling import AsyncNovaBilling, NovaBilling, OutboxError
from novabilling.outbox import AsyncOutbox, Outbox, PostgresStore
from novabilling.types import UsageEventInput

KINDS = ("psycopg", "async", "statement", "asyncpg")
ROLLED_BACK = 0.2
LEASE = 5.0


def store_of(table: str, **options: Any) -> PostgresStore:
    return PostgresStore(os.environ["DSN"], table=table, **options)


class Notes:
    """Files that are written without a buffer, so that they survive `kill -9` as well."""

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._files = {end: os.open(f"{path}.{end}", flags, 0o600) for end in ("safe", "rolled")}

    def note(self, end: str, some: List[UsageEventInput]) -> None:
        lines = (f"{event.transaction_id}\n" for event in some)
        os.write(self._files[end], "".join(lines).encode())


def drawn() -> Tuple[List[UsageEventInput], bool]:
    """Return some events, and whether they are to be rolled back."""
    size = random.choice((1, 1, 5, 10, 30))
    some = [
        UsageEventInput(
            subscription_id="usr_1",
            code="calls",
            transaction_id=uuid.uuid4().hex,
            properties={"n": 1, "text": "x" * random.randrange(50)},
        )
        for _ in range(size)
    ]
    return some, random.random() < ROLLED_BACK


WORK = "INSERT INTO work SELECT unnest(%s::text[])"


def ids(some: List[UsageEventInput]) -> List[str]:
    return [str(event.transaction_id) for event in some]


def write(outbox: Outbox, store: PostgresStore, notes: Notes, with_statement: bool) -> None:
    """Record by a connection of psycopg, or what `statement` gives, until it fails."""
    import psycopg

    with psycopg.connect(os.environ["DSN"], connect_timeout=5) as connection:
        while True:
            some, rolls_back = drawn()
            connection.execute(WORK, (ids(some),))
            if with_statement:
                for event in some:
                    connection.execute(*store.statement(event))
            elif len(some) == 1:
                outbox.record(**fields(some[0]), connection=connection)
            else:
                outbox.record_many(some, connection=connection)
            if rolls_back:
                notes.note("rolled", some)
                connection.rollback()
            else:
                connection.commit()
                notes.note("safe", some)


def fields(event: UsageEventInput) -> Any:
    return {name: getattr(event, name) for name in event.__struct_fields__}


async def awrite(outbox: AsyncOutbox, notes: Notes) -> None:
    import psycopg

    async with await psycopg.AsyncConnection.connect(os.environ["DSN"]) as connection:
        while True:
            some, rolls_back = drawn()
            await connection.execute(WORK, (ids(some),))
            await outbox.record_many(some, connection=connection)
            if rolls_back:
                notes.note("rolled", some)
                await connection.rollback()
            else:
                await connection.commit()
                notes.note("safe", some)


async def write_by_asyncpg(store: PostgresStore, notes: Notes) -> None:
    import asyncpg

    connection = await asyncpg.connect(os.environ["DSN"], timeout=5)
    try:
        while True:
            some, rolls_back = drawn()
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(WORK.replace("%s", "$1"), ids(some))
            for event in some:
                sql, params = store.statement(event, "numeric")
                await connection.execute(sql, *params)
            if rolls_back:
                notes.note("rolled", some)
                await transaction.rollback()
            else:
                await transaction.commit()
                notes.note("safe", some)
    finally:
        connection.terminate()


def written(url: str, table: str, notes: Notes, kind: str) -> None:
    """Write until the process is killed, and begin anew when PostgreSQL has gone."""
    import psycopg

    store = store_of(table)
    errors: Tuple[Any, ...] = (OutboxError, psycopg.OperationalError, OSError)
    if kind == "asyncpg":
        import asyncpg

        errors += (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        errors += (asyncio.TimeoutError,)
    outbox = Outbox(NovaBilling(token="sk_live_x", base_url=url), store, send=False)
    while True:
        with suppress(*errors):
            if kind == "asyncpg":
                asyncio.run(write_by_asyncpg(store, notes))
            elif kind == "async":
                client = AsyncNovaBilling(token="sk_live_x", base_url=url)
                asyncio.run(awrite(AsyncOutbox(client, store, send=False), notes))
            else:
                write(outbox, store, notes, kind == "statement")
        time.sleep(0.05)


def send(url: str, table: str, colour: str) -> None:
    """Send until SIGTERM."""
    store = store_of(table, lease=LEASE, poll=0.2)
    options: Any = {"linger": 0.05, "close_timeout": 1.0}
    if colour == "async":
        return asyncio.run(asend(url, store, options))
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    client = NovaBilling(token="sk_live_x", base_url=url, timeout=5)
    with Outbox(client, store, **options):
        ended.wait()
    return None


async def asend(url: str, store: PostgresStore, options: Any) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    client = AsyncNovaBilling(token="sk_live_x", base_url=url, timeout=5)
    async with AsyncOutbox(client, store, **options):
        await ended.wait()


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "127.0.0.1"
    what, url, table, *rest = sys.argv[1:]
    if what == "send":
        send(url, table, rest[0])
    else:
        written(url, table, Notes(rest[0]), rest[1])
