"""Usage events on their way to the server: ids, times, checks, slices and merged results.

The server takes events in a batch that it can never bill; `never_billed` finds them.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import datetime
from decimal import Decimal
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Union,
    cast,
)
from weakref import WeakKeyDictionary

import msgspec
from msgspec import UNSET, UnsetType

if sys.version_info >= (3, 9):
    from typing import Annotated
else:
    from typing_extensions import Annotated

from .._runtime.secrets import Secret
from .._words.arguments import Arguments, not_null, structs
from .._words.checks import MAX_ID, identifier, plain, text, timestamp
from .._words.encoding import encode
from .._words.numbers import python_number
from .._words.warnings import warn
from ..types._inputs import UsageEventInput, UsageEventParam
from ..types._metering import BillableMetric, EventBatch

if TYPE_CHECKING:
    from .._reconcile.record import CallRecord

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

_Id = Annotated[str, msgspec.Meta(min_length=3, max_length=MAX_ID)]  # no "." and no ".."
_Number = Annotated[float, msgspec.Meta(ge=-1e300, le=1e300)]
_Properties = Dict[str, Union[str, int, bool, _Number, None]]


class _Plain(msgspec.Struct, forbid_unknown_fields=True):
    """An event as most are: msgspec checks it at once, and all others are checked one by one."""

    subscription_id: _Id
    code: str
    transaction_id: Union[_Id, UnsetType] = UNSET
    timestamp: Union[str, UnsetType] = UNSET
    properties: Union[_Properties, UnsetType] = UNSET


class _Sent(msgspec.Struct, rename="camel"):
    """An event as the server reads it."""

    subscription_id: str
    code: str
    transaction_id: Union[str, UnsetType]
    timestamp: str
    properties: Any


def prepare(
    events: Sequence[Union[UsageEventInput, UsageEventParam]], now: datetime
) -> List[UsageEventInput]:
    """Check all events, and give each a transaction id of its own and the time of the call.

    Both are given once: the server would take the time at which an event arrives, and one that
    waited for a retry could arrive in the next billing period.
    """
    given = cast("object", events)
    if isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping, msgspec.Struct)):
        events = list(events)  # it may be one that can be walked through only once
    made = now.replace(microsecond=now.microsecond // 1000 * 1000)  # the server keeps no more
    found = _plain_ones(events, made)
    if found is not None:
        return found
    _checked("events", events)
    return [
        complete(e if isinstance(e, UsageEventInput) else UsageEventInput(**e), now) for e in events
    ]


def _plain_ones(events: object, made: datetime) -> Optional[List[UsageEventInput]]:
    """Check and complete events at a tenth of the cost; None if one has to be looked at closely."""
    try:
        found = msgspec.convert(events, List[_Plain])
        written = msgspec.json.encode(found)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    if not written.isascii() or b"\\" in written or b"\x7f" in written:  # maybe in an id
        return None
    return [
        UsageEventInput(
            subscription_id=event.subscription_id,
            code=event.code,
            transaction_id=event.transaction_id or _new_id(),
            timestamp=made if event.timestamp is UNSET else event.timestamp,
            properties=event.properties,
        )
        for event in found
    ]


def complete(event: UsageEventInput, now: datetime) -> UsageEventInput:
    """Give an event a transaction id and a time, if it has none."""
    missing: Dict[str, Any] = {}
    if event.transaction_id is UNSET:
        missing["transaction_id"] = _new_id()
    at = cast("object", event.timestamp)
    if at is UNSET or at is None:  # the server takes null for now
        made = now.replace(microsecond=now.microsecond // 1000 * 1000)  # it keeps no more
        missing["timestamp"] = made
    return msgspec.structs.replace(event, **missing) if missing else event


def _new_id() -> str:
    """Make a random UUID, at a third of the cost of `uuid4`."""
    hexed = os.urandom(16).hex()
    return f"{hexed[:8]}-{hexed[8:12]}-4{hexed[13:16]}-a{hexed[17:20]}-{hexed[20:]}"


def sealed(event: UsageEventInput, name: str = "events[0]") -> bytes:
    """Check a complete event and write it as it is sent, alone or in a batch."""
    body = encode(_EVENT.fields(_fields_of(event), f"{name}.")).reveal()
    text(f"{name}.code", event.code)  # None would be sent as null
    if len(body) > MAX_SLICE:
        raise ValueError(f"{name} is larger than {MAX_SLICE:,} bytes")
    return body


def _fields_of(event: UsageEventInput) -> Dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def batch_of(bodies: Sequence[bytes]) -> Secret[bytes]:
    """Write the body of a request from events that are written already."""
    return Secret(b'{"events":[' + b",".join(bodies) + b"]}")


def event_body(event: UsageEventInput) -> Secret[bytes]:
    """Write the body of one event."""
    return encode(_checked("events", [event])[0])


def slices(events: List[UsageEventInput]) -> List[Secret[bytes]]:
    """Write the bodies of as many requests as the server needs to take them all."""
    if not events:
        raise ValueError("events must not be empty")
    times: Dict[object, str] = {}  # most have that of the call
    try:
        sent = [_sent(event, times) for event in events]
        starts = range(0, len(sent), MAX_EVENTS)
        bodies = [encode({"events": sent[at : at + MAX_EVENTS]}) for at in starts]
    except ValueError:  # too large, or of what is no text: which one?
        return _slices_by_size(events)
    fit = all(len(body.reveal()) <= MAX_SLICE for body in bodies)
    return bodies if fit else _slices_by_size(events)


def _sent(event: UsageEventInput, times: Dict[object, str]) -> _Sent:
    when = times.get(event.timestamp)
    if when is None:
        when = times[event.timestamp] = timestamp("timestamp", event.timestamp)
    return _Sent(event.subscription_id, event.code, event.transaction_id, when, event.properties)


def _slices_by_size(events: List[UsageEventInput]) -> List[Secret[bytes]]:
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


def record_of_all(
    slice_of: Optional[CallRecord], events: List[UsageEventInput]
) -> Optional[CallRecord]:
    """Make the record of a slice that of all events: those before it were stored."""
    from .._reconcile.record import event_kept  # it brings hashlib

    if slice_of is None:
        return None
    fields = {"events": [event_kept(event) for event in _checked("events", events)]}
    return msgspec.structs.replace(slice_of, fields=fields, may_have_been_applied=True)


SECONDS_KNOWN = 60.0


class KnownMetrics(msgspec.Struct, frozen=True):
    """The billable metrics of a tenant by their codes, as they were at a time."""

    by_code: Dict[str, BillableMetric]
    read_at: float


METRICS: WeakKeyDictionary[Secret[Any], KnownMetrics] = WeakKeyDictionary()
"""What is known by the token that read it: copies of a client share one, unless it is another's."""


