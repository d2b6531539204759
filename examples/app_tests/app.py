"""A small app that sells a subscription: what its pages do, and its endpoint for webhooks."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Callable, Iterable, Optional, Set

from novabilling import NovaBilling, NovaBillingError, WebhookSignatureError, webhooks
from novabilling.types import InvoiceCreatedEvent, SubscriptionCanceledEvent


class Shop:
    """Sells a plan, and lets in who has subscribed to it."""

    def __init__(self, client: NovaBilling, plan_id: str, webhook_secret: str) -> None:
        self.client = client
        self.plan_id = plan_id
        self.members: Set[str] = set()
        self._secret = webhook_secret

    def sign_up(self, user: str, email: str, *, trial_days: int = 0) -> Optional[str]:
        """Subscribe a user; returns the subscription's id, or None if nobody knows how it went."""
        try:
            customer = self.client.customers.create(
                external_id=user, email=email, currency="NGN"
            ).data
            subscription = self.client.subscriptions.create(
                customer_id=customer.id,
                plan_id=self.plan_id,
                currency="NGN",
                trial_days=trial_days,
            ).data
        except NovaBillingError as error:
            if not error.may_have_been_applied:
                raise
            return None  # a job that reads before it writes will find out
        self.members.add(customer.id)
        return subscription.id

    def webhook(self, payload: bytes, signature: str, now: Optional[datetime] = None) -> HTTPStatus:
        """Take a webhook; `now` is for tests, whose time is not the real one."""
        try:
            event = webhooks.verify(payload, signature, self._secret, now=now)
        except WebhookSignatureError:
            return HTTPStatus.BAD_REQUEST
        # Else it ends with the period that was paid, which no event tells: read it at the door.
        if isinstance(event, SubscriptionCanceledEvent) and event.data.cancel_at == "immediate":
            self.members.discard(event.data.customer_id)
        if isinstance(event, InvoiceCreatedEvent):
            self.client.invoices.send_email(event.data.invoice_id)
        return HTTPStatus.NO_CONTENT


def web(shop: Shop, now: Optional[Callable[[], datetime]] = None) -> Any:
    """Make a WSGI application with the endpoint, as any web framework would."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        payload = environ["wsgi.input"].read()
        signature = environ.get("HTTP_X_WEBHOOK_SIGNATURE", "")
        status = shop.webhook(payload, signature, now() if now else None)
        start_response(f"{status.value} {status.phrase}", [])
        return [b""]

    return app
