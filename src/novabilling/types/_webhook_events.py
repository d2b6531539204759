"""The events that are delivered to a webhook, each with the type of its data."""

from __future__ import annotations

from typing import Literal, Union

from ._webhook_data import (
    CreditNoteCreatedData,
    CreditNoteEventData,
    CustomerEventData,
    InvoiceAmountData,
    InvoiceCreatedData,
    InvoiceEventData,
    PaymentCreatedData,
    PaymentEventData,
    PaymentRefundedData,
    PaymentRetriedData,
    PaymentSettledData,
    SubscriptionCanceledData,
    SubscriptionCreatedData,
    SubscriptionEventData,
    SubscriptionPlanChangedData,
    SubscriptionPlanChangeScheduledData,
    SubscriptionRenewedData,
    SubscriptionTrialEndedData,
    WalletCreatedData,
    WalletEventData,
)
from ._webhooks import UnknownEvent, WebhookEvent


class CustomerEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a customer."""

    data: CustomerEventData


class CustomerCreatedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was created."""

    type: Literal["customer.created"]


class CustomerUpdatedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was changed."""

    type: Literal["customer.updated"]


class CustomerDeletedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was deleted, and cannot be read any more."""

    type: Literal["customer.deleted"]


class SubscriptionEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a subscription."""

    data: SubscriptionEventData


class SubscriptionCreatedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was created."""

    type: Literal["subscription.created"]
    data: SubscriptionCreatedData


class SubscriptionCanceledEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was canceled, at once or for the end of its period.

    It is sent when somebody cancels, and not again when the cancellation takes effect.
    """

    type: Literal["subscription.canceled"]
    data: SubscriptionCanceledData


class SubscriptionPausedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was paused."""

    type: Literal["subscription.paused"]


class SubscriptionResumedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was resumed."""

    type: Literal["subscription.resumed"]


class SubscriptionPlanChangedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription has another plan."""

    type: Literal["subscription.plan_changed"]
    data: SubscriptionPlanChangedData


class SubscriptionPlanChangeScheduledEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription will have another plan."""

    type: Literal["subscription.plan_change_scheduled"]
    data: SubscriptionPlanChangeScheduledData


class SubscriptionRenewedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription has a new billing period."""

    type: Literal["subscription.renewed"]
    data: SubscriptionRenewedData


class SubscriptionTrialEndedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """The trial of a subscription is over."""

    type: Literal["subscription.trial_ended"]
    data: SubscriptionTrialEndedData


class InvoiceEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of an invoice."""

    data: InvoiceEventData


class InvoiceCreatedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """The server made an invoice; those of `invoices.create` send nothing."""

    type: Literal["invoice.created"]
    data: InvoiceCreatedData


class InvoiceDraftedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """The server made an invoice that is a draft during the days of grace."""

    type: Literal["invoice.drafted"]
    data: InvoiceCreatedData


class InvoiceFinalizedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was finalized."""

    type: Literal["invoice.finalized"]
    data: InvoiceAmountData


class InvoicePaidEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was paid; a payment that its provider confirms does not send it."""

    type: Literal["invoice.paid"]
    data: InvoiceAmountData


class InvoiceVoidedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was voided."""

    type: Literal["invoice.voided"]


class PaymentEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a payment."""

    data: PaymentEventData


class PaymentCreatedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment was created, whatever its status."""

    type: Literal["payment.created"]
    data: PaymentCreatedData


class PaymentRefundedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment was refunded."""

    type: Literal["payment.refunded"]
    data: PaymentRefundedData


class PaymentSuccessfulEvent(PaymentEvent, frozen=True, kw_only=True):
    """A provider confirmed a payment."""

    type: Literal["payment.successful"]
    data: PaymentSettledData


class PaymentFailedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A provider refused a payment."""

    type: Literal["payment.failed"]
    data: PaymentSettledData


class PaymentRetrySucceededEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment that had failed worked on a later try."""

    type: Literal["payment.retry.succeeded"]
    data: PaymentRetriedData


class CreditNoteEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a credit note."""

    data: CreditNoteEventData


class CreditNoteCreatedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was created."""

    type: Literal["credit_note.created"]
    data: CreditNoteCreatedData


class CreditNoteFinalizedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was finalized."""

    type: Literal["credit_note.finalized"]


class CreditNoteVoidedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was voided."""

    type: Literal["credit_note.voided"]


class WalletEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a wallet."""

    data: WalletEventData


class WalletCreatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was created."""

    type: Literal["wallet.created"]
    data: WalletCreatedData


class WalletUpdatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was changed."""

    type: Literal["wallet.updated"]


class WalletTerminatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was terminated."""

    type: Literal["wallet.terminated"]


AnyWebhookEvent = Union[
    CustomerCreatedEvent,
    CustomerUpdatedEvent,
    CustomerDeletedEvent,
    SubscriptionCreatedEvent,
    SubscriptionCanceledEvent,
    SubscriptionPausedEvent,
    SubscriptionResumedEvent,
    SubscriptionPlanChangedEvent,
    SubscriptionPlanChangeScheduledEvent,
    SubscriptionRenewedEvent,
    SubscriptionTrialEndedEvent,
    InvoiceCreatedEvent,
    InvoiceDraftedEvent,
    InvoiceFinalizedEvent,
    InvoicePaidEvent,
    InvoiceVoidedEvent,
    PaymentCreatedEvent,
    PaymentRefundedEvent,
    PaymentSuccessfulEvent,
    PaymentFailedEvent,
    PaymentRetrySucceededEvent,
    CreditNoteCreatedEvent,
    CreditNoteFinalizedEvent,
    CreditNoteVoidedEvent,
    WalletCreatedEvent,
    WalletUpdatedEvent,
    WalletTerminatedEvent,
    UnknownEvent,
]
"""What a delivery may be: `type` tells which, and with it what `data` is."""
