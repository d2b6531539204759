"""Many calls at once through random faults, and many that are canceled: nothing is lost."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
import time
from typing import Any, Callable, List

import anyio
import pytest

from novabilling import NovaBillingError
from tests.chaos.calls import (
    COLOURS,
    OPERATIONS,
    SLACK,
    Ended,
    Job,
    ask,
    client_of,
    job,
    lies,
    make_all,
)
from tests.chaos.server import FAULTS, Server
from tests.pool.support import pool_of

pytestmark = pytest.mark.usefixtures("short_waits")

WIDTH = 100
ATTEMPTS = 3
TIMEOUT = 1.5
FAST = [name for name, fault in FAULTS.items() if not fault.slow and not fault.wait]
SLOW = [name for name, fault in FAULTS.items() if fault.slow]


def open_files() -> int:
    """Return the number of open files of this process, where it can be known."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def settled(count: Callable[[], int], wanted: int) -> int:
    """Return a count, once it is what it should be or three seconds are over."""
    end = time.monotonic() + 3
    while count() != wanted and time.monotonic() < end:
        time.sleep(0.01)
    return count()


def random_plan(dice: random.Random) -> str:
    """Draw the plan of a call: each attempt fails with one in five, few of them in silence."""
    steps: List[str] = []
    for _ in range(ATTEMPTS):
        if dice.random() >= 0.2:
            break
        name = dice.choice(SLOW if dice.random() < 0.02 else FAST)
        doubtful = FAULTS[name].fate in ("unknown", "cut", "unreadable", "broken", "failed")
        steps.append(name + "!" if doubtful and dice.random() < 0.5 else name)
    return " ".join([*steps, "ok"])


def assert_nothing_is_lost(client: Any, server: Server, size: int) -> None:
    """Compare the pool, which all calls have left, with the connections that the server sees."""
    pool = pool_of(client)
    assert pool.slots.free == size
    assert len(pool._idle) <= size
    assert settled(lambda: server.live, len(pool._idle)) == len(pool._idle)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_call_through_random_faults_is_lost_or_made_twice(server, other, colour, count):
    dice = random.Random(count)
    jobs = [job(dice.choice(list(OPERATIONS)), random_plan(dice)) for _ in range(count)]
    clean = [job("GET") for _ in range(100)]
    options = {"timeout": TIMEOUT, "max_connections": WIDTH, "max_response_bytes": 1 << 20}
    before = open_files()
    started = time.monotonic()

    ended = make_all(
        colour,
        lambda: [client_of(colour, server.url, **options)],
        jobs,
        clean,
        width=WIDTH,
        at_end=lambda clients: assert_nothing_is_lost(clients[0], server, WIDTH),
    )

    seconds = time.monotonic() - started
    failed = sum(end.error is not None for end in ended)
    requests = len(server.ledger.requests)
    print(f"{count} calls, {failed} errors, {requests} requests, {seconds:.1f} s")  # noqa: T201
    assert len(ended) == count + len(clean)
    assert [text for end in ended for text in lies(end, server.ledger, other.ledger)] == []
    assert [end.error for end in ended[count:] if end.error is not None] == []
    assert count / 20 < failed < count / 4  # the faults did happen, and some were overcome
    assert max(end.seconds for end in ended) < ATTEMPTS * (TIMEOUT + SLACK) + 1
    assert seconds < 30 + count / 20
    assert settled(lambda: server.live, 0) == 0
    assert settled(open_files, before) <= before


WAYS = [("asyncio", "task"), ("asyncio", "scope"), ("trio", "scope")]


@pytest.mark.parametrize(("backend", "way"), WAYS)
@pytest.mark.parametrize("count", [400, pytest.param(2000, marks=pytest.mark.slow)])
def test_cancellations_at_any_moment_lose_no_connection(server, other, backend, way, count):
    size, width = 10, 40
    dice = random.Random(count)
    jobs: List[Job] = []
    ended: List[Ended] = []
    canceled = 0

    async def one(client: Any, planned: Any, seconds: float) -> None:
        nonlocal canceled
        error, data = None, None
        try:
            if way == "scope":
                with anyio.move_on_after(seconds) as scope:
                    data = (await ask(client, planned)).data
                if scope.cancelled_caught:
                    canceled += 1
                    return
            else:
                data = (await asyncio.wait_for(ask(client, planned), seconds)).data
        except asyncio.TimeoutError:
            canceled += 1
            return
        except Exception as exc:
            error = exc
        ended.append(Ended(planned, error, data, 0))

    async def worker(client: Any) -> None:
        while canceled < count:
            jobs.append(job(dice.choice(list(OPERATIONS)), random_plan(dice)))
            await one(client, jobs[-1], dice.choice([dice.uniform(0, 0.03), 30]))

    async def main() -> None:
        options = {"timeout": TIMEOUT, "max_connections": size, "max_response_bytes": 1 << 20}
        async with client_of(backend, server.url, **options) as client:
            async with anyio.create_task_group() as group:
                for _ in range(width):
                    group.start_soon(worker, client)
            for _ in range(100):
                planned = job("GET")
                ended.append(Ended(planned, None, (await ask(client, planned)).data, 0))
            assert_nothing_is_lost(client, server, size)

    before = open_files()
    anyio.run(main, backend=backend)

    print(f"{canceled} canceled, {len(ended)} ended")  # noqa: T201
    assert canceled >= count
    assert [text for end in ended for text in lies(end, server.ledger, other.ledger)] == []
    money = [planned for planned in jobs if planned.operation in ("POST money", "POST event")]
    assert max(len(server.ledger.done[planned.id]) for planned in money) == 1
    assert settled(lambda: server.live, 0) == 0
    assert settled(open_files, before) <= before


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_client_that_is_closed_in_flight_ends_its_calls_and_tells_the_truth(
    server, colour, operation
):
    """Closed at twenty moments from before the first byte to after the last."""
    for turn in range(20):
        planned = job(operation)
        client = client_of(colour, server.url)
        error: Any = None
        if colour == "sync":
            closer = threading.Timer(turn * 0.0002, client.close)
            closer.start()
            try:
                ask(client, planned)
            except NovaBillingError as exc:
                error = exc
            closer.join()
        else:

            async def main(client: Any = client, planned: Any = planned, turn: int = turn) -> None:
                async def close() -> None:
                    await anyio.sleep(turn * 0.0002)
                    await client.aclose()

                async with anyio.create_task_group() as group:
                    group.start_soon(close)
                    await ask(client, planned)

            try:
                anyio.run(main, backend=colour)
            except NovaBillingError as exc:
                error = exc
            except Exception as exc:  # the group of the task group
                (error,) = exc.exceptions  # type: ignore[attr-defined]
        if error is not None:
            time.sleep(0.005)  # what was sent is on the ledger
            done = server.ledger.done[planned.id]
            assert type(error).__name__ == "ClientClosedError"
            assert error.may_have_been_applied or not done
    assert settled(lambda: server.live, 0) == 0
