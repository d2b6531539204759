"""What webhook deliveries tell about their objects: ids always, and a few fields besides.

A delivery holds less than the API does. Read the object by its id for the rest, and for its state.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Optional, Union

import msgspec

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import CreditNoteReason, InvoiceStatus, PaymentStatus, SubscriptionStatus

if TYPE_CHECKING:
    TimestampOrWord = Union[datetime, str]
else:

    class _TimestampOrWord(type):
        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, (datetime, str))

    class TimestampOrWord(metaclass=_TimestampOrWord):
        """A field that holds a time, or a word in its place."""

        kind = "time_or_text"

        @staticmethod
        def read(value: Any, _: Any) -> Any:
            try:
                return msgspec.convert(value, Timestamp)
            except msgspec.ValidationError:
                return msgspec.convert(value, str)


class CustomerEventData(Model, frozen=True, kw_only=True):
    """The customer of a delivery.

    Attributes:
        customer_id: The id that the server gave it.
        external_id: Your own id of it.
        email: The address that invoices are sent to.
        name: The name on invoices; None if it has none, and in a deletion.
    """

    customer_id: str
    external_id: str
    email: str
    name: Optional[str] = None


class SubscriptionEventData(Model, frozen=True, kw_only=True):
    """The subscription of a delivery.

    Attributes:
        subscription_id: The id of the subscription.
        customer_id: The id of the customer.
    """

    subscription_id: str
    customer_id: str


class SubscriptionCreatedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A new subscription.

    Attributes:
        plan_id: The id of the plan.
        status: Its first status.
        currency: The code of the currency that it is billed in.
    """

    plan_id: str
    status: Word[SubscriptionStatus]
    currency: str


class SubscriptionCanceledData(SubscriptionEventData, frozen=True, kw_only=True):
    """A canceled subscription.

    Attributes:
        cancel_at: The end of it, in UTC, or the word "immediate".
    """

    cancel_at: TimestampOrWord


class PlanProration(Model, frozen=True, kw_only=True):
    """How a change of plans is settled.

    Attributes:
        type: "upgrade" where it holds at once; None where the server leaves it out.
        effective_immediately: Whether it holds at once; None where the server leaves it out.
    """

    type: Optional[str] = None
    effective_immediately: Optional[bool] = None


class SubscriptionPlanChangedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A change of plans that holds at once.

    Attributes:
        old_plan_id: The plan before.
        new_plan_id: The plan now.
        proration: How it is settled; None where the server leaves it out.
    """

    old_plan_id: str
    new_plan_id: str
    proration: Optional[PlanProration] = None


class SubscriptionPlanChangeScheduledData(SubscriptionEventData, frozen=True, kw_only=True):
    """A change of plans that is to come.

    Attributes:
        old_plan_id: The plan now.
        new_plan_id: The plan that is to come.
        effective_at: When it is to come, in UTC.
    """

    old_plan_id: str
    new_plan_id: str
    effective_at: Timestamp


class SubscriptionRenewedData(SubscriptionEventData, frozen=True, kw_only=True):
    """The new billing period of a subscription.

    Attributes:
        plan_id: The id of the plan; after a change that took effect with it, that of the old one.
        current_period_start: When the new period began, in UTC.
        current_period_end: When it ends, in UTC.
    """

    plan_id: str
    current_period_start: Timestamp
    current_period_end: Timestamp


class SubscriptionTrialEndedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A subscription whose trial is over.

    Attributes:
        plan_id: The id of the plan.
        status: Its status now.
    """

    plan_id: str
    status: Word[SubscriptionStatus]


class InvoiceEventData(Model, frozen=True, kw_only=True):
    """The invoice of a delivery.

    Attributes:
        invoice_id: The id of the invoice.
        invoice_number: The number on it.
        customer_id: The id of the customer.
    """

    invoice_id: str
    invoice_number: str
    customer_id: str


class InvoiceAmountData(InvoiceEventData, frozen=True, kw_only=True):
    """An invoice and its amount.

    Attributes:
        amount: What is owed in all, in major units of `currency`.
        currency: The code of the currency.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class InvoiceCreatedData(InvoiceAmountData, frozen=True, kw_only=True):
    """An invoice that the server made, of a subscription.

    Attributes:
        due_date: Until when it is to be paid, in UTC.
        status: Its first status.
        subscription_id: The subscription that it is for; None where the server leaves it out.
    """

    due_date: Timestamp
    status: Word[InvoiceStatus]
    subscription_id: Optional[str] = None


class PaymentEventData(Model, frozen=True, kw_only=True):
    """The payment of a delivery.

    Attributes:
        payment_id: The id of the payment.
        invoice_id: The id of the invoice.
    """

    payment_id: str
    invoice_id: str


class PaymentCreatedData(PaymentEventData, frozen=True, kw_only=True):
    """A new payment, whatever its status.

    Attributes:
        amount: What was paid, in major units of `currency`, as it was sent.
        currency: The code of the currency.
        status: Its first status.
        provider: Who took the money, as free text.
    """

    amount: Decimal
    currency: str
    status: Word[PaymentStatus]
    provider: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentSettledData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that its provider has decided.

    Attributes:
        amount: What was paid, in major units of `currency`.
        currency: The code of the currency.
        provider: The provider.
        transaction_id: The provider's id of it; None if there is none.
    """

    amount: Decimal
    currency: str
    provider: str
    transaction_id: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentRetriedData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that worked on a later try; the server may leave out all but the ids.

    Attributes:
        amount: What was paid, in major units of `currency`; None where the server leaves it out.
        currency: The code of the currency; None where the server leaves it out.
        provider: The provider; None where the server leaves it out.
        transaction_id: The provider's id of it; None where the server leaves it out.
    """

    amount: Optional[Decimal] = None
    currency: Optional[str] = None
    provider: Optional[str] = None
    transaction_id: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentRefundedData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that was given back, in part or as a whole.

    Attributes:
        refund_amount: What was given back, in major units of `currency`.
        currency: The code of the currency.
    """

    refund_amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.refund_amount)


class CreditNoteEventData(Model, frozen=True, kw_only=True):
    """The credit note of a delivery.

    Attributes:
        credit_note_id: The id of the credit note.
        invoice_id: The id of the invoice.
        customer_id: The id of the customer.
        amount: What need not be paid or is given back, in major units of `currency`.
        currency: The code of the currency.
    """

    credit_note_id: str
    invoice_id: str
    customer_id: str
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class CreditNoteCreatedData(CreditNoteEventData, frozen=True, kw_only=True):
    """A new credit note and its reason.

    Attributes:
        reason: Why it was written.
    """

    reason: Word[CreditNoteReason]


class WalletEventData(Model, frozen=True, kw_only=True):
    """The wallet of a delivery.

    Attributes:
        wallet_id: The id of the wallet.
        customer_id: The id of the customer.
    """

    wallet_id: str
    customer_id: str


class WalletCreatedData(WalletEventData, frozen=True, kw_only=True):
    """A new wallet.

    Attributes:
        currency: The code of the currency of the invoices that it pays.
    """

    currency: str
