"""All types of the SDK: results, structured arguments, and the words that both use.

A module of types is imported when one of its names is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
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
    from ._inputs import GraduatedRangeInput as GraduatedRangeInput
    from ._inputs import InvoiceItemDto as InvoiceItemDto
    from ._inputs import MetricFilterInput as MetricFilterInput
    from ._inputs import PriceInput as PriceInput
    from ._inputs import UsageEventInput as UsageEventInput
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
    from ._webhooks import Webhook as Webhook
    from ._webhooks import WebhookEvent as WebhookEvent
    from ._words import AggregationType as AggregationType
    from ._words import BillingInterval as BillingInterval
    from ._words import BillingTiming as BillingTiming
    from ._words import ChargeModel as ChargeModel
    from ._words import CreditNoteReason as CreditNoteReason
    from ._words import CreditNoteStatus as CreditNoteStatus
    from ._words import Currency as Currency
    from ._words import CustomerSortField as CustomerSortField
    from ._words import DiscountType as DiscountType
    from ._words import EventStatus as EventStatus
    from ._words import GroupBy as GroupBy
    from ._words import InvoiceStatus as InvoiceStatus
    from ._words import PaymentMethodType as PaymentMethodType
    from ._words import PaymentStatus as PaymentStatus
    from ._words import SortOrder as SortOrder
    from ._words import SubscriptionStatus as SubscriptionStatus
    from ._words import WalletStatus as WalletStatus
    from ._words import WalletTransactionKind as WalletTransactionKind
    from ._words import WalletTransactionStatus as WalletTransactionStatus
    from ._words import WalletTransactionType as WalletTransactionType
    from ._words import WebhookEventType as WebhookEventType
    from ._words import WebhookStatus as WebhookStatus

_MODULES = {
    "_analytics": (
        "ChurnCohorts Cohort CustomerAnalytics LifetimeValue LifetimeValueByPlan "
        "MrrBreakdown MrrByPlan NetRevenue PaymentAnalytics RevenueAnalytics "
        "SubscriptionAnalytics"
    ),
    "_billing": ("Customer Invoice InvoiceItem Payment Plan PlanCounts PlanPrice Subscription"),
    "_checkouts": "Checkout",
    "_common": "Message PaginatedResponse PaginationMeta RateLimit Response",
    "_currencies": "CurrencyInfo",
    "_discounts": (
        "AddOn AddOnPrice AppliedAddOn AppliedCoupon Coupon CouponCounts CreditNote DeletedCoupon"
    ),
    "_inputs": (
        "Amount ChargeFilterInput GraduatedRangeInput InvoiceItemDto MetricFilterInput "
        "PriceInput UsageEventInput"
    ),
    "_metering": (
        "BillableMetric BillableMetricCounts BillableMetricFilter Charge ChargeFilter "
        "EventBatch EventResult GraduatedRange UsageEvent"
    ),
    "_payment_methods": "PaymentMethod",
    "_payment_providers": "PaymentProvider ProviderTest",
    "_pdf": "InvoicePdf",
    "_plan_overrides": "PlanOverride",
    "_portal": (
        "PortalBilling PortalCheckout PortalCustomer PortalInvoice PortalPayment "
        "PortalPlan PortalSubscription PortalSummary"
    ),
    "_summaries": "CustomerSummary InvoiceSummary PlanSummary",
    "_taxes": "Tax TaxAssignment",
    "_tenants": "ApiKey Login Registration Tenant TenantUsage TokenPair",
    "_wallets": "Wallet WalletTopUp WalletTransaction",
    "_webhooks": "Webhook WebhookEvent",
    "_words": (
        "AggregationType BillingInterval BillingTiming ChargeModel CreditNoteReason "
        "CreditNoteStatus Currency CustomerSortField DiscountType EventStatus GroupBy "
        "InvoiceStatus PaymentMethodType PaymentStatus SortOrder SubscriptionStatus "
        "WalletStatus WalletTransactionKind WalletTransactionStatus WalletTransactionType "
        "WebhookEventType WebhookStatus"
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return __all__
