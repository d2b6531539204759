"""Many calls at once: CPU, wall time and connections, beside httpx and aiohttp by hand.

Our clients are as installed, with 100 connections. httpx gets as many as there are calls; with a
thousand its pool does not keep up and calls time out, so there it has 100 behind a semaphore.
"""

from __future__ import annotations

import time
from contextlib import AsyncExitStack
from statistics import median
from typing import Any, Awaitable, Callable, Dict, List

import anyio
import httpx

from benchmarks.calls import AIOHTTP as BY_HAND
from benchmarks.calls import HEADERS, ONE, TOKEN, by_aiohttp
from benchmarks.server import Server
from benchmarks.timing import (
    OURS,
    Samples,
    per_async_call,
    ratios,
    say,
    show,
    spread,
    title,
    turns,
    verdict,
)
from novabilling import AsyncNovaBilling

HTTPX = "httpx"
WIDTHS = (1, 10, 50, 200, 1000)
TARGETS = {"asyncio": 0.20, "trio": 0.30}
BESIDE_AIOHTTP = {"asyncio": 0.80, "trio": 1.10}


def client_of_httpx(server: Server, width: int) -> httpx.AsyncClient:
    most = width if width <= 200 else 100
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
    return httpx.AsyncClient(base_url=server.http, headers=HEADERS, limits=limits)


async def candidates(
    stack: AsyncExitStack, server: Server, width: int, backend: str
) -> Dict[str, Callable[[], Awaitable[Any]]]:
    http = await stack.enter_async_context(client_of_httpx(server, width))
    gate = anyio.Semaphore(min(width, 200) if width <= 200 else 100)
    client = await stack.enter_async_context(AsyncNovaBilling(token=TOKEN, base_url=server.http))

    async def plain() -> Any:
        if width <= 200:
            return (await http.get(ONE)).json()
        async with gate:
            return (await http.get(ONE)).json()

    calls = {OURS: lambda: client.customers.get("cus_1"), HTTPX: plain}
    if backend == "asyncio" and width <= 200:
        calls[BY_HAND] = await stack.enter_async_context(by_aiohttp(server))
    return calls


async def measure(server: Server, width: int, backend: str, rounds: int) -> Any:
    """Return CPU samples, wall times and the most connections at once, by candidate."""
    count = max(400, 2 * width)
    cpu: Samples = {}
    wall: Samples = {}
    peak: Dict[str, int] = {}
    async with AsyncExitStack() as stack:
        calls = await candidates(stack, server, width, backend)
        for number in range(rounds + 1):
            for name in turns(calls, number):
                before = server.counts().open
                started = time.perf_counter()
                spent = await per_async_call(calls[name], count, width)
                seconds = time.perf_counter() - started
                if number == 0:  # it warms up and opens the connections
                    peak[name] = server.counts().peak - before
                else:
                    cpu.setdefault(name, []).append(spent)
                    wall.setdefault(name, []).append(seconds / count)
    return cpu, wall, peak


def print_concurrency(server: Server, quick: bool) -> None:
    """Print a row for each number of calls at once, event loop and client."""
    rounds = 3 if quick else 9
    title(
        "CPU per call, many at once", "CPU", "wall", "connections", "of httpx", "p10-p90", "target"
    )
    for backend in ("asyncio", "trio"):
        for width in WIDTHS:
            found = anyio.run(measure, server, width, backend, rounds, backend=backend)
            print_width(f"{backend}, {width}", width, TARGETS[backend], *found)
    title("CPU per call, many at once", "novabilling", BY_HAND, "ratio", "p10-p90", "target")
    for backend, target in BESIDE_AIOHTTP.items():
        for width in (50, 200):
            samples = beside_aiohttp(server, backend, width, 15 if quick else 31)
            limit = target if width == 50 or backend == "asyncio" else None
            show(f"{backend}, {width}: {BY_HAND}", samples, BY_HAND, limit)


def beside_aiohttp(server: Server, backend: str, width: int, rounds: int) -> Samples:
    """Let a client take turns with aiohttp, each on an event loop of its own."""

    async def ours() -> List[float]:
        async with AsyncNovaBilling(token=TOKEN, base_url=server.http) as client:
            return await some(lambda: client.customers.get("cus_1"))

    async def by_hand() -> List[float]:
        async with by_aiohttp(server) as one:
            return await some(one)

    async def some(call: Callable[[], Awaitable[Any]]) -> List[float]:
        await per_async_call(call, 2 * width, width)  # it opens the connections
        return [await per_async_call(call, max(400, 2 * width), width)]

    samples: Samples = {OURS: [], BY_HAND: []}
    for number in range(rounds):
        for name in turns(samples, number):
            run = anyio.run(ours, backend=backend) if name == OURS else anyio.run(by_hand)
            samples[name] += run
    return samples


def print_width(
    name: str, width: int, target: float, cpu: Samples, wall: Samples, peak: Dict[str, int]
) -> None:
    for client in cpu:
        parts: List[str] = []
        if client != HTTPX:
            found = ratios(cpu, client, HTTPX)
            low, high = spread(found)
            limit = target if client == OURS and width in (50, 200) else None
            parts = [
                f"{median(found):.2f}",
                f"{low:.2f}-{high:.2f}",
                *verdict(median(found), limit),
            ]
        note = f"{client}, semaphore of 100" if client == HTTPX and width > 200 else client
        say(
            f"{name}: {note}",
            f"{median(cpu[client]) * 1e6:.0f} us",
            f"{median(wall[client]) * 1e6:.0f} us",
            peak[client],
            *parts,
        )
