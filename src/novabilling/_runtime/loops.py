"""Event loops: which one runs, and one object for each of them in each process."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Dict, Generic, List, Optional, Protocol, Tuple, TypeVar

from .forks import Renewed, RenewedLock


def async_running_loop() -> object:
    """Return the running event loop: what was made on it cannot be used on another."""
    asyncio = sys.modules.get("asyncio")  # whoever runs it has imported it
    try:
        # The common cases, without what anyio asks. A loop without a task may have trio as a guest.
        if asyncio is not None:
            loop = asyncio._get_running_loop()
            if loop is not None and asyncio.current_task(loop) is not None:
                return loop
        return sys.modules["trio"].lowlevel.current_trio_token()
    except (KeyError, RuntimeError, AttributeError):  # another thread may be importing it
        pass
    from anyio.lowlevel import current_token

    token = current_token()
    return getattr(token, "native_token", token)


def running_loop() -> object:
    """Return what all threads share: they have no loops."""
    return None


def run_soon(loop: Any, work: Callable[[], object]) -> None:
    """Run a function on an event loop, from any thread; not at all if the loop has ended."""
    try:
        soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        soon(work)
    except RuntimeError:
        return


def has_ended(loop: Any) -> bool:
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


class Forgettable(Protocol):
    """Something that can be left to the loop or process that it belongs to."""

    def forget(self) -> None: ...


T = TypeVar("T", bound=Forgettable)


def _nothing() -> None:
    return None


class PerLoop(Generic[T]):
    """Find what belongs to an event loop, or make it; connections cannot change their loop.

    The cases, by the numbers in the code:

    1. The same loop as in the call before, and no other is known: no lock.
    2. A new loop: something is made for it. All threads without a loop share one, under None.
    3. Several loops are known: each call looks whether the others have ended, or `asyncio.run` in
       a loop would leave the connections of every run open.
    4. A forked child: everything belongs to the parent, whose sockets must not be written to.
    5. `close` came before a loop's first call: what is made for it then is made closed.
    """

    def __init__(self, make: Callable[[bool], T]) -> None:
        """Take what makes an object, told whether `close` was called."""
        self._make = make
        self._closed = False
        self._found: Dict[object, T] = {}
        self._pid = os.getpid()
        self._lock = RenewedLock()
        self._last: Renewed[Optional[Tuple[object, T]]] = Renewed(_nothing)  # 4

    def get(self, loop: object) -> T:
        """Return the object of this loop in this process."""
        last = self._last.held
        if last is not None and last[0] is loop:  # 1
            return last[1]
        with self._lock.held:
            self._drop_strangers()
            if loop not in self._found:
                self._found[loop] = self._make(self._closed)  # 2, 5
            found = self._found[loop]
            self._last.held = (loop, found) if len(self._found) == 1 else None  # 3
            return found

    def close(self) -> List[T]:
        """Return every loop's object, of this process alone; those to come are made closed."""
        with self._lock.held:
            self._closed = True
            self._drop_strangers()
            return list(self._found.values())

    def _drop_strangers(self) -> None:
        forked = self._pid != os.getpid()  # 4
        self._pid = os.getpid()
        for loop in [loop for loop in self._found if forked or has_ended(loop)]:
            self._found.pop(loop).forget()
            self._last.held = None
