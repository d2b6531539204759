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
    """Any event of a customer.

    Attributes:
        data: What the delivery tells of the customer.
    """

    data: CustomerEventData


class CustomerCreatedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was created.

    Attributes:
        type: Always "customer.created".
    """

    type: Literal["customer.created"]


class CustomerUpdatedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was changed.

    Attributes:
        type: Always "customer.updated".
    """

    type: Literal["customer.updated"]


class CustomerDeletedEvent(CustomerEvent, frozen=True, kw_only=True):
    """A customer was deleted, and cannot be read any more.

    Attributes:
        type: Always "customer.deleted".
    """

    type: Literal["customer.deleted"]


class SubscriptionEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a subscription.

    Attributes:
        data: What the delivery tells of the subscription.
    """

    data: SubscriptionEventData


class SubscriptionCreatedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was created.

    Attributes:
        type: Always "subscription.created".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.created"]
    data: SubscriptionCreatedData


class SubscriptionCanceledEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was canceled, at once or for the end of its period.

    It is sent when somebody cancels, and not again when the cancellation takes effect.

    Attributes:
        type: Always "subscription.canceled".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.canceled"]
    data: SubscriptionCanceledData


class SubscriptionPausedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was paused.

    Attributes:
        type: Always "subscription.paused".
    """

    type: Literal["subscription.paused"]


class SubscriptionResumedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription was resumed.

    Attributes:
        type: Always "subscription.resumed".
    """

    type: Literal["subscription.resumed"]


class SubscriptionPlanChangedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription has another plan.

    Attributes:
        type: Always "subscription.plan_changed".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.plan_changed"]
    data: SubscriptionPlanChangedData


class SubscriptionPlanChangeScheduledEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription will have another plan.

    Attributes:
        type: Always "subscription.plan_change_scheduled".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.plan_change_scheduled"]
    data: SubscriptionPlanChangeScheduledData


class SubscriptionRenewedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """A subscription has a new billing period.

    Attributes:
        type: Always "subscription.renewed".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.renewed"]
    data: SubscriptionRenewedData


class SubscriptionTrialEndedEvent(SubscriptionEvent, frozen=True, kw_only=True):
    """The trial of a subscription is over.

    Attributes:
        type: Always "subscription.trial_ended".
        data: What the delivery tells of the subscription.
    """

    type: Literal["subscription.trial_ended"]
    data: SubscriptionTrialEndedData


class InvoiceEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of an invoice.

    Attributes:
        data: What the delivery tells of the invoice.
    """

    data: InvoiceEventData


class InvoiceCreatedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """The server made an invoice; those of `invoices.create` send nothing.

    Attributes:
        type: Always "invoice.created".
        data: What the delivery tells of the invoice.
    """

    type: Literal["invoice.created"]
    data: InvoiceCreatedData


class InvoiceDraftedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """The server made an invoice that is a draft during the days of grace.

    Attributes:
        type: Always "invoice.drafted".
        data: What the delivery tells of the invoice.
    """

    type: Literal["invoice.drafted"]
    data: InvoiceCreatedData


class InvoiceFinalizedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was finalized.

    Attributes:
        type: Always "invoice.finalized".
        data: What the delivery tells of the invoice.
    """

    type: Literal["invoice.finalized"]
    data: InvoiceAmountData


class InvoicePaidEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was paid; a payment that its provider confirms does not send it.

    Attributes:
        type: Always "invoice.paid".
        data: What the delivery tells of the invoice.
    """

    type: Literal["invoice.paid"]
    data: InvoiceAmountData


class InvoiceVoidedEvent(InvoiceEvent, frozen=True, kw_only=True):
    """An invoice was voided.

    Attributes:
        type: Always "invoice.voided".
    """

    type: Literal["invoice.voided"]


class PaymentEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a payment.

    Attributes:
        data: What the delivery tells of the payment.
    """

    data: PaymentEventData


class PaymentCreatedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment was created, whatever its status.

    Attributes:
        type: Always "payment.created".
        data: What the delivery tells of the payment.
    """

    type: Literal["payment.created"]
    data: PaymentCreatedData


class PaymentRefundedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment was refunded.

    Attributes:
        type: Always "payment.refunded".
        data: What the delivery tells of the payment.
    """

    type: Literal["payment.refunded"]
    data: PaymentRefundedData


class PaymentSuccessfulEvent(PaymentEvent, frozen=True, kw_only=True):
    """A provider confirmed a payment.

    Attributes:
        type: Always "payment.successful".
        data: What the delivery tells of the payment.
    """

    type: Literal["payment.successful"]
    data: PaymentSettledData


class PaymentFailedEvent(PaymentEvent, frozen=True, kw_only=True):
    """A provider refused a payment.

    Attributes:
        type: Always "payment.failed".
        data: What the delivery tells of the payment.
    """

    type: Literal["payment.failed"]
    data: PaymentSettledData


class PaymentRetrySucceededEvent(PaymentEvent, frozen=True, kw_only=True):
    """A payment that had failed worked on a later try.

    Attributes:
        type: Always "payment.retry.succeeded".
        data: What the delivery tells of the payment.
    """

    type: Literal["payment.retry.succeeded"]
    data: PaymentRetriedData


class CreditNoteEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a credit note.

    Attributes:
        data: What the delivery tells of the credit note.
    """

    data: CreditNoteEventData


class CreditNoteCreatedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was created.

    Attributes:
        type: Always "credit_note.created".
        data: What the delivery tells of the credit note.
    """

    type: Literal["credit_note.created"]
    data: CreditNoteCreatedData


class CreditNoteFinalizedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was finalized.

    Attributes:
        type: Always "credit_note.finalized".
    """

    type: Literal["credit_note.finalized"]


class CreditNoteVoidedEvent(CreditNoteEvent, frozen=True, kw_only=True):
    """A credit note was voided.

    Attributes:
        type: Always "credit_note.voided".
    """

    type: Literal["credit_note.voided"]


class WalletEvent(WebhookEvent, frozen=True, kw_only=True):
    """Any event of a wallet.

    Attributes:
        data: What the delivery tells of the wallet.
    """

    data: WalletEventData


class WalletCreatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was created.

    Attributes:
        type: Always "wallet.created".
        data: What the delivery tells of the wallet.
    """

    type: Literal["wallet.created"]
    data: WalletCreatedData


class WalletUpdatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was changed.

    Attributes:
        type: Always "wallet.updated".
    """

    type: Literal["wallet.updated"]


class WalletTerminatedEvent(WalletEvent, frozen=True, kw_only=True):
    """A wallet was terminated.

    Attributes:
        type: Always "wallet.terminated".
    """

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
