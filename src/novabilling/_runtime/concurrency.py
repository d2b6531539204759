"""What async and sync code spell differently: every function here has a twin without `async_`."""

from __future__ import annotations

import sys
import threading
from contextlib import nullcontext
from types import TracebackType
from typing import (
    AsyncContextManager,
    Awaitable,
    Callable,
    ContextManager,
    Optional,
    Type,
    TypeVar,
    Union,
)

from .loops import async_running_loop
from .real_time import monotonic as monotonic

T = TypeVar("T")

_NO_LIMIT = nullcontext()

Token = Union[str, Callable[[], str], None]
AsyncToken = Union[str, Callable[[], Union[str, Awaitable[str]]], None]


async def async_sleep(seconds: float) -> None:
    """Wait on whichever event loop is running."""
    import anyio

    await anyio.sleep(seconds)


def sleep(seconds: float, turn: threading.Lock) -> None:
    """Wait, at most until another thread releases a lock that is taken."""
    turn.acquire(timeout=seconds)


async def async_give_way() -> None:
    """Let what is ready run first: all calls of a burst start before the first one goes on."""
    if hasattr(async_running_loop(), "sock_connect"):  # trio does so by itself
        import asyncio

        await asyncio.sleep(0)


def give_way() -> None:
    """Do nothing: threads take turns by themselves."""


def async_time_limit(seconds: Optional[float]) -> ContextManager[object]:
    """Cancel the block and raise TimeoutError when the time is over; None is no limit."""
    return _NO_LIMIT if seconds is None else _AsyncTimeLimit(seconds)


class _AsyncTimeLimit:
    """`anyio.fail_after` without its two generators, at half of the cost."""

    __slots__ = ("_scope",)

    def __init__(self, seconds: float) -> None:
        import anyio

        self._scope = anyio.move_on_after(seconds)

    def __enter__(self) -> None:
        self._scope.__enter__()

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> bool:
        swallowed = self._scope.__exit__(kind, exc, traceback)
        if self._scope.cancelled_caught:
            from anyio import current_time

            if current_time() >= self._scope.deadline:
                raise TimeoutError
        return bool(swallowed)


def time_limit(_: Optional[float]) -> ContextManager[object]:
    """Do nothing: a thread cannot be interrupted, so its reads look at the clock instead."""
    return _NO_LIMIT


async def async_resolve(value: object) -> object:
    """Await a value if it can be awaited."""
    from inspect import isawaitable

    return await value if isawaitable(value) else value


def resolve(value: object) -> object:
    """Return the value as it is."""
    return value


async def async_run(function: Callable[..., T], *args: object) -> T:
    """Run a function that blocks on the disk in a thread, where there are any."""
    if sys.platform == "emscripten":
        return function(*args)
    from anyio import to_thread

    return await to_thread.run_sync(function, *args)


def run(function: Callable[..., T], *args: object) -> T:
    """Run a function that blocks on the disk."""
    return function(*args)


AsyncLock = nullcontext
"""Between two awaits a task has the loop to itself."""

Lock = threading.RLock
"""A thread may have it twice: a signal handler may close the client in the middle of a call."""


def async_turns() -> AsyncContextManager[None]:
    """Return a lock that a task may hold while it waits for the network."""
    import anyio

    return anyio.Lock()


def turns() -> ContextManager[bool]:
    """Return a lock that a thread may hold while it waits for the network."""
    return threading.Lock()
