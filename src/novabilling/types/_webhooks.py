"""The webhook of a tenant, and what is delivered to it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from importlib import import_module
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Dict,
    List,
    Mapping,
    Optional,
    Tuple,
    cast,
    get_args,
)

import msgspec

from .._runtime.secrets import masked_fields, masked_repr
from .._serialization.serializable import Serializable
from .._words.decoders import UNREADABLE
from .._words.fields import Utf8, Word, hash_of
from .._words.literals import WebhookEventType, WebhookStatus

if TYPE_CHECKING:
    from typing_extensions import Self


class Webhook(Serializable, frozen=True, kw_only=True):
    """The endpoint that a tenant's events are sent to. The secret is masked in the repr.

    Attributes:
        id: The id of the tenant: it has one webhook.
        url: Where deliveries go.
        events: The events that were chosen; the 1.0 server sends all whatever is chosen.
        status: "active": it is there.
        secret: What deliveries are signed with; None where the server leaves it out.
    """

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("secret",)

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
        return masked_fields(self, *self.__secret_fields__)


class WebhookEvent(Serializable, frozen=True, kw_only=True):
    """A webhook delivery: what happened, and to what.

    Attributes:
        type: What happened, as "invoice.paid".
        data: What it happened to.
        timestamp: When the delivery was sent, in UTC; a repeat has a new one.
        payload: The raw body: fields that this version does not know are in it.
    """

    type: str
    data: object
    timestamp: datetime
    payload: Utf8

    def __hash__(self) -> int:
        return hash_of(self)

    @property
    def content_key(self) -> str:
        """Return a hash of the event's name and data, the same for a delivery that is repeated.

        It is a hint, good for about a minute: events that happen later may have equal data. Of an
        event with another payload, as one made up for a test, it is the hash of that.
        """
        try:
            body = json.loads(self.payload, parse_int=_exact, parse_float=_exact)
            content = json.dumps([body["event"], body["data"]], sort_keys=True).encode()
        except (ValueError, LookupError, TypeError):
            content = self.payload
        return hashlib.sha256(content).hexdigest()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make an event of what `to_dict()` returned in either mode, or of its parsed JSON.

        `WebhookEvent.from_dict` makes one of the class that its type and data are of.

        Raises:
            ValueError, TypeError: A field is missing, or is not what it should be.
        """
        if cls is not WebhookEvent:
            return super().from_dict(data)
        events = import_module("._webhook_events", __package__)  # derived from this class
        of = next((of for of in get_args(events.AnyWebhookEvent) if _is_of(of, data)), UnknownEvent)
        try:
            return cast("Self", of.from_dict(data))
        except (ValueError, TypeError):  # as deliveries are read: it must not be lost
            return cast("Self", UnknownEvent.from_dict(data))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(type={self.type!r}, data={self.data!r}, "
            f"timestamp={self.timestamp!r})"
        )


class UnknownEvent(WebhookEvent, frozen=True, kw_only=True):
    """An event that this version does not know, or whose data is not what it expects.

    `data` is the plain JSON, with the server's own keys and words; fractions are Decimals.

    Attributes:
        data: The plain JSON, with the server's own keys and words; fractions are Decimals.
    """

    data: Dict[str, Any]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make an event of what `to_dict()` returned in either mode, or of its parsed JSON.

        Its data is read from the payload where that has it: JSON has no Decimal.

        Raises:
            ValueError, TypeError: A field is missing, or is not what it should be.
        """
        event = super().from_dict(data)
        try:
            content = _decode_plain(event.payload).get("data")
        except (*UNREADABLE, InvalidOperation):
            return event
        return msgspec.structs.replace(event, data=content) if isinstance(content, dict) else event


_decode_plain = msgspec.json.Decoder(Dict[str, Any], float_hook=Decimal).decode


def _is_of(of: Any, data: Mapping[str, Any]) -> bool:
    hint = msgspec.structs.fields(of)[0].type
    return data.get("type") in get_args(hint)


def _exact(number: str) -> List[str]:
    return ["number", number]
