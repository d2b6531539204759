"""How much a store may still take."""

from __future__ import annotations

from typing import Callable, Tuple

from ..._call.errors import OutboxFullError
from ..._runtime import concurrency
from ..._runtime.forks import RenewedLock

LOOK_AGAIN = 0.05
"""Seconds after which a full store is looked at once more."""
AROUND = 32
"""Bytes that an event takes beside its own, about."""


class Room:
    """Count what is recorded against the limits of a folder.

    Other processes record too, so each looks at the folder, takes a hundredth of the limits at most
    for itself, and looks again when that is used up. Some of the disk is left for sending, which
    has to write what was sent before it gives room back.
    """

    def __init__(
        self, max_events: int, max_bytes: int, look: Callable[[], Tuple[int, int, int]]
    ) -> None:
        """Take the limits, and what counts events, their bytes, and those that the disk has."""
        self._limits = (max_events, max_bytes)
        self._look = look
        self._lock = RenewedLock()
        self._events = self._bytes = 0
        self._left = (0, 0)
        self._disk = 0
        self._left_until = 0.0

    def take(self, events: int, size: int) -> None:
        """Take room for events; OutboxFullError if there is not enough."""
        size += events * AROUND
        with self._lock.held:
            if events > self._events or size > self._bytes:
                self._look_again(events, size)
            self._events -= events
            self._bytes -= size

    def _look_again(self, events: int, size: int) -> None:
        now = concurrency.monotonic()
        if now >= self._left_until or (
            events <= self._left[0] and size <= min(self._left[1], self._disk)
        ):
            there = self._look()
            self._left = (self._limits[0] - there[0], self._limits[1] - there[1])
            self._disk = there[2]
            self._left_until = now + LOOK_AGAIN  # not later for those who ask meanwhile
        left = self._left
        if events > left[0] or size > min(left[1], self._disk):
            raise self._disk_full() if size > self._disk else self._full()
        self._left_until = 0.0
        hundredth = [min(some, limit // 100) for some, limit in zip(left, self._limits)]
        self._events = max(events, hundredth[0])
        self._bytes = max(size, min(hundredth[1], self._disk // 8))

    def _disk_full(self) -> OutboxFullError:
        return OutboxFullError(
            "the disk of the outbox is full: nothing was recorded; what little is left of it is "
            "kept for sending"
        )

    def _full(self) -> OutboxFullError:
        events, size = self._limits
        return OutboxFullError(
            f"the outbox has as much as it may ({events:,} events, {size:,} bytes): nothing was "
            "recorded; does its sender work? max_events and max_bytes are settings of the store"
        )
