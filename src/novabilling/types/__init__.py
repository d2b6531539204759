"""All types of the SDK: results, structured arguments, the words that both use, and currencies.

A module of types is imported when one of its names is first asked for. Modules here may import
`_words`, `_network.answer` and `_runtime`; how results are read stands in `_call.envelopes`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from msgspec import UNSET as UNSET

    from .._words.checks import Omittable as Omittable
    from .._words.currencies import CURRENCY_DECIMALS as CURRENCY_DECIMALS
    from .._words.currencies import from_minor_units as from_minor_units
    from .._words.currencies import to_minor_units as to_minor_units
    from .._words.literals import AggregationType as AggregationType
    from .._words.literals import BillingInterval as BillingInterval
    from .._words.literals import BillingTiming as BillingTiming
    from .._words.literals import CancelAt as CancelAt
    from .._words.literals import ChargeModel as ChargeModel
    from .._words.literals import CreditNoteReason as CreditNoteReason
    from .._words.literals import CreditNoteStatus as CreditNoteStatus
    from .._words.literals import Currency as Currency
    from .._words.literals import CustomerSortField as CustomerSortField
    from .._words.literals import DiscountType as DiscountType
    from .._words.literals import EventStatus as EventStatus
    from .._words.literals import GroupBy as GroupBy
    from .._words.literals import InvoiceStatus as InvoiceStatus
    from .._words.literals import PaymentMethodType as PaymentMethodType
    from .._words.literals import PaymentStatus as PaymentStatus
    from .._words.literals import SortOrder as SortOrder
    from .._words.literals import SubscriptionStatus as SubscriptionStatus
    from .._words.literals import WalletStatus as WalletStatus
    from .._words.literals import WalletTransactionKind as WalletTransactionKind
    from .._words.literals import WalletTransactionStatus as WalletTransactionStatus
    from .._words.literals import WalletTransactionType as WalletTransactionType
    from .._words.literals import WebhookEventType as WebhookEventType
    from .._words.literals import WebhookStatus as WebhookStatus
    from ._analytics import ChurnCohorts as ChurnCohorts
    from ._analytics import Cohort as Cohort
    from ._analytics import CustomerAnalytics as CustomerAnalytics
    from ._analytics import LifetimeValue as LifetimeValue
    from ._analytics import LifetimeValueByPlan as LifetimeValueByPlan
    from ._analytics import MrrBreakdown as MrrBreakdown
    from ._analytics import MrrByPlan as MrrByPlan
    from ._analytics import NetRevenue as NetRevenue
    from ._analytics import PaymentAnalytics as PaymentAnalytics
    from ._analytics import RevenueAnalytics as RevenueAnalytics
    from ._analytics import SubscriptionAnalytics as SubscriptionAnalytics
    from ._billing import Customer as Customer
    from ._billing import Invoice as Invoice
    from ._billing import InvoiceItem as InvoiceItem
    from ._billing import Payment as Payment
    from ._billing import Plan as Plan
    from ._billing import PlanCounts as PlanCounts
    from ._billing import PlanPrice as PlanPrice
    from ._billing import Subscription as Subscription
    from ._checkouts import Checkout as Checkout
    from ._common import Message as Message
    from ._common import PaginatedResponse as PaginatedResponse
    from ._common import PaginationMeta as PaginationMeta
    from ._common import RateLimit as RateLimit
    from ._common import Response as Response
    from ._currencies import CurrencyInfo as CurrencyInfo
    from ._discounts import AddOn as AddOn
    from ._discounts import AddOnPrice as AddOnPrice
    from ._discounts import AppliedAddOn as AppliedAddOn
    from ._discounts import AppliedCoupon as AppliedCoupon
    from ._discounts import Coupon as Coupon
    from ._discounts import CouponCounts as CouponCounts
    from ._discounts import CreditNote as CreditNote
    from ._discounts import DeletedCoupon as DeletedCoupon
    from ._inputs import Amount as Amount
    from ._inputs import ChargeFilterInput as ChargeFilterInput
    from ._inputs import ChargeFilterParam as ChargeFilterParam
    from ._inputs import GraduatedRangeInput as GraduatedRangeInput
    from ._inputs import GraduatedRangeParam as GraduatedRangeParam
    from ._inputs import InvoiceItemDto as InvoiceItemDto
    from ._inputs import InvoiceItemParam as InvoiceItemParam
    from ._inputs import InvoiceItemUnitAmountParam as InvoiceItemUnitAmountParam
    from ._inputs import MetricFilterInput as MetricFilterInput
    from ._inputs import MetricFilterParam as MetricFilterParam
    from ._inputs import PriceInput as PriceInput
    from ._inputs import PriceParam as PriceParam
    from ._inputs import UsageEventInput as UsageEventInput
    from ._inputs import UsageEventParam as UsageEventParam
    from ._metering import BillableMetric as BillableMetric
    from ._metering import BillableMetricCounts as BillableMetricCounts
    from ._metering import BillableMetricFilter as BillableMetricFilter
    from ._metering import Charge as Charge
    from ._metering import ChargeFilter as ChargeFilter
    from ._metering import EventBatch as EventBatch
    from ._metering import EventResult as EventResult
    from ._metering import GraduatedRange as GraduatedRange
    from ._metering import UsageEvent as UsageEvent
    from ._payment_methods import PaymentMethod as PaymentMethod
    from ._payment_providers import PaymentProvider as PaymentProvider
    from ._payment_providers import ProviderTest as ProviderTest
    from ._pdf import InvoicePdf as InvoicePdf
    from ._plan_overrides import PlanOverride as PlanOverride
    from ._portal import PortalBilling as PortalBilling
    from ._portal import PortalCheckout as PortalCheckout
    from ._portal import PortalCustomer as PortalCustomer
    from ._portal import PortalInvoice as PortalInvoice
    from ._portal import PortalPayment as PortalPayment
    from ._portal import PortalPlan as PortalPlan
    from ._portal import PortalSubscription as PortalSubscription
    from ._portal import PortalSummary as PortalSummary
    from ._summaries import CustomerSummary as CustomerSummary
    from ._summaries import InvoiceSummary as InvoiceSummary
    from ._summaries import PlanSummary as PlanSummary
    from ._taxes import Tax as Tax
    from ._taxes import TaxAssignment as TaxAssignment
    from ._tenants import ApiKey as ApiKey
    from ._tenants import Login as Login
    from ._tenants import Registration as Registration
    from ._tenants import Tenant as Tenant
    from ._tenants import TenantUsage as TenantUsage
    from ._tenants import TokenPair as TokenPair
    from ._wallets import Wallet as Wallet
    from ._wallets import WalletTopUp as WalletTopUp
    from ._wallets import WalletTransaction as WalletTransaction
    from ._webhook_data import CreditNoteCreatedData as CreditNoteCreatedData
    from ._webhook_data import CreditNoteEventData as CreditNoteEventData
    from ._webhook_data import CustomerEventData as CustomerEventData
    from ._webhook_data import InvoiceAmountData as InvoiceAmountData
    from ._webhook_data import InvoiceCreatedData as InvoiceCreatedData
    from ._webhook_data import InvoiceEventData as InvoiceEventData
    from ._webhook_data import PaymentCreatedData as PaymentCreatedData
    from ._webhook_data import PaymentEventData as PaymentEventData
    from ._webhook_data import PaymentRefundedData as PaymentRefundedData
    from ._webhook_data import PaymentRetriedData as PaymentRetriedData
    from ._webhook_data import PaymentSettledData as PaymentSettledData
    from ._webhook_data import PlanProration as PlanProration
    from ._webhook_data import SubscriptionCanceledData as SubscriptionCanceledData
    from ._webhook_data import SubscriptionCreatedData as SubscriptionCreatedData
    from ._webhook_data import SubscriptionEventData as SubscriptionEventData
    from ._webhook_data import SubscriptionPlanChangedData as SubscriptionPlanChangedData
    from ._webhook_data import (
        SubscriptionPlanChangeScheduledData as SubscriptionPlanChangeScheduledData,
    )
    from ._webhook_data import SubscriptionRenewedData as SubscriptionRenewedData
    from ._webhook_data import SubscriptionTrialEndedData as SubscriptionTrialEndedData
    from ._webhook_data import WalletCreatedData as WalletCreatedData
    from ._webhook_data import WalletEventData as WalletEventData
    from ._webhook_events import AnyWebhookEvent as AnyWebhookEvent
    from ._webhook_events import CreditNoteCreatedEvent as CreditNoteCreatedEvent
    from ._webhook_events import CreditNoteEvent as CreditNoteEvent
    from ._webhook_events import CreditNoteFinalizedEvent as CreditNoteFinalizedEvent
    from ._webhook_events import CreditNoteVoidedEvent as CreditNoteVoidedEvent
    from ._webhook_events import CustomerCreatedEvent as CustomerCreatedEvent
    from ._webhook_events import CustomerDeletedEvent as CustomerDeletedEvent
    from ._webhook_events import CustomerEvent as CustomerEvent
    from ._webhook_events import CustomerUpdatedEvent as CustomerUpdatedEvent
    from ._webhook_events import InvoiceCreatedEvent as InvoiceCreatedEvent
    from ._webhook_events import InvoiceDraftedEvent as InvoiceDraftedEvent
    from ._webhook_events import InvoiceEvent as InvoiceEvent
    from ._webhook_events import InvoiceFinalizedEvent as InvoiceFinalizedEvent
    from ._webhook_events import InvoicePaidEvent as InvoicePaidEvent
    from ._webhook_events import InvoiceVoidedEvent as InvoiceVoidedEvent
    from ._webhook_events import PaymentCreatedEvent as PaymentCreatedEvent
    from ._webhook_events import PaymentEvent as PaymentEvent
    from ._webhook_events import PaymentFailedEvent as PaymentFailedEvent
    from ._webhook_events import PaymentRefundedEvent as PaymentRefundedEvent
    from ._webhook_events import PaymentRetrySucceededEvent as PaymentRetrySucceededEvent
    from ._webhook_events import PaymentSuccessfulEvent as PaymentSuccessfulEvent
    from ._webhook_events import SubscriptionCanceledEvent as SubscriptionCanceledEvent
    from ._webhook_events import SubscriptionCreatedEvent as SubscriptionCreatedEvent
    from ._webhook_events import SubscriptionEvent as SubscriptionEvent
    from ._webhook_events import SubscriptionPausedEvent as SubscriptionPausedEvent
    from ._webhook_events import SubscriptionPlanChangedEvent as SubscriptionPlanChangedEvent
    from ._webhook_events import (
        SubscriptionPlanChangeScheduledEvent as SubscriptionPlanChangeScheduledEvent,
    )
    from ._webhook_events import SubscriptionRenewedEvent as SubscriptionRenewedEvent
    from ._webhook_events import SubscriptionResumedEvent as SubscriptionResumedEvent
    from ._webhook_events import SubscriptionTrialEndedEvent as SubscriptionTrialEndedEvent
    from ._webhook_events import WalletCreatedEvent as WalletCreatedEvent
    from ._webhook_events import WalletEvent as WalletEvent
    from ._webhook_events import WalletTerminatedEvent as WalletTerminatedEvent
    from ._webhook_events import WalletUpdatedEvent as WalletUpdatedEvent
    from ._webhooks import UnknownEvent as UnknownEvent
    from ._webhooks import Webhook as Webhook
    from ._webhooks import WebhookEvent as WebhookEvent

_WORDS = ".._words.literals"
_MORE_WORDS = {
    "Currency": "; other codes of three letters work as well",
    "WebhookEventType": "; a newer server may have others",
}
_MODULES = {
    "._analytics": (
        "ChurnCohorts Cohort CustomerAnalytics LifetimeValue LifetimeValueByPlan "
        "MrrBreakdown MrrByPlan NetRevenue PaymentAnalytics RevenueAnalytics "
        "SubscriptionAnalytics"
    ),
    "._billing": ("Customer Invoice InvoiceItem Payment Plan PlanCounts PlanPrice Subscription"),
    "._checkouts": "Checkout",
    "._common": "Message PaginatedResponse PaginationMeta RateLimit Response",
    "._currencies": "CurrencyInfo",
    "._discounts": (
        "AddOn AddOnPrice AppliedAddOn AppliedCoupon Coupon CouponCounts CreditNote DeletedCoupon"
    ),
    "._inputs": (
        "Amount ChargeFilterInput ChargeFilterParam GraduatedRangeInput GraduatedRangeParam "
        "InvoiceItemDto InvoiceItemParam InvoiceItemUnitAmountParam MetricFilterInput "
        "MetricFilterParam PriceInput PriceParam UsageEventInput UsageEventParam"
    ),
    "._metering": (
        "BillableMetric BillableMetricCounts BillableMetricFilter Charge ChargeFilter "
        "EventBatch EventResult GraduatedRange UsageEvent"
    ),
    "._payment_methods": "PaymentMethod",
    "._payment_providers": "PaymentProvider ProviderTest",
    "._pdf": "InvoicePdf",
    "._plan_overrides": "PlanOverride",
    "._portal": (
        "PortalBilling PortalCheckout PortalCustomer PortalInvoice PortalPayment "
        "PortalPlan PortalSubscription PortalSummary"
    ),
    "._summaries": "CustomerSummary InvoiceSummary PlanSummary",
    "._taxes": "Tax TaxAssignment",
    "._tenants": "ApiKey Login Registration Tenant TenantUsage TokenPair",
    "._wallets": "Wallet WalletTopUp WalletTransaction",
    "._webhook_data": (
        "CreditNoteCreatedData CreditNoteEventData CustomerEventData InvoiceAmountData "
        "InvoiceCreatedData InvoiceEventData PaymentCreatedData PaymentEventData "
        "PaymentRefundedData PaymentRetriedData PaymentSettledData PlanProration "
        "SubscriptionCanceledData SubscriptionCreatedData SubscriptionEventData "
        "SubscriptionPlanChangeScheduledData SubscriptionPlanChangedData "
        "SubscriptionRenewedData SubscriptionTrialEndedData WalletCreatedData WalletEventData"
    ),
    "._webhook_events": (
        "AnyWebhookEvent CreditNoteCreatedEvent CreditNoteEvent CreditNoteFinalizedEvent "
        "CreditNoteVoidedEvent CustomerCreatedEvent CustomerDeletedEvent CustomerEvent "
        "CustomerUpdatedEvent InvoiceCreatedEvent InvoiceDraftedEvent InvoiceEvent "
        "InvoiceFinalizedEvent InvoicePaidEvent InvoiceVoidedEvent PaymentCreatedEvent "
        "PaymentEvent PaymentFailedEvent PaymentRefundedEvent PaymentRetrySucceededEvent "
        "PaymentSuccessfulEvent SubscriptionCanceledEvent SubscriptionCreatedEvent "
        "SubscriptionEvent SubscriptionPausedEvent SubscriptionPlanChangeScheduledEvent "
        "SubscriptionPlanChangedEvent SubscriptionRenewedEvent SubscriptionResumedEvent "
        "SubscriptionTrialEndedEvent WalletCreatedEvent WalletEvent WalletTerminatedEvent "
        "WalletUpdatedEvent"
    ),
    "._webhooks": "UnknownEvent Webhook WebhookEvent",
    ".._words.checks": "Omittable",
    ".._words.currencies": "CURRENCY_DECIMALS from_minor_units to_minor_units",
    _WORDS: (
        "AggregationType BillingInterval BillingTiming CancelAt ChargeModel CreditNoteReason "
        "CreditNoteStatus Currency CustomerSortField DiscountType EventStatus GroupBy "
        "InvoiceStatus PaymentMethodType PaymentStatus SortOrder SubscriptionStatus "
        "WalletStatus WalletTransactionKind WalletTransactionStatus WalletTransactionType "
        "WebhookEventType WebhookStatus"
    ),
    "msgspec": "UNSET",
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULE_OF[name], __package__), name)
    if _MODULE_OF[name] == _WORDS:
        from typing import get_args

        value.__doc__ = f"One of {', '.join(get_args(value))}{_MORE_WORDS.get(name, '')}."
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return __all__
