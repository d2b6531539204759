"""What a call costs beside plain httpx, and how a burst of calls behaves.

    PYTHONPATH=src:. python -m benchmarks.pool            # everything, about three minutes
    PYTHONPATH=src:. python -m benchmarks.pool cpu        # CPU per call
    PYTHONPATH=src:. python -m benchmarks.pool burst      # bursts and the event loop

CPU is that of this process alone: the server has one of its own. The rounds of the two clients
alternate, and the best of each counts; "ratio" is ours over plain `httpx.AsyncClient`. Of bursts
the fastest of three is shown (of one, with httpx, which takes its time).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from typing import Any, Awaitable, Callable, Dict, List, Tuple

import anyio
import httpx
import msgspec

from novabilling import AsyncNovaBilling
from tests.support import CUSTOMER, TOKEN

Call = Callable[[], Awaitable[Any]]
BODY = msgspec.json.encode(CUSTOMER)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)
) + BODY


class Server(asyncio.Protocol):
    """Answer every request with the same customer."""

    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        self.transport.write(ANSWER * len(requests))


def serve(pipe: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Server, "127.0.0.1", 0, backlog=20_000)
        pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await server.serve_forever()

    asyncio.run(main())


def say(*cells: object) -> None:
    print(*(f"{cell:>14}" if n else f"{cell:<34}" for n, cell in enumerate(cells)), flush=True)


async def times(call: Call, count: int, width: int) -> float:
    """Return the CPU seconds of one call, `width` at a time."""
    left = count

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await call()

    started = time.process_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(width):
            tasks.start_soon(worker)
    return (time.process_time() - started) / count


async def cpu(url: str, width: int) -> Tuple[float, float]:
    """Return the CPU of a call: ours, and of httpx with the answer decoded."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with AsyncNovaBilling(token=TOKEN, base_url=url, max_connections=width) as ours:
        limits = httpx.Limits(max_connections=width, max_keepalive_connections=width)
        async with httpx.AsyncClient(base_url=url, headers=headers, limits=limits) as plain:

            async def ours_call() -> None:
                assert (await ours.customers.get("cus_1")).data.id == "cus_1"

            async def plain_call() -> None:
                assert (await plain.get("/api/customers/cus_1")).json()["id"] == "cus_1"

            best: Dict[Call, float] = {}
            for call in [ours_call, plain_call] * 6:
                spent = await times(call, 400 if width < 100 else 800, width)
                best[call] = min(spent, best.get(call, spent))
            return best[ours_call], best[plain_call]


async def watched(starts: List[Callable[[], Awaitable[Any]]]) -> Tuple[float, float, int]:
    """Run everything at once; return wall time, the longest block of the loop, and successes."""
    loop = asyncio.get_running_loop()
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        last = loop.time()
        while True:
            await asyncio.sleep(0)
            now = loop.time()
            longest = max(longest, now - last)
            last = now

    ticking = asyncio.ensure_future(tick())
    await asyncio.sleep(0.05)
    longest = 0.0
    started = loop.time()
    ends = await asyncio.gather(*(start() for start in starts), return_exceptions=True)
    wall = loop.time() - started
    ticking.cancel()
    return wall, longest, sum(not isinstance(end, BaseException) for end in ends)


async def burst_ours(url: str, count: int) -> Tuple[float, float, int]:
    async with AsyncNovaBilling(token=TOKEN, base_url=url) as client:
        await client.customers.get("cus_1")
        return await watched([lambda: client.customers.get("cus_1")] * count)


async def burst_httpx(url: str, count: int, gated: bool) -> Tuple[float, float, int]:
    async with httpx.AsyncClient(base_url=url) as client:
        gate = asyncio.Semaphore(100 if gated else count)

        async def one() -> None:
            async with gate:
                (await client.get("/api/customers/cus_1")).json()

        return await watched([one] * count)


async def burst_aiohttp(url: str, count: int) -> Tuple[float, float, int]:
    import aiohttp  # type: ignore[import-not-found, unused-ignore]

    async with aiohttp.ClientSession(url) as session:

        async def one() -> None:
            async with session.get("/api/customers/cus_1") as answer:
                await answer.json()

        return await watched([one] * count)


async def only_requests(count: int) -> Tuple[float, float, int]:
    """Build a request in each of so many tasks: what a loop has to bear anyway."""

    async def one() -> None:
        httpx.Request("GET", "http://127.0.0.1/api/customers/cus_1", headers={"a": "b"})

    return await watched([one] * count)


def print_cpu(url: str) -> None:
    say("CPU per call", "ours", "httpx", "ratio")
    for backend in ("asyncio", "trio"):
        for width in (1, 50, 200):
            ours, plain = anyio.run(cpu, url, width, backend=backend)
            microseconds = [f"{seconds * 1e6:.0f} us" for seconds in (ours, plain)]
            say(f"{backend}, concurrency {width}", *microseconds, f"{ours / plain:.2f}")


def print_bursts(url: str) -> None:
    say("burst on asyncio", "wall", "longest block", "successes")

    def show(name: str, burst: Callable[..., Any], *args: Any, rounds: int = 3) -> None:
        async def main() -> Tuple[float, float, int]:
            return await burst(*args)  # type: ignore[no-any-return]

        wall, longest, done = min(asyncio.run(main()) for _ in range(rounds))
        say(name, f"{wall:.2f} s", f"{longest * 1e3:.0f} ms", done)

    for count in (1_000, 10_000):
        show(f"{count}: ours", burst_ours, url, count)
        show(f"{count}: httpx, semaphore of 100", burst_httpx, url, count, True, rounds=1)
        show(f"{count}: only httpx.Request", only_requests, count)
        try:
            import aiohttp  # noqa: F401
        except ImportError:
            say(f"{count}: aiohttp", "not installed")
        else:
            show(f"{count}: aiohttp", burst_aiohttp, url, count)
    show("1000: plain httpx", burst_httpx, url, 1_000, False, rounds=1)


def main(parts: List[str]) -> None:
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = here.recv()
    try:
        if "cpu" in parts:
            print_cpu(url)
        if "burst" in parts:
            print_bursts(url)
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main(sys.argv[1:] or ["cpu", "burst"])
