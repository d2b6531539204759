"""Verify webhook deliveries, and sign them in tests.

    event = webhooks.verify(await request.body(), request.headers["X-Webhook-Signature"], secret)

A delivery that is repeated carries a new timestamp and signature and no id: handlers must be able
to run twice, best by reading the object again and acting on its state.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Optional, Sequence, Union

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret
from ..types._webhook_events import AnyWebhookEvent
from ._deliveries import check_age, check_tolerance, is_named, moment, raw_body, read_event
from ._signatures import digest, digest_in, key_of, keys_of, matches

MAX_PAYLOAD = 1_000_000
DEFAULT_TOLERANCE = 300.0

Payload = Union[bytes, bytearray, str]
Secrets = Union[str, Sequence[str]]


def verify(
    payload: Payload,
    signature: Union[str, bytes, None],
    secret: Secrets,
    *,
    event_type: Optional[str] = None,
    tolerance: Union[float, timedelta, None] = DEFAULT_TOLERANCE,
    now: Optional[datetime] = None,
) -> AnyWebhookEvent:
    """Check the signature of a delivery and return its event.

    Args:
        payload: The raw body of the request; JSON that was parsed and written again differs.
        signature: The `X-Webhook-Signature` header.
        secret: The webhook secret, or several while one replaces another.
        event_type: The `X-Event-Type` header, which nobody signs: it must agree with the body.
        tolerance: How many seconds old (or early) the delivery may be, also as a `timedelta`; None
            takes any age.
        now: The time to compare with, for tests; the default is the clock.

    Raises:
        WebhookSignatureError: The signature is missing, malformed or of another body or secret,
            the delivery is too old or too early, or the body is not an event.
        TypeError, ValueError: The payload is not a raw body, there is no secret, or the tolerance
            or time makes no sense.

    Example:
        event = client.webhooks.verify(payload, signature, secret, now=now)
        print(event.type, event.data.invoice_number)  # invoice.paid INV-00001
    """
    masked = Secret(secret)
    del secret  # so that no traceback with local variables shows it
    keys = keys_of(masked)
    body = raw_body(payload)
    at = moment(now)
    seconds = check_tolerance(tolerance)
    if len(body) > MAX_PAYLOAD:
        raise WebhookSignatureError(f"the payload is larger than {MAX_PAYLOAD:,} bytes")
    if not matches(body, digest_in(signature), keys):
        raise WebhookSignatureError("the signature does not match this payload and secret")
    event = read_event(body)
    if event_type is not None and not is_named(event, event_type):
        raise WebhookSignatureError("the event type in the header is not the one that was signed")
    if seconds is not None:
        check_age(event, at, seconds)
    return event


def parse(payload: Payload) -> AnyWebhookEvent:
    """Read an event without a check: for a body that was verified before, as out of a queue.

    Raises:
        WebhookSignatureError: The body is not an event.
        TypeError: The payload is not a raw body.
    """
    return read_event(raw_body(payload))


def sign(payload: Payload, secret: str) -> str:
    """Return the signature header that the server would send, for tests of your handlers."""
    masked = Secret(secret)
    del secret
    return digest(raw_body(payload), key_of(masked)).hex()
