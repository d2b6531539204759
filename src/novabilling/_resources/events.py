"""Usage events on their way to the server: ids, checks, slices and merged results."""

from __future__ import annotations

from typing import Any, Iterable, List, Mapping, Sequence, Union
from uuid import uuid4

import msgspec
from msgspec import UNSET

from .._runtime.secrets import Secret
from .._words.arguments import Arguments, not_null, structs
from .._words.checks import identifier, plain, text, timestamp
from .._words.encoding import encode
from ..types._inputs import Fields, UsageEventInput
from ..types._metering import EventBatch

MAX_EVENTS = 100
MAX_SLICE = 100_000  # bytes; the server refuses more than 102,400
_AROUND = len(b'{"events":[]}') - 1  # the last event has no comma

EMPTY_BATCH = EventBatch(total=0, created=0, duplicates=0, errors=0, results=[])

_EVENT = Arguments(
    subscription_id=not_null(identifier),
    transaction_id=not_null(identifier),
    code=text,
    timestamp=timestamp,
    properties=plain,
)
_checked = structs(UsageEventInput, _EVENT)


def prepare(events: Sequence[Union[UsageEventInput, Fields]]) -> List[UsageEventInput]:
    """Check all events, and give each a transaction id of its own."""
    given: object = events
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping)):
        events = list(events)  # it may be one that can be walked through only once
    _checked("events", events)
    prepared = [e if isinstance(e, UsageEventInput) else UsageEventInput(**e) for e in events]
    return [
        msgspec.structs.replace(event, transaction_id=str(uuid4()))
        if event.transaction_id is UNSET
        else event
        for event in prepared
    ]


def event_body(event: UsageEventInput) -> Secret[bytes]:
    """Write the body of one event."""
    return encode(_checked("events", [event])[0])


def slices(events: List[UsageEventInput]) -> List[Secret[bytes]]:
    """Write the bodies of as many requests as the server needs to take them all."""
    if not events:
        raise ValueError("events must not be empty")
    bodies: List[Secret[bytes]] = []
    current: List[msgspec.Raw] = []
    size = _AROUND
    for index, event in enumerate(events):
        raw = event_body(event).reveal()
        if len(raw) > MAX_SLICE:
            raise ValueError(f"events[{index}] is larger than {MAX_SLICE:,} bytes")
        if current and (len(current) == MAX_EVENTS or size + len(raw) + 1 > MAX_SLICE):
            bodies.append(encode({"events": current}))
            current, size = [], _AROUND
        current.append(msgspec.Raw(raw))
        size += len(raw) + 1
    if current:
        bodies.append(encode({"events": current}))
    return bodies


def merge(one: EventBatch, other: EventBatch) -> EventBatch:
    """Add up the results of two slices."""
    counts: Any = {
        name: getattr(one, name) + getattr(other, name)
        for name in ("total", "created", "duplicates", "errors", "results")
    }
    return EventBatch(**counts)
