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

    Attributes:
        id: The id that the server gave it.
        external_id: Your own id of it, unique within the tenant.
        email: The address that invoices are sent to.
        currency: The code of the currency that its invoices are in, as it was stored.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        name: The name on invoices; None if it has none.
        country: The country code; None if it has none.
        net_payment_terms: Days from an invoice to its due date; None leaves them to the plan and
            the tenant.
        metadata: Your own data, with its keys as you wrote them; None if there is none.
        active_subscriptions: How many of its subscriptions are active; only in lists, else None.
        total_spent: The sum of its paid invoices, in major units, currencies added up as if they
            were one; only in lists, else None.
        subscriptions: Its subscriptions with their plans; only of a single customer, else None.
        invoices: Its ten newest invoices; only of a single customer, else None.
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
        if self.total_spent is not None:  # lists have none
            check_amounts(self.total_spent)


class PlanPrice(Model, frozen=True, kw_only=True):
    """What a plan costs for one billing interval in one currency.

    Attributes:
        id: The id that the server gave it.
        plan_id: The id of the plan.
        currency: The code of the currency, in upper case.
        amount: What a billing interval costs, in major units of `currency`.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        active: Whether it is in use; the 1.0 server has no call that changes it.
    """

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
    """How many objects point at a plan.

    Attributes:
        subscriptions: How many subscriptions the plan has, canceled ones too.
    """

    subscriptions: int


class Plan(Model, frozen=True, kw_only=True):
    """A product tier with its billing interval.

    Attributes:
        id: The id that the server gave it.
        name: The name on invoices and in the portal.
        code: Your own key of it, unique within the tenant.
        billing_interval: How long a period of a subscription is.
        billing_timing: Whether a period is billed when it begins, "in_advance", or when it has
            ended, "in_arrears".
        active: Whether it can be subscribed to.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        description: Text about it; None if there is none.
        features: What it offers, as texts; None if that was never said.
        minimum_commitment: The least that an invoice comes to; the 1.0 server has no call that sets
            it, so it is None.
        net_payment_terms: Days from an invoice to its due date; None leaves them to the tenant, and
            to 30.
        invoice_grace_period_days: Days for which invoices stay drafts; None leaves them to the
            tenant, and to 0.
        progressive_billing_threshold: What usage may cost before it is invoiced within a period, in
            major units of the subscription's currency; None if there is no such invoice.
        prices: Its prices, one for each currency; None where the server leaves them out, as in a
            new subscription.
        counts: What points at it; only of a single plan, else None.
    """

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
    """A customer's plan and its current billing period.

    Attributes:
        id: The id that the server gave it.
        customer_id: The id of the customer.
        plan_id: The id of the plan, as it is now.
        status: Its status; a subscription that ends with its period stays "active" until then.
        currency: The code of the currency that it is billed in.
        billing_timing: When it is billed, taken from the plan when it was made.
        current_period_start: When its period began, in UTC.
        current_period_end: When its period ends, in UTC.
        started_at: When it was made, in UTC; `start_date` of `create` does not move it.
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        external_id: Your own id of it; None if it has none.
        previous_plan_id: The plan before a change, or the one now while a change is to come; None
            if there was no change.
        payment_method_id: The payment method; the 1.0 server leaves it None.
        cancel_at: The end of the period that it ends with, in UTC; None if that was not asked for.
        canceled_at: When it was canceled, in UTC; None if it is not.
        trial_start: When its trial began, in UTC; None without a trial, and after its end.
        trial_end: When its trial ends, in UTC; None without a trial, and after its end.
        last_progressive_billing_at: When usage was last invoiced within a period, in UTC; None if
            never.
        metadata: Your own data, and `pendingPlanChange` while a change of plan is to come; None if
            there is none.
        customer: The customer; None where the server leaves it out.
        plan: The plan, with or without its prices; None where the server leaves it out.
        invoices: Its ten newest invoices; only of a single subscription, else None.
    """

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
    """A line of an invoice.

    Attributes:
        description: What it is for.
        quantity: How many units.
        amount: The price of one unit, in major units of the invoice's currency; below 0 for what is
            taken off.
        type: What made the line, if the server did: "plan", "usage", "minimum_commitment",
            "coupon", "add_on", "tax" or "wallet_credit"; None on lines of `create`.
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
    """What a customer owes.

    Attributes:
        id: The id that the server gave it.
        invoice_number: The number on it, "INV-" and digits unless it was given.
        customer_id: The id of the customer.
        amount: What is owed in all, in major units of `currency`.
        currency: The code of the currency.
        status: "draft", "finalized" and to be paid, "paid", "failed" or "void".
        due_date: Until when it is to be paid; midnight UTC if a date was given.
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC; the server changes it when it makes the PDF.
        subscription_id: The subscription that it is for; None if it is for none.
        paid_at: When it was paid, in UTC; None if it was not.
        pdf_url: The address of its PDF as it was at first, open to whoever knows it; None while
            there is none.
        metadata: What the server keeps of it: `items` and, of a subscription, the plan and figures;
            None if nothing.
        customer: The customer; None where the server leaves it out.
        subscription: The subscription; only of a single invoice that is for one, else None.
        payments: Its payments; only of a single invoice, else None.
    """

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
    """Money that was received, is on its way, failed, or was given back.

    Attributes:
        id: The id that the server gave it.
        invoice_id: The id of the invoice.
        provider: Who took the money, as free text.
        amount: What was paid, in major units of `currency`; it stays the same after a refund.
        currency: The code of the currency.
        status: "processing" while the payer is at the provider, "successful", "failed" or
            "refunded"; "pending" is not made by the 1.0 server.
        created_at: When it was created, in UTC, or what was given as that.
        updated_at: When it was last changed, in UTC.
        provider_transaction_id: The provider's id of it; None if there is none.
        failure_reason: Why it failed; None if it did not, or nobody said.
        metadata: What the server keeps of it, such as a refund; None if nothing.
        invoice: The invoice with its customer; None where the server leaves it out.
    """

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
