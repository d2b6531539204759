"""Webhooks: what the server sends to a tenant's URL when something happens, and its signature."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from novabilling._runtime.secrets import Secret
from novabilling.webhooks import sign

from .._javascript import values as js
from .._javascript.values import Row
from .._store.shared import Shared

Status = Optional[int]


class Delivery(NamedTuple):
    """A webhook for one event, as the server sends it when that happens.

    `statuses` has what each attempt of `Sandbox.deliver()` was answered, None where no answer
    came; it is empty before. Each attempt has a timestamp and signature of its own.
    """

    event: str
    """What happened, as "invoice.paid"."""
    url: str
    """Where it goes."""
    timestamp: datetime
    """When it happened, in UTC."""
    body: bytes
    """What is signed and sent."""
    headers: Dict[str, str]
    """The headers, with the signature."""
    tenant_id: str
    """Whose event it is."""
    statuses: Tuple[Status, ...] = ()
    """What each attempt was answered, None where no answer came."""

    @property
    def data(self) -> Dict[str, Any]:
        """Return what the body says about the event."""
        data: Dict[str, Any] = json.loads(self.body)["data"]
        return data


class Outbox:
    """The deliveries of a world, in the order of their events."""

    def __init__(self) -> None:
        self._deliveries: Shared[List[Delivery]] = Shared([])
        self._taken = 0
        self.keeps_all = False
        """Whether there are deliveries of tenants without a URL as well, to be sent elsewhere."""

    @property
    def deliveries(self) -> List[Delivery]:
        return self._deliveries.value

    def add(self, tenant: Row, event: str, data: Row, now: datetime) -> None:
        """Write a delivery, if the tenant has a URL for it."""
        if tenant["webhookUrl"] or self.keeps_all:
            body = _body(event, data, now)
            headers = _headers(event, body, Secret(tenant["webhookSecret"]))
            self._deliveries.own().append(
                Delivery(event, tenant["webhookUrl"] or "", now, body, headers, tenant["id"])
            )

    @property
    def pending(self) -> int:
        """How many deliveries nobody has taken yet."""
        return len(self.deliveries) - self._taken

    @property
    def taken(self) -> int:
        """How many deliveries somebody has taken."""
        return self._taken

    def take(self) -> Delivery:
        """Take the oldest of those that are pending."""
        self._taken += 1
        return self.deliveries[self._taken - 1]

    def settle(self, delivery: Delivery, statuses: Tuple[Status, ...]) -> Delivery:
        """Keep what the attempts to send a delivery were answered."""
        settled = delivery._replace(statuses=statuses)
        # It is one of those that were taken last; after a restore it may be none at all.
        for place in range(self._taken - 1, -1, -1):
            if self.deliveries[place] is delivery:
                self._deliveries.own()[place] = settled
                break
        return settled

    def settle_at(self, place: int, delivery: Delivery, statuses: Tuple[Status, ...]) -> None:
        """Keep what it was answered, if it is still there."""
        if place < len(self.deliveries) and self.deliveries[place] is delivery:
            self._deliveries.own()[place] = delivery._replace(statuses=statuses)

    def dump(self) -> Any:
        return (self._taken, [tuple(delivery) for delivery in self.deliveries])

    def load(self, dumped: Any) -> None:
        self._taken, deliveries = dumped
        self._deliveries.own()[:] = [Delivery(*delivery) for delivery in deliveries]

    def save(self) -> Callable[[], None]:
        restore_deliveries, taken = self._deliveries.save(), self._taken

        def restore() -> None:
            restore_deliveries()
            self._taken = taken

        return restore


def signed_again(delivery: Delivery, secret: Secret[str], now: datetime) -> Delivery:
    """Sign a delivery at another time: each attempt has a timestamp and signature of its own."""
    body = _body(delivery.event, delivery.data, now)
    headers = _headers(delivery.event, body, secret)
    return delivery._replace(timestamp=now, body=body, headers=headers)


def _body(event: str, data: Row, now: datetime) -> bytes:
    return js.stringify({"event": event, "data": data, "timestamp": now}).encode()


def _headers(event: str, body: bytes, secret: Secret[str]) -> Dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Webhook-Signature": sign(body, secret.reveal()),
        "X-Event-Type": event,
        "User-Agent": "node",
    }
