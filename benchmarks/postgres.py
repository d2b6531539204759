"""What the outbox costs in PostgreSQL: recording in transactions, and draining by three senders.

A PostgreSQL of its own runs on the loopback, on a disk that is synced for each commit
(`OUTBOX_FOLDER` says where); it and the server take their part of the same cores.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any, Dict, List

from benchmarks.outbox import EVENT, metering, peak_of_memory, quantiles, synced
from benchmarks.server import ROOT, Server
from benchmarks.timing import say, title
from novabilling import NovaBilling
from novabilling.outbox import Outbox, PostgresStore
from tests.postgres import Database, connected, running_postgres

SENDERS = 3
TABLE = "usage"


def outbox_of(dsn: str, url: str = "http://127.0.0.1", **options: Any) -> Outbox:
    client = NovaBilling(token="sk_live_x", base_url=url)
    return Outbox(client, PostgresStore(dsn, table=TABLE), **options)


def print_record(database: Database, folder: str, quick: bool) -> None:
    title("recording by one writer", "p50", "p99", "events/s")
    count = 500 if quick else 5_000
    outbox = outbox_of(database.dsn, send=False)
    found = timed(count, lambda: outbox.record(**EVENT))
    say("record()", *quantiles(found), f"{count / sum(found):,.0f}")
    with connected(database.dsn) as connection:
        for size in (1, 10):

            def record(size: int = size) -> None:
                with connection.transaction():
                    for _ in range(size):
                        outbox.record(**EVENT, connection=connection)

            found = timed(count // size, record)
            name = f"a transaction with {size} of record()"
            say(name, *quantiles(found), f"{len(found) * size / sum(found):,.0f}")

        def record_many() -> None:
            with connection.transaction():
                outbox.record_many([EVENT] * 10, connection=connection)

        found = timed(count // 10, record_many)
        name = "a transaction with record_many() of 10"
        say(name, *quantiles(found), f"{len(found) * 10 / sum(found):,.0f}")

        def nothing() -> None:
            with connection.transaction():
                connection.execute("INSERT INTO bare VALUES (1)")

        connection.execute("CREATE TABLE bare (n integer)")
        found = timed(count, nothing)
        say("a transaction with a row of one number", *quantiles(found))
    outbox.close()
    say("one fdatasync of 4 kB on this disk", *quantiles(synced(folder, 200 if quick else 2_000)))


def timed(count: int, act: Any) -> List[float]:
    act()
    found: List[float] = []
    for _ in range(count):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return found


def sent(url: str, dsn: str) -> None:
    """Send from a line of input on until it ends; print how much memory that took."""
    outbox = outbox_of(dsn, url, linger=0, close_timeout=1)
    peak: List[float] = []
    print("ready", flush=True)
    sys.stdin.readline()
    with outbox:
        ended = threading.Thread(target=sys.stdin.read, daemon=True)
        ended.start()
        while ended.is_alive():
            peak.append(peak_of_memory())
            ended.join(0.2)
    print(json.dumps({"early": peak[len(peak) // 4], "whole": peak_of_memory()}))


def print_drain(database: Database, quick: bool) -> None:
    title(f"draining by {SENDERS} senders", "events/s", "memory, max", "growth", "table, after")
    with metering() as url:
        for count in (10_000,) if quick else (100_000, 1_000_000):
            fill(database, url, count)
            before = size_of(database)
            program = f"from benchmarks.postgres import sent; sent({url!r}, {database.dsn!r})"
            processes = [
                subprocess.Popen(
                    [sys.executable, "-c", program],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
                for _ in range(SENDERS)
            ]
            for process in processes:
                assert process.stdout is not None
                process.stdout.readline()
            started = time.perf_counter()
            for process in processes:
                assert process.stdin is not None
                process.stdin.write(b"go\n")
                process.stdin.flush()
            while left_in(database):
                time.sleep(0.05)
            took = time.perf_counter() - started
            told = [json.loads(process.communicate(b"")[0]) for process in processes]
            database.execute(f"VACUUM {TABLE}")
            say(
                f"a backlog of {count:,}",
                f"{count / took:,.0f}",
                f"{max(one['whole'] for one in told):,.0f} MB",
                f"{max(one['whole'] - one['early'] for one in told):,.0f} MB",
                f"{size_of(database) / 1e6:,.0f} of {before / 1e6:,.0f} MB",
            )


def left_in(database: Database) -> int:
    ((count,),) = database.execute(f"SELECT count(*) FROM {TABLE}")
    return int(count)


def size_of(database: Database) -> int:
    ((size,),) = database.execute(f"SELECT pg_total_relation_size('{TABLE}')")
    return int(size)


def fill(database: Database, url: str, count: int) -> None:
    database.execute(f"TRUNCATE {TABLE}")
    outbox = outbox_of(database.dsn, url, send=False)
    events: List[Dict[str, Any]] = [EVENT] * 1000
    for _ in range(count // 1000):
        outbox.record_many(events)
    outbox.close()


def print_postgres(_: Server, quick: bool) -> None:
    folder = os.environ.get("OUTBOX_FOLDER", "/tmp")
    with running_postgres(fsync=True, folder=folder) as postgres:
        database = Database(postgres.dsn, TABLE)
        print_record(database, folder, quick)
        print_drain(database, quick)
