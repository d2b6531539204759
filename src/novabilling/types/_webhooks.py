"""The webhook of a tenant, and what is delivered to it."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

import msgspec

from .._secrets import masked_repr
from .._wire import Timestamp, Word
from ._words import WebhookEventType, WebhookStatus


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint that a tenant's events are sent to. The secret is masked in the repr."""

    id: str
    url: str
    events: List[Word[WebhookEventType]]
    status: WebhookStatus = "active"
    secret: Optional[str] = None

    def __repr__(self) -> str:
        return masked_repr(self, "secret")


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A verified delivery. `data` keeps the server's keys; its amounts are Decimals."""

    event: Word[WebhookEventType]
    data: Dict[str, Any]
    timestamp: Timestamp
