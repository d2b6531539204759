"""When something happened by the server's clock, of which only whole seconds are heard.

Of two clocks, what is known is a pair of bounds: the server's time minus ours, in seconds.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from math import inf
from typing import Iterable, Literal, Optional, Tuple

import msgspec

from .._words.checks import Date
from .._words.moments import moment_of

Bounds = Tuple[float, float]
Order = Literal["before", "unclear", "after"]

TOLERANCE = 0.005
"""Seconds between the time in an id and that in its row, and between a clock and its reading."""


UNHEARD: Bounds = (-inf, inf)
"""How far clocks may be apart if no answer has a `Date`: nobody knows what was before."""


def bounds_of(date: Optional[str], sent: datetime, received: datetime) -> Optional[Bounds]:
    """Compare the clocks by the `Date` of an answer; None if it has none that can be read."""
    try:
        second = parsedate_to_datetime(date or "")
    except (TypeError, ValueError, IndexError):
        return None
    if second.tzinfo is None:
        second = second.replace(tzinfo=timezone.utc)
    least = (second - received).total_seconds() - TOLERANCE
    most = (second - sent).total_seconds() + 1 + TOLERANCE
    return (least, most) if least <= most else None


def narrowed(all_bounds: Iterable[Optional[Bounds]]) -> Bounds:
    """Return what all bounds have in common; the first, if a clock has been set since."""
    known = [bounds for bounds in all_bounds if bounds is not None]
    if not known:
        return UNHEARD
    least, most = max(b[0] for b in known), min(b[1] for b in known)
    return (least, most) if least <= most else known[0]


def made_at(row_id: object) -> Optional[datetime]:
    """Read the time out of an id of the server's; None if it has none."""
    if not isinstance(row_id, str) or not re.match(r"c[0-9a-z]{24}\Z", row_id):
        return None
    milliseconds = int(row_id[1:9], 36)
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)


def moment(value: object) -> Optional[datetime]:
    """Read a time that the server or the user wrote."""
    if not isinstance(value, str):
        return None
    try:
        found = moment_of(_date(value))
        return None if found is None else found.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _date(value: str) -> Date:
    return value


class Times(msgspec.Struct, frozen=True):
    """The time of a call by our clock, and what is known of the server's."""

    started: datetime
    ended: datetime
    clock: Bounds
    settle: float

    @property
    def _likely(self) -> float:
        least, most = self.clock
        if self.clock == UNHEARD:
            return most
        return 0.0 if least <= 0 <= most else (least + most) / 2

    def order(self, when: Optional[datetime]) -> Order:
        """Say whether something happened before the call began; a time that nobody knows did not.

        It is unclear where only the seconds that the clocks may be apart say so.
        """
        if when is None:
            return "after"
        # The server keeps milliseconds: a row of the one in which the call began is of the call.
        started = self.started - timedelta(microseconds=self.started.microsecond % 1000)
        since = (when - started).total_seconds()
        if since < self.clock[0]:
            return "before"
        return "unclear" if since < self._likely else "after"

    def is_late(self, when: Optional[datetime]) -> bool:
        """Say whether something happened longer after the call than a server takes to finish it."""
        if when is None:
            return False
        return (when - self.ended).total_seconds() > self.clock[1] + self.settle + TOLERANCE
