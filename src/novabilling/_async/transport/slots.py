"""How many requests, and so connections, there may be at once: slots, and a queue for them."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from ..._network.time_limits import TimeLimits
from ..._runtime import concurrency
from ..._runtime.waitables import async_event_type

if TYPE_CHECKING:
    from ..._runtime.waitables import AsyncWaitable


class AsyncSlots:
    """Hand out a number of slots, first come, first served.

    How a wait can end, by the numbers in the code:

    1. There is a free slot and nobody waits: no wait at all.
    2. `release` gave us its slot: it took our turn out of the queue before it told us, so the slot
       cannot be given twice.
    3. Canceled, or out of time, while the turn is still in the queue: nothing was given.
    4. Canceled, or out of time, after `release` had given us the slot and before we ran: it goes
       to the next in the queue, or it would be lost for ever.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.free: int = size
        self._event_type = async_event_type()
        self._waiting: OrderedDict[AsyncWaitable, None] = OrderedDict()
        self._lock = concurrency.AsyncLock()

    async def acquire(self, limits: TimeLimits) -> None:
        """Wait for a slot; TimeoutError when the time is over."""
        with self._lock:
            if self.free and not self._waiting:
                self.free -= 1
                return  # 1
            turn = self._event_type()
            self._waiting[turn] = None
        try:
            await turn.wait(limits.left("pool"))  # 2
        except BaseException:
            with self._lock:
                given = turn not in self._waiting
                self._waiting.pop(turn, None)  # 3
            if given:  # 4
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
