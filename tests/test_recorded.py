"""Every answer of the real server that was recorded is read by the method that asks for it."""

from __future__ import annotations

from typing import Any, List

import httpx
import pytest

from novabilling import NovaBilling, ResponseDecodeError
from tests.samples import answers_of, body_of
from tests.support import BASE_URL, TOKEN, Server


def client_of(*answers: Any) -> Any:
    http = httpx.Client(transport=httpx.MockTransport(Server(*answers)))
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)


NEVER_ASKED = {"subscriptions-list-limit-fraction"}  # `limit` is a whole number

READERS = {
    "CustomersController_findAll": lambda c: c.customers.list(),
    "CustomersController_create": lambda c: c.customers.create(
        external_id="u", email="a@b.co", currency="NGN"
    ),
    "CustomersController_findOne": lambda c: c.customers.get("x"),
    "CustomersController_update": lambda c: c.customers.update("x"),
    "CustomersController_delete": lambda c: c.customers.delete("x"),
    "CustomersController_findSubscriptions": lambda c: c.customers.get_subscriptions("x"),
    "CustomersController_findInvoices": lambda c: c.customers.get_invoices("x"),
    "CustomersController_findPayments": lambda c: c.customers.get_payments("x"),
    "CustomersController_findPaymentMethods": lambda c: c.customers.get_payment_methods("x"),
    "CustomersController_deletePaymentMethod": lambda c: c.customers.delete_payment_method(
        "x", "y"
    ),
    "PlansController_findAll": lambda c: c.plans.list(),
    "PlansController_create": lambda c: c.plans.create(
        name="n", code="c", billing_interval="monthly"
    ),
    "PlansController_findOne": lambda c: c.plans.get("x"),
    "PlansController_update": lambda c: c.plans.update("x"),
    "PlansController_delete": lambda c: c.plans.delete("x"),
    "PlansController_addPrice": lambda c: c.plans.add_price("x", currency="NGN", amount=1),
    "PlansController_updatePrice": lambda c: c.plans.update_price("x", "y", amount=1),
    "PlansController_deletePrice": lambda c: c.plans.delete_price("x", "y"),
    "SubscriptionsController_findAll": lambda c: c.subscriptions.list(),
    "SubscriptionsController_create": lambda c: c.subscriptions.create(
        customer_id="x", plan_id="y", currency="NGN"
    ),
    "SubscriptionsController_findOne": lambda c: c.subscriptions.get("x"),
    "SubscriptionsController_update": lambda c: c.subscriptions.update("x"),
    "SubscriptionsController_cancel": lambda c: c.subscriptions.cancel("x"),
    "SubscriptionsController_pause": lambda c: c.subscriptions.pause("x"),
    "SubscriptionsController_resume": lambda c: c.subscriptions.resume("x"),
    "SubscriptionsController_changePlan": lambda c: c.subscriptions.change_plan("x", plan_id="y"),
    "InvoicesController_findAll": lambda c: c.invoices.list(),
    "InvoicesController_create": lambda c: c.invoices.create(
        customer_id="x", items=[], due_date="2027-01-01"
    ),
    "InvoicesController_findOne": lambda c: c.invoices.get("x"),
    "InvoicesController_finalize": lambda c: c.invoices.finalize("x"),
    "InvoicesController_voidInvoice": lambda c: c.invoices.void("x"),
    "InvoicesController_markPaid": lambda c: c.invoices.mark_paid("x"),
    "InvoicesController_checkout": lambda c: c.invoices.create_checkout("x"),
    "InvoicesController_sendEmail": lambda c: c.invoices.send_email("x"),
    "PaymentsController_findAll": lambda c: c.payments.list(),
    "PaymentsController_create": lambda c: c.payments.create(
        invoice_id="x", provider="p", amount=1, currency="NGN", status="successful"
    ),
    "PaymentsController_findOne": lambda c: c.payments.get("x"),
    "PaymentsController_refund": lambda c: c.payments.refund("x"),
    "PaymentProvidersController_findAll": lambda c: c.payment_providers.list(),
    "PaymentProvidersController_create": lambda c: c.payment_providers.create(
        type="t", credentials={}
    ),
    "PaymentProvidersController_findOne": lambda c: c.payment_providers.get("x"),
    "PaymentProvidersController_delete": lambda c: c.payment_providers.delete("x"),
    "PaymentProvidersController_test": lambda c: c.payment_providers.test_connection("x"),
    "TenantsController_getMe": lambda c: c.tenants.get_me(),
    "TenantsController_updateMe": lambda c: c.tenants.update_me(),
    "TenantsController_getUsage": lambda c: c.tenants.get_usage(),
    "TenantsController_testSmtp": lambda c: c.tenants.test_smtp(to="x"),
    "TenantsController_listApiKeys": lambda c: c.api_keys.list(),
    "TenantsController_createApiKey": lambda c: c.api_keys.create(name="n", scopes=[]),
    "TenantsController_deleteApiKey": lambda c: c.api_keys.delete("x"),
    "CurrenciesController_getSupportedCurrencies": lambda c: c.currencies.list(),
    "AuthController_register": lambda c: c.auth.register(
        name="n", email="e", password="p", company_name="c"
    ),
    "AuthController_login": lambda c: c.auth.login(email="e", password="p"),
    "AuthController_refreshTokens": lambda c: c.auth.refresh(refresh_token="t"),
    "AuthController_forgotPassword": lambda c: c.auth.forgot_password(email="e"),
    "AuthController_resetPassword": lambda c: c.auth.reset_password(token="t", new_password="p"),
    "AnalyticsController_revenue": lambda c: c.analytics.get_revenue(),
    "AnalyticsController_subscriptions": lambda c: c.analytics.get_subscriptions(),
    "AnalyticsController_customers": lambda c: c.analytics.get_customers(),
    "AnalyticsController_payments": lambda c: c.analytics.get_payments(),
    "AnalyticsController_mrrBreakdown": lambda c: c.analytics.get_mrr_breakdown(),
    "AnalyticsController_netRevenue": lambda c: c.analytics.get_net_revenue(),
    "AnalyticsController_churnCohorts": lambda c: c.analytics.get_churn_cohorts(),
    "AnalyticsController_ltv": lambda c: c.analytics.get_lifetime_value(),
}


def wire_objects(data: Any) -> List[Any]:
    """Return the objects of a recorded answer."""
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    return data if isinstance(data, list) else [data]


@pytest.mark.parametrize("operation", READERS)
@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: {"data": body}])
def test_every_recorded_answer_is_read_bare_and_in_an_envelope(operation, wrap):
    names = set(answers_of(operation)) - NEVER_ASKED
    assert names

    for name in names:
        body = body_of(name)
        read = READERS[operation](client_of(httpx.Response(200, json=wrap(body)))).data
        rows = read if isinstance(read, list) else [read]
        for row, wire in zip(rows, wire_objects(body)):
            for field in ("id", "externalId", "email", "invoiceNumber", "message", "code"):
                if field in wire:
                    python = {"externalId": "external_id", "invoiceNumber": "invoice_number"}
                    assert getattr(row, python.get(field, field)) == wire[field]
        assert len(rows) == len(wire_objects(body))


def test_an_object_that_has_a_required_field_is_no_envelope():
    body = {"id": "cus_1", "data": body_of("customer-get")}

    with pytest.raises(ResponseDecodeError, match="missing required field"):
        client_of(httpx.Response(200, json=body)).customers.get("cus_1")
