"""Many calls at a time, on an event loop or in threads."""

from __future__ import annotations

import threading
from itertools import count
from typing import Any, Callable, List

import anyio

COLOURS = ["asyncio", "trio", "sync"]


def client_of(colour: str, source: Any, **options: Any) -> Any:
    """Make a client of a colour for a sandbox."""
    return source.client(**options) if colour == "sync" else source.async_client(**options)


def crowd(
    colour: str, work: Callable[[int], Any], calls: int, at_a_time: int, closes: Any = None
) -> List[Any]:
    """Do `work(0)`, `work(1)` ... by so many tasks or threads; return results and errors in order.

    Each begins a call when its last one has ended, and all begin together. A client whose
    connections have to be closed is closed at the end.
    """
    ends: List[Any] = [None] * calls
    numbers = count()

    async def tasks() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(at_a_time):
                group.start_soon(task)
        if closes is not None:
            await closes.aclose()

    async def task() -> None:
        while (number := next(numbers)) < calls:
            try:
                ends[number] = await work(number)
            except Exception as error:
                ends[number] = error

    def thread() -> None:
        together.wait()
        while (number := next(numbers)) < calls:
            try:
                ends[number] = work(number)
            except Exception as error:
                ends[number] = error

    if colour != "sync":
        anyio.run(tasks, backend=colour)
        return ends
    together = threading.Barrier(at_a_time)
    threads = [threading.Thread(target=thread) for _ in range(at_a_time)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if closes is not None:
        closes.close()
    return ends


def at_once(colour: str, work: Callable[[int], Any], calls: int, closes: Any = None) -> List[Any]:
    """Do `work(0)`, `work(1)` ... all at once."""
    return crowd(colour, work, calls, calls, closes)
