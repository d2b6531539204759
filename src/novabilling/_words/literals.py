"""The words that arguments take and results show, as Literal aliases.

They are the server's own in lower case, but for the few that `novabilling._wire` lists.
"""

from __future__ import annotations

from typing import Literal

Currency = Literal[
    "ZAR",
    "NGN",
    "EGP",
    "MAD",
    "KES",
    "DZD",
    "TND",
    "GHS",
    "AOA",
    "ETB",
    "UGX",
    "TZS",
    "RWF",
    "SDG",
    "SOS",
    "SSP",
    "BWP",
    "MWK",
    "MUR",
    "NAD",
    "SCR",
    "SZL",
    "ZMW",
    "MZN",
    "LSL",
    "XOF",
    "CVE",
    "GMD",
    "GNF",
    "LRD",
    "SLL",
    "XAF",
    "STN",
    "LYD",
    "MRU",
    "USD",
    "EUR",
    "GBP",
    "CAD",
    "AUD",
    "JPY",
    "CNY",
    "INR",
    "BRL",
]
"""The codes that `currencies.list()` answers; other three-letter codes work as well."""

BillingInterval = Literal["hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]
BillingTiming = Literal["in_advance", "in_arrears"]
CancelAt = Literal["now", "period_end"]
SubscriptionStatus = Literal["active", "past_due", "canceled", "trialing", "paused", "expired"]
InvoiceStatus = Literal["draft", "finalized", "paid", "failed", "void"]
PaymentStatus = Literal["pending", "processing", "successful", "failed", "refunded"]
SortOrder = Literal["asc", "desc"]
GroupBy = Literal["day", "week", "month"]
PaymentMethodType = Literal["card", "bank_account", "wallet"]
WebhookStatus = Literal["active"]
DiscountType = Literal["percentage", "fixed_amount"]
CreditNoteReason = Literal["duplicate", "product_unsatisfactory", "order_change", "other"]
CreditNoteStatus = Literal["draft", "finalized", "voided"]
AggregationType = Literal["count", "sum", "max", "unique_count", "latest", "weighted_sum"]
ChargeModel = Literal["standard", "graduated", "volume", "package", "percentage"]
EventStatus = Literal["created", "duplicate", "error"]
WalletStatus = Literal["active", "terminated"]
WalletTransactionType = Literal["inbound", "outbound"]
WalletTransactionStatus = Literal["pending", "settled", "failed"]
WalletTransactionKind = Literal["purchased", "granted", "voided", "invoiced"]
CustomerSortField = Literal[
    "id",
    "external_id",
    "email",
    "name",
    "country",
    "currency",
    "net_payment_terms",
    "created_at",
    "updated_at",
]
WebhookEventType = Literal[
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "subscription.created",
    "subscription.canceled",
    "subscription.paused",
    "subscription.resumed",
    "subscription.plan_changed",
    "subscription.plan_change_scheduled",
    "subscription.renewed",
    "subscription.trial_ended",
    "invoice.created",
    "invoice.drafted",
    "invoice.finalized",
    "invoice.paid",
    "invoice.voided",
    "payment.created",
    "payment.refunded",
    "payment.successful",
    "payment.failed",
    "payment.retry.succeeded",
    "credit_note.created",
    "credit_note.finalized",
    "credit_note.voided",
    "wallet.created",
    "wallet.updated",
    "wallet.terminated",
]
