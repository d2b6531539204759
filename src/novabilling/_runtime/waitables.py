"""What waits for a slot: one task or thread waits, another one announces."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional

from .loops import async_running_loop

if TYPE_CHECKING:
    import asyncio
    from typing import Protocol

    class AsyncWaitable(Protocol):
        """Something that one task waits for and another one announces."""

        async def wait(self, seconds: Optional[float]) -> None:
            """Wait; TimeoutError when the time is over, None is no limit."""
            ...

        def set(self) -> None:
            """Let whoever waits go on."""
            ...

    class Waitable(Protocol):
        """Something that one thread waits for and another one announces."""

        def wait(self, seconds: Optional[float]) -> None:
            """Wait; TimeoutError when the time is over, None is no limit."""
            ...

        def set(self) -> None:
            """Let whoever waits go on."""
            ...


class AnyioEvent:
    """An event for trio, and for whatever else anyio runs on."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        import anyio

        self._event = anyio.Event()

    async def wait(self, seconds: Optional[float]) -> None:
        import anyio

        with anyio.fail_after(seconds):
            await self._event.wait()

    def set(self) -> None:
        self._event.set()


class LoopTimer:
    """The ends of many waits on one event loop of asyncio, with one timer for all of them.

    A timer for each of ten thousand waits would cost more than the calls. This one may ring late:
    a wait is never ended before its time, and at most `PRECISION` seconds after it. It may ring
    early, when the wait that it was set for is over: then it finds nothing due and is set again.
    """

    PRECISION = 0.01
    """Seconds: longer means fewer rings of a timer, shorter means timeouts that are more exact."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.ends: Dict[asyncio.Future[None], float] = {}
        self._handle: Optional[asyncio.TimerHandle] = None
        self._due = 0.0

    def start(self, future: asyncio.Future[None], seconds: float) -> None:
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
    """An event for asyncio alone: thousands may wait, and they should cost next to nothing."""

    __slots__ = ("_future", "_timer")

    def __init__(self, timer: LoopTimer) -> None:
        self._timer = timer
        self._future: asyncio.Future[None] = timer.loop.create_future()

    async def wait(self, seconds: Optional[float]) -> None:
        if seconds is not None:
            self._timer.start(self._future, seconds)
        try:
            await self._future
        finally:
            self._timer.ends.pop(self._future, None)

    def set(self) -> None:
        if not self._future.done():
            self._future.set_result(None)


class ThreadEvent:
    """An event for threads."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def wait(self, seconds: Optional[float]) -> None:
        if not self._event.wait(seconds):
            raise TimeoutError

    def set(self) -> None:
        self._event.set()


def async_event_type() -> Callable[[], AsyncWaitable]:
    """Return what makes the events that suit the running loop."""
    loop: Any = async_running_loop()
    return partial(LoopEvent, LoopTimer(loop)) if hasattr(loop, "create_future") else AnyioEvent


def event_type() -> Callable[[], Waitable]:
    """Return what makes events for threads."""
    return ThreadEvent
