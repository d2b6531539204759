"""Rows of a spool, as they are written."""

from __future__ import annotations

import time
from typing import Any, Iterator, Optional, Sequence, Tuple

from ..entries import Dead, Waiting


def runs(ordered: Sequence[int]) -> Iterator[Tuple[int, int]]:
    """Join numbers that follow each other."""
    low: Optional[int] = None
    high = 0
    for number in ordered:
        if low is not None and number <= high + 1:
            high = number
            continue
        if low is not None:
            yield low, high
        low = high = number
    if low is not None:
        yield low, high


def waiting_row(row: Waiting) -> Tuple[Any, ...]:
    """Write a row of the table `waiting`."""
    entry = row.entry
    return entry.place[1], entry.at, row.since, row.due, row.reason, entry.body


def dead_row(row: Dead) -> Tuple[Any, ...]:
    """Write a row of the table `dead`."""
    return row.entry.place[1], time.time(), row.reason, row.entry.body
