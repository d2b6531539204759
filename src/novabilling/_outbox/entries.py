"""What goes in and out of a store: events, what became of them, dead letters, counts."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, List, Optional, Tuple

import msgspec
from msgspec import UNSET, UnsetType

from .._words.decoders import UNREADABLE, decoder
from ..types._inputs import UsageEventInput

MAX_WAIT = 300.0
"""Seconds between two tries of an event that the server refuses for itself."""


class Target(msgspec.Struct, frozen=True):
    """Whose events they are: those of one tenant on one server."""

    base_url: str
    label: str

    def __str__(self) -> str:
        return f"{self.base_url}{f' ({self.label})' if self.label else ''}"


class Entry(msgspec.Struct, frozen=True, eq=False):
    """An event that a sender has claimed; times are seconds since 1970."""

    body: bytes
    at: float
    """When it was recorded."""
    place: Tuple[str, int]
    """Where the store has it."""
    since: Optional[float] = None
    """When the server first refused it for something that may change."""


class Waiting(msgspec.Struct, frozen=True):
    """An event that is to be tried again."""

    entry: Entry
    due: float
    since: float
    reason: str


class Dead(msgspec.Struct, frozen=True):
    """An event that is not sent any more."""

    entry: Entry
    reason: str


class Settlement(msgspec.Struct):
    """What became of claimed events: all of it is written at once."""

    done: List[Entry] = []  # msgspec copies it
    waiting: List[Waiting] = []
    dead: List[Dead] = []


class Counts(msgspec.Struct, frozen=True):
    """How many events a store has; `waiting` are those that are to be tried again later."""

    due: int = 0
    waiting: int = 0
    dead: int = 0
    oldest: Optional[float] = None

    def plus(self, other: Counts) -> Counts:
        """Add the counts of another part of the store."""
        times = [at for at in (self.oldest, other.oldest) if at is not None]
        return Counts(
            self.due + other.due,
            self.waiting + other.waiting,
            self.dead + other.dead,
            min(times) if times else None,
        )


class Report(msgspec.Struct, kw_only=True):
    """What the sender says of itself to other processes; times are seconds since 1970."""

    pid: int = 0
    at: float = 0.0
    sent: int = 0
    duplicates: int = 0
    rate: float = 0.0
    """Events a second, lately."""
    problem: Optional[str] = None
    """Why nothing is sent at the moment."""


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the server will never take as it is, or that no metric would count.

    Attributes:
        event: The event, with its transaction id and timestamp.
        reason: Why it is not sent any more.
        at: When it was given up, in UTC.
        place: Where the store has it.
    """

    event: UsageEventInput
    reason: str
    at: datetime
    place: Tuple[str, int]

    def __repr__(self) -> str:
        return (
            f"DeadLetter(transaction_id={self.event.transaction_id!r}, "
            f"code={self.event.code!r}, reason={self.reason!r})"
        )

    def to_json(self) -> bytes:
        """Return a line of JSON: the event by its public names, the reason and the time."""
        fields = {name: getattr(self.event, name) for name in self.event.__struct_fields__}
        event = {name: value for name, value in fields.items() if value is not UNSET}
        return msgspec.json.encode({"event": event, "reason": self.reason, "at": self.at})


class OutboxStats(msgspec.Struct, frozen=True, kw_only=True):
    """How an outbox stands; `sent`, `duplicates` and `rate` are those of the store's senders.

    Attributes:
        depth: Events that are to be sent, with those that are held.
        held: Events that the server has refused for now: their subscription may be on its way.
        dead: Events that are not sent any more: see `dead_letters`.
        sent: Events that the server has counted.
        duplicates: Events that the server had already: they are counted once.
        rate: Events a second, in the last minute.
        oldest: The age of the oldest event that is to be sent, in seconds.
        seconds_left: Until nothing but held events is left, at this rate; None if nothing is sent.
        problem: Why nothing is sent at the moment, such as a token that is refused.
    """

    depth: int
    held: int
    dead: int
    sent: int
    duplicates: int
    rate: float
    oldest: Optional[float] = None
    seconds_left: Optional[float] = None
    problem: Optional[str] = None


class Head(msgspec.Struct, frozen=True, rename="camel"):
    """What a sender reads of an event."""

    transaction_id: str
    code: str


class _Body(msgspec.Struct, frozen=True, rename="camel"):
    transaction_id: str
    subscription_id: str
    code: str
    timestamp: str
    properties: Any = UNSET


_decode_head = decoder(Head).decode
_decode_body = decoder(_Body).decode


def head_of(body: bytes) -> Head:
    """Read what a sender needs to know of an event."""
    return _decode_head(body)


def event_of(body: bytes) -> UsageEventInput:
    """Read an event as it was recorded; of what is none, the text is among its properties."""
    try:
        found = _decode_body(body)
    except UNREADABLE:
        unread = {"unreadable": repr(body)}
        return UsageEventInput(subscription_id="", code="", transaction_id="", properties=unread)
    properties: Any = found.properties
    given: UnsetType = UNSET
    return UsageEventInput(
        subscription_id=found.subscription_id,
        code=found.code,
        transaction_id=found.transaction_id,
        timestamp=found.timestamp,
        properties=given if properties is UNSET else properties,
    )


def moment(seconds: float) -> datetime:
    """Return a time in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)
