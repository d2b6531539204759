"""The classes of `client.customers` and the other resources, for annotations of your own.

A function that takes `Customers` needs no more of a client; one that takes a `Paginator[Customer]`
needs no more of them. Only clients make them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

if TYPE_CHECKING:
    from ._async.pagination import AsyncPages as AsyncPages
    from ._async.pagination import AsyncPaginator as AsyncPaginator
    from ._async.resources.add_ons import AsyncAddOns as AsyncAddOns
    from ._async.resources.analytics import AsyncAnalytics as AsyncAnalytics
    from ._async.resources.api_keys import AsyncApiKeys as AsyncApiKeys
    from ._async.resources.auth import AsyncAuth as AsyncAuth
    from ._async.resources.billable_metrics import AsyncBillableMetrics as AsyncBillableMetrics
    from ._async.resources.charges import AsyncCharges as AsyncCharges
    from ._async.resources.coupons import AsyncCoupons as AsyncCoupons
    from ._async.resources.credit_notes import AsyncCreditNotes as AsyncCreditNotes
    from ._async.resources.currencies import AsyncCurrencies as AsyncCurrencies
    from ._async.resources.customers import AsyncCustomers as AsyncCustomers
    from ._async.resources.events import AsyncEvents as AsyncEvents
    from ._async.resources.invoices import AsyncInvoices as AsyncInvoices
    from ._async.resources.payment_methods import AsyncPaymentMethods as AsyncPaymentMethods
    from ._async.resources.payment_providers import AsyncPaymentProviders as AsyncPaymentProviders
    from ._async.resources.payments import AsyncPayments as AsyncPayments
    from ._async.resources.plan_overrides import AsyncPlanOverrides as AsyncPlanOverrides
    from ._async.resources.plans import AsyncPlans as AsyncPlans
    from ._async.resources.portal import AsyncPortal as AsyncPortal
    from ._async.resources.subscriptions import AsyncSubscriptions as AsyncSubscriptions
    from ._async.resources.taxes import AsyncTaxes as AsyncTaxes
    from ._async.resources.tenants import AsyncTenants as AsyncTenants
    from ._async.resources.wallets import AsyncWallets as AsyncWallets
    from ._async.resources.webhooks import AsyncWebhooks as AsyncWebhooks
    from ._sync.pagination import Pages as Pages
    from ._sync.pagination import Paginator as Paginator
    from ._sync.resources.add_ons import AddOns as AddOns
    from ._sync.resources.analytics import Analytics as Analytics
    from ._sync.resources.api_keys import ApiKeys as ApiKeys
    from ._sync.resources.auth import Auth as Auth
    from ._sync.resources.billable_metrics import BillableMetrics as BillableMetrics
    from ._sync.resources.charges import Charges as Charges
    from ._sync.resources.coupons import Coupons as Coupons
    from ._sync.resources.credit_notes import CreditNotes as CreditNotes
    from ._sync.resources.currencies import Currencies as Currencies
    from ._sync.resources.customers import Customers as Customers
    from ._sync.resources.events import Events as Events
    from ._sync.resources.invoices import Invoices as Invoices
    from ._sync.resources.payment_methods import PaymentMethods as PaymentMethods
    from ._sync.resources.payment_providers import PaymentProviders as PaymentProviders
    from ._sync.resources.payments import Payments as Payments
    from ._sync.resources.plan_overrides import PlanOverrides as PlanOverrides
    from ._sync.resources.plans import Plans as Plans
    from ._sync.resources.portal import Portal as Portal
    from ._sync.resources.subscriptions import Subscriptions as Subscriptions
    from ._sync.resources.taxes import Taxes as Taxes
    from ._sync.resources.tenants import Tenants as Tenants
    from ._sync.resources.wallets import Wallets as Wallets
    from ._sync.resources.webhooks import Webhooks as Webhooks

__all__ = [
    "AddOns",
    "Analytics",
    "ApiKeys",
    "AsyncAddOns",
    "AsyncAnalytics",
    "AsyncApiKeys",
    "AsyncAuth",
    "AsyncBillableMetrics",
    "AsyncCharges",
    "AsyncCoupons",
    "AsyncCreditNotes",
    "AsyncCurrencies",
    "AsyncCustomers",
    "AsyncEvents",
    "AsyncInvoices",
    "AsyncPages",
    "AsyncPaginator",
    "AsyncPaymentMethods",
    "AsyncPaymentProviders",
    "AsyncPayments",
    "AsyncPlanOverrides",
    "AsyncPlans",
    "AsyncPortal",
    "AsyncSubscriptions",
    "AsyncTaxes",
    "AsyncTenants",
    "AsyncWallets",
    "AsyncWebhooks",
    "Auth",
    "BillableMetrics",
    "Charges",
    "Coupons",
    "CreditNotes",
    "Currencies",
    "Customers",
    "Events",
    "Invoices",
    "Pages",
    "Paginator",
    "PaymentMethods",
    "PaymentProviders",
    "Payments",
    "PlanOverrides",
    "Plans",
    "Portal",
    "Subscriptions",
    "Taxes",
    "Tenants",
    "Wallets",
    "Webhooks",
]


def __getattr__(name: str) -> Any:
    # Each is imported when it is asked for: few programs need more than one.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    tree, bare = ("_async", name[len("Async") :]) if name.startswith("Async") else ("_sync", name)
    words = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in bare)
    module = "pagination" if bare in ("Pages", "Paginator") else f"resources.{words[1:]}"
    found = getattr(import_module(f".{tree}.{module}", __package__), name)
    globals()[name] = found
    return found


def __dir__() -> List[str]:
    return __all__
