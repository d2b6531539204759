"""Room on the disk: sending has to write what was sent before it can give any back.

So recording stops while there is room for a log of each process. Should others use that up as well,
the sender has a reserve, a file that it removes then, and that is made again later.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import Sequence

from .connecting import PAGE, checkpoint_pages

RESERVE = "reserve"
MAX_RESERVE = 1 << 20


SHARED_MEMORY = 1 << 15
"""Bytes of a file that SQLite makes beside a database."""


def disk_left(folder: str, spools: Sequence[str]) -> int:
    """Return the bytes that may still be recorded, beside what these spools need for sending."""
    log = PAGE * checkpoint_pages(folder)
    needed = 2 * log
    for path in spools:
        there = sum(_size(path + end) for end in ("-wal", "-shm"))
        needed += max(0, 3 * log + SHARED_MEMORY - there)
    return max(0, shutil.disk_usage(folder).free - needed)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def keep_reserve(folder: str, spools: Sequence[str]) -> None:
    """Make the reserve if it is not there, and the disk has room for it."""
    path = os.path.join(folder, RESERVE)
    size = min(MAX_RESERVE, 4 * PAGE * checkpoint_pages(folder))
    if os.path.exists(path) or disk_left(folder, spools) < 2 * size:
        return
    with suppress(OSError):  # another process was faster, or the disk is full after all
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, os.urandom(1 << 16) * (size >> 16))
        finally:
            os.close(descriptor)


def give_up_reserve(folder: str) -> bool:
    """Remove the reserve, for the sender; say whether there was one."""
    try:
        os.unlink(os.path.join(folder, RESERVE))
    except OSError:
        return False
    return True


def make_room(folder: str) -> bool:
    """Remove the reserve if a spool cannot even be opened for lack of room; say whether it did."""
    return shutil.disk_usage(folder).free < SHARED_MEMORY and give_up_reserve(folder)
