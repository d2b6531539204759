"""Numbers of invoices: which the server gives, when they collide, and what stops it.

The server goes on from the digits behind "INV-" in the invoice with the newest `createdAt`, and
starts at 1 if there are none. It does so without a lock, so creates at the same time collide, and
all but one fail. If the number that it comes to is taken by an older invoice, every create fails
until another invoice is the newest.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Iterator, Optional

from msgspec import UnsetType

from .._call.errors import APIStatusError, NovaBillingError
from .._words.checks import Date, Omittable
from .._words.moments import moment_of
from ..types._billing import Invoice

FIRST_WAIT = 0.1
LONGEST_WAIT = 2.0
WAITS_IN_ALL = 30.0
LOOKS_EVERY = 3
"""After so many collisions it is looked whether others make progress."""

LOOK_TAKES = 10.0
"""Seconds at most for a look."""

_NUMBER = re.compile(r"INV-([0-9]+)\Z")
_EXACT = 2**53
"""The server counts in floats."""

_AROUND_NOW = timedelta(seconds=10)

BUSY = "others were faster each time; create it again, with fewer creates at a time"
UNDECIDED = (
    "there was no time to see whether others are faster each time, or the server's numbering has "
    "stopped: a longer deadline tells"
)
STOPPED = (
    "the server's numbering has stopped, and waiting does not help: it goes on from the invoice "
    "with the newest created_at, {number}, and the number after that is taken; create one invoice "
    'without created_at and with invoice_number="INV-<highest + 1>", which invoices.next_number() '
    "finds"
)
DATED_AHEAD = (
    "the server's numbering has stopped: it goes on from the invoice with the newest created_at, "
    "{number}, which is dated {day}; until then give every invoice the number that "
    "invoices.next_number() finds, and after that day one more"
)
_OTHER_KIND = (
    'the server goes on from the digits behind "INV-" in the newest invoice: after one with a '
    "number of another kind, invoices without a number of their own fail and those of "
    "subscriptions are lost; leave out invoice_number, or give all invoices rising numbers of the "
    'form "INV-00001", and put your own mark into notes'
)
_AHEAD = (
    "the server numbers invoices from the one with the newest created_at: until this moment has "
    "come, and after it until one invoice is given the next number, invoices without a number of "
    "their own fail and those of subscriptions are lost; leave out created_at"
)
_BACK = (
    "the server numbers invoices from the one with the newest created_at, which this one may not "
    "be: its number would be given a second time, invoices without a number of their own fail and "
    "those of subscriptions are lost; give invoices of the past numbers of your own, each higher "
    'than all before, such as "INV-00001"'
)


def has_number(number: Omittable[Optional[str]]) -> bool:
    """Say whether an invoice is given a number; to the server, an empty one is none."""
    return not isinstance(number, UnsetType) and bool(number)


def value_of(number: str) -> int:
    """Read a number that the server may come to; 0 if it never does."""
    match = _NUMBER.match(number)
    value = int(match[1]) if match and len(match[1]) < 40 else 0
    return value if value < _EXACT else 0


def number_after(value: int) -> str:
    """Write the next number as the server does."""
    return f"INV-{value + 1:05d}"


def doubts(
    number: Omittable[Optional[str]], created_at: Omittable[Optional[Date]], now: datetime
) -> Iterator[str]:
    """Yield what to warn of: what would stop the server's numbering."""
    if isinstance(number, str) and number and not _NUMBER.match(number):
        yield f"invoice_number={number!r}: {_OTHER_KIND}"
    elif isinstance(number, str) and number and not value_of(number) and number.strip("INV-0"):
        yield f"invoice_number={number!r}: the server counts no further than 2^53"
    moment = None if isinstance(created_at, UnsetType) or not created_at else moment_of(created_at)
    if moment is None:
        return
    if moment > now + _AROUND_NOW:
        yield f"created_at is in the future: {_AHEAD}"
    elif not has_number(number):
        yield f"created_at without invoice_number: {_BACK}"


def is_collision(error: NovaBillingError) -> bool:
    """Say whether an invoice was not made because its number was taken."""
    taken = isinstance(error, APIStatusError) and error.status_code == 500
    return taken and not error.may_have_been_applied and "invoiceNumber" in error.message


class Collisions:
    """How often the number of one new invoice was taken, and who came first."""

    def __init__(self) -> None:
        self._count = 0
        self._waited = 0.0
        self._newest: Optional[str] = None
        self._others_came_first = False

    def add(self) -> bool:
        """Count one more, and say whether it is time to look at the newest invoice."""
        self._count += 1
        return self._count % LOOKS_EVERY == 0

    def have_stopped_all(self, newest: Invoice) -> bool:
        """Take the newest invoice; if it is that of the last look, nobody makes progress."""
        before, self._newest = self._newest, newest.id
        self._others_came_first |= before not in (None, newest.id)
        return before == newest.id

    def why_too_late(self) -> str:
        """Say why the invoice was not made in its time."""
        return BUSY if self._others_came_first else UNDECIDED

    def wait(self, now: float, ends: Optional[float]) -> Optional[float]:
        """Draw the seconds before the next attempt (full jitter); None if it would be too late."""
        import random  # it brings hashlib

        longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._count - 1))
        seconds = random.uniform(0, longest)  # noqa: S311  # no secret
        self._waited += seconds
        in_time = ends is None or now + seconds < ends
        return seconds if in_time and self._waited <= WAITS_IN_ALL else None


def what_stopped(newest: Invoice, error: NovaBillingError) -> str:
    """Say why no invoice gets a number any more, and what to do."""
    now: Optional[datetime] = getattr(error, "timestamp", None)
    if now is not None and newest.created_at > now:
        return dated_ahead(newest)
    return STOPPED.format(number=newest.invoice_number)


def dated_ahead(newest: Invoice) -> str:
    """Say what an invoice does that is dated in the future."""
    return DATED_AHEAD.format(number=newest.invoice_number, day=newest.created_at.date())
