"""Connections to the databases, and their format on the disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Callable

BUSY = 10.0
"""Seconds to wait for another process that writes to the same database."""
PAGE = 4096
MAX_CHECKPOINT = 1000
"""Pages after which the log of SQLite is written into the database, on a large disk."""
MAX_LENGTHENED = 256
"""The same where the log is made beforehand, which takes a process its time when it starts."""

WORTH_IT = 256
"""Free pages that are given back to the disk; fewer are used again soon."""

SCHEMA = """
CREATE TABLE about (
    base_url TEXT NOT NULL, label TEXT NOT NULL,
    last INTEGER NOT NULL, removed INTEGER NOT NULL);
CREATE TABLE events (seq INTEGER PRIMARY KEY, at REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE waiting (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, since REAL NOT NULL, due REAL NOT NULL,
    reason TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX waiting_due ON waiting (due);
CREATE TABLE dead (seq INTEGER PRIMARY KEY, at REAL NOT NULL, reason TEXT NOT NULL,
    body BLOB NOT NULL);
CREATE INDEX dead_at ON dead (at);
"""


def connect(path: str, make: bool, sync: str) -> sqlite3.Connection:
    """Open a database, or make one that nobody else can read."""
    if make and not os.path.exists(path):  # SQLite would let others read it
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    mode = "rwc" if make else "rw"
    uri = f"{_uri(path)}?mode={mode}"
    db = sqlite3.connect(uri, timeout=BUSY, isolation_level=None, check_same_thread=False, uri=True)
    try:
        db.execute(f"PRAGMA synchronous = {sync}")
        if sys.platform == "darwin" and sync == "full":
            db.execute("PRAGMA fullfsync = 1")
    except BaseException:
        db.close()
        raise
    return db


def remove_files(path: str) -> None:
    """Remove a database, and what SQLite has beside it; what stays is taken up by the next one."""
    for end in ("", "-wal", "-shm"):
        with suppress(OSError):  # another process was faster, or Windows: it has it open
            os.unlink(path + end)


def checkpoint_pages(folder: str) -> int:
    """Return how many pages the log may have: few on a disk that is small."""
    total = shutil.disk_usage(folder).total
    return max(16, min(MAX_CHECKPOINT, total // PAGE // 64))


def lengthen_log(
    db: sqlite3.Connection, at_once: Callable[[Callable[[], None]], None], path: str, pages: int
) -> None:
    """Give the log of a database its length beforehand, so that a commit finds room in it.

    A file that grows has its file system write a log of its own for each commit, one process after
    another; with eight of them a commit took twice as long.
    """

    def fill() -> None:
        db.execute("INSERT INTO events VALUES (-1, 0, zeroblob(?))", (pages * PAGE,))
        db.execute("DELETE FROM events WHERE seq = -1")

    log = f"{path}-wal"
    if os.path.exists(log) and os.path.getsize(log) >= pages * PAGE:
        return
    try:
        at_once(fill)
        db.execute(f"PRAGMA incremental_vacuum({pages + 1})").fetchall()
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except sqlite3.OperationalError:  # the disk is full, or another process writes: only slower
        pass


def _uri(path: str) -> str:
    return Path(path).absolute().as_uri()
