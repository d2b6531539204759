"""The sender's side of a folder: one process at a time sends what all of them record."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import suppress
from typing import Callable, Dict, List, Optional, Set

from ..entries import Entry, Settlement, Target
from .disk import give_up_reserve, keep_reserve, make_room
from .failures import is_full, may_pass
from .folder import leave_alone, lock_path, opened, sender_path, spools
from .locks import FileLock
from .spool import Spool

logger = logging.getLogger("novabilling")

SCAN = 1.0
"""Seconds after which the folder is looked at again: for new processes, and those that are gone."""

_strangers: Set[str] = set()


class View:
    """A spool as its sender sees it: how far it has been read, and what is on its way."""

    def __init__(self, path: str, spool: Spool, shared: bool) -> None:
        self.path = path
        self.spool = spool
        self.lock: Optional[FileLock] = None
        """The lock of its process, if that is gone and the spool adopted."""
        self._shared = shared
        self._read = 0
        self._waiting: Set[int] = set()

    def take(self, most: int, now: float) -> List[Entry]:
        """Return the next events, and then those that are to be tried again."""
        entries = self.spool.events_after(self._read, most)
        again: List[Entry] = []
        if len(entries) < most:
            again = self.spool.waiting_until(now, most + len(self._waiting))
            again = [e for e in again if e.place[1] not in self._waiting][: most - len(entries)]
        # Only now, as either question may fail: what was read and not returned would be forgotten.
        if entries:
            self._read = entries[-1].place[1]
        self._waiting.update(entry.place[1] for entry in again)
        return entries + again

    def settle(self, outcome: Settlement) -> None:
        """Write what became of events."""
        self.spool.settle(outcome)
        entries = [
            *outcome.done,
            *(r.entry for r in outcome.waiting),
            *(r.entry for r in outcome.dead),
        ]
        self._waiting.difference_update(e.place[1] for e in entries if e.since is not None)

    def close(self) -> None:
        """Let go of it; the process's own spool stays open."""
        if not self._shared:
            self.spool.close()
        if self.lock is not None:
            self.lock.release()

    def remove_if_empty(self) -> bool:
        """Remove a spool whose process is gone, if nothing is left in it."""
        if self.lock is None or not self.spool.remove_if_empty():
            return False
        self.lock.release(remove=True)
        return True


class Claims:
    """All spools of a folder, for the one process that sends; threads take turns by the store."""

    def __init__(
        self, folder: str, target: Target, lock: FileLock, own: Callable[[], Optional[Spool]]
    ) -> None:
        self._folder = folder
        self._target = target
        self._lock = lock
        self._own = own
        self._views: Dict[str, View] = {}
        self._scanned = 0.0
        self._broken: Set[str] = set()

    @staticmethod
    def take(folder: str, target: Target, own: Callable[[], Optional[Spool]]) -> Optional[Claims]:
        """Become the sender of a folder, unless another process is."""
        lock = FileLock.take(sender_path(folder, target, ".lock"))
        return None if lock is None else Claims(folder, target, lock, own)

    def claim(self, most: int) -> List[Entry]:
        """Return events that are not on their way, the oldest of each spool first."""
        now = time.time()
        own = self._own()
        if own is not None and own.name not in self._views and not self.has_given_up(own.path):
            self._views[own.name] = View(own.path, own, shared=True)
        if abs(now - self._scanned) >= SCAN:
            self._scan()
            self._scanned = now
        entries: List[Entry] = []
        for name, view in list(self._views.items()):
            if len(entries) >= most:
                break
            try:
                taken = view.take(most - len(entries), now)
            except sqlite3.DatabaseError as error:
                self._give_up(name, view, error)
                continue
            entries += taken
            if taken:  # others come first the next time
                self._views[name] = self._views.pop(name)
        return entries

    def has_given_up(self, path: str) -> bool:
        """Say whether a spool is left alone."""
        return path in self._broken

    def settle(self, outcome: Settlement) -> None:
        """Write what became of events, in the spool of each."""
        parts: Dict[str, Settlement] = {}
        for entry in outcome.done:
            parts.setdefault(entry.place[0], Settlement()).done.append(entry)
        for waiting in outcome.waiting:
            parts.setdefault(waiting.entry.place[0], Settlement()).waiting.append(waiting)
        for dead in outcome.dead:
            parts.setdefault(dead.entry.place[0], Settlement()).dead.append(dead)
        for name, part in parts.items():
            if name in self._views:
                self._settle(self._views[name], part)

    def _settle(self, view: View, outcome: Settlement) -> None:
        try:
            view.settle(outcome)
        except sqlite3.OperationalError as error:
            if not is_full(error) or not give_up_reserve(self._folder):
                raise
            view.settle(outcome)

    def adopted(self) -> List[Spool]:
        """Return the spools of processes that are gone."""
        return [view.spool for view in self._views.values() if view.lock is not None]

    def close(self) -> None:
        """Let another process send."""
        for view in self._views.values():
            with suppress(sqlite3.Error):  # what is broken has been said
                if view.remove_if_empty():
                    continue
            view.close()
        self._views.clear()
        self._lock.release()

    def _scan(self) -> None:
        paths = spools(self._folder)
        for path in paths:
            self._look_at(path)
        for name, view in list(self._views.items()):
            if view.path not in paths:  # its process has removed it
                view.close()
                del self._views[name]
        keep_reserve(self._folder, paths)

    def _look_at(self, path: str) -> None:
        view = next((v for v in self._views.values() if v.path == path), None)
        if view is None:
            if path in self._broken:
                return
            spool = opened(path)
            if spool is None and make_room(self._folder):
                spool = opened(path)
            if spool is None:
                return
            if spool.target != self._target:
                self._leave_alone(spool)
                return
            view = self._views[spool.name] = View(path, spool, shared=False)
        if view.lock is None:
            view.lock = FileLock.take(lock_path(path))
            if view.lock is not None:
                logger.info("The spool %s was left by a process that is gone; it is sent", path)
        try:
            view.spool.give_back()
            if view.lock is not None and view.remove_if_empty():
                del self._views[view.spool.name]
        except sqlite3.DatabaseError as error:
            self._give_up(view.spool.name, view, error)

    def _leave_alone(self, spool: Spool) -> None:
        spool.close()
        self._broken.add(spool.path)
        if spool.path not in _strangers:
            _strangers.add(spool.path)
            logger.warning(
                "The spool %s belongs to %s and not to %s; it is left alone: is base_url right? "
                "Each tenant needs a folder of its own",
                spool.path,
                spool.target,
                self._target,
            )

    def _give_up(self, name: str, view: View, error: Exception) -> None:
        if may_pass(error):
            logger.warning("The spool %s cannot be read at the moment: %s", view.path, error)
            return
        leave_alone(view.path, error)
        self._broken.add(view.path)
        self._views.pop(name, None)
        view.close()
