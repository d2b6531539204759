"""The webhook of a tenant, and what is delivered to it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, Dict, List, Optional, Tuple

import msgspec

from .._runtime.secrets import masked_fields, masked_repr
from .._words.fields import Word, hash_of
from .._words.literals import WebhookEventType, WebhookStatus


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint that a tenant's events are sent to. The secret is masked in the repr."""

    id: str
    url: str
    events: List[Word[WebhookEventType]]
    status: WebhookStatus = "active"
    secret: Optional[str] = None

    def __hash__(self) -> int:
        return hash_of(self)

    def __repr__(self) -> str:
        return masked_repr(self)

    def __rich_repr__(self) -> List[Tuple[str, Any]]:
        return masked_fields(self, "secret")


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook delivery: what happened, to what, and when the delivery was sent.

    `payload` is the raw body: fields that this version does not know are in it.
    """

    type: str
    data: object
    timestamp: datetime
    payload: bytes

    def __hash__(self) -> int:
        return hash_of(self)

    @property
    def content_key(self) -> str:
        """Return a hash of the event's name and data, the same for a delivery that is repeated.

        It is a hint, good for about a minute: events that happen later may have equal data.
        """
        body = json.loads(self.payload, parse_int=_exact, parse_float=_exact)
        content = json.dumps([body["event"], body["data"]], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(type={self.type!r}, data={self.data!r}, "
            f"timestamp={self.timestamp!r})"
        )


class UnknownEvent(WebhookEvent, frozen=True, kw_only=True):
    """An event that this version does not know, or whose data is not what it expects.

    `data` is the plain JSON, with the server's own keys and words; fractions are Decimals.
    """

    data: Dict[str, Any]


def _exact(number: str) -> List[str]:
    return ["number", number]
