"""What the outbox costs: recording, on an event loop too, and draining to a server on the loopback.

The server runs apart and says that each event of a batch is created; its CPU is not counted.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Tuple

from benchmarks.server import ROOT, Server, answer, length_of
from benchmarks.timing import say, title
from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.outbox import AsyncOutbox, Outbox, SQLiteStore
from novabilling.types import UsageEventInput

EVENT: Dict[str, Any] = {
    "subscription_id": "usr_12345",
    "code": "api_calls",
    "properties": {"n": 3, "region": "lagos"},
}
METRIC = {
    "id": "m1",
    "name": "Calls",
    "code": "api_calls",
    "aggregationType": "COUNT",
    "recurring": False,
    "createdAt": "2026-11-22T18:54:51.406Z",
    "updatedAt": "2026-11-22T18:54:51.406Z",
}
IDS = re.compile(rb'"transactionId":"([^"]+)"')


class Metering(asyncio.Protocol):
    """Say of every event that it is created."""

    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            head, separator, rest = self.rest.partition(b"\r\n\r\n")
            length = length_of(head)
            if not separator or len(rest) < length:
                return
            body, self.rest = rest[:length], rest[length:]
            self.transport.write(answer_to(head, body))


def answer_to(head: bytes, body: bytes) -> bytes:
    if head.startswith(b"GET"):
        return answer([METRIC])
    ids = IDS.findall(body)
    results = b",".join(b'{"transactionId":"%s","status":"created"}' % one for one in ids)
    counts = b'{"total":%d,"created":%d,"duplicates":0,"errors":0,"results":[' % (
        len(ids),
        len(ids),
    )
    content = counts + results + b"]}"
    top = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return top % len(content) + content


async def run() -> None:
    """Print the port, and serve until the input ends."""
    listener = await asyncio.get_running_loop().create_server(Metering, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def metering() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.outbox"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def quantiles(seconds: List[float]) -> Tuple[str, str]:
    """Write the median and the 99th percentile."""
    ordered = sorted(seconds)
    return tuple(  # type: ignore[return-value]
        f"{ordered[int(len(ordered) * share)] * 1e6:,.0f} us" for share in (0.5, 0.99)
    )


def outbox_in(folder: str, sync: str = "normal", **options: Any) -> Outbox:
    client = NovaBilling(token="sk_live_x")
    return Outbox(client, SQLiteStore(folder, sync=sync), **options)


def recorded(folder: str, sync: str, count: int) -> List[float]:
    """Return how long each of many records took."""
    outbox = outbox_in(folder, sync, send=False)
    outbox.record(**EVENT)
    found: List[float] = []
    for _ in range(count):
        started = time.perf_counter()
        outbox.record(**EVENT)
        found.append(time.perf_counter() - started)
    outbox.close()
    return found


def print_record(folder: str, quick: bool) -> None:
    title("record(), the sender idle", "p50", "p99", "events/s")
    count = 5_000 if quick else 50_000
    found = recorded(os.path.join(folder, "normal"), "normal", count)
    say("one process", *quantiles(found), f"{count / sum(found):,.0f}")
    few = 200 if quick else 2_000
    found = recorded(os.path.join(folder, "full"), "full", few)
    say('sync="full", one process', *quantiles(found), f"{few / sum(found):,.0f}")
    say('sync="full", 8 processes', *quantiles(together(os.path.join(folder, "eight"), few)))
    say("one fdatasync of 4 kB on this disk", *quantiles(synced(folder, few)))


def synced(folder: str, count: int) -> List[float]:
    """Return how long the disk takes to make a page safe, with nothing of SQLite."""
    found: List[float] = []
    sync = getattr(os, "fdatasync", os.fsync)
    descriptor = os.open(os.path.join(folder, "page"), os.O_RDWR | os.O_CREAT)
    os.pwrite(descriptor, b"x" * (4096 * 64), 0)
    os.fsync(descriptor)
    for number in range(count):
        started = time.perf_counter()
        os.pwrite(descriptor, b"y" * 4096, number % 64 * 4096)
        sync(descriptor)
        found.append(time.perf_counter() - started)
    os.close(descriptor)
    return found


def together(folder: str, count: int) -> List[float]:
    """Return how long each record took while eight processes record."""
    program = (
        "import json, sys; from benchmarks.outbox import recorded; sys.stdin.readline();"
        f"print(json.dumps(recorded({folder!r}, 'full', {count // 4})))"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(8)
    ]
    time.sleep(2)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    return [took for process in processes for took in json.loads(process.communicate()[0])]


async def late(folder: str, count: int, records: bool) -> List[float]:
    """Return how late an event loop is that ticks beside handlers, which record or do nothing."""
    found: List[float] = []
    client = AsyncNovaBilling(token="sk_live_x")
    stopping = False

    async def tick() -> None:
        while not stopping:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            found.append(time.perf_counter() - started - 0.001)

    async with AsyncOutbox(client, SQLiteStore(folder), send=False) as outbox:
        ticking = asyncio.create_task(tick())
        for _ in range(count):
            await asyncio.sleep(0.001)
            if records:
                await outbox.record(**EVENT)
        stopping = True
        await ticking
    return found


class Steps:
    """Await something, and note the CPU time of each step that it makes on the event loop."""

    def __init__(self, awaited: Any, found: List[float]) -> None:
        self._awaited = awaited
        self._found = found

    def __await__(self) -> Iterator[Any]:
        inner = self._awaited.__await__()
        while True:
            started = time.thread_time()
            try:
                waited_for = inner.send(None)
            except StopIteration as end:
                return end.value
            finally:
                self._found.append(time.thread_time() - started)
            yield waited_for


async def steps(folder: str, count: int) -> List[float]:
    """Return how long each step of recording keeps an event loop from other work."""
    found: List[float] = []
    async with AsyncOutbox(
        AsyncNovaBilling(token="sk_live_x"), SQLiteStore(folder), send=False
    ) as outbox:
        for _ in range(count):
            await Steps(outbox.record(**EVENT), found)
    return found


def print_loop(folder: str, quick: bool) -> None:
    title("an event loop beside handlers", "late, p50", "late, p99")
    count = 500 if quick else 5_000
    for name, records in (("that do nothing", False), ("that record an event each", True)):
        found = asyncio.run(late(os.path.join(folder, f"loop-{records}"), count, records))
        say(name, *quantiles(found))
    found = asyncio.run(steps(os.path.join(folder, "steps"), count))
    say("CPU of a step of record() on the loop", *quantiles(found))


def peak_of_memory() -> float:
    """Return the most that this program held, in MB; `ru_maxrss` is that of its parent as well."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1000 for line in file if line.startswith("VmHWM"))


