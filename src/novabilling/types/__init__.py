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
    from ._inputs import Amount as Amount
    from ._inputs import InvoiceItemDto as InvoiceItemDto
    from ._inputs import PriceInput as PriceInput
    from ._payment_methods import PaymentMethod as PaymentMethod
    from ._payment_providers import PaymentProvider as PaymentProvider
    from ._payment_providers import ProviderTest as ProviderTest
    from ._pdf import InvoicePdf as InvoicePdf
    from ._tenants import ApiKey as ApiKey
    from ._tenants import Login as Login
    from ._tenants import Registration as Registration
    from ._tenants import Tenant as Tenant
    from ._tenants import TenantUsage as TenantUsage
    from ._tenants import TokenPair as TokenPair
    from ._webhooks import Webhook as Webhook
    from ._webhooks import WebhookEvent as WebhookEvent
    from ._words import BillingInterval as BillingInterval
    from ._words import BillingTiming as BillingTiming
    from ._words import Currency as Currency
    from ._words import CustomerSortField as CustomerSortField
    from ._words import GroupBy as GroupBy
    from ._words import InvoiceStatus as InvoiceStatus
    from ._words import PaymentMethodType as PaymentMethodType
    from ._words import PaymentStatus as PaymentStatus
    from ._words import SortOrder as SortOrder
    from ._words import SubscriptionStatus as SubscriptionStatus
    from ._words import WebhookEventType as WebhookEventType
    from ._words import WebhookStatus as WebhookStatus

_MODULES = {
    "_analytics": (
        "ChurnCohorts Cohort CustomerAnalytics LifetimeValue LifetimeValueByPlan MrrBreakdown "
        "MrrByPlan NetRevenue PaymentAnalytics RevenueAnalytics SubscriptionAnalytics"
    ),
    "_billing": "Customer Invoice InvoiceItem Payment Plan PlanCounts PlanPrice Subscription",
    "_checkouts": "Checkout",
    "_common": "Message PaginatedResponse PaginationMeta RateLimit Response",
    "_currencies": "CurrencyInfo",
    "_inputs": "Amount InvoiceItemDto PriceInput",
    "_payment_methods": "PaymentMethod",
    "_payment_providers": "PaymentProvider ProviderTest",
    "_pdf": "InvoicePdf",
    "_tenants": "ApiKey Login Registration Tenant TenantUsage TokenPair",
    "_webhooks": "Webhook WebhookEvent",
    "_words": (
        "BillingInterval BillingTiming Currency CustomerSortField GroupBy InvoiceStatus "
        "PaymentMethodType PaymentStatus SortOrder SubscriptionStatus WebhookEventType "
        "WebhookStatus"
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
