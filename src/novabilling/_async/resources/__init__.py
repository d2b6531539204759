"""The resources of a client, one attribute each.

A resource's module is imported when the resource is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._runtime.forks import resource
from ..caller import AsyncCaller

if TYPE_CHECKING:
    from .add_ons import AsyncAddOns
    from .analytics import AsyncAnalytics
    from .api_keys import AsyncApiKeys
    from .auth import AsyncAuth
    from .billable_metrics import AsyncBillableMetrics
    from .charges import AsyncCharges
    from .coupons import AsyncCoupons
    from .credit_notes import AsyncCreditNotes
    from .currencies import AsyncCurrencies
    from .customers import AsyncCustomers
    from .events import AsyncEvents
    from .invoices import AsyncInvoices
    from .payment_methods import AsyncPaymentMethods
    from .payment_providers import AsyncPaymentProviders
    from .payments import AsyncPayments
    from .plan_overrides import AsyncPlanOverrides
    from .plans import AsyncPlans
    from .portal import AsyncPortal
    from .subscriptions import AsyncSubscriptions
    from .taxes import AsyncTaxes
    from .tenants import AsyncTenants
    from .wallets import AsyncWallets
    from .webhooks import AsyncWebhooks


class AsyncResources:
    """All resources of the API, for one client."""

    _caller: AsyncCaller

    @classmethod
    def _load_all(cls) -> None:
        """Import all resources: the evidence of their operations stands beside them."""
        for name in vars(AsyncResources):
            getattr(cls, name)

    @resource
    def customers(self) -> AsyncCustomers:
        from .customers import AsyncCustomers

        return AsyncCustomers(self._caller)

    @resource
    def plans(self) -> AsyncPlans:
        from .plans import AsyncPlans

        return AsyncPlans(self._caller)

    @resource
    def subscriptions(self) -> AsyncSubscriptions:
        from .subscriptions import AsyncSubscriptions

        return AsyncSubscriptions(self._caller)

    @resource
    def invoices(self) -> AsyncInvoices:
        from .invoices import AsyncInvoices

        return AsyncInvoices(self._caller)

    @resource
    def payments(self) -> AsyncPayments:
        from .payments import AsyncPayments

        return AsyncPayments(self._caller)

    @resource
    def payment_providers(self) -> AsyncPaymentProviders:
        from .payment_providers import AsyncPaymentProviders

        return AsyncPaymentProviders(self._caller)

    @resource
    def webhooks(self) -> AsyncWebhooks:
        from .webhooks import AsyncWebhooks

        return AsyncWebhooks(self._caller)

    @resource
    def analytics(self) -> AsyncAnalytics:
        from .analytics import AsyncAnalytics

        return AsyncAnalytics(self._caller)

    @resource
    def auth(self) -> AsyncAuth:
        from .auth import AsyncAuth

        return AsyncAuth(self._caller)

    @resource
    def tenants(self) -> AsyncTenants:
        from .tenants import AsyncTenants

        return AsyncTenants(self._caller)

    @resource
    def api_keys(self) -> AsyncApiKeys:
        from .api_keys import AsyncApiKeys

        return AsyncApiKeys(self._caller)

    @resource
    def currencies(self) -> AsyncCurrencies:
        from .currencies import AsyncCurrencies

        return AsyncCurrencies(self._caller)

    @resource
    def coupons(self) -> AsyncCoupons:
        from .coupons import AsyncCoupons

        return AsyncCoupons(self._caller)

    @resource
    def add_ons(self) -> AsyncAddOns:
        from .add_ons import AsyncAddOns

        return AsyncAddOns(self._caller)

    @resource
    def credit_notes(self) -> AsyncCreditNotes:
        from .credit_notes import AsyncCreditNotes

        return AsyncCreditNotes(self._caller)

    @resource
    def portal(self) -> AsyncPortal:
        from .portal import AsyncPortal

        return AsyncPortal(self._caller)

    @resource
    def billable_metrics(self) -> AsyncBillableMetrics:
        from .billable_metrics import AsyncBillableMetrics

        return AsyncBillableMetrics(self._caller)

    @resource
    def events(self) -> AsyncEvents:
        from .events import AsyncEvents

        return AsyncEvents(self._caller)

    @resource
    def charges(self) -> AsyncCharges:
        from .charges import AsyncCharges

        return AsyncCharges(self._caller)

    @resource
    def wallets(self) -> AsyncWallets:
        from .wallets import AsyncWallets

        return AsyncWallets(self._caller)

    @resource
    def payment_methods(self) -> AsyncPaymentMethods:
        from .payment_methods import AsyncPaymentMethods

        return AsyncPaymentMethods(self._caller)

    @resource
    def taxes(self) -> AsyncTaxes:
        from .taxes import AsyncTaxes

        return AsyncTaxes(self._caller)

    @resource
    def plan_overrides(self) -> AsyncPlanOverrides:
        from .plan_overrides import AsyncPlanOverrides

        return AsyncPlanOverrides(self._caller)
