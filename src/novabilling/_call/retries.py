"""May this call be tried again, and when: pure decisions, no clock, no I/O.

How often, and until when (`max_retries`, deadline, budget) is counted in `_async/caller.py`.

|                                                 | nothing sent, 429 | fate unknown |
|-------------------------------------------------|-------------------|--------------|
| GET ("read")                                    | retry             | retry        |
| PATCH, DELETE ("idempotent")                    | retry             | retry        |
| POST that carries its own key ("keyed")         | retry             | retry, also on 500 |
| any other POST ("once")                         | retry             | never        |

A 500 for a key that is taken did nothing where that is the first write (`Call.keys_first`); only
invoices that get their number from the server are created again after it.

A redirect that is not followed is never tried again. A gateway often answers a write with one after
the work is done; only 307 and 308 say that it was not.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Literal, Optional

from .._runtime.forks import RenewedLock

Repeat = Literal["read", "idempotent", "keyed", "once"]
"""How safe it is to send an operation twice."""

Fate = Literal["unsent", "unknown", "applied", "refused"]
"""What is known about an attempt that failed: what it did on the server."""

NOT_CARRIED_OUT = (307, 308)
"""The redirects that ask for the same request again: this one did nothing."""

MAX_RETRY_AFTER = 60.0
FIRST_BACKOFF = 0.5
MAX_BACKOFF = 8.0


def fate_of_status(status: int, repeat: Repeat) -> Fate:
    """Say what an answer other than 2xx tells about the attempt."""
    if status == 429:
        return "unsent"
    if status in (408, 502, 503, 504):
        return "unknown"
    if status == 500 and repeat == "keyed":
        return "unknown"  # equal events that race each other are answered with 500
    return "refused"


def may_repeat(fate: Fate, repeat: Repeat) -> bool:
    """Say whether an operation of this class may be sent again after an attempt of this fate."""
    return fate == "unsent" or (fate == "unknown" and repeat != "once")


def may_have_been_applied(fate: Fate, repeat: Repeat, status: Optional[int] = None) -> bool:
    """Say whether the attempt may have changed anything on the server."""
    if repeat == "read":
        return False
    if fate in ("unknown", "applied"):
        return True
    if status is None or status in NOT_CARRIED_OUT:
        return False
    return 300 <= status < 400 or status >= 500


def backoff(retries: int) -> float:
    """Draw the seconds to wait before the next attempt, after so many retries (full jitter)."""
    import random  # it brings hashlib

    longest = min(MAX_BACKOFF, FIRST_BACKOFF * 2 ** min(retries, 10))
    return random.uniform(0, longest)  # noqa: S311  # no secret


def retry_after(value: Optional[str], now: Optional[datetime] = None) -> Optional[float]:
    """Read a Retry-After header: seconds or an HTTP date; None if it is neither."""
    if value is None:
        return None
    text = value.strip()
    if re.match(r"^[0-9]+(\.[0-9]+)?$", text):
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - (now or datetime.now(timezone.utc))).total_seconds())


class RetryBudget:
    """Bound the retries of a client, so that an outage is not multiplied.

    It starts with 500 tokens; a retry costs 10, a success gives 1 back.
    """

    CAPACITY = 500
    COST = 10

    def __init__(self) -> None:
        self._tokens = self.CAPACITY
        self._lock = RenewedLock()

    def spend(self) -> bool:
        """Take the tokens for one retry; False if there are not enough."""
        with self._lock.held:
            if self._tokens < self.COST:
                return False
            self._tokens -= self.COST
            return True

    def refund(self) -> None:
        """Give one token back for a success."""
        if self._tokens < self.CAPACITY:  # the common case takes no lock
            with self._lock.held:
                self._tokens = min(self.CAPACITY, self._tokens + 1)
