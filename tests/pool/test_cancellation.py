"""A call that is canceled, wherever it waits, leaves no slot taken and no socket open.

The soak sends 1,000 requests; 5,000 with `-m slow`.
"""

from __future__ import annotations

import asyncio
import random
import types
from contextlib import AsyncExitStack, suppress
from typing import Any, Awaitable, Callable, Generator, Optional, Tuple

import anyio
import pytest

from novabilling import ClientClosedError, NovaBillingTimeoutError
from tests.pool.servers import Peer, Request, echo, echo_in_pieces, serve
from tests.pool.support import Api, client_of, play, pool_of, run

WAYS = [
    ("asyncio", "task"),
    ("asyncio", "task, one turn later"),
    ("asyncio", "task, twice"),
    ("asyncio", "scope"),
    ("trio", "scope"),
]


@types.coroutine
def _step(
    work: Awaitable[Any], at: int, cancel: Callable[[], None], seen: Callable[[], None]
) -> Generator[Any, Any, Any]:
    """Run work, and cancel it when it waits for the `at`-th time."""
    inner = work.__await__()
    count = 0
    send: Any = None
    throw: Optional[BaseException] = None
    while True:
        try:
            waits_for = inner.send(send) if throw is None else inner.throw(throw)
        except StopIteration as done:
            return done.value
        count += 1
        seen()
        if count == at:
            cancel()
        throw = None
        try:
            send = yield waits_for
        except BaseException as exc:
            throw = exc


async def canceled_at(at: int, way: str, work: Awaitable[Any]) -> bool:
    """Run work, canceled at its `at`-th wait; False if it never waits so often."""
    reached = 0

    def seen() -> None:
        nonlocal reached
        reached += 1

    if way == "scope":
        with anyio.CancelScope() as scope:
            await _step(work, at, scope.cancel, seen)
        return reached >= at

    def cancel() -> None:
        if way == "task":
            task.cancel()
        elif way == "task, twice":
            task.cancel()
            asyncio.get_running_loop().call_soon(task.cancel)
        else:
            asyncio.get_running_loop().call_soon(task.cancel)

    async def main() -> None:
        await _step(work, at, cancel, seen)

    task = asyncio.ensure_future(main())
    with suppress(asyncio.CancelledError):
        await task
    return reached >= at


async def assert_nothing_is_lost(api: Api, server: Any) -> None:
    await anyio.sleep(0.005)  # what was aborted is closed in the next turns of the loop
    pool = pool_of(api.client)
    assert pool.slots.free == pool.slots.size
    assert not pool.slots._waiting
    assert len(pool._open) == len(pool._idle)
    assert server.settle(len(pool._idle)) == len(pool._idle)


async def walk(
    api: Api, server: Any, way: str, prepare: Callable[[AsyncExitStack], Awaitable[None]]
) -> int:
    """Cancel a call at every point where it waits, one after the other."""
    for at in range(1, 200):
        async with AsyncExitStack() as around:
            await prepare(around)
            more = await canceled_at(at, way, api.get("canceled"))
        await assert_nothing_is_lost(api, server)
        assert await api.get(f"cus_{at}") == f"cus_{at}"
        await assert_nothing_is_lost(api, server)
        if not more:
            return at - 1
    raise AssertionError("it waits for ever")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("state", ["fresh", "reused", "queued"])
@pytest.mark.parametrize(("backend", "way"), WAYS)
def test_nothing_is_lost_wherever_a_call_is_canceled(backend, way, state, scheme, request):
    tls = None
    if scheme == "https":
        request.getfixturevalue("trusted")
        tls = request.getfixturevalue("tls")

    async def script(api: Api) -> int:
        async def prepare(around: AsyncExitStack) -> None:
            pool = pool_of(api.client)
            if state == "fresh":
                while pool._idle:
                    await pool._close(pool._idle.pop())
                server.settle(0)
            elif state == "queued":
                tasks = await around.enter_async_context(anyio.create_task_group())
                tasks.start_soon(api.get, "holder")
                with anyio.fail_after(10):
                    while pool.slots.free:
                        await anyio.sleep(0)

        return await walk(api, server, way, prepare)

    behave = echo if state == "queued" else echo_in_pieces

    def slowly(peer: Peer, asked: Request) -> None:
        if asked.id == "holder":
            peer.pause(0.01)
        behave(peer, asked)

    with serve(slowly, tls=tls) as server:
        points = play(backend, server.url, script, max_connections=1)
        assert server.peak == 1
    print(f"{points} points")  # noqa: T201
    assert points >= 2


