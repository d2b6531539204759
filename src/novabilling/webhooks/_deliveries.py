"""Bodies of webhook deliveries: their events, typed by their data, and their age."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Callable, Dict, Optional, Tuple, get_args

import msgspec

from .._call.envelopes import in_utc
from .._call.errors import WebhookSignatureError
from .._words.decoders import UNREADABLE, decoder, without_bom
from .._words.fields import Timestamp, field_reader
from .._words.literals import WebhookEventType
from .._words.vocabulary import vocabulary
from ..types._webhook_events import AnyWebhookEvent
from ..types._webhooks import UnknownEvent


class _Delivery(msgspec.Struct):
    event: str
    data: msgspec.Raw
    timestamp: Timestamp


_decode_delivery = decoder(_Delivery).decode
_decode_plain = msgspec.json.Decoder(Dict[str, Any], float_hook=Decimal).decode
_words = vocabulary(WebhookEventType)


def raw_body(payload: object) -> bytes:
    """Return the bytes of a payload; parsed JSON is refused."""
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogatepass")
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    raise TypeError(
        f"payload must be the raw body (bytes or str), not {type(payload).__name__}: the signature "
        "is of its exact bytes, and JSON that was parsed and written again differs"
    )


def read_event(body: bytes) -> AnyWebhookEvent:
    """Read the event in a body, whoever sent it."""
    problem = ""
    try:
        body.decode()  # also where nobody reads
        return _read(without_bom(body))
    except (*UNREADABLE, InvalidOperation) as exc:
        problem = type(exc).__name__
    raise WebhookSignatureError(f"the payload is not a webhook event ({problem})")


def _read(body: bytes) -> AnyWebhookEvent:
    delivery = _decode_delivery(body)
    word = _words.decode(delivery.event)
    of: Any
    of, decode = _readers().get(word, (UnknownEvent, _decode_plain))
    try:
        data = in_utc(body, decode(delivery.data))
    except msgspec.ValidationError:
        # A payment whose data is not as expected is an event all the same: it must not be lost.
        of, data = UnknownEvent, _decode_plain(delivery.data)
    event: AnyWebhookEvent = of(type=word, data=data, timestamp=delivery.timestamp, payload=body)
    return in_utc(body, event)


@lru_cache(maxsize=None)
def _readers() -> Dict[str, Tuple[Any, Callable[[msgspec.Raw], Any]]]:
    """Return the class of each event that is known, and the decoder of its data."""
    found: Dict[str, Tuple[Any, Callable[[msgspec.Raw], Any]]] = {}
    for of in get_args(AnyWebhookEvent):
        fields = {field.name: field.type for field in msgspec.structs.fields(of)}
        for word in get_args(fields["type"]):
            found[word] = of, decoder(fields["data"], field_reader("")).decode
    return found


def is_named(event: AnyWebhookEvent, word: str) -> bool:
    """Say whether a word, public or the server's, names an event."""
    return word in (event.type, _words.to_wire.get(event.type))


def moment(now: object) -> datetime:
    """Return the time that was given, or that of the clock."""
    if now is None:
        return datetime.now(timezone.utc)
    if not isinstance(now, datetime):
        raise TypeError(f"now must be a datetime, not {type(now).__name__}")
    if now.utcoffset() is None:
        raise ValueError("now must have a time zone: datetime.now(timezone.utc)")
    return now


def check_tolerance(tolerance: object) -> Optional[float]:
    """Return a span in seconds, or None; refuse what is no span."""
    if tolerance is None:
        return None
    if isinstance(tolerance, timedelta):
        tolerance = tolerance.total_seconds()
    if not isinstance(tolerance, (int, float)):
        raise TypeError(f"tolerance must be seconds or None, not {type(tolerance).__name__}")
    if isinstance(tolerance, bool) or not tolerance >= 0:  # NaN is not
        raise ValueError(f"tolerance must be seconds from 0 on, or None; not {tolerance!r}")
    return tolerance


def check_age(event: AnyWebhookEvent, now: datetime, tolerance: float) -> None:
    """Refuse an event that was sent too long ago, or is from the future."""
    age = (now - event.timestamp).total_seconds()
    if abs(age) > tolerance:
        when = "ago" if age > 0 else "ahead"
        raise WebhookSignatureError(
            f"the delivery was signed {abs(age):.1f} seconds {when}; allowed: {tolerance:g}"
        )
