"""The tables of the server: columns with type and default, unique keys, references.

A column reads `name Type[?] [= default] [-> table cascade|restrict|null]`; every table starts
with `id`. `now` as a default is the time of writing; `updatedAt` follows every change.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

ENUMS: Dict[str, Tuple[str, ...]] = {
    name: tuple(words.split())
    for name, words in {
        "BillingInterval": "HOURLY DAILY WEEKLY MONTHLY QUARTERLY YEARLY",
        "BillingTiming": "IN_ADVANCE IN_ARREARS",
        "SubscriptionStatus": "ACTIVE PAST_DUE CANCELED TRIALING PAUSED",
        "InvoiceStatus": "DRAFT PENDING PAID FAILED CANCELED",
        "PaymentStatus": "PENDING PROCESSING SUCCEEDED FAILED REFUNDED",
        "PaymentMethodType": "CARD BANK_ACCOUNT WALLET",
        "DiscountType": "PERCENTAGE FIXED_AMOUNT",
        "CreditNoteReason": "DUPLICATE PRODUCT_UNSATISFACTORY ORDER_CHANGE OTHER",
        "CreditNoteStatus": "DRAFT FINALIZED VOIDED",
        "AggregationType": "COUNT SUM MAX UNIQUE_COUNT LATEST WEIGHTED_SUM",
        "ChargeModel": "STANDARD GRADUATED VOLUME PACKAGE PERCENTAGE",
        "WalletStatus": "ACTIVE TERMINATED",
        "WalletTransactionType": "INBOUND OUTBOUND",
        "WalletTransactionStatus": "PENDING SETTLED FAILED",
        "WalletTransactionKind": "PURCHASED GRANTED VOIDED INVOICED",
    }.items()
}


class Reference(NamedTuple):
    """A foreign key, and what deleting the row it points at does."""

    table: str
    on_delete: str


class Column(NamedTuple):
    name: str
    type: str
    nullable: bool
    default: Any
    reference: Optional[Reference]


class Model(NamedTuple):
    """A table: a tuple of columns for each unique key, and the tables that columns point at."""

    name: str
    columns: Dict[str, Column]
    unique: Tuple[Tuple[str, ...], ...]
    references: Dict[str, str]

    def constraint(self, column: str) -> str:
        """Name the foreign key of a column as the database does."""
        return f"{self.name[0].upper()}{self.name[1:]}_{column}_fkey"


REQUIRED = object()
NOW = object()


def _column(text: str) -> Column:
    text, _, target = text.partition(" -> ")
    text, has_default, default = text.partition(" = ")
    name, kind = text.split()
    nullable = kind.endswith("?")
    value: Any = None if nullable else REQUIRED
    if has_default:
        value = NOW if default == "now" else json.loads(default)
        value = Decimal(value) if kind == "Decimal" else value
    reference = Reference(*target.split()) if target else None
    return Column(name, kind.rstrip("?"), nullable, value, reference)


def _model(name: str, text: str, *unique: str) -> Tuple[str, Model]:
    columns = [_column(part.strip()) for part in text.replace("\n", " ").split(", ")]
    keys = tuple(tuple(key.split()) for key in unique)
    references = {one.name: one.reference.table for one in columns if one.reference}
    return name, Model(name, {column.name: column for column in columns}, keys, references)


_TIMES = "createdAt DateTime = now, updatedAt DateTime = now"
_CUSTOMER = "customerId String -> customer"

CENTRAL: Dict[str, Model] = dict(
    [
        _model(
            "tenant",
            "name String, slug String, email String, apiKey String, webhookUrl String?, "
            "webhookSecret String, isActive Boolean = true, settings Json?, "
            f"lastLoginAt DateTime?, {_TIMES}",
            "email",
            "slug",
            "apiKey",
        ),
        _model(
            "apiKey",
            "tenantId String -> tenant cascade, key String, name String, scopes Json, "
            "lastUsed DateTime?, expiresAt DateTime?, createdAt DateTime = now",
            "key",
        ),
    ]
)

MODELS: Dict[str, Model] = dict(
    [
        _model(
            "customer",
            "externalId String, email String, name String?, country String?, currency String, "
            f"netPaymentTerms Int?, metadata Json?, {_TIMES}",
            "externalId",
        ),
        _model(
            "plan",
            "name String, code String, description String?, billingInterval BillingInterval, "
            "features Json? = [], isActive Boolean = true, "
            'billingTiming BillingTiming = "IN_ARREARS", '
            "minimumCommitment Decimal?, netPaymentTerms Int?, invoiceGracePeriodDays Int? = 0, "
            f"progressiveBillingThreshold Decimal?, {_TIMES}",
            "code",
        ),
        _model(
            "planPrice",
            "planId String -> plan cascade, currency String, amount Decimal, "
            f"isActive Boolean = true, {_TIMES}",
            "planId currency",
        ),
        _model(
            "paymentMethod",
            f'{_CUSTOMER} cascade, provider String, type PaymentMethodType = "CARD", '
            "tokenId String, isDefault Boolean = false, last4 String?, brand String?, "
            "expMonth Int?, expYear Int?, cardholderName String?, country String?, "
            f"metadata Json?, {_TIMES}",
            "provider tokenId",
        ),
        _model(
            "subscription",
            f"externalId String?, {_CUSTOMER} cascade, planId String -> plan restrict, "
            "previousPlanId String?, paymentMethodId String? -> paymentMethod null, "
            'status SubscriptionStatus = "ACTIVE", currency String, '
            'billingTiming BillingTiming = "IN_ARREARS", currentPeriodStart DateTime, '
            "currentPeriodEnd DateTime, cancelAt DateTime?, canceledAt DateTime?, "
            "trialStart DateTime?, trialEnd DateTime?, startedAt DateTime = now, metadata Json?, "
            f"lastProgressiveBillingAt DateTime?, {_TIMES}",
            "externalId",
        ),
        _model(
            "invoice",
            "invoiceNumber String, subscriptionId String? -> subscription null, "
            f"{_CUSTOMER} cascade, amount Decimal, currency String, "
            'status InvoiceStatus = "DRAFT", '
            f"dueDate DateTime, paidAt DateTime?, pdfUrl String?, metadata Json?, {_TIMES}",
            "invoiceNumber",
        ),
        _model(
            "payment",
            "invoiceId String -> invoice cascade, provider String, providerTransactionId String?, "
            'amount Decimal, currency String, status PaymentStatus = "PENDING", '
            f"failureReason String?, metadata Json?, {_TIMES}",
        ),
        _model(
            "paymentProvider",
            "providerName String, credentials String, isActive Boolean = true, priority Int = 1, "
            f"{_TIMES}",
            "providerName",
        ),
        _model(
            "coupon",
            "code String, name String, description String?, discountType DiscountType, "
            "discountValue Decimal, currency String?, maxRedemptions Int?, "
            "redemptionCount Int = 0, appliesToPlanIds Json = [], isActive Boolean = true, "
            f"expiresAt DateTime?, {_TIMES}",
            "code",
        ),
        _model(
            "appliedCoupon",
            f"couponId String -> coupon restrict, {_CUSTOMER} restrict, subscriptionId String?, "
            "amountOff Decimal?, usesRemaining Int?, createdAt DateTime = now",
        ),
        _model(
            "addOn",
            "name String, code String, description String?, invoiceDisplayName String?, " + _TIMES,
            "code",
        ),
        _model(
            "addOnPrice",
            "addOnId String -> addOn cascade, currency String, amount Decimal",
            "addOnId currency",
        ),
        _model(
            "appliedAddOn",
            f"addOnId String, {_CUSTOMER} restrict, subscriptionId String?, "
            "amount Decimal, currency String, invoiceId String?, createdAt DateTime = now",
        ),
        _model(
            "creditNote",
            f"invoiceId String -> invoice restrict, {_CUSTOMER} restrict, amount Decimal, "
            'currency String, reason CreditNoteReason, status CreditNoteStatus = "DRAFT", '
            f"metadata Json?, {_TIMES}",
        ),
        _model(
            "billableMetric",
            "name String, code String, description String?, aggregationType AggregationType, "
            f"fieldName String?, recurring Boolean = false, {_TIMES}",
            "code",
        ),
        _model(
            "billableMetricFilter",
            "billableMetricId String -> billableMetric cascade, key String, values Json",
            "billableMetricId key",
        ),
        _model(
            "charge",
            "planId String -> plan cascade, billableMetricId String -> billableMetric restrict, "
            'chargeModel ChargeModel, billingTiming BillingTiming = "IN_ARREARS", '
            "invoiceDisplayName String?, minAmountCents Int?, prorated Boolean = false, "
            f"properties Json? = {{}}, {_TIMES}",
            "planId billableMetricId",
        ),
        _model(
            "graduatedRange",
            "chargeId String -> charge cascade, fromValue Int, toValue Int?, "
            "perUnitAmount Decimal, flatAmount Decimal = 0, order Int = 0",
        ),
        _model(
            "chargeFilter",
            "chargeId String -> charge cascade, key String, values Json, properties Json? = {}",
            "chargeId key",
        ),
        _model(
            "usageEvent",
            "transactionId String, subscriptionId String -> subscription cascade, code String, "
            "timestamp DateTime = now, properties Json? = {}, createdAt DateTime = now",
            "transactionId",
        ),
        _model(
            "wallet",
            f"{_CUSTOMER} cascade, name String?, currency String, rateAmount Decimal = 1, "
            "creditsBalance Decimal = 0, balance Decimal = 0, consumedCredits Decimal = 0, "
            'consumedAmount Decimal = 0, status WalletStatus = "ACTIVE", expirationAt DateTime?, '
            f"terminatedAt DateTime?, metadata Json?, {_TIMES}",
        ),
        _model(
            "walletTransaction",
            "walletId String -> wallet cascade, transactionType WalletTransactionType, "
            'status WalletTransactionStatus = "SETTLED", transactionStatus WalletTransactionKind, '
            "creditAmount Decimal, amount Decimal, invoiceId String?, settledAt DateTime?, "
            "metadata Json?, createdAt DateTime = now",
        ),
        _model(
            "tax",
            "name String, code String, rate Decimal, description String?, "
            f"appliedByDefault Boolean = false, {_TIMES}",
            "code",
        ),
        _model(
            "customerTax",
            f"{_CUSTOMER} cascade, taxId String -> tax cascade",
            "customerId taxId",
        ),
        _model(
            "planTax",
            "planId String -> plan cascade, taxId String -> tax cascade",
            "planId taxId",
        ),
        _model(
            "chargeTax",
            "chargeId String -> charge cascade, taxId String -> tax cascade",
            "chargeId taxId",
        ),
        _model(
            "planOverride",
            f"{_CUSTOMER} cascade, planId String -> plan cascade, overriddenPrices Json?, "
            "overriddenMinimumCommitment Decimal?, overriddenCharges Json?, metadata Json?, "
            f"{_TIMES}",
            "customerId planId",
        ),
    ]
)


@lru_cache(maxsize=None)
def references_to(table: str) -> List[Tuple[Model, str, Reference]]:
    """List the foreign keys that point at a table, in the order the database checks them."""
    return [
        (model, column.name, column.reference)
        for model in MODELS.values()
        for column in model.columns.values()
        if column.reference and column.reference.table == table
    ]
