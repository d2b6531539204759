"""One object for each event loop and process: connections belong to where they were made."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Generic, List, Optional, Protocol, Tuple, TypeVar

from ._concurrency import is_over
from ._forks import RenewedLock


class Forgettable(Protocol):
    """Something that can be left to the loop or process that it belongs to."""

    def forget(self) -> None: ...


T = TypeVar("T", bound=Forgettable)


class PerHome(Generic[T]):
    """Find what belongs to an event loop, or make it; loops that have ended are dropped."""

    def __init__(self, make: Callable[[bool], T]) -> None:
        """Take what makes an object, told whether `close` was called."""
        self._make = make
        self._closed = False
        self._found: Dict[Any, T] = {}
        self._pid = os.getpid()
        self._lock = RenewedLock()
        self._last: Optional[Tuple[Any, int, T]] = None

    def get(self, home: Any) -> T:
        """Return the object of this loop in this process."""
        last = self._last
        if last is not None and last[0] is home and last[1] == os.getpid():
            return last[2]
        with self._lock.held:
            self._drop_strangers()
            if home not in self._found:
                self._found[home] = self._make(self._closed)
            found = self._found[home]
            # While there are others, each call looks whether their loops have ended.
            self._last = (home, self._pid, found) if len(self._found) == 1 else None
            return found

    def close(self) -> List[T]:
        """Return every loop's object, of this process alone; those to come are made closed."""
        with self._lock.held:
            self._closed = True
            self._drop_strangers()
            return list(self._found.values())

    def _drop_strangers(self) -> None:
        forked = self._pid != os.getpid()
        self._pid = os.getpid()
        for home in [home for home in self._found if forked or is_over(home)]:
            self._found.pop(home).forget()
            self._last = None