def drained(url: str, folder: str) -> str:
    """Drain a folder in this process; return what it took as JSON."""
    started = time.perf_counter()
    client = NovaBilling(token="sk_live_x", base_url=url)
    first: List[float] = []
    outbox = Outbox(client, SQLiteStore(folder), linger=0)
    outbox.on_verdict(lambda _: first.append(time.perf_counter()) if not first else None)
    backlog = outbox.stats().depth
    outbox.start()
    while outbox.stats().depth:
        time.sleep(0.2)
    took = time.perf_counter() - started
    outbox.close()
    whole = peak_of_memory()
    return json.dumps(
        {"backlog": backlog, "first": first[0] - started, "rate": backlog / took, "mb": whole}
    )


def print_drain(folder: str, quick: bool) -> None:
    title("draining by one sender", "events/s", "first sent", "memory, max")
    with metering() as url:
        for count in (20_000,) if quick else (100_000, 1_000_000):
            path = os.path.join(folder, f"backlog-{count}")
            fill(url, path, count)
            program = f"from benchmarks.outbox import drained; print(drained({url!r}, {path!r}))"
            output = subprocess.run(
                [sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.PIPE
            ).stdout
            found = json.loads(output)
            say(
                f"a backlog of {found['backlog']:,}",
                f"{found['rate']:,.0f}",
                f"{found['first'] * 1000:,.0f} ms",
                f"{found['mb']:,.0f} MB",
            )


def fill(url: str, folder: str, count: int) -> None:
    client = NovaBilling(token="sk_live_x", base_url=url)
    outbox = Outbox(client, SQLiteStore(folder), send=False)
    for _ in range(count // 1000):
        outbox.record_many([UsageEventInput(**EVENT) for _ in range(1000)])
    outbox.close()


def print_outbox(_: Server, quick: bool) -> None:
    with tempfile.TemporaryDirectory(dir=os.environ.get("OUTBOX_FOLDER")) as folder:
        print_record(folder, quick)
        print_loop(folder, quick)
        print_drain(folder, quick)


if __name__ == "__main__":
    asyncio.run(run())
