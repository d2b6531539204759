"""How many requests may be on their way at once: slots, and a queue for them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from .. import _concurrency
from .._limits import Limits


class AsyncSlots:
    """Hand out a number of slots, first come, first served."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.free = size
        self._event = _concurrency.async_event_type()
        self._waiting: OrderedDict[Any, None] = OrderedDict()
        self._lock = _concurrency.AsyncLock()

    async def acquire(self, limits: Limits) -> None:
        """Wait for a slot; TimeoutError when the time is over."""
        with self._lock:
            if self.free and not self._waiting:
                self.free -= 1
                return
            turn = self._event()
            self._waiting[turn] = None
        try:
            await turn.wait(limits)
        except BaseException:
            with self._lock:
                given = turn not in self._waiting
                self._waiting.pop(turn, None)
            if given:  # it came too late for us
                self.release()
            raise

    def release(self) -> None:
        """Give a slot to the first in the queue, or put it back."""
        with self._lock:
            if not self._waiting:
                self.free += 1
                return
            turn, _ = self._waiting.popitem(last=False)
        turn.set()

    def forget(self) -> None:
        """Leave the queue to the loop that it belongs to."""
