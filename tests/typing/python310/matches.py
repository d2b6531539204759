"""What type checkers see of `match`, which Python 3.8 has not got; never run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from typing_extensions import assert_type

from novabilling.types import (
    AnyWebhookEvent,
    InvoicePaidEvent,
    PaymentRefundedEvent,
    PaymentSuccessfulEvent,
    Subscription,
    UnknownEvent,
)


def by_type(event: AnyWebhookEvent) -> None:
    if isinstance(event, UnknownEvent):
        assert_type(event.data, dict[str, Any])
        return
    match event.type:
        case "invoice.paid":
            assert_type(event, InvoicePaidEvent)
            assert_type(event.data.amount, Decimal)
        case "payment.refunded":
            assert_type(event, PaymentRefundedEvent)
            assert_type(event.data.refund_amount, Decimal)
        case "invoice.created" | "invoice.drafted":
            assert_type(event.data.invoice_number, str)
        case _:
            assert_type(event.payload, bytes)


def by_class(event: AnyWebhookEvent) -> None:
    match event:
        case PaymentSuccessfulEvent():
            assert_type(event.data.amount, Decimal)
        case UnknownEvent():
            assert_type(event.data, dict[str, Any])
        case _:
            assert_type(event.payload, bytes)


def by_word(sub: Subscription) -> str:
    match sub.status:
        case "active" | "trialing":
            return "has access"
        case "past_due":
            return "owes"
        case _:
            return sub.status


def by_all_words(sub: Subscription) -> str:
    match sub.status:
        case "active" | "trialing":
            return "has access"
        case "past_due" | "paused" | "canceled" | "expired":
            return "has none"
        case _:  # of a newer server; checkers do not know of it
            return "unknown"  # type: ignore[unreachable]


def mistakes(sub: Subscription) -> str:
    match sub.status:
        case "actve":  # pyright: ignore[reportUnnecessaryComparison]
            return "misspelt"  # type: ignore[unreachable]
        case _:
            return ""
