"""Customers, plans, subscriptions, invoices and payments: the results that hold one another."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Dict, List, Optional

import msgspec

from .._serialization.serializable import Serializable
from .._words.fields import AbsoluteUrl, Model, Timestamp, Word, check_amounts
from .._words.literals import (
    BillingInterval,
    BillingTiming,
    InvoiceStatus,
    PaymentStatus,
    SubscriptionStatus,
)

NOTE_PREFIX = "Note: "
"""How the line of an invoice begins that is a note: the server has no other place for one."""


class Customer(Model, frozen=True, kw_only=True):
    """A person or business that is billed.

    `active_subscriptions` and `total_spent` come with lists; `subscriptions` and `invoices` (the
    ten newest) with a single customer.
    """

    id: str
    external_id: str
    email: str
    currency: str
    created_at: Timestamp
    updated_at: Timestamp
    name: Optional[str] = None
    country: Optional[str] = None
    net_payment_terms: Optional[int] = None
    metadata: Optional[Dict[str, Any]] = None
    active_subscriptions: Optional[int] = None
    total_spent: Optional[Decimal] = None
    subscriptions: Optional[List[Subscription]] = None
    invoices: Optional[List[Invoice]] = None

    def __post_init__(self) -> None:
        check_amounts(self.total_spent)


class PlanPrice(Model, frozen=True, kw_only=True):
    """What a plan costs for one billing interval in one currency."""

    id: str
    plan_id: str
    currency: str
    amount: Decimal
    created_at: Timestamp
    updated_at: Timestamp
    active: bool = msgspec.field(name="isActive")

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PlanCounts(Model, frozen=True, kw_only=True):
    """How many objects point at a plan."""

    subscriptions: int


class Plan(Model, frozen=True, kw_only=True):
    """A product tier with its billing interval; `prices` is None where the server leaves it out."""

    id: str
    name: str
    code: str
    billing_interval: Word[BillingInterval]
    billing_timing: Word[BillingTiming]
    active: bool = msgspec.field(name="isActive")
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None
    features: Optional[List[str]] = None
    minimum_commitment: Optional[Decimal] = None
    net_payment_terms: Optional[int] = None
    invoice_grace_period_days: Optional[int] = None
    progressive_billing_threshold: Optional[Decimal] = None
    prices: Optional[List[PlanPrice]] = None
    counts: Optional[PlanCounts] = msgspec.field(name="_count", default=None)

    def __post_init__(self) -> None:
        check_amounts(self.minimum_commitment, self.progressive_billing_threshold)


class Subscription(Model, frozen=True, kw_only=True):
    """A customer's plan and its current billing period."""

    id: str
    customer_id: str
    plan_id: str
    status: Word[SubscriptionStatus]
    currency: str
    billing_timing: Word[BillingTiming]
    current_period_start: Timestamp
    current_period_end: Timestamp
    started_at: Timestamp
    created_at: Timestamp
    updated_at: Timestamp
    external_id: Optional[str] = None
    previous_plan_id: Optional[str] = None
    payment_method_id: Optional[str] = None
    cancel_at: Optional[Timestamp] = None
    canceled_at: Optional[Timestamp] = None
    trial_start: Optional[Timestamp] = None
    trial_end: Optional[Timestamp] = None
    last_progressive_billing_at: Optional[Timestamp] = None
    metadata: Optional[Dict[str, Any]] = None
    customer: Optional[Customer] = None
    plan: Optional[Plan] = None
    invoices: Optional[List[Invoice]] = None


class InvoiceItem(Serializable, frozen=True, kw_only=True, gc=False):
    """A line of an invoice; `amount` is the price of one unit.

    `type` is set on lines that the server made, such as "plan", "usage", "coupon" or "tax".
    """

    description: str
    quantity: Decimal
    amount: Decimal
    type: Optional[str] = None

    @property
    def unit_amount(self) -> Decimal:
        """Return the price of one unit."""
        return self.amount


class Invoice(Model, frozen=True, kw_only=True):
    """What a customer owes."""

    id: str
    invoice_number: str
    customer_id: str
    amount: Decimal
    currency: str
    status: Word[InvoiceStatus]
    due_date: Timestamp
    created_at: Timestamp
    updated_at: Timestamp
    subscription_id: Optional[str] = None
    paid_at: Optional[Timestamp] = None
    pdf_url: Optional[AbsoluteUrl] = None
    metadata: Optional[Dict[str, Any]] = None
    customer: Optional[Customer] = None
    subscription: Optional[Subscription] = None
    payments: Optional[List[Payment]] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)

    @property
    def total(self) -> Decimal:
        """Return the amount of the whole invoice."""
        return self.amount

    @property
    def items(self) -> List[InvoiceItem]:
        """Return the lines, without the note; empty where the server stored none."""
        stored = self._stored()
        if stored and _note(stored[-1]) is not None:
            stored = stored[:-1]
        return [_line(entry) for entry in stored]

    @property
    def notes(self) -> Optional[str]:
        """Return the note that `invoices.create(notes=...)` put on the invoice."""
        stored = self._stored()
        return _note(stored[-1]) if stored else None

    def _stored(self) -> List[Dict[str, Any]]:
        stored = self.metadata.get("items") if self.metadata else None
        if not isinstance(stored, list):
            return []
        return [entry for entry in stored if isinstance(entry, dict)]  # pyright: ignore[reportUnknownVariableType]


def _note(entry: Dict[str, Any]) -> Optional[str]:
    """Return the note that a last line is, if it is one."""
    text = entry.get("description")
    if not isinstance(text, str) or not text.startswith(NOTE_PREFIX):
        return None
    line = _line(entry)
    return None if line.amount or line.type else text[len(NOTE_PREFIX) :]


def _line(entry: Dict[str, Any]) -> InvoiceItem:
    text, kind = entry.get("description"), entry.get("type")
    quantity = _number(entry.get("quantity"))
    return InvoiceItem(
        description=text if type(text) is str else str(text or ""),
        quantity=Decimal(1) if quantity is None else quantity,
        amount=_number(entry.get("unitAmount")) or Decimal(0),
        type=None if kind is None else str(kind),
    )


def _number(value: Any) -> Optional[Decimal]:
    # Metadata is free JSON: what is not a number must not break the invoice or the payment.
    if type(value) is int:  # no bool
        return Decimal(value)
    if type(value) is float:
        return Decimal(repr(value))
    if isinstance(value, str) and re.match(r"^-?[0-9]{1,30}(\.[0-9]{1,30})?\Z", value):
        return Decimal(value)
    return None


class Payment(Model, frozen=True, kw_only=True):
    """Money that was received, is on its way, failed, or was given back."""

    id: str
    invoice_id: str
    provider: str
    amount: Decimal
    currency: str
    status: Word[PaymentStatus]
    created_at: Timestamp
    updated_at: Timestamp
    provider_transaction_id: Optional[str] = None
    failure_reason: Optional[str] = None
    metadata: Optional[Dict[str, Any]] = None
    invoice: Optional[Invoice] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)

    @property
    def refunded_amount(self) -> Optional[Decimal]:
        """Return what was given back, in units of `currency`; None if it was not refunded.

        The server keeps it as a number in `metadata["refundAmount"]`; this is exact.
        """
        return _number((self.metadata or {}).get("refundAmount"))
