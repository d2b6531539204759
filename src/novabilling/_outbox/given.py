"""Events that others keep, such as those of a stream: read without raising, one by one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Iterator, List, Mapping, Optional, cast

import msgspec
from msgspec import UNSET

from .._resources.events import MAX_EVENTS, MAX_SLICE, sealed
from ..types._inputs import UsageEventInput
from .entries import head_of
from .verdicts import UNNAMED, Item, Outcome

AROUND = len(b'{"events":[]}')


class Given(msgspec.Struct, eq=False):
    """An event that was given, and what became of it."""

    event: Any
    item: Item = cast("Item", None)
    outcome: Outcome = UNNAMED


def read_events(events: object) -> List[Given]:
    """Read events; one that cannot be sent is dead, and does not stop the others."""
    if isinstance(events, (str, bytes, Mapping, UsageEventInput)) or not hasattr(
        events, "__iter__"
    ):
        raise TypeError("events must be an iterable of UsageEventInput or dicts")
    return [_read(event) for event in cast("List[Any]", events)]


def _read(event: Any) -> Given:
    try:
        known = event if isinstance(event, UsageEventInput) else UsageEventInput(**_fields(event))
        for name in ("transaction_id", "timestamp"):
            if getattr(known, name) in (UNSET, None):
                raise ValueError(f"it has no {name}: sent again, it would count twice or later")
        body = sealed(known, "event")
    except (TypeError, ValueError) as error:
        return Given(event, outcome=Outcome("dead", str(error)))
    return Given(known, Item(body, head_of(body)))


def _fields(event: Any) -> Mapping[str, Any]:
    if not isinstance(event, Mapping):
        raise TypeError(f"an event is a UsageEventInput or a dict, not {type(event).__name__}")
    return cast("Mapping[str, Any]", event)


def slices_of(given: List[Given]) -> Iterator[List[Given]]:
    """Give the events that can be sent, as many at a time as the server takes."""
    part: List[Given] = []
    size = AROUND
    for one in given:
        if one.outcome.status == "dead":
            continue
        length = len(one.item.body) + 1
        if part and (len(part) == MAX_EVENTS or size + length > MAX_SLICE):
            yield part
            part, size = [], AROUND
        part.append(one)
        size += length
    if part:
        yield part


def too_old(one: Given, now: datetime, seconds: float) -> bool:
    """Say whether an event has been refused for long enough; True if its age is not known."""
    at = _moment(one.event.timestamp)
    return at is None or now - at >= timedelta(seconds=min(seconds, 1e9))


def _moment(value: object) -> Optional[datetime]:
    if isinstance(value, str):
        try:
            value = msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)
