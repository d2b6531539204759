"""A program that forks with live connections: `python -m tests.pool.forks KIND URL TIMES`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from typing import Any, Callable

from novabilling import AsyncNovaBilling, NovaBilling
from tests.support import TOKEN


def check(client: Any, who: str) -> None:
    for n in range(10):
        id = f"{who}_{n}"
        found = client.customers.get(id).data.id
        assert found == id, (found, id)


async def async_check(client: Any, who: str) -> None:
    async def one(n: int) -> None:
        id = f"{who}_{n}"
        found = (await client.customers.get(id)).data.id
        assert found == id, (found, id)

    await asyncio.gather(*(one(n) for n in range(10)))


def child_of(work: Callable[[], Any]) -> int:
    """Fork; the child works and ends, the parent goes on."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as exc:
            os.write(2, f"{os.getpid()}: {exc!r}\n".encode())
            os._exit(1)
        os._exit(0)
    return pid


def joined(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    assert status == 0, status


def sync(url: str, times: int) -> None:
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        check(client, "before")
        for turn in range(times):
            pid = child_of(lambda turn=turn: check(client, f"child{turn}"))
            check(client, f"parent{turn}")
            joined(pid)
        check(client, "after")


def threads(url: str, times: int) -> None:
    """Fork while other threads are in the middle of calls."""
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        check(client, "before")  # imports what it needs: modules have locks of their own
        over = threading.Event()

        def work(who: str) -> None:
            while not over.is_set():
                check(client, who)

        workers = [threading.Thread(target=work, args=(f"thread{n}",)) for n in range(4)]
        for worker in workers:
            worker.start()
        for turn in range(times):
            joined(child_of(lambda turn=turn: check(client, f"child{turn}")))
        over.set()
        for worker in workers:
            worker.join()


def copies(url: str, times: int) -> None:
    """Fork while other threads make copies of the client and ask them for a resource."""
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        check(client, "before")
        over = threading.Event()

        def work() -> None:
            while not over.is_set():
                _ = client.with_options(timeout=5).customers

        def one_call(turn: int) -> None:
            signal.alarm(5)  # ends a child that waits for a lock
            check(client.with_options(timeout=5), f"child{turn}")

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        try:
            for turn in range(times):
                joined(child_of(lambda turn=turn: one_call(turn)))
        finally:
            over.set()
            for worker in workers:
                worker.join()


def waits(url: str, times: int) -> None:
    """Fork while other threads begin and end the waits before their retries."""
    sys.setswitchinterval(1e-5)
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        check(client, "before")
        over = threading.Event()
        pauses = client._session.transport.pauses

        def work() -> None:
            while not over.is_set():
                pauses.wait(0)

        def last_calls(turn: int) -> None:
            signal.alarm(5)  # ends a child that waits for a lock
            check(client, f"child{turn}")
            client.close()

        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        try:
            for turn in range(times):
                joined(child_of(lambda turn=turn: last_calls(turn)))
        finally:
            over.set()
            for worker in workers:
                worker.join()


def in_loop(url: str, times: int) -> None:
    """Fork inside a running loop; the child runs one of its own."""

    async def main() -> None:
        async with AsyncNovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
            await async_check(client, "before")
            for turn in range(times):
                pid = child_of(lambda turn=turn: asyncio.run(async_check(client, f"child{turn}")))
                await async_check(client, f"parent{turn}")
                joined(pid)
            await async_check(client, "after")

    asyncio.run(main())


def between_loops(url: str, times: int) -> None:
    """Fork between two loops; both run a new one, with the same client."""
    client = AsyncNovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10)
    for turn in range(times):
        asyncio.run(async_check(client, f"before{turn}"))
        pid = child_of(lambda turn=turn: asyncio.run(async_check(client, f"child{turn}")))
        asyncio.run(async_check(client, f"parent{turn}"))
        joined(pid)
    asyncio.run(client.aclose())


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
