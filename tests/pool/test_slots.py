"""Slots: how many calls are on their way at once, and who is next."""

from __future__ import annotations

import threading
import time
from typing import Any, List

import anyio
import httpx
import pytest

from novabilling import NovaBillingTimeoutError
from novabilling._runtime import concurrency
from tests.pool.servers import Peer, Request, echo, serve, silence
from tests.pool.support import SLACK, Api, client_of, ends_within, play, pool_of, raises, run

ASYNC = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def slow_echo(peer: Peer, request: Request) -> None:
    peer.pause(0.005)
    echo(peer, request)


@ASYNC
def test_the_server_never_sees_more_than_max_connections(backend):
    async def script(api: Any) -> None:
        async def one(n: int) -> None:
            assert await api.get(f"cus_{n}") == f"cus_{n}"

        async with anyio.create_task_group() as tasks:
            for n in range(200):
                tasks.start_soon(one, n)

    with serve(slow_echo) as server:
        play(backend, server.url, script, max_connections=7)
        assert server.peak == 7
        assert server.accepted == 7


@ASYNC
def test_the_queue_is_served_in_its_order(backend):
    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(30):
                tasks.start_soon(api.get, f"cus_{n}")
                await anyio.sleep(0)
                await anyio.sleep(0)

    with serve(slow_echo) as server:
        play(backend, server.url, script, max_connections=1)
        assert [r.id for r in server.requests] == [f"cus_{n}" for n in range(30)]


def test_threads_never_make_more_than_max_connections():
    def work(n: int) -> None:
        for turn in range(10):
            id = f"cus_{n}_{turn}"
            assert client.customers.get(id).data.id == id
            done.append(id)

    done: List[str] = []
    with serve(slow_echo) as server, client_of("sync", server.url, max_connections=5) as client:
        threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(done) == 200
        assert server.peak == 5
        assert pool_of(client).slots.free == 5


def test_old_idle_connections_make_room_for_new_ones(colour, clock):
    """What must not be repeated refuses an old connection, and the limit still holds."""

    async def script(api: Any) -> None:
        await api.get()
        clock.sleep(2)
        await api.post()
        assert server.settle(1) == 1

    with serve() as server:
        play(colour, server.url, script, max_connections=1, timeout=None)
        assert server.peak == 1
        assert server.accepted == 2


@pytest.mark.parametrize(
    "limits",
    [
        {"timeout": 0.2},
        {"timeout": None, "deadline": 0.2},
        {"timeout": httpx.Timeout(10, pool=0.2)},
        {"timeout": 0.1, "deadline": 5, "max_retries": 1},
    ],
)
@ASYNC
def test_waiting_for_a_slot_counts_and_nothing_was_sent(backend, limits):
    async def script(api: Any) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.get, "holder")
            await anyio.sleep(0.02)
            copy = Api(api.client.with_options(**limits))
            # A second attempt is made even for a POST; the wait before it is at most 0.5 s.
            extra = 0.7 if limits.get("max_retries") else 0
            with ends_within(0.2 + extra + SLACK), raises(NovaBillingTimeoutError, applied=False):
                await copy.post()
            assert len(server.requests) == 1
            tasks.cancel_scope.cancel()
        assert pool_of(api.client).slots.free == 1

    with serve(silence) as server:
        play(backend, server.url, script, max_connections=1)


def test_waiting_threads_give_up_in_time_and_nothing_was_sent():
    with serve(silence) as server:
        client = client_of("sync", server.url, max_connections=1)

        def hold() -> None:
            with pytest.raises(RuntimeError):
                client.customers.get("holder")

        holder = threading.Thread(target=hold)
        holder.start()
        time.sleep(0.05)
        for limits in [{"timeout": 0.2}, {"timeout": httpx.Timeout(10, pool=0.2)}]:
            copy = Api(client.with_options(**limits))
            with ends_within(0.2 + SLACK), raises(NovaBillingTimeoutError, applied=False):
                run("sync", copy.post)
        assert len(server.requests) == 1
        client.close()
        holder.join()
        assert pool_of(client).slots.free == 1


@ASYNC
def test_a_write_that_waited_in_vain_is_sent_when_there_is_room(backend, monkeypatch):
    """Nothing was sent, so even what must not be sent twice is tried again."""

    async def script(api: Any) -> None:
        pool = pool_of(api.client)
        await pool.slots.acquire(None)

        async def release(_: float) -> None:
            pool.slots.release()

        monkeypatch.setattr(concurrency, "async_sleep", release)
        timeout = httpx.Timeout(10, pool=0.1)
        await Api(api.client.with_options(timeout=timeout, max_retries=1)).post()

    with serve() as server:
        play(backend, server.url, script, max_connections=1)
        assert [r.method for r in server.requests] == ["POST"]


@ASYNC
def test_each_wait_for_a_slot_ends_at_its_own_time(backend):
    ended: List[float] = []

    async def wait(api: Any, seconds: float) -> None:
        patient = api.client.with_options(timeout=httpx.Timeout(10, pool=seconds))
        with raises(NovaBillingTimeoutError):
            await Api(patient).get()
        ended.append(seconds)

    async def script(api: Any) -> None:
        slots = pool_of(api.client).slots
        await slots.acquire(None)
        async with anyio.create_task_group() as tasks:
            for seconds in (0.3, 0.1, 0.2):
                tasks.start_soon(wait, api, seconds)
        slots.release()
        await api.get()

    with serve() as server:
        play(backend, server.url, script, max_connections=1)
        assert ended == [0.1, 0.2, 0.3]
