"""Print memory and open sockets of this process after few calls, and after many.

`python -m benchmarks.growth sync|asyncio URL FEW MANY`; `benchmarks.memory` runs it. Linux only.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import stat
import sys
from pathlib import Path
from typing import Tuple

from benchmarks.calls import TOKEN
from benchmarks.timing import per_async_call
from novabilling import AsyncNovaBilling, NovaBilling

State = Tuple[int, int]


def state() -> State:
    """Return the resident bytes and the open sockets."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), sum(
        is_socket(n) for n in os.listdir("/proc/self/fd")
    )


def is_socket(number: str) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(int(number)).st_mode)
    except OSError:  # the listing's own
        return False


def grow(url: str, few: int, many: int) -> Tuple[State, State]:
    with NovaBilling(token=TOKEN, base_url=url) as client:
        for _ in range(few):
            client.customers.get("cus_1")
        first = state()
        for _ in range(many - few):
            client.customers.get("cus_1")
        return first, state()


async def grow_async(url: str, few: int, many: int) -> Tuple[State, State]:
    async with AsyncNovaBilling(token=TOKEN, base_url=url) as client:
        await per_async_call(lambda: client.customers.get("cus_1"), few, 50)
        first = state()
        await per_async_call(lambda: client.customers.get("cus_1"), many - few, 50)
        return first, state()


if __name__ == "__main__":
    colour, url, few, many = sys.argv[1:]
    if colour == "sync":
        print(json.dumps(grow(url, int(few), int(many))))
    else:
        print(json.dumps(asyncio.run(grow_async(url, int(few), int(many)))))
