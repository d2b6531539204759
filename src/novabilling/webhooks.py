"""Verify webhook deliveries, and sign them in tests.

    event = webhooks.verify(await request.body(), request.headers["X-Webhook-Signature"], secret)

A delivery that is repeated carries a new timestamp and signature and no id: handlers must be able
to run twice, best by reading the object again and acting on its state.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union, get_args

import msgspec

from ._errors import WebhookSignatureError
from ._secrets import Secret
from ._wire import Timestamp, field_reader, vocabulary
from .types._webhook_events import AnyWebhookEvent
from .types._webhooks import UnknownEvent
from .types._words import WebhookEventType

MAX_PAYLOAD = 1_000_000
DEFAULT_TOLERANCE = 300.0

Payload = Union[bytes, bytearray, str]
Secrets = Union[str, Sequence[str]]


class _Delivery(msgspec.Struct):
    event: str
    data: msgspec.Raw
    timestamp: Timestamp


_decode_delivery = msgspec.json.Decoder(_Delivery).decode
_decode_plain = msgspec.json.Decoder(Dict[str, Any], float_hook=Decimal).decode
_words = vocabulary(WebhookEventType)
_is_signature = re.compile(r"[0-9a-f]{64}").fullmatch


def verify(
    payload: Payload,
    signature: Union[str, bytes, None],
    secret: Secrets,
    *,
    event_type: Optional[str] = None,
    tolerance: Optional[float] = DEFAULT_TOLERANCE,
    now: Optional[datetime] = None,
) -> AnyWebhookEvent:
    """Check the signature of a delivery and return its event.

    Args:
        payload: The raw body of the request; JSON that was parsed and written again differs.
        signature: The `X-Webhook-Signature` header.
        secret: The webhook secret, or several while one replaces another.
        event_type: The `X-Event-Type` header, which nobody signs: it must agree with the body.
        tolerance: How many seconds old (or early) the delivery may be; None takes any age.
        now: The time to compare with, for tests; the default is the clock.

    Raises:
        WebhookSignatureError: The signature is missing, malformed or of another body or secret,
            the delivery is too old or too early, or the body is not an event.
        TypeError, ValueError: The payload is not a raw body, there is no secret, or the tolerance
            or time makes no sense.
    """
    masked = Secret(secret)
    del secret  # so that no traceback with local variables shows it
    keys = _keys(masked)
    body = _raw(payload)
    moment = _moment(now)
    _check_tolerance(tolerance)
    if len(body) > MAX_PAYLOAD:
        raise WebhookSignatureError(f"the payload is larger than {MAX_PAYLOAD:,} bytes")
    if not _matches(body, _digest_in(signature), keys):
        raise WebhookSignatureError("the signature does not match this payload and secret")
    event = _event(body)
    if event_type is not None and event_type not in (event.type, _words.to_wire.get(event.type)):
        raise WebhookSignatureError("the event type in the header is not the one that was signed")
    if tolerance is not None:
        _check_age((moment - event.timestamp).total_seconds(), tolerance)
    return event


def parse(payload: Payload) -> AnyWebhookEvent:
    """Read an event without a check: for a body that was verified before, as out of a queue.

    Raises:
        WebhookSignatureError: The body is not an event.
        TypeError: The payload is not a raw body.
    """
    return _event(_raw(payload))


def sign(payload: Payload, secret: str) -> str:
    """Return the signature header that the server would send, for tests of your handlers."""
    masked = Secret(secret)
    del secret
    return _digest(_raw(payload), _key(masked)).hex()


def check_secret(secret: Secret[Any]) -> None:
    """Refuse what can never be a webhook secret."""
    _keys(secret)


def _raw(payload: Any) -> bytes:
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogatepass")
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    raise TypeError(
        f"payload must be the raw body (bytes or str), not {type(payload).__name__}: the signature "
        "is of its exact bytes, and JSON that was parsed and written again differs"
    )


def _keys(secret: Secret[Any]) -> List[Secret[str]]:
    # No secret stands in a local variable: an error shows those to some loggers.
    keys = [_key(secret)] if _is_one(secret) else list(map(_key, map(Secret, secret.reveal())))
    if not keys:
        raise ValueError("secret is an empty list: give the webhook secret")
    return keys


def _is_one(secret: Secret[Any]) -> bool:
    return isinstance(secret.reveal(), (str, bytes)) or not isinstance(secret.reveal(), Sequence)


def _key(secret: Secret[Any]) -> Secret[str]:
    if secret.reveal() is not None and not isinstance(secret.reveal(), str):
        kind = type(secret.reveal()).__name__
        raise TypeError(f"secret must be a str, or a list of them, not {kind}")
    if not (secret.reveal() or "").strip():
        raise ValueError("secret is empty: give the webhook secret, as webhooks.list() shows it")
    return secret


def _moment(now: Any) -> datetime:
    if now is None:
        return datetime.now(timezone.utc)
    if not isinstance(now, datetime):
        raise TypeError(f"now must be a datetime, not {type(now).__name__}")
    if now.utcoffset() is None:
        raise ValueError("now must have a time zone: datetime.now(timezone.utc)")
    return now


def _check_tolerance(tolerance: Any) -> None:
    if tolerance is None:
        return
    if not isinstance(tolerance, (int, float)):
        raise TypeError(f"tolerance must be seconds or None, not {type(tolerance).__name__}")
    if isinstance(tolerance, bool) or math.isnan(tolerance) or tolerance < 0:
        raise ValueError(f"tolerance must be seconds from 0 on, or None; not {tolerance!r}")


def _check_age(age: float, tolerance: float) -> None:
    if abs(age) > tolerance:
        when = "ago" if age > 0 else "ahead"
        raise WebhookSignatureError(
            f"the delivery was signed {abs(age):.1f} seconds {when}; allowed: {tolerance:g}"
        )


def _digest_in(signature: Any) -> bytes:
    if not signature:
        raise WebhookSignatureError("there is no signature: is it the X-Webhook-Signature header?")
    if isinstance(signature, bytes):
        signature = signature.decode("latin-1")
    if not isinstance(signature, str) or not _is_signature(signature):
        raise WebhookSignatureError("the signature is malformed: it is 64 lower-case hex digits")
    return bytes.fromhex(signature)


def _digest(body: bytes, key: Secret[str]) -> bytes:
    return hmac.new(key.reveal().encode("utf-8", "surrogatepass"), body, hashlib.sha256).digest()


def _matches(body: bytes, given: bytes, keys: List[Secret[str]]) -> bool:
    # All are compared, without stopping at the first: the time taken says nothing.
    return bool(sum(hmac.compare_digest(_digest(body, key), given) for key in keys))


def _event(body: bytes) -> AnyWebhookEvent:
    problem = ""
    try:
        body.decode()  # also where nobody reads
        return _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation) as exc:
        problem = type(exc).__name__
    raise WebhookSignatureError(f"the payload is not a webhook event ({problem})")


def _read(body: bytes) -> AnyWebhookEvent:
    delivery = _decode_delivery(body)
    word = _words.decode(delivery.event)
    of: Any
    of, decode = _readers().get(word, (UnknownEvent, _decode_plain))
    try:
        data = decode(delivery.data)
    except msgspec.ValidationError:
        # A payment whose data is not as expected is an event all the same: it must not be lost.
        of, data = UnknownEvent, _decode_plain(delivery.data)
    event: AnyWebhookEvent = of(type=word, data=data, timestamp=delivery.timestamp, payload=body)
    return event


@lru_cache(maxsize=None)
def _readers() -> Dict[str, Tuple[Any, Callable[[msgspec.Raw], Any]]]:
    """Return the class of each event that is known, and the decoder of its data."""
    found: Dict[str, Tuple[Any, Callable[[msgspec.Raw], Any]]] = {}
    for of in get_args(AnyWebhookEvent):
        fields = {field.name: field.type for field in msgspec.structs.fields(of)}
        for word in get_args(fields["type"]):
            decoder = msgspec.json.Decoder(fields["data"], dec_hook=field_reader(""))
            found[word] = of, decoder.decode
    return found
