"""Thousands of calls at once: 1,000; 10,000 with `-m slow`.

The loop may be blocked for 50 ms by 1,000 calls, and by 10,000 for twice as long as by tasks that
only build a request each. Machines that run tests are shared, so the tests allow four times and
one and a half times that; `python -m benchmarks bursts` prints the true figures.
"""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, List, Tuple

import anyio
import httpx
import pytest

from novabilling import AsyncNovaBilling
from tests.pool.servers import serve_apart
from tests.pool.support import Api, play, pool_of
from tests.support import CUSTOMER

MANY = [1000, pytest.param(10_000, marks=pytest.mark.slow)]


@pytest.mark.parametrize("count", MANY)
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_all_calls_of_a_burst_succeed(backend, count):
    async def script(api: Api) -> int:
        done = 0

        async def one(n: int) -> None:
            nonlocal done
            assert await api.get(f"cus_{n}") == f"cus_{n}"
            done += 1

        async with anyio.create_task_group() as tasks:
            for n in range(count):
                tasks.start_soon(one, n)
        pool = pool_of(api.client)
        assert pool.slots.free == 100
        assert len(pool._open) == len(pool._idle) <= 100
        return done

    with serve_apart() as server:
        assert play(backend, server.url, script, timeout=60) == count
    assert server.peak <= 100
    assert server.accepted <= 100


def test_all_calls_of_a_burst_start_before_the_first_is_sent():
    order: List[str] = []

    def token() -> str:
        order.append("start")
        return "sk_test_1"

    async def answer(_: httpx.Request) -> httpx.Response:
        order.append("send")
        return httpx.Response(200, json=CUSTOMER)

    async def main() -> None:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        client = AsyncNovaBilling(token=token, http_client=http)
        await asyncio.gather(*(client.customers.get("cus_1") for _ in range(50)))

    anyio.run(main)

    assert order == ["start"] * 50 + ["send"] * 50


async def longest_block(work: Callable[[int], Awaitable[Any]], count: int) -> float:
    """Run work so often at once; return the longest time that the loop let others wait."""
    loop = asyncio.get_running_loop()
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        last = loop.time()
        while True:
            await asyncio.sleep(0)
            longest = max(longest, loop.time() - last)
            last = loop.time()

    ticking = asyncio.ensure_future(tick())
    await asyncio.gather(*(work(n) for n in range(count)))
    ticking.cancel()
    return longest


async def only_a_request(n: int) -> None:
    httpx.Request("GET", f"http://127.0.0.1/api/customers/cus_{n}", headers={"a": "b"})


@pytest.mark.parametrize("count", MANY)
def test_a_burst_leaves_the_loop_to_others(count):
    async def script(api: Api) -> List[Tuple[float, float]]:
        await api.get()
        return [
            (
                await longest_block(lambda n: api.get(f"cus_{n}"), count),
                await longest_block(only_a_request, count),
            )
            for _ in range(3)
        ]

    with serve_apart() as server:
        rounds = play("asyncio", server.url, script, timeout=60)
    for ours, requests in rounds:
        print(f"{ours * 1e3:.0f} ms; only requests: {requests * 1e3:.0f} ms")  # noqa: T201
    if count == 1000:
        assert min(ours for ours, _ in rounds) < 4 * 0.050
    else:
        assert min(ours / requests for ours, requests in rounds) < 1.5 * 2
