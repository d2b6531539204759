"""What async and sync code spell differently: every function here has a twin without `async_`."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import nullcontext
from functools import partial
from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    ContextManager,
    Dict,
    Optional,
    TypeVar,
    Union,
)

if TYPE_CHECKING:
    from ._limits import Limits

T = TypeVar("T")

Token = Union[str, Callable[[], str], None]
AsyncToken = Union[str, Callable[[], Union[str, Awaitable[str]]], None]

monotonic = time.monotonic


def async_prepare() -> None:
    """Load what the first call needs, so that a burst of first calls does not stall for it."""
    import anyio

    from . import _answers, _sockets  # noqa: F401  # pyright: ignore[reportUnusedImport]

    try:
        anyio.current_time()  # loads its part for the loop that runs
    except RuntimeError:  # none yet; these two load most of what such a part needs
        _ = anyio.connect_tcp, anyio.create_memory_object_stream


def prepare() -> None:
    """Do nothing: no other thread waits while one loads something."""


async def async_sleep(seconds: float) -> None:
    """Wait on whichever event loop is running."""
    import anyio

    await anyio.sleep(seconds)


def sleep(seconds: float, turn: Any) -> None:
    """Wait, at most until another thread releases a lock that is taken."""
    turn.acquire(timeout=seconds)


async def async_give_way() -> None:
    """Let what is ready run first: all calls of a burst start before the first one goes on."""
    if hasattr(async_home(), "sock_connect"):  # trio does so by itself
        import asyncio

        await asyncio.sleep(0)


def give_way() -> None:
    """Do nothing: threads take turns by themselves."""


def async_time_limit(seconds: Optional[float]) -> ContextManager[Any]:
    """Cancel the block and raise TimeoutError when the time is over; None is no limit."""
    import anyio

    return anyio.fail_after(seconds)


def time_limit(_: Optional[float]) -> ContextManager[Any]:
    """Do nothing: a thread cannot be interrupted, so its reads look at the clock instead."""
    return nullcontext()


async def async_resolve(value: Any) -> Any:
    """Await a value if it can be awaited."""
    from inspect import isawaitable

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


class AnyEvent:
    """Something that one task waits for and another one announces."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        import anyio

        self._event = anyio.Event()

    async def wait(self, limits: Limits) -> None:
        import anyio

        with anyio.fail_after(limits.left("pool")):
            await self._event.wait()

    def set(self) -> None:
        self._event.set()


class LoopTimer:
    """The ends of many waits on one event loop of asyncio, with one timer for all of them."""

    PRECISION = 0.01

    def __init__(self, loop: Any) -> None:
        self.loop = loop
        self.ends: Dict[Any, float] = {}
        self._handle: Any = None
        self._due = 0.0

    def start(self, future: Any, seconds: float) -> None:
        """Let a future fail after some seconds, unless it is taken out of `ends` before."""
        end = self.ends[future] = self.loop.time() + seconds
        if self._handle is None or self._due > end:
            self._arm(end)

    def _arm(self, end: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self.loop.call_at(end, self._ring)
        self._due = end

    def _ring(self) -> None:
        self._handle = None
        now = self.loop.time()
        for future in [future for future, end in self.ends.items() if end <= now]:
            del self.ends[future]
            if not future.done():
                future.set_exception(TimeoutError())
        if self.ends:
            self._arm(max(min(self.ends.values()), now + self.PRECISION))


class LoopEvent:
    """The same for asyncio alone: thousands may wait, and they should cost next to nothing."""

    __slots__ = ("_future", "_timer")

    def __init__(self, timer: LoopTimer) -> None:
        self._timer = timer
        self._future = timer.loop.create_future()

    async def wait(self, limits: Limits) -> None:
        seconds = limits.left("pool")
        if seconds is not None:
            self._timer.start(self._future, seconds)
        try:
            await self._future
        finally:
            self._timer.ends.pop(self._future, None)

    def set(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


def async_event_type() -> Any:
    """Return what makes the events that suit the running loop."""
    loop: Any = async_home()
    return partial(LoopEvent, LoopTimer(loop)) if hasattr(loop, "create_future") else AnyEvent


class Event:
    """Something that one thread waits for and another one announces."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def wait(self, limits: Limits) -> None:
        if not self._event.wait(limits.left("pool")):
            raise TimeoutError

    def set(self) -> None:
        self._event.set()


def event_type() -> Any:
    """Return what makes events for threads."""
    return Event


AsyncLock = nullcontext
"""Between two awaits a task has the loop to itself."""

Lock = threading.RLock
"""A thread may have it twice: a signal handler may close the client in the middle of a call."""


def async_turns() -> Any:
    """Return a lock that a task may hold while it waits for the network."""
    import anyio

    return anyio.Lock()


def turns() -> Any:
    """Return a lock that a thread may hold while it waits for the network."""
    return threading.Lock()


def async_home() -> object:
    """Return the running event loop: what was made on it cannot be used on another."""
    asyncio = sys.modules.get("asyncio")  # whoever runs it has imported it
    try:
        # The common case, without what anyio asks; under trio there is no loop of asyncio.
        if asyncio is not None and asyncio.current_task() is not None:
            return asyncio.get_running_loop()
    except (RuntimeError, AttributeError):  # another thread is in the middle of importing it
        pass
    from anyio.lowlevel import current_token

    token: Any = current_token()
    return getattr(token, "native_token", token)


def home() -> object:
    """Return what all threads share."""
    return None


def run_soon(loop: Any, work: Callable[[], object]) -> None:
    """Run a function on an event loop, from any thread; not at all if the loop has ended."""
    try:
        soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        soon(work)
    except RuntimeError:
        return


def is_over(loop: Any) -> bool:
    """Say whether an event loop has ended for good."""
    if loop is None:
        return False
    if hasattr(loop, "is_closed"):
        return bool(loop.is_closed())
    from trio import RunFinishedError

    try:
        loop.run_sync_soon(int)
    except RunFinishedError:
        return True
    return False
