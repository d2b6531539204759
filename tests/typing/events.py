"""What type checkers see of webhook deliveries; checked by mypy and pyright, never run."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, Optional, Union

from typing_extensions import assert_type

from novabilling import webhooks
from novabilling.types import (
    AnyWebhookEvent,
    InvoiceAmountData,
    InvoiceCreatedEvent,
    InvoiceDraftedEvent,
    InvoiceEvent,
    InvoiceFinalizedEvent,
    InvoicePaidEvent,
    InvoiceStatus,
    InvoiceVoidedEvent,
    PaymentEvent,
    PaymentSuccessfulEvent,
    SubscriptionCanceledEvent,
    UnknownEvent,
    WebhookEvent,
)


def functions() -> None:
    now = datetime.now(timezone.utc)
    assert_type(webhooks.verify(b"", "", "s"), AnyWebhookEvent)
    assert_type(webhooks.verify("", b"", ["s"], event_type=None, tolerance=None), AnyWebhookEvent)
    webhooks.verify(bytearray(), None, ("s",), event_type="invoice.paid", tolerance=60, now=now)
    assert_type(webhooks.parse(b""), AnyWebhookEvent)
    assert_type(webhooks.sign("", "s"), str)


def every_event_has(event: AnyWebhookEvent) -> None:
    as_base: WebhookEvent = event
    assert_type(as_base.type, str)
    assert_type(event.timestamp, datetime)
    assert_type(event.payload, bytes)
    assert_type(event.content_key, str)


def narrowed_by_type(event: AnyWebhookEvent) -> None:
    if isinstance(event, UnknownEvent):
        assert_type(event.data, Dict[str, Any])
    elif event.type == "invoice.paid":
        assert_type(event, InvoicePaidEvent)
        assert_type(event.data, InvoiceAmountData)
        assert_type(event.data.amount, Decimal)
    elif event.type == "payment.successful":
        assert_type(event.data.transaction_id, Optional[str])
    elif event.type == "invoice.drafted" or event.type == "invoice.created":
        assert_type(event.data.status, InvoiceStatus)
        assert_type(event.data.due_date, datetime)
    elif event.type == "subscription.canceled":
        assert_type(event.data.cancel_at, Union[datetime, str])
    elif event.type == "payment.refunded":
        assert_type(event.data.refund_amount, Decimal)


def narrowed_by_class(event: AnyWebhookEvent) -> None:
    if isinstance(event, (PaymentSuccessfulEvent, SubscriptionCanceledEvent)):
        assert_type(event, Union[PaymentSuccessfulEvent, SubscriptionCanceledEvent])
    elif isinstance(event, PaymentEvent):
        assert_type(event.data.invoice_id, str)
    elif isinstance(event, InvoiceEvent):
        assert_type(
            event,
            Union[
                InvoiceCreatedEvent,
                InvoiceDraftedEvent,
                InvoiceFinalizedEvent,
                InvoicePaidEvent,
                InvoiceVoidedEvent,
            ],
        )
        if event.type == "invoice.finalized":
            assert_type(event.data.amount, Decimal)


def mistakes(event: AnyWebhookEvent) -> None:
    # Each of these must be an error: an ignore that is not needed is one itself.
    webhooks.verify({}, "", "s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    webhooks.verify(b"", "", b"s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    webhooks.sign(b"", ["s"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    if event.type == "invoice.voided":
        event.data.amount  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
