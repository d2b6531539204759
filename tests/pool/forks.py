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


def busy(client: Any, times: int, work: Callable[[int], Any], child: Callable[[str], Any]) -> None:
    """Fork while other threads work again and again; a child that waits for a lock is ended."""
    over = threading.Event()

    def works(who: int) -> None:
        while not over.is_set():
            work(who)

    def lives(turn: int) -> None:
        signal.alarm(20)
        child(f"child{turn}")

    check(client, "before")  # imports what it needs: modules have locks of their own
    workers = [threading.Thread(target=works, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    try:
        for turn in range(times):
            joined(child_of(lambda turn=turn: lives(turn)))
    finally:
        over.set()
        for worker in workers:
            worker.join()


def threads(url: str, times: int) -> None:
    """Fork while other threads are in the middle of calls."""
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        busy(client, times, lambda n: check(client, f"thread{n}"), lambda who: check(client, who))


def copies(url: str, times: int) -> None:
    """Fork while other threads make copies of the client and ask them for a resource."""
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        copy = client.with_options
        busy(
            client,
            times,
            lambda _: copy(timeout=5).customers,
            lambda who: check(copy(timeout=5), who),
        )


def waits(url: str, times: int) -> None:
    """Fork while other threads begin and end the waits before their retries; the child closes."""

    def last_calls(who: str) -> None:
        check(client, who)
        client.close()

    sys.setswitchinterval(1e-5)
    with NovaBilling(token=TOKEN, base_url=url, max_retries=0, timeout=10) as client:
        pauses = client._caller.transport.waits
        busy(client, times, lambda _: pauses.wait(0), last_calls)


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
