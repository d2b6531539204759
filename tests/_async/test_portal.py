from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling import NotFoundError
from novabilling.types import (
    PortalBilling,
    PortalCheckout,
    PortalInvoice,
    PortalPayment,
    Subscription,
)
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import BASE_URL, Server, problem, two_pages

pytestmark = pytest.mark.anyio

HOME = "/api/portal/customers/usr_1"

CASES = [
    Case(
        lambda c: c.get_billing("usr_1"),
        f"GET {HOME}/billing",
        None,
        "portal-billing",
        PortalBilling,
    ),
    Case(
        lambda c: c.get_billing(external_id="a/b?c"),
        "GET /api/portal/customers/a%2Fb%3Fc/billing",
        None,
        "portal-billing-odd-external-id",
        PortalBilling,
    ),
    Case(
        lambda c: c.get_subscriptions("usr_1"),
        f"GET {HOME}/subscriptions",
        None,
        "portal-subscriptions",
        [Subscription],
    ),
    Case(
        lambda c: c.get_invoices("usr_1"),
        f"GET {HOME}/invoices",
        None,
        "portal-invoices",
        [PortalInvoice],
    ),
    Case(
        lambda c: c.get_invoices("usr_1", status="finalized", page=2, limit=3),
        f"GET {HOME}/invoices?status=PENDING&page=2&limit=3",
        None,
        "portal-invoices-status",
        [PortalInvoice],
    ),
    Case(
        lambda c: c.create_checkout("usr_1", "inv_1", callback_url="https://a.example/done"),
        f"POST {HOME}/invoices/inv_1/checkout",
        {"callbackUrl": "https://a.example/done"},
        "portal-checkout",
        PortalCheckout,
    ),
    Case(
        lambda c: c.create_checkout(external_id="usr_1", invoice_id="inv_1"),
        f"POST {HOME}/invoices/inv_1/checkout",
        {},
        "portal-checkout",
        PortalCheckout,
    ),
    Case(
        lambda c: c.get_payments("usr_1", page=1, limit=3),
        f"GET {HOME}/payments?page=1&limit=3",
        None,
        "portal-payments",
        [PortalPayment],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).portal)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_invoices_goes_through_all_pages_with_its_filter(client_for):
    server = two_pages(body_of("portal-invoices")["data"][0])

    invoices = client_for(server).portal.iter_invoices("usr_1", status="void")
    found = [invoice.id async for invoice in invoices]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET {HOME}/invoices?status=CANCELED&page={n}&limit=100" for n in (1, 2)
    ]


async def test_iter_payments_goes_through_all_pages(client_for):
    server = two_pages(body_of("portal-payments")["data"][0])

    found = [payment.id async for payment in client_for(server).portal.iter_payments("usr_1")]

    assert found == ["1", "2"]
    assert server.paths == [f"GET {HOME}/payments?page={n}&limit=100" for n in (1, 2)]


async def test_the_overview_has_decimals_and_public_words(client_for):
    billing = (await client_for(Server(recorded("portal-billing"))).portal.get_billing("u")).data

    assert billing.customer.external_id == "usr_1001"
    assert billing.subscriptions[0].status == "active"
    assert billing.subscriptions[0].plan.billing_interval == "yearly"
    assert billing.subscriptions[0].plan.prices[0].amount == Decimal(120000)
    assert billing.invoices[0].amount == Decimal("45866.25")
    assert billing.invoices[0].status == "finalized"
    assert billing.payments[0].invoice_id is None
    assert billing.summary.total_spent == Decimal(
        str(body_of("portal-billing")["summary"]["totalSpent"])
    )


async def test_amounts_of_the_portal_are_exact_though_they_are_numbers(client_for):
    payments = (await client_for(Server(recorded("portal-payments"))).portal.get_payments("u")).data

    assert [payment.amount for payment in payments] == [
        Decimal("123456.7891"),
        Decimal("12.5"),
        Decimal(500),
    ]


async def test_the_pdf_of_an_invoice_in_the_portal_has_an_absolute_address(client_for):
    invoice, *_ = await client_for(Server(recorded("portal-invoices"))).portal.get_invoices("u")

    assert invoice.pdf_url == f"{BASE_URL}/uploads/invoices/invoice-{invoice.id}.pdf"
    assert invoice.total == invoice.amount


async def test_a_customer_that_is_not_there_is_not_found(client_for):
    server = Server(problem(404, "Customer not found"))

    with pytest.raises(NotFoundError):
        await client_for(server).portal.get_subscriptions("usr_none")


@pytest.mark.parametrize("external_id", ["", "..", "a\nb"])
async def test_an_external_id_that_would_reach_something_else_is_refused(client_for, external_id):
    server = Server(recorded("portal-billing"))

    with pytest.raises(ValueError, match=r"^external_id must"):
        await client_for(server).portal.get_billing(external_id)

    assert server.requests == []
