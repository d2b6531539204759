"""What a customer may see of their own account."""

from __future__ import annotations

from decimal import Decimal
from typing import List, Optional

from .._words.fields import AbsoluteUrl, Model, Timestamp, Word, check_amounts
from .._words.literals import BillingInterval, InvoiceStatus, PaymentStatus, SubscriptionStatus
from ._billing import PlanPrice


class PortalCustomer(Model, frozen=True, kw_only=True):
    """The customer whose portal it is.

    Attributes:
        id: The id that the server gave it.
        external_id: Your own id of it.
        email: The address that invoices are sent to.
        currency: The code of the currency that its invoices are in.
        name: The name on invoices; None if it has none.
        country: The country code; None if it has none.
    """

    id: str
    external_id: str
    email: str
    currency: str
    name: Optional[str] = None
    country: Optional[str] = None


class PortalPlan(Model, frozen=True, kw_only=True):
    """A plan in the portal.

    Attributes:
        id: The id that the server gave it.
        name: Its name.
        billing_interval: How long a period is.
        prices: Its prices, one for each currency.
    """

    id: str
    name: str
    billing_interval: Word[BillingInterval]
    prices: List[PlanPrice]


class PortalSubscription(Model, frozen=True, kw_only=True):
    """A subscription in the portal.

    Attributes:
        id: The id that the server gave it.
        status: Its status.
        plan: Its plan.
        currency: The code of the currency that it is billed in.
        current_period_start: When its period began, in UTC.
        current_period_end: When its period ends, in UTC.
        created_at: When it was created, in UTC.
        trial_start: When its trial began, in UTC; None without a trial.
        trial_end: When its trial ends, in UTC; None without a trial.
        cancel_at: The end of the period that it ends with, in UTC; None if that was not asked for.
    """

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
    """An invoice in the portal.

    Attributes:
        id: The id that the server gave it.
        invoice_number: The number on it.
        amount: What is owed in all, in major units of `currency`.
        currency: The code of the currency.
        status: "draft", "finalized" and to be paid, "paid", "failed" or "void".
        due_date: Until when it is to be paid, in UTC.
        created_at: When it was created, in UTC.
        paid_at: When it was paid, in UTC; None if it was not.
        pdf_url: The address of its PDF, open to whoever knows it; None while there is none.
    """

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
    """A payment in the portal.

    Attributes:
        id: The id that the server gave it.
        amount: What was paid, in major units of `currency`.
        currency: The code of the currency.
        status: What became of it.
        provider: Who took the money, as free text.
        created_at: When it was created, in UTC.
        invoice_id: The id of the invoice; None in the overview.
        invoice_number: The number of the invoice; None where the server leaves it out.
    """

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
    """The customer's account in figures.

    Attributes:
        active_subscriptions: How many subscriptions are active.
        total_spent: The sum of paid invoices, in major units, currencies added up as if they were
            one.
        currency: The customer's currency.
        pending_invoices: How many of the 20 newest invoices are finalized and not paid.
    """

    active_subscriptions: int
    total_spent: Decimal
    currency: str
    pending_invoices: int

    def __post_init__(self) -> None:
        check_amounts(self.total_spent)


class PortalBilling(Model, frozen=True, kw_only=True):
    """The overview of a customer's account.

    Attributes:
        customer: Whose account it is.
        subscriptions: The subscriptions that are active, in a trial or paused.
        invoices: The 20 newest invoices.
        payments: The 20 newest payments.
        summary: The account in figures.
    """

    customer: PortalCustomer
    subscriptions: List[PortalSubscription]
    invoices: List[PortalInvoice]
    payments: List[PortalPayment]
    summary: PortalSummary


class PortalCheckout(Model, frozen=True, kw_only=True):
    """Where to send the payer, and what they are going to pay.

    Attributes:
        checkout_url: The provider's page on which the payer pays.
        payment_id: The id of the payment that is processing.
        provider: The provider that was taken.
        invoice_number: The number of the invoice.
        amount: What is to be paid, in major units of `currency`.
        currency: The code of the currency.
    """

    checkout_url: str
    payment_id: str
    provider: str
    invoice_number: str
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)
