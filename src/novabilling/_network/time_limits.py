"""How long an attempt and its parts may take: seconds, never counts of connections."""

from __future__ import annotations

from typing import Optional

from .._runtime import concurrency
from .._runtime.lazy_httpx import httpx


class TimeLimits:
    """The end of an attempt, and the seconds for single operations if the user set those."""

    __slots__ = ("_operations", "seconds", "until")

    def __init__(self, seconds: Optional[float], operations: Optional[httpx.Timeout]) -> None:
        self.seconds: Optional[float] = seconds
        self.until: Optional[float] = None if seconds is None else concurrency.monotonic() + seconds
        self._operations = {} if operations is None else operations.as_dict()

    def operation(self, name: str) -> Optional[float]:
        """Return the seconds for one operation alone: "pool", "connect", "read" or "write"."""
        return self._operations.get(name)

    def left(self, name: str) -> Optional[float]:
        """Return the seconds that an operation may take now; TimeoutError if there are none."""
        seconds = self._operations.get(name)
        if self.until is not None:
            left = self.until - concurrency.monotonic()
            if left <= 0:
                raise TimeoutError
            seconds = left if seconds is None else min(left, seconds)
        return None if seconds is None else max(seconds, 0.001)

    def is_over(self) -> bool:
        """Say whether the time for the attempt has passed, or nearly: clocks differ."""
        if self.until is None or self.seconds is None:
            return False
        return concurrency.monotonic() >= self.until - self.seconds / 10

    def check(self) -> None:
        """Raise TimeoutError if the attempt has used up its time."""
        if self.until is not None and concurrency.monotonic() >= self.until:
            raise TimeoutError
