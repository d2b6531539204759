"""One database of a store on the disk: the events of one process, and what became of them."""

from __future__ import annotations

import os
import sqlite3
import time
from functools import partial
from typing import Any, Callable, List, Optional, Sequence, Tuple, TypeVar

from ..entries import MAX_WAIT, Counts, Entry, Settlement, Target
from .connecting import (
    BUSY,
    MAX_LENGTHENED,
    PAGE,
    SCHEMA,
    WORTH_IT,
    checkpoint_pages,
    connect,
    lengthen_log,
    remove_files,
)
from .failures import is_full
from .gates import OPENING, Gate
from .group_commit import GroupCommit
from .rows import dead_row, runs, waiting_row

VERSION = 1
"""Of the format on the disk; `docs/outbox.md` describes it."""

MAX_CHECKED = 4096
"""Pages of a spool that another process goes on with; a larger one is only sent."""

SUFFIX = ".spool"
T = TypeVar("T")
DeadRow = Tuple[int, float, str, bytes]


class Unusable(Exception):
    """A file that is no spool of this version."""


class Unmade(Unusable):
    """A file whose process has not come to write more, or has not yet."""


class Spool:
    """A database of events; every call holds its lock, so threads may share it."""

    def __init__(self, path: str, target: Optional[Target] = None, sync: str = "normal") -> None:
        """Open a spool; with a target, make it if it is not there."""
        self.path = path
        self.name = os.path.basename(path)[: -len(SUFFIX)]
        self.is_closed: bool = False
        self._syncs_each = sync == "full" and target is not None
        self._inner: List[List[bytes]] = []
        with OPENING.lock:
            self.gate = Gate()
            self._db = connect(path, target is not None, sync)
            try:
                self.target = self._prepare(target)
                self._next = self._last() + 1
            except BaseException:
                self.close()
                raise
        self._commits = GroupCommit(self.gate, self._write)

    def _prepare(self, target: Optional[Target]) -> Target:
        with self.gate.lock:
            version = self._one("PRAGMA user_version")
            if version == 0 and target is not None:
                self._db.execute(f"PRAGMA page_size = {PAGE}")
                self._db.execute("PRAGMA auto_vacuum = INCREMENTAL")
                self._db.execute("PRAGMA journal_mode = WAL")
                self._at_once(partial(self._make, target))
            elif version == 0:
                raise Unmade
            elif version != VERSION:
                raise Unusable(f"its format is {version}, this version knows {VERSION}")
            pages = checkpoint_pages(os.path.dirname(self.path))
            self._log_pages = min(pages, MAX_LENGTHENED) if self._syncs_each else pages
            self._db.execute(f"PRAGMA wal_autocheckpoint = {self._log_pages}")
            self._lengthen_log()
            return Target(*self._db.execute("SELECT base_url, label FROM about").fetchone())

    def _make(self, target: Target) -> None:
        for statement in SCHEMA.split(";\n"):
            self._db.execute(statement)
        self._db.execute("INSERT INTO about VALUES (?, ?, 0, 0)", (target.base_url, target.label))
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the database; SQLite removes its log if nobody else has it open."""
        with OPENING.lock, self.gate.lock:
            self.is_closed = True
            self._db.close()
            if not os.path.exists(self.path):  # removed by its process, but not what we made since
                remove_files(self.path)

    def remove_if_empty(self) -> bool:
        """Close the database and remove its files, if there is nothing in it and nobody's else."""
        with OPENING.lock, self.gate.lock:  # nothing is recorded in between
            counts = self.counts()
            if counts.due or counts.waiting or counts.dead:
                return False
            self.close()
        remove_files(self.path)
        return True

    # Recording

    def add(self, bodies: List[bytes]) -> None:
        """Return when these events are safe; those of other threads share the commit."""
        try:
            self._commits.add(bodies)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            self.shorten_log()  # there may be room in the database itself
            self._commits.add(bodies)

    def _write(self, bodies: List[bytes]) -> None:
        try:
            self._insert(bodies)
        except sqlite3.IntegrityError:  # a signal handler has taken the number in between
            self._insert(bodies)

    def _insert(self, bodies: List[bytes]) -> None:
        at, first, is_inner = time.time(), self._next, self._db.in_transaction
        self._next = first + len(bodies)  # at once: a signal handler may record before this ends
        try:
            if len(bodies) == 1:
                self._db.execute("INSERT INTO events VALUES (?, ?, ?)", (first, at, bodies[0]))
            else:
                rows = [(first + n, at, body) for n, body in enumerate(bodies)]
                insert = partial(self._db.executemany, "INSERT INTO events VALUES (?, ?, ?)", rows)
                self._at_once(insert)
            if is_inner:
                self._inner.append(bodies)
        except BaseException:
            self._next = self._last() + 1
            raise

    # Sending

    def events_after(self, seq: int, most: int) -> List[Entry]:
        """Return the next events in their order."""
        with self.gate.lock:
            rows = self._db.execute(
                "SELECT body, at, seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?", (seq, most)
            ).fetchall()
        return [Entry(body, at, (self.name, seq)) for body, at, seq in rows]

    def waiting_until(self, now: float, most: int) -> List[Entry]:
        """Return events that are to be tried again now, those that are due first.

        One that is due after more than the longest wait was put off by a clock that was wrong.
        """
        with self.gate.lock:
            rows = self._db.execute(
                "SELECT body, at, seq, since FROM waiting WHERE due <= ? OR due > ? "
                "ORDER BY due LIMIT ?",
                (now, now + MAX_WAIT, most),
            ).fetchall()
        return [Entry(body, at, (self.name, seq), since) for body, at, seq, since in rows]

    def settle(self, outcome: Settlement) -> None:
        """Write what became of events, all of it or nothing."""
        try:
            self._at_once(partial(self._settle, outcome))
        except sqlite3.OperationalError:  # the disk is full: there may be room in the log
            self.shorten_log()
            self._at_once(partial(self._settle, outcome))

    def _settle(self, outcome: Settlement) -> None:
        self._take_out(outcome)
        self._db.executemany(
            "INSERT OR REPLACE INTO waiting VALUES (?, ?, ?, ?, ?, ?)",
            map(waiting_row, outcome.waiting),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO dead VALUES (?, ?, ?, ?)", map(dead_row, outcome.dead)
        )

    def _take_out(self, outcome: Settlement) -> None:
        entries = list(outcome.done)
        entries += [row.entry for row in outcome.waiting]
        entries += [row.entry for row in outcome.dead]
        first_time = sorted(entry.place[1] for entry in entries if entry.since is None)
        removed = 0
        for low, high in runs(first_time):
            removed += self._db.execute(
                "DELETE FROM events WHERE seq BETWEEN ? AND ?", (low, high)
            ).rowcount
        if removed:
            self._db.execute(
                "UPDATE about SET last = max(last, ?), removed = removed + ?",
                (first_time[-1], removed),
            )
        waited = [(entry.place[1],) for entry in entries if entry.since is not None]
        self._db.executemany("DELETE FROM waiting WHERE seq = ?", waited)

    # Looking

    def depth(self) -> int:
        """Return how many events are still to be sent for the first time, at no cost."""
        with self.gate.lock:
            removed = self._one("SELECT removed FROM about")
            return self._last() - int(removed)

    def counts(self) -> Counts:
        """Count what there is."""
        with self.gate.lock:
            first: Optional[float] = self._one("SELECT at FROM events ORDER BY seq LIMIT 1")
            held: Optional[float] = self._one("SELECT min(at) FROM waiting")
            times = [at for at in (first, held) if at is not None]
            return Counts(
                self.depth(),
                self._one("SELECT count(*) FROM waiting"),
                self._one("SELECT count(*) FROM dead"),
                min(times) if times else None,
            )

    def size(self) -> Tuple[int, int]:
        """Return the bytes of the file that hold something, and those that are free."""
        with self.gate.lock:
            free = self._one("PRAGMA freelist_count") * PAGE
            return self._one("PRAGMA page_count") * PAGE - free, free

    def is_sound(self) -> bool:
        """Say whether all of it can be read; False if that would take long."""
        with self.gate.lock:
            if self._one("PRAGMA page_count") > MAX_CHECKED:
                return False
            try:
                return bool(self._one("PRAGMA quick_check(1)") == "ok")
            except sqlite3.DatabaseError:
                return False

    def dead_after(self, seq: int, most: int) -> List[DeadRow]:
        """Return a page of dead letters."""
        with self.gate.lock:
            rows: List[DeadRow] = self._db.execute(
                "SELECT seq, at, reason, body FROM dead WHERE seq > ? ORDER BY seq LIMIT ?",
                (seq, most),
            ).fetchall()
        return rows

    def discard(self, seqs: Sequence[int]) -> int:
        """Remove dead letters; return how many there were."""
        rows = [(seq,) for seq in seqs]
        delete = partial(self._db.executemany, "DELETE FROM dead WHERE seq = ?", rows)
        return int(self._at_once(delete).rowcount)

    # Room on the disk

    def give_back(self) -> None:
        """Give free pages back to the disk, once there is nothing more to send."""
        with self.gate.lock:
            if self._one("PRAGMA freelist_count") < WORTH_IT or self.depth():
                return
            self._db.execute("PRAGMA incremental_vacuum").fetchall()
            self.shorten_log()
            self._lengthen_log()

    def _lengthen_log(self) -> None:
        if self._syncs_each:
            lengthen_log(self._db, self._at_once, self.path, self._log_pages)

    def shorten_log(self) -> None:
        """Write the log into the database and cut it off, unless another process reads it."""
        with self.gate.lock:
            self._db.execute("PRAGMA busy_timeout = 0")
            try:
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self._db.execute(f"PRAGMA busy_timeout = {int(BUSY * 1000)}")

    # Within

    def _at_once(self, act: Callable[[], T]) -> T:
        """Do all of something or nothing; no interrupt leaves the transaction open."""
        with self.gate.lock:
            if self._db.in_transaction:  # a signal handler, in the middle of another call
                return act()
            self._inner = []
            try:
                self._db.execute("BEGIN IMMEDIATE")
                found = act()
                self._db.execute("COMMIT")
            except BaseException:
                self._roll_back()
                for bodies in self._inner:  # a signal handler has been told that these are safe
                    self._insert(bodies)
                raise
            return found

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # SQLite ends it itself when the disk is full
            self._db.execute("ROLLBACK")

    def _one(self, query: str) -> Any:
        row = self._db.execute(query).fetchone()
        return None if row is None else row[0]

    def _last(self) -> int:
        return int(
            self._one("SELECT max(last, ifnull((SELECT max(seq) FROM events), 0)) FROM about")
        )
