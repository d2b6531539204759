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
    """The customer of a delivery; a deletion does not tell its name."""

    customer_id: str
    external_id: str
    email: str
    name: Optional[str] = None


class SubscriptionEventData(Model, frozen=True, kw_only=True):
    """The subscription of a delivery."""

    subscription_id: str
    customer_id: str


class SubscriptionCreatedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A new subscription."""

    plan_id: str
    status: Word[SubscriptionStatus]
    currency: str


class SubscriptionCanceledData(SubscriptionEventData, frozen=True, kw_only=True):
    """A canceled subscription; `cancel_at` is the end of it, or the word "immediate"."""

    cancel_at: TimestampOrWord


class PlanProration(Model, frozen=True, kw_only=True):
    """How a change of plans is settled; `type` is "upgrade" where it holds at once."""

    type: Optional[str] = None
    effective_immediately: Optional[bool] = None


class SubscriptionPlanChangedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A change of plans that holds at once."""

    old_plan_id: str
    new_plan_id: str
    proration: Optional[PlanProration] = None


class SubscriptionPlanChangeScheduledData(SubscriptionEventData, frozen=True, kw_only=True):
    """A change of plans that is to come."""

    old_plan_id: str
    new_plan_id: str
    effective_at: Timestamp


class SubscriptionRenewedData(SubscriptionEventData, frozen=True, kw_only=True):
    """The new billing period of a subscription."""

    plan_id: str
    current_period_start: Timestamp
    current_period_end: Timestamp


class SubscriptionTrialEndedData(SubscriptionEventData, frozen=True, kw_only=True):
    """A subscription whose trial is over."""

    plan_id: str
    status: Word[SubscriptionStatus]


class InvoiceEventData(Model, frozen=True, kw_only=True):
    """The invoice of a delivery."""

    invoice_id: str
    invoice_number: str
    customer_id: str


class InvoiceAmountData(InvoiceEventData, frozen=True, kw_only=True):
    """An invoice and its amount."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class InvoiceCreatedData(InvoiceAmountData, frozen=True, kw_only=True):
    """An invoice that the server made, of a subscription."""

    due_date: Timestamp
    status: Word[InvoiceStatus]
    subscription_id: Optional[str] = None


class PaymentEventData(Model, frozen=True, kw_only=True):
    """The payment of a delivery."""

    payment_id: str
    invoice_id: str


class PaymentCreatedData(PaymentEventData, frozen=True, kw_only=True):
    """A new payment, whatever its status."""

    amount: Decimal
    currency: str
    status: Word[PaymentStatus]
    provider: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentSettledData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that its provider has decided; `transaction_id` is the provider's."""

    amount: Decimal
    currency: str
    provider: str
    transaction_id: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentRetriedData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that worked on a later try; the server may leave out all but the ids."""

    amount: Optional[Decimal] = None
    currency: Optional[str] = None
    provider: Optional[str] = None
    transaction_id: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class PaymentRefundedData(PaymentEventData, frozen=True, kw_only=True):
    """A payment that was given back, in part or as a whole."""

    refund_amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.refund_amount)


class CreditNoteEventData(Model, frozen=True, kw_only=True):
    """The credit note of a delivery."""

    credit_note_id: str
    invoice_id: str
    customer_id: str
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        check_amounts(self.amount)


class CreditNoteCreatedData(CreditNoteEventData, frozen=True, kw_only=True):
    """A new credit note and its reason."""

    reason: Word[CreditNoteReason]


class WalletEventData(Model, frozen=True, kw_only=True):
    """The wallet of a delivery."""

    wallet_id: str
    customer_id: str


class WalletCreatedData(WalletEventData, frozen=True, kw_only=True):
    """A new wallet."""

    currency: str
