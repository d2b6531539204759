"""What an answer of the server means for the events that were sent: pure rules."""

from __future__ import annotations

import logging
import math
import re
from typing import Any, Callable, Dict, List, Literal, Optional, Sequence

import msgspec

from .._call.errors import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    MissingTokenError,
    NovaBillingError,
    RateLimitError,
    ResponseDecodeError,
    UnprocessableEntityError,
)
from ..types._metering import EventResult
from .entries import Head

logger = logging.getLogger("novabilling")

Status = Literal["sent", "duplicate", "hold", "dead"]

Cause = Literal["", "limit", "outage", "broken", "refused", "event"]
"""Why an event is held: the rate limit, an outage, a 500 of the server itself (which one event may
be the reason of), a refusal of everything, or the event alone."""


class Item(msgspec.Struct, frozen=True, eq=False):
    """An event on its way: its JSON, and what is read of it."""

    body: bytes
    head: Head
    recorded: float = math.inf
    """When it was recorded, by the monotonic clock, if that is known."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of one event."""

    status: Status
    reason: Optional[str] = None
    cause: Cause = ""
    retry_after: Optional[float] = None
    """Seconds after which it makes sense to try again, if that is known."""

    @property
    def is_outage(self) -> bool:
        """Say whether nothing else can be sent at the moment either."""
        return self.status == "hold" and self.cause != "event"

    def verdict(self, event: Any, status: Optional[Status] = None) -> Verdict:
        """Write what users see."""
        return Verdict(
            event=event,
            status=status or self.status,
            reason=self.reason,
            retry_after=self.retry_after,
            outage=self.is_outage,
        )


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event: acknowledge all but `hold`, keep those that are `dead`.

    Attributes:
        event: A `UsageEventInput`, or what was given if it cannot be sent at all.
        status: `sent`; `duplicate`: the server had it; `hold`: send it again later; `dead`: never.
        reason: Why it is held, or dead.
        retry_after: Seconds after which to send a held event again, if that is known.
        outage: Whether no event can be sent at the moment: an outage, the rate limit, a token that
            is refused. If not, a held event waits alone.
    """

    event: Any
    status: Status
    reason: Optional[str] = None
    retry_after: Optional[float] = None
    outage: bool = False

    def __repr__(self) -> str:
        name = getattr(self.event, "transaction_id", None)
        return f"Verdict(status={self.status!r}, transaction_id={name!r}, reason={self.reason!r})"


Hook = Callable[[Verdict], object]


def call_hook(hook: Hook, verdict: Verdict) -> None:
    """Tell a hook; what it raises is logged, for the event has been sent."""
    try:
        hook(verdict)
    except Exception:
        logger.exception("The hook %r of the outbox failed", hook)


NO_ITEM = Item(b"", Head("", ""))
"""For what is no event, such as a row that others have changed."""
NO_EVENT = Outcome("dead", "it is no event")

SENT = Outcome("sent")
DUPLICATE = Outcome("duplicate")
UNNAMED = Outcome("hold", "the answer does not name the event", "outage")


def outcomes_of(results: Sequence[EventResult], items: Sequence[Item]) -> List[Outcome]:
    """Say what became of each event of a batch that was answered."""
    if [r.transaction_id for r in results] == [item.head.transaction_id for item in items]:
        return [_of_result(result) for result in results]  # an id may be there twice
    by_id: Dict[str, Outcome] = {}
    for result in results:
        by_id[result.transaction_id] = _of_result(result)
    return [by_id.get(item.head.transaction_id, UNNAMED) for item in items]


def _of_result(result: EventResult) -> Outcome:
    if result.status == "created":
        return SENT
    if result.status == "duplicate":
        return DUPLICATE
    return Outcome("hold", result.error or f"the server says {result.status!r}", "event")


def is_of_single_events(error: NovaBillingError, count: int) -> bool:
    """Say whether a refusal is of some events of a batch: then it is split."""
    if isinstance(error, (BadRequestError, UnprocessableEntityError)):
        return bool(_named(error, count))
    return is_too_large(error)


def is_too_large(error: NovaBillingError) -> bool:
    """Say whether the server, or what stands before it, takes no request of this size."""
    if not isinstance(error, APIStatusError):
        return False
    return error.status_code == 413 or (
        error.status_code == 500 and "entity too large" in error.message
    )


_LATER = (408, 409, 425, 429)


def held(error: NovaBillingError) -> Outcome:
    """Say why all events of a batch wait: what passes by itself, or what somebody has to mend."""
    if isinstance(error, RateLimitError):
        return Outcome("hold", str(error), "limit", error.retry_after)
    if isinstance(error, MissingTokenError):
        return Outcome("hold", str(error), "refused")
    if isinstance(error, (APIConnectionError, ResponseDecodeError)):
        return Outcome("hold", str(error), "outage")
    if isinstance(error, APIStatusError):
        cause: Cause = "refused"
        if error.status_code == 500:
            cause = "broken"
        elif error.status_code > 500 or error.status_code in _LATER:
            cause = "outage"
        return Outcome("hold", str(error), cause, error.retry_after)
    return Outcome("hold", str(error), "outage")


def parts(error: NovaBillingError, count: int) -> List[List[int]]:
    """Split a refused batch, by the numbers of its events: those that are named stand alone."""
    named = _named(error, count)
    if not named:
        return [list(range(count // 2)), list(range(count // 2, count))]
    others = [number for number in range(count) if number not in named]
    return [part for part in (others, *([number] for number in named)) if part]


def _named(error: NovaBillingError, count: int) -> List[int]:
    rows = getattr(error, "errors", ())
    found = (re.match(r"^events\.(\d{1,9})(\.|\Z)", row.field) for row in rows)
    return sorted({int(match[1]) for match in found if match and int(match[1]) < count})


def why(error: NovaBillingError) -> str:
    """Write the reason of a dead letter."""
    details = "; ".join(row.message for row in getattr(error, "errors", ()))
    return details[:300] or str(error)
