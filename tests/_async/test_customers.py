from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import httpx
import pytest

from novabilling import ConflictError
from novabilling.types import Customer, Invoice, Message, Payment, PaymentMethod, Subscription
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import CUSTOMER, Server, page, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/customers", None, "customers-list", [Customer]),
    Case(
        lambda c: c.list(
            page=2,
            limit=50,
            search="john",
            country="NG",
            currency="ngn",
            sort_by="created_at",
            sort_order="desc",
        ),
        "GET /api/customers?page=2&limit=50&search=john&country=NG&currency=ngn"
        "&sortBy=createdAt&sortOrder=desc",
        None,
        "customers-list-page-2",
        [Customer],
    ),
    Case(
        lambda c: c.create(
            external_id="usr_1",
            email="a@b.co",
            currency="NGN",
            name="Ada",
            country="NG",
            metadata={"my_key": 1},
            net_payment_terms=14,
            created_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        ),
        "POST /api/customers",
        {
            "externalId": "usr_1",
            "email": "a@b.co",
            "currency": "NGN",
            "name": "Ada",
            "country": "NG",
            "metadata": {"my_key": 1},
            "netPaymentTerms": 14,
            "createdAt": "2026-01-01T00:00:00Z",
        },
        "customer-create-full",
        Customer,
    ),
    Case(lambda c: c.get("cus_1"), "GET /api/customers/cus_1", None, "customer-get", Customer),
    Case(
        lambda c: c.get(customer_id="cus_1"),
        "GET /api/customers/cus_1",
        None,
        "customer-get",
        Customer,
    ),
    Case(
        lambda c: c.update(
            "cus_1", email="a@b.co", currency="kes", external_id="u", created_at="2026-01-01"
        ),
        "PATCH /api/customers/cus_1",
        {"email": "a@b.co", "currency": "KES", "externalId": "u", "createdAt": "2026-01-01"},
        "customer-update",
        Customer,
    ),
    Case(
        lambda c: c.delete("cus_1"),
        "DELETE /api/customers/cus_1",
        None,
        "customer-delete",
        Message,
    ),
    Case(
        lambda c: c.get_subscriptions("cus_1"),
        "GET /api/customers/cus_1/subscriptions",
        None,
        "customer-subscriptions",
        [Subscription],
    ),
    Case(
        lambda c: c.get_invoices("cus_1"),
        "GET /api/customers/cus_1/invoices",
        None,
        "customer-invoices",
        [Invoice],
    ),
    Case(
        lambda c: c.get_payments("cus_1"),
        "GET /api/customers/cus_1/payments",
        None,
        "customer-payments",
        [Payment],
    ),
    Case(
        lambda c: c.get_payment_methods("cus_1"),
        "GET /api/customers/cus_1/payment-methods",
        None,
        "customer-payment-methods",
        [PaymentMethod],
    ),
    Case(
        lambda c: c.delete_payment_method("cus_1", "pm_1"),
        "DELETE /api/customers/cus_1/payment-methods/pm_1",
        None,
        "customer-payment-method-delete",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).customers)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_create_sends_wire_names_and_returns_the_customer(client_for):
    server = Server(httpx.Response(201, json=CUSTOMER))

    created = await client_for(server).customers.create(
        external_id="usr_1", email="ada@example.com", currency="ngn", metadata={"my_key": 1}
    )

    assert server.paths == ["POST /api/customers"]
    assert server.body == {
        "externalId": "usr_1",
        "email": "ada@example.com",
        "currency": "NGN",
        "metadata": {"my_key": 1},
    }
    assert created.data.external_id == "usr_1"


async def test_a_customer_is_read_field_by_field(client_for):
    answer = recorded("customer-create-full")

    customer = (await client_for(Server(answer)).customers.get("cus_1")).data

    assert customer.external_id == "usr_1001"
    assert customer.email == "chidi@example.com"
    assert customer.name == "Chidi Okafor"
    assert customer.net_payment_terms == 14
    assert customer.metadata == body_of("customer-create-full")["metadata"]
    assert customer.created_at == datetime(2026, 11, 22, 18, 54, 51, 406_000, timezone.utc)


async def test_a_list_has_its_meta_and_gives_its_items(client_for):
    customers = await client_for(Server(recorded("customers-list"))).customers.list()

    assert customers.meta.total == body_of("customers-list")["meta"]["total"]
    assert customers.meta.limit == 20
    assert list(customers) == customers.data


async def test_the_total_spent_of_a_list_is_a_decimal(client_for):
    rows = [{**CUSTOMER, "activeSubscriptions": 2, "totalSpent": 30001.1}]

    customers = await client_for(Server(page(rows))).customers.list()

    assert customers.data[0].active_subscriptions == 2
    assert customers.data[0].total_spent == Decimal("30001.1")


async def test_a_bare_array_is_one_whole_page(client_for):
    rows = [{**body_of("invoice-create"), "id": f"inv_{n}"} for n in range(3)]
    server = Server(httpx.Response(200, json=rows))

    invoices = await client_for(server).customers.get_invoices("cus_1")

    assert [invoice.id for invoice in invoices] == ["inv_0", "inv_1", "inv_2"]
    meta = invoices.meta
    assert (meta.total, meta.page, meta.limit, meta.total_pages) == (3, 1, 3, 1)


async def test_the_pdf_urls_of_a_customers_invoices_are_absolute(client_for):
    body = {**CUSTOMER, "invoices": [body_of("invoice-create")]}
    server = Server(httpx.Response(200, json=body))

    customer = (await client_for(server).customers.get("cus_1")).data

    path = body_of("invoice-create")["pdfUrl"]
    assert customer.invoices[0].pdf_url == f"https://billing.example{path}"


async def test_a_second_customer_with_the_same_external_id_is_a_conflict(client_for):
    server = Server(problem(409, "Customer with this external ID already exists"))

    with pytest.raises(ConflictError, match="external ID already exists"):
        await client_for(server).customers.create(
            external_id="usr_1", email="a@b.co", currency="NGN"
        )


async def test_iter_sends_the_filters_with_every_page(client_for):
    server = Server(page([CUSTOMER], totalPages=2), page([], totalPages=2))
    customers = client_for(server).customers

    filters = {
        "search": "a",
        "country": "NG",
        "currency": "ngn",
        "sort_by": "email",
        "sort_order": "asc",
    }
    found = [customer.id async for customer in customers.iter(**filters)]

    query = "search=a&country=NG&currency=ngn&sortBy=email&sortOrder=asc"
    assert len(found) == 1
    assert server.paths == [
        f"GET /api/customers?{query}&page=1&limit=100",
        f"GET /api/customers?{query}&page=2&limit=100",
    ]
