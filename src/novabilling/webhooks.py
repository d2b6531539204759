"""Verify webhook deliveries, and sign them in tests.

    event = webhooks.verify(await request.body(), request.headers["X-Webhook-Signature"], secret)

A delivery that is repeated carries a new timestamp and signature and no id: handlers must be able
to run twice, best by reading the object again and acting on its state.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, List, Optional, Sequence, Union

import msgspec

from ._errors import WebhookSignatureError
from ._secrets import Secret
from ._wire import field_reader
from .types._webhooks import WebhookEvent

MAX_PAYLOAD = 1_000_000
DEFAULT_TOLERANCE = timedelta(minutes=5)

_SIGNATURE = re.compile(r"^(?:sha256=)?([0-9a-fA-F]{64})\Z")
_decoder = msgspec.json.Decoder(WebhookEvent, dec_hook=field_reader(""), float_hook=Decimal)

Secrets = Union[str, Sequence[str]]


def verify(
    payload: bytes,
    signature: Union[str, bytes, None],
    secret: Secrets,
    *,
    tolerance: Optional[timedelta] = DEFAULT_TOLERANCE,
    now: Optional[datetime] = None,
) -> WebhookEvent:
    """Check the signature of a delivery and return its event.

    Args:
        payload: The raw body of the request; JSON that was parsed and written again differs.
        signature: The `X-Webhook-Signature` header.
        secret: The webhook secret, or several while one replaces another.
        tolerance: How old (or early) the delivery may be; None takes any age.
        now: The time to compare with, for tests; the default is the clock.

    Raises:
        WebhookSignatureError: The signature is missing, malformed or of another body or secret,
            the delivery is too old, or the body is not an event.
        TypeError, ValueError: The payload is not bytes, or there is no secret.
    """
    masked = Secret(secret)
    del secret  # so that no traceback with local variables shows it
    keys = _keys(masked)
    if not isinstance(payload, (bytes, bytearray, memoryview)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("payload must be the raw body as bytes, not parsed or decoded")
    body = bytes(payload)
    if len(body) > MAX_PAYLOAD:
        raise WebhookSignatureError(f"the payload is larger than {MAX_PAYLOAD:,} bytes")
    if not _matches(body, _digests(signature), keys):
        raise WebhookSignatureError("the signature does not match this payload and secret")
    event = _event(body)
    age = abs((now or datetime.now(timezone.utc)) - event.timestamp)
    if tolerance is not None and age > tolerance:
        raise WebhookSignatureError(f"the delivery was signed {age} from now; allowed: {tolerance}")
    return event


def sign(payload: bytes, secret: str) -> str:
    """Return the signature header that the server would send, for tests of your handlers."""
    masked = Secret(secret)
    del secret
    return _digest(payload, _keys(masked)[0]).hex()


def _keys(secret: Secret[Any]) -> List[Secret[str]]:
    single = secret.reveal() is None or isinstance(secret.reveal(), str)
    keys = [secret] if single else [Secret(one) for one in secret.reveal()]
    if not keys or not all(isinstance(key.reveal(), str) and key.reveal().strip() for key in keys):
        raise ValueError("secret must be the webhook secret, or a list of them; it is empty")
    return keys


def _digests(signature: Union[str, bytes, None]) -> List[bytes]:
    if isinstance(signature, bytes):
        signature = signature.decode("latin-1")
    if not signature:
        raise WebhookSignatureError("there is no signature: is it the X-Webhook-Signature header?")
    found = [_SIGNATURE.match(part.strip()) for part in signature.split(",")[:16]]
    digests = [bytes.fromhex(match.group(1)) for match in found if match]
    if not digests:
        raise WebhookSignatureError("the signature is malformed: 64 hex digits are expected")
    return digests


def _digest(body: bytes, key: Secret[str]) -> bytes:
    return hmac.new(key.reveal().encode("utf-8", "surrogatepass"), body, hashlib.sha256).digest()


def _matches(body: bytes, given: List[bytes], keys: List[Secret[str]]) -> bool:
    # All are compared, without stopping at the first: the time taken says nothing.
    expected = [_digest(body, key) for key in keys]
    return bool(sum(hmac.compare_digest(one, other) for one in expected for other in given))


def _event(body: bytes) -> WebhookEvent:
    problem = ""
    try:
        event = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        problem = type(exc).__name__
    else:
        return event
    raise WebhookSignatureError(f"the payload is signed, but it is not an event ({problem})")
