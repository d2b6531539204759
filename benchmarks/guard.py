"""Fail when calls cost nearly as much as with httpx by hand: `python -m benchmarks.guard`.

CI runs it. The limits leave room over the targets, and a ratio is the median of many short rounds
in which both take turns, so that a busy machine moves both alike.
"""

from __future__ import annotations

import os
from statistics import median
from typing import Dict

import anyio
import httpx

from benchmarks.calls import HEADERS, JSON, TOKEN, async_calls, sync_calls
from benchmarks.server import Server, serve
from benchmarks.timing import OURS, Samples, in_turn, in_turn_async, ratios, show, title
from novabilling import AsyncNovaBilling, NovaBilling

ROUNDS = 25
WIDTH = 50
LIMITS = {"sync, one object": 0.40, "sync, list of 100": 0.60, "asyncio, 50 at once": 0.30}


def measure_sync(server: Server) -> Dict[str, Samples]:
    with NovaBilling(token=TOKEN, base_url=server.http) as ours, httpx.Client(
        base_url=server.http, headers=HEADERS
    ) as http:
        calls = sync_calls(ours, http)
        return {
            f"sync, {name}": in_turn({key: calls[name][key] for key in (OURS, JSON)}, 20, ROUNDS)
            for name in ("one object", "list of 100")
        }


async def measure_async(server: Server) -> Dict[str, Samples]:
    limits = httpx.Limits(max_connections=WIDTH, max_keepalive_connections=WIDTH)
    async with AsyncNovaBilling(token=TOKEN, base_url=server.http) as ours, httpx.AsyncClient(
        base_url=server.http, headers=HEADERS, limits=limits
    ) as http:
        calls = async_calls(ours, http)["one object"]
        pair = {key: calls[key] for key in (OURS, JSON)}
        return {"asyncio, 50 at once": await in_turn_async(pair, 2 * WIDTH, ROUNDS, WIDTH)}


def main() -> None:
    os.environ["NO_PROXY"] = "127.0.0.1"
    with serve() as server:
        found = {**measure_sync(server), **anyio.run(measure_async, server)}
    title("CPU per call", "novabilling", "httpx + json", "ratio", "p10-p90", "limit")
    for name, samples in found.items():
        show(name, samples, JSON, LIMITS[name])
    slow = [name for name, s in found.items() if median(ratios(s, OURS, JSON)) > LIMITS[name]]
    if slow:
        raise SystemExit(f"slower than the limit: {'; '.join(slow)}")


if __name__ == "__main__":
    main()