def never_billed(
    events: Sequence[UsageEventInput], known: Optional[KnownMetrics], now: float
) -> Optional[str]:
    """Say which of the events no metric counts, and why; None if there is none."""
    if known is None or now >= known.read_at + SECONDS_KNOWN:
        return "the metrics have not been read lately"
    for index, event in enumerate(events):
        problem = not_counted(event.code, event.properties, known.by_code.get(event.code))
        if problem is not None:
            return f"events[{index}].{problem}"
    return None


def not_counted(code: str, properties: object, metric: Optional[BillableMetric]) -> Optional[str]:
    """Say why the metric of its code does not count an event; None if it does."""
    if metric is None:
        return f"code: no billable metric has the code {code!r}"
    field = metric.field_name
    if metric.aggregation_type in _OF_NUMBERS and field and not _has_number(properties, field):
        return (
            f"properties: {field!r} must be a number, "
            f"for the {metric.aggregation_type} of the metric {code!r}"
        )
    return None


_OF_NUMBERS = ("sum", "max", "latest", "weighted_sum")
_NUMBER = re.compile(r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*\Z")


def _has_number(properties: object, field: str) -> bool:
    if not isinstance(properties, Mapping):
        return False
    value = cast("Mapping[str, object]", properties).get(field)
    if isinstance(value, str):  # the server reads "12.5" as a number
        return _NUMBER.match(value) is not None
    return isinstance(python_number(field, value), (int, float, Decimal))


_SERVER_ID = re.compile(r"^c[a-z0-9]{24}\Z")


def warn_of_foreign_id(method: str, subscription_id: str) -> None:
    """Warn where no events were found by what cannot be an id of the server."""
    if not _SERVER_ID.match(subscription_id):
        warn(
            f"events.{method}: {subscription_id!r} is no id that the server gives; events are "
            "found only by `subscription.id`, not by the external id they were sent with"
        )
