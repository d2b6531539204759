"""Locks that a fork takes first, so that no thread is inside of SQLite while memory is copied.

SQLite has locks of its own; a child that copied one of them taken could never open a database.
"""

from __future__ import annotations

import os
import threading
from typing import Any, List
from weakref import WeakSet


class Gate:
    """A lock around the calls of SQLite on one connection."""

    __slots__ = ("__weakref__", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()  # a signal handler may record in the middle of recording
        _gates.add(self)

    def is_mine(self) -> bool:
        """Say whether this is a signal handler in the middle of a call: it waits for nobody."""
        lock: Any = self.lock
        return bool(lock._is_owned())


_gates: WeakSet[Gate] = WeakSet()
OPENING = Gate()
"""For opening and closing connections, and for making their gates: who has it knows them all."""

_taken: List[Gate] = []


def _take_all() -> None:
    OPENING.lock.acquire()
    _taken.append(OPENING)
    for gate in list(_gates):
        gate.lock.acquire()
        _taken.append(gate)


def _release_all() -> None:
    while _taken:
        _taken.pop().lock.release()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_take_all, after_in_parent=_release_all, after_in_child=_release_all)
