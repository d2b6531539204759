"""What a customer may see of their own account."""

from __future__ import annotations

from decimal import Decimal
from typing import List, Optional

from .._words.fields import AbsoluteUrl, Model, Timestamp, Word, check_amounts
from .._words.literals import BillingInterval, InvoiceStatus, PaymentStatus, SubscriptionStatus
from ._billing import PlanPrice


class PortalCustomer(Model, frozen=True, kw_only=True):
    """The customer whose portal it is."""

    id: str
    external_id: str
    email: str
    currency: str
    name: Optional[str] = None
    country: Optional[str] = None


class PortalPlan(Model, frozen=True, kw_only=True):
    """A plan in the portal."""

    id: str
    name: str
    billing_interval: Word[BillingInterval]
    prices: List[PlanPrice]


class PortalSubscription(Model, frozen=True, kw_only=True):
    """A subscription in the portal."""

    id: str
    status: Word[SubscriptionStatus]
    plan: PortalPlan
    currency: str
    current_period_start: Timestamp
    current_period_end: Timestamp
    created_at: Timestamp
    trial_start: Optional[Timestamp] = None
    trial_end: Optional[Timestamp] = None
    cancel_at: Optional[Timestamp] = None


class PortalInvoice(Model, frozen=True, kw_only=True):
    """An invoice in the portal."""

    id: str
    invoice_number: str
    amount: Decimal
    currency: str
    status: Word[InvoiceStatus]
    due_date: Timestamp
    created_at: Timestamp
    paid_at: Optional[Timestamp] = None
    pdf_url: Optional[AbsoluteUrl] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)

    @property
    def total(self) -> Decimal:
        """Return the amount of the whole invoice."""
        return self.amount


class PortalPayment(Model, frozen=True, kw_only=True):
    """A payment in the portal; `invoice_id` is None in the overview."""

    id: str
    amount: Decimal
    currency: str
    status: Word[PaymentStatus]
    provider: str
    created_at: Timestamp
    invoice_id: Optional[str] = None
    invoice_number: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PortalSummary(Model, frozen=True, kw_only=True):
    """The customer's account in figures."""

    active_subscriptions: int
    total_spent: Decimal
    currency: str
    pending_invoices: int

    def __post_init__(self) -> None:
        check_amounts(self.total_spent)


class PortalBilling(Model, frozen=True, kw_only=True):
    """The overview of a customer's account."""

    customer: PortalCustomer
    subscriptions: List[PortalSubscription]
    invoices: List[PortalInvoice]
    payments: List[PortalPayment]
    summary: PortalSummary


class PortalCheckout(Model, frozen=True, kw_only=True):
    """Where to send the payer, and what they are going to pay."""

    checkout_url: str
    payment_id: str
    provider: str
    invoice_number: str
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)