@pytest.mark.parametrize(("backend", "way"), WAYS)
def test_a_slot_given_to_a_waiter_that_is_canceled_goes_to_the_next(backend, way):
    """The slot is given, and the waiter is canceled before it can take it."""

    async def script(api: Api) -> None:
        async def hopeless() -> None:
            with suppress(asyncio.CancelledError):
                await task if task else await api.get("canceled")

        task: Optional[Any] = None
        for turn in range(20):
            pool = pool_of(api.client)
            await pool.slots.acquire(None)
            async with anyio.create_task_group() as tasks:
                scope = anyio.CancelScope()
                if way == "scope":

                    async def within(scope: anyio.CancelScope = scope) -> None:
                        with scope:
                            await api.get("canceled")

                    tasks.start_soon(within)
                else:
                    task = asyncio.ensure_future(api.get("canceled"))
                    tasks.start_soon(hopeless)
                await anyio.sleep(0.002)
                tasks.start_soon(api.get, "next")
                await anyio.sleep(0.002)
                assert len(pool.slots._waiting) == 2
                if turn % 2:
                    (scope.cancel if way == "scope" else task.cancel)()  # type: ignore[union-attr]
                    pool.slots.release()
                else:
                    pool.slots.release()
                    (scope.cancel if way == "scope" else task.cancel)()  # type: ignore[union-attr]
            await assert_nothing_is_lost(api, server)

    with serve() as server:
        play(backend, server.url, lambda api: _in_time(script(api)), max_connections=1)


async def _in_time(work: Awaitable[Any]) -> None:
    with anyio.fail_after(20):
        await work


async def soak(api: Api, server: Any, way: str, count: int) -> Tuple[int, int]:
    """Send many requests, 40 at a time, and cancel about a third of them at random moments."""
    dice = random.Random(7)
    width = anyio.Semaphore(40)
    done = canceled = 0

    async def one(n: int, seconds: float) -> None:
        nonlocal done, canceled
        async with width:
            if way == "scope":
                with anyio.move_on_after(seconds) as scope:
                    await api.get(f"cus_{n}")
                canceled += scope.cancelled_caught
            else:
                try:
                    await asyncio.wait_for(api.get(f"cus_{n}"), seconds)
                except asyncio.TimeoutError:
                    canceled += 1
            done += 1

    async with anyio.create_task_group() as tasks:
        for n in range(count - 100):
            tasks.start_soon(one, n, dice.choice([dice.uniform(0, 0.03), 30, 30]))
    for n in range(100):
        assert await api.get(f"last_{n}") == f"last_{n}"
    await assert_nothing_is_lost(api, server)
    return done, canceled


@pytest.mark.parametrize("count", [1000, pytest.param(5000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("backend", "way"), [WAYS[0], WAYS[3], WAYS[4]])
def test_a_pool_of_ten_survives_random_cancellations(backend, way, count):
    def slowly(peer: Peer, request: Request) -> None:
        peer.pause(0.001)
        echo(peer, request)

    with serve(slowly) as server:
        done, canceled = play(
            backend, server.url, lambda api: soak(api, server, way, count), max_connections=10
        )
        assert server.peak <= 10
    print(f"{done} done, {canceled} of them canceled, at most {server.peak} connections")  # noqa: T201
    assert done == count - 100
    assert canceled > count / 20


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_timeouts_at_any_moment_lose_nothing(backend):
    """The timeout of the client itself, at moments that are a fraction of a millisecond apart."""

    async def script(api: Api) -> None:
        for n in range(150):
            copy = Api(api.client.with_options(timeout=0.0001 + n * 0.00004))
            with suppress(NovaBillingTimeoutError):
                await copy.get(f"cus_{n}")
        assert await api.get("last") == "last"
        await assert_nothing_is_lost(api, server)

    with serve() as server:
        play(backend, server.url, script, max_connections=2)


@pytest.mark.parametrize(("backend", "way"), WAYS)
def test_closing_can_be_canceled_at_any_point(backend, way):
    """What was being closed is closed, and the client stays closed."""

    async def script() -> None:
        for at in range(1, 50):
            api = Api(client_of(backend, server.url))
            async with anyio.create_task_group() as tasks:
                for n in range(3):
                    tasks.start_soon(api.get, f"cus_{n}")
            more = await canceled_at(at, way, api.close())
            with pytest.raises(ClientClosedError):
                await api.get()
            await api.close()
            assert server.settle(0) == 0
            if not more:
                return

    with serve(echo_in_pieces) as server:
        run(backend, script)
