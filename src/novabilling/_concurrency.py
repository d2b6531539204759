"""What async and sync code spell differently: every function here has a twin without `async_`."""

from __future__ import annotations

import time
from contextlib import nullcontext
from inspect import isawaitable
from typing import Any, Awaitable, Callable, ContextManager, Optional, TypeVar, Union

T = TypeVar("T")

Token = Union[str, Callable[[], str], None]
AsyncToken = Union[str, Callable[[], Union[str, Awaitable[str]]], None]

monotonic = time.monotonic


async def async_sleep(seconds: float) -> None:
    """Wait on whichever event loop is running."""
    import anyio

    await anyio.sleep(seconds)


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def async_time_limit(seconds: Optional[float]) -> ContextManager[Any]:
    """Cancel the block and raise TimeoutError when the time is over; None is no limit."""
    import anyio

    return anyio.fail_after(seconds)


def time_limit(_: Optional[float]) -> ContextManager[Any]:
    """Do nothing: a thread cannot be interrupted, so its reads look at the clock instead."""
    return nullcontext()


async def async_resolve(value: Any) -> Any:
    """Await a value if it can be awaited."""
    return await value if isawaitable(value) else value


def resolve(value: Any) -> Any:
    """Return the value as it is."""
    return value


async def async_run(function: Callable[..., T], *args: Any) -> T:
    """Run a function that blocks on the disk in a thread."""
    from anyio import to_thread

    return await to_thread.run_sync(function, *args)


def run(function: Callable[..., T], *args: Any) -> T:
    """Run a function that blocks on the disk."""
    return function(*args)
