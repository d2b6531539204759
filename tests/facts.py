"""The table of facts: every operation of the API, the method that is made for it, its result.

The columns are verb, path, method and type; a type in brackets is that of a list's items.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, NamedTuple, Tuple

from novabilling import types

_PRIMARY = """
POST /auth/register auth.register Registration
POST /auth/login auth.login Login
POST /auth/refresh auth.refresh TokenPair
POST /auth/forgot-password auth.forgot_password Message
POST /auth/reset-password auth.reset_password Message
GET /tenants/me tenants.get_me Tenant
PATCH /tenants/me tenants.update_me Tenant
GET /tenants/me/usage tenants.get_usage TenantUsage
POST /tenants/me/smtp/test tenants.test_smtp Message
GET /tenants/me/api-keys api_keys.list [ApiKey]
POST /tenants/me/api-keys api_keys.create ApiKey
DELETE /tenants/me/api-keys/{id} api_keys.delete Message
GET /currencies currencies.list [CurrencyInfo]
GET /customers customers.list [Customer]
POST /customers customers.create Customer
GET /customers/{id} customers.get Customer
PATCH /customers/{id} customers.update Customer
DELETE /customers/{id} customers.delete Message
GET /customers/{id}/subscriptions customers.get_subscriptions [Subscription]
GET /customers/{id}/invoices customers.get_invoices [Invoice]
GET /customers/{id}/payments customers.get_payments [Payment]
GET /customers/{id}/payment-methods customers.get_payment_methods [PaymentMethod]
DELETE /customers/{id}/payment-methods/{methodId} customers.delete_payment_method Message
GET /plans plans.list [Plan]
POST /plans plans.create Plan
GET /plans/{id} plans.get Plan
PATCH /plans/{id} plans.update Plan
DELETE /plans/{id} plans.delete Message
POST /plans/{id}/prices plans.add_price PlanPrice
PATCH /plans/{id}/prices/{priceId} plans.update_price PlanPrice
DELETE /plans/{id}/prices/{priceId} plans.delete_price Message
GET /subscriptions subscriptions.list [Subscription]
POST /subscriptions subscriptions.create Subscription
GET /subscriptions/{id} subscriptions.get Subscription
PATCH /subscriptions/{id} subscriptions.update Subscription
POST /subscriptions/{id}/cancel subscriptions.cancel Subscription
POST /subscriptions/{id}/pause subscriptions.pause Subscription
POST /subscriptions/{id}/resume subscriptions.resume Subscription
POST /subscriptions/{id}/change-plan subscriptions.change_plan Subscription
GET /invoices invoices.list [Invoice]
POST /invoices invoices.create Invoice
GET /invoices/{id} invoices.get Invoice
POST /invoices/{id}/finalize invoices.finalize Invoice
POST /invoices/{id}/void invoices.void Invoice
POST /invoices/{id}/mark-paid invoices.mark_paid Invoice
POST /invoices/{id}/checkout invoices.create_checkout Checkout
POST /invoices/{id}/send-email invoices.send_email Message
GET /invoices/{id}/pdf invoices.get_pdf InvoicePdf
GET /payments payments.list [Payment]
POST /payments payments.create Payment
GET /payments/{id} payments.get Payment
POST /payments/{id}/refund payments.refund Payment
GET /payment-providers payment_providers.list [PaymentProvider]
POST /payment-providers payment_providers.create PaymentProvider
GET /payment-providers/{id} payment_providers.get PaymentProvider
PATCH /payment-providers/{id} payment_providers.update PaymentProvider
DELETE /payment-providers/{id} payment_providers.delete Message
POST /payment-providers/{id}/test payment_providers.test_connection ProviderTest
GET /analytics/revenue analytics.get_revenue RevenueAnalytics
GET /analytics/subscriptions analytics.get_subscriptions SubscriptionAnalytics
GET /analytics/customers analytics.get_customers CustomerAnalytics
GET /analytics/payments analytics.get_payments PaymentAnalytics
GET /analytics/mrr-breakdown analytics.get_mrr_breakdown MrrBreakdown
GET /analytics/net-revenue analytics.get_net_revenue NetRevenue
GET /analytics/churn-cohorts analytics.get_churn_cohorts ChurnCohorts
GET /analytics/ltv analytics.get_lifetime_value LifetimeValue
GET /coupons coupons.list [Coupon]
POST /coupons coupons.create Coupon
GET /coupons/{id} coupons.get Coupon
PATCH /coupons/{id} coupons.update Coupon
DELETE /coupons/{id} coupons.delete DeletedCoupon
POST /coupons/apply coupons.apply AppliedCoupon
DELETE /coupons/applied/{id} coupons.remove_applied Message
GET /add-ons add_ons.list [AddOn]
POST /add-ons add_ons.create AddOn
GET /add-ons/{id} add_ons.get AddOn
PATCH /add-ons/{id} add_ons.update AddOn
DELETE /add-ons/{id} add_ons.delete Message
POST /add-ons/apply add_ons.apply AppliedAddOn
GET /add-ons/applied/list add_ons.list_applied [AppliedAddOn]
DELETE /add-ons/applied/{id} add_ons.remove_applied Message
GET /credit-notes credit_notes.list [CreditNote]
POST /credit-notes credit_notes.create CreditNote
GET /credit-notes/{id} credit_notes.get CreditNote
PATCH /credit-notes/{id} credit_notes.update CreditNote
POST /credit-notes/{id}/finalize credit_notes.finalize CreditNote
POST /credit-notes/{id}/void credit_notes.void CreditNote
GET /portal/customers/{externalId}/billing portal.get_billing PortalBilling
GET /portal/customers/{externalId}/subscriptions portal.get_subscriptions [Subscription]
GET /portal/customers/{externalId}/invoices portal.get_invoices [PortalInvoice]
POST /portal/customers/{externalId}/invoices/{invoiceId}/checkout portal.create_checkout \
PortalCheckout
GET /portal/customers/{externalId}/payments portal.get_payments [PortalPayment]
GET /billable-metrics billable_metrics.list [BillableMetric]
POST /billable-metrics billable_metrics.create BillableMetric
GET /billable-metrics/{id} billable_metrics.get BillableMetric
PATCH /billable-metrics/{id} billable_metrics.update BillableMetric
DELETE /billable-metrics/{id} billable_metrics.delete Message
POST /events events.create UsageEvent
POST /events/batch events.create_batch EventBatch
GET /events/{id} events.get UsageEvent
GET /events/subscription/{subscriptionId} events.get_by_subscription [UsageEvent]
GET /charges charges.list [Charge]
POST /charges charges.create Charge
GET /charges/{id} charges.get Charge
PATCH /charges/{id} charges.update Charge
DELETE /charges/{id} charges.delete Message
GET /charges/plan/{planId} charges.get_by_plan [Charge]
GET /wallets wallets.list [Wallet]
POST /wallets wallets.create Wallet
GET /wallets/{id} wallets.get Wallet
PATCH /wallets/{id} wallets.update Wallet
DELETE /wallets/{id} wallets.terminate Wallet
POST /wallets/transactions wallets.create_transaction WalletTopUp
GET /wallets/{id}/transactions wallets.get_transactions [WalletTransaction]
POST /payment-methods payment_methods.create PaymentMethod
GET /payment-methods/customer/{customerId} payment_methods.get_by_customer [PaymentMethod]
GET /payment-methods/{id} payment_methods.get PaymentMethod
DELETE /payment-methods/{id} payment_methods.delete Message
PATCH /payment-methods/{id}/set-default payment_methods.set_default PaymentMethod
GET /taxes taxes.list [Tax]
POST /taxes taxes.create Tax
GET /taxes/{id} taxes.get Tax
PATCH /taxes/{id} taxes.update Tax
DELETE /taxes/{id} taxes.delete Message
GET /taxes/customer/{customerId} taxes.get_by_customer [Tax]
POST /taxes/customer/{customerId} taxes.assign_to_customer TaxAssignment
DELETE /taxes/customer/{customerId}/{taxId} taxes.remove_from_customer Message
GET /taxes/plan/{planId} taxes.get_by_plan [Tax]
POST /taxes/plan/{planId} taxes.assign_to_plan TaxAssignment
DELETE /taxes/plan/{planId}/{taxId} taxes.remove_from_plan Message
POST /taxes/charge/{chargeId} taxes.assign_to_charge TaxAssignment
DELETE /taxes/charge/{chargeId}/{taxId} taxes.remove_from_charge Message
GET /plan-overrides plan_overrides.list [PlanOverride]
POST /plan-overrides plan_overrides.create PlanOverride
GET /plan-overrides/{id} plan_overrides.get PlanOverride
PATCH /plan-overrides/{id} plan_overrides.update PlanOverride
DELETE /plan-overrides/{id} plan_overrides.delete Message
"""

_HELPERS = """
customers.iter: GET /customers
customers.get_by_external_id: GET /portal/customers/{externalId}/billing, GET /customers/{id}
plans.get_by_code: GET /plans, GET /plans/{id}
subscriptions.iter: GET /subscriptions
subscriptions.get_by_external_id: GET /subscriptions, GET /subscriptions/{id}
api_keys.revoke: DELETE /tenants/me/api-keys/{id}
invoices.checkout: POST /invoices/{id}/checkout
payment_providers.configure: POST /payment-providers
invoices.iter: GET /invoices
invoices.next_number: GET /invoices
invoices.get_by_number: GET /invoices, GET /invoices/{id}
invoices.download_pdf: GET /invoices/{id}/pdf
payments.iter: GET /payments
payments.list(customer_id): GET /customers/{id}/payments
payments.iter(customer_id): GET /customers/{id}/payments
webhooks.list: GET /tenants/me
webhooks.create: PATCH /tenants/me, GET /tenants/me
webhooks.delete: PATCH /tenants/me
webhooks.verify:
coupons.iter: GET /coupons
add_ons.iter: GET /add-ons
add_ons.iter_applied: GET /add-ons/applied/list
credit_notes.iter: GET /credit-notes
portal.iter_invoices: GET /portal/customers/{externalId}/invoices
portal.iter_payments: GET /portal/customers/{externalId}/payments
events.iter_by_subscription: GET /events/subscription/{subscriptionId}
wallets.iter: GET /wallets
wallets.iter_transactions: GET /wallets/{id}/transactions
taxes.iter: GET /taxes
plan_overrides.iter: GET /plan-overrides
"""

READS_AS_WELL = {
    "invoices.get_pdf": "GET /invoices/{id}",  # after it, for the address
    "payment_providers.update": "GET /payment-providers/{id}",  # before it, for what is reset
}
"""The primary methods that make a second request."""


class Fact(NamedTuple):
    """An operation and the method that is made for it."""

    operation: str
    name: str
    returns: Any
    is_list: bool

    @property
    def method(self) -> str:
        return self.operation.split()[0]

    @property
    def template(self) -> str:
        return self.operation.split()[1]


def _fact(line: str) -> Fact:
    method, template, name, shown = line.split()
    returns = getattr(types, shown.strip("[]"))
    return Fact(f"{method} {template}", name, returns, shown.startswith("["))


def _helper(line: str) -> Tuple[str, List[str]]:
    name, _, operations = line.partition(":")
    return name, [operation.strip() for operation in operations.split(",") if operation.strip()]


FACTS: List[Fact] = [_fact(line) for line in _PRIMARY.split("\n") if line]
BY_OPERATION: Dict[str, Fact] = {fact.operation: fact for fact in FACTS}

HELPERS: Dict[str, List[str]] = dict(_helper(line) for line in _HELPERS.split("\n") if line)
"""The guide's own and the helper methods, with the operations that they use, in their order."""


def matches(template: str, path: str) -> bool:
    """Say whether a path below /api is one of a template."""
    return bool(re.fullmatch("/api" + re.sub(r"\{\w+\}", "[^/]+", template), path))


def operation_of(method: str, path: str) -> str:
    """Return the operation that a request reaches: that with the fewest ids."""
    found = [f for f in FACTS if f.method == method and matches(f.template, path)]
    return min(found, key=lambda fact: fact.template.count("{")).operation
