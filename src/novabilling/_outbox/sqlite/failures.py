"""What SQLite and the disk say, as errors of the outbox."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from typing import Generator, Optional

from ..._call.errors import OutboxError, OutboxFullError

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC,)


def is_full(error: Exception) -> bool:
    """Say whether there is no room on the disk."""
    return "full" in str(error) or "disk I/O" in str(error)


def may_pass(error: Exception) -> bool:
    """Say whether an error of SQLite is of the moment: another process, or a full disk."""
    return isinstance(error, sqlite3.OperationalError)


@contextmanager
def as_outbox_errors(path: Optional[str] = None) -> Generator[None, None, None]:
    """Turn what SQLite and the disk say into errors of the outbox."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if is_full(error) or getattr(error, "errno", None) in _NO_SPACE:
            raise OutboxFullError(f"the disk of the outbox is full: {error}") from error
        where = "" if path is None else f" {path!r}"
        raise OutboxError(f"the store{where} of the outbox cannot be used: {error}") from error
