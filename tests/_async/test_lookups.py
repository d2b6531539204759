"""What everybody looks up: customers by an id of their own, plans by code, invoices by number."""

from __future__ import annotations

import pytest

from novabilling import NotFoundError, NovaBillingTimeoutError
from novabilling.sandbox import Sandbox
from tests.support import Server, page

pytestmark = pytest.mark.anyio


@pytest.fixture
def sandbox() -> Sandbox:
    """Make a server with customers, plans, subscriptions and 120 invoices."""
    sandbox = Sandbox()
    client = sandbox.client()
    plans = [
        client.plans.create(
            name=code,
            code=code,
            billing_interval="monthly",
            prices=[{"currency": "NGN", "amount": 1}],
        ).data
        for code in ("basic", "pro")
    ]
    for number in range(3):
        customer = client.customers.create(
            external_id=f"usr/{number}", email=f"{number}@example.com", currency="NGN"
        ).data
        client.subscriptions.create(
            customer_id=customer.id,
            plan_id=plans[1].id,
            currency="NGN",
            external_id=f"sub-{number}",
        )
    for number in range(120):
        client.invoices.create(
            customer_id=customer.id,
            items=[{"description": "x", "amount": 1}],
            due_date="2030-01-31",
            invoice_number=f"INV-{number + 1000}",
        )
    return sandbox


@pytest.fixture
def client(sandbox):
    return sandbox.async_client()


async def paths_of(client, call):
    """Return what a call returns, and the requests that it made."""
    found = []
    stop = client.on_attempt(lambda attempt: found.append(f"{attempt.method} {attempt.route}"))
    result = await call()
    stop()
    return result, found


async def test_a_customer_is_found_by_the_external_id_in_two_requests(client):
    found, requests = await paths_of(client, lambda: client.customers.get_by_external_id("usr/1"))

    assert found.data == (await client.customers.get(found.data.id)).data
    assert (found.data.external_id, len(found.data.subscriptions)) == ("usr/1", 1)
    assert requests == [
        "GET /portal/customers/{external_id}/billing",
        "GET /customers/{customer_id}",
    ]


async def test_a_plan_is_found_by_its_code_in_two_requests(client):
    found, requests = await paths_of(client, lambda: client.plans.get_by_code("pro"))

    assert found.data == (await client.plans.get(found.data.id)).data
    assert found.data.code == "pro"
    assert requests == ["GET /plans", "GET /plans/{plan_id}"]


async def test_a_subscription_is_found_by_the_external_id(client):
    found, requests = await paths_of(
        client, lambda: client.subscriptions.get_by_external_id("sub-0")
    )

    assert found.data == (await client.subscriptions.get(found.data.id)).data
    assert found.data.external_id == "sub-0"
    assert requests == ["GET /subscriptions", "GET /subscriptions/{subscription_id}"]


@pytest.mark.parametrize(("number", "pages"), [("INV-1119", 1), ("INV-1000", 2)])
async def test_an_invoice_is_found_by_its_number_page_by_page(client, number, pages):
    found, requests = await paths_of(client, lambda: client.invoices.get_by_number(number))

    assert found.data == (await client.invoices.get(found.data.id)).data
    assert found.data.invoice_number == number
    assert requests == ["GET /invoices"] * pages + ["GET /invoices/{invoice_id}"]


@pytest.mark.parametrize(
    ("lookup", "message", "route"),
    [
        (lambda c: c.customers.get_by_external_id("x"), "Customer not found", "/portal/customers"),
        (lambda c: c.plans.get_by_code("PRO"), "no plan has the code 'PRO'", "/plans"),
        (
            lambda c: c.subscriptions.get_by_external_id("x"),
            "no subscription has the external id 'x'",
            "/subscriptions",
        ),
        (
            lambda c: c.invoices.get_by_number("INV-1"),
            "no invoice has the invoice number 'INV-1'",
            "/invoices",
        ),
    ],
)
async def test_what_is_not_there_is_not_found(client, lookup, message, route):
    with pytest.raises(NotFoundError) as caught:
        await lookup(client)

    assert message in str(caught.value)
    assert caught.value.status_code == 404
    assert caught.value.may_have_been_applied is False
    assert (caught.value.method, caught.value.route[: len(route)]) == ("GET", route)


@pytest.mark.parametrize(
    "lookup",
    [
        lambda c: c.customers.get_by_external_id(""),
        lambda c: c.plans.get_by_code(""),
        lambda c: c.subscriptions.get_by_external_id(""),
        lambda c: c.invoices.get_by_number(""),
    ],
)
async def test_nothing_is_looked_up_without_a_key(client_for, lookup):
    server = Server(page([]))

    with pytest.raises(ValueError, match="must be an id, not ''"):
        await lookup(client_for(server))

    assert server.requests == []


async def test_a_lookup_has_one_deadline(sandbox):
    client = sandbox.async_client(deadline=0.2)
    sandbox.latency = 0.15

    with pytest.raises(NovaBillingTimeoutError):
        await client.plans.get_by_code("pro")
