"""How a burst of calls behaves on asyncio: wall time, and how long the event loop was blocked.

Of each the fastest of three is shown (of one, with httpx, which takes its time). The first burst of
a process is that of a new one, whose client was made outside of the loop; of these the slowest of
three is shown.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from importlib import import_module
from operator import itemgetter
from typing import Any, Awaitable, Callable, List, Tuple

import httpx

from benchmarks.calls import HEADERS, ONE, TOKEN
from benchmarks.server import ROOT, Server
from benchmarks.timing import say, title
from novabilling import AsyncNovaBilling

Watched = Tuple[float, float, int]


async def watched(starts: List[Callable[[], Awaitable[Any]]]) -> Watched:
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


async def ours(url: str, count: int) -> Watched:
    async with AsyncNovaBilling(token=TOKEN, base_url=url) as client:
        await client.customers.get("cus_1")
        return await watched([lambda: client.customers.get("cus_1")] * count)


async def first_calls(client: AsyncNovaBilling, count: int) -> Watched:
    async with client:
        return await watched([lambda: client.customers.get("cus_1")] * count)


def first_of_a_process(url: str, count: int) -> Watched:
    command = [sys.executable, "-m", "benchmarks.bursts", url, str(count)]
    printed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    wall, longest, done = json.loads(printed)
    return wall, longest, done


async def over_httpx(url: str, count: int, gate: int) -> Watched:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS) as client:
        semaphore = asyncio.Semaphore(gate)

        async def one() -> None:
            async with semaphore:
                (await client.get(ONE)).json()

        return await watched([one] * count)


async def over_aiohttp(url: str, count: int) -> Watched:
    aiohttp: Any = import_module("aiohttp")

    async with aiohttp.ClientSession(url, headers=HEADERS) as session:

        async def one() -> None:
            async with session.get(ONE) as answer:
                await answer.json()

        return await watched([one] * count)


async def only_requests(_: str, count: int) -> Watched:
    """Build a request in each of so many tasks: what a loop has to bear anyway."""

    async def one() -> None:
        httpx.Request("GET", "http://127.0.0.1" + ONE, headers={"a": "b"})

    return await watched([one] * count)


def print_bursts(server: Server, quick: bool) -> None:
    """Print bursts of 1,000 and 10,000 calls."""
    title("Burst on asyncio", "wall", "longest block", "successes")
    for count in (1_000,) if quick else (1_000, 10_000):
        best(f"{count}: novabilling", ours, server.http, count)
        best(f"{count}: aiohttp by hand", over_aiohttp, server.http, count)
        best(f"{count}: only httpx.Request", only_requests, server.http, count)
        best(f"{count}: httpx, semaphore of 100", over_httpx, server.http, count, 100, rounds=1)
    wall, longest, done = max(
        (first_of_a_process(server.http, 1_000) for _ in range(3)), key=itemgetter(1)
    )
    say("1000: novabilling, new process", f"{wall:.2f} s", f"{longest * 1e3:.0f} ms", done)
    best("1000: httpx alone", over_httpx, server.http, 1_000, 1_000, rounds=1)


def best(name: str, burst: Callable[..., Any], *args: Any, rounds: int = 3) -> None:
    wall, longest, done = min(asyncio.run(burst(*args)) for _ in range(rounds))
    say(name, f"{wall:.2f} s", f"{longest * 1e3:.0f} ms", done)


if __name__ == "__main__":
    new = AsyncNovaBilling(token=TOKEN, base_url=sys.argv[1])
    print(json.dumps(asyncio.run(first_calls(new, int(sys.argv[2])))))
