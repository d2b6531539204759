from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from novabilling.types import AddOn, AppliedAddOn, Message, PriceInput
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, page, two_pages

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/add-ons", None, "add-ons-list", [AddOn]),
    Case(
        lambda c: c.list(page=3, limit=100),
        "GET /api/add-ons?page=3&limit=100",
        None,
        "add-ons-list",
        [AddOn],
    ),
    Case(
        lambda c: c.create(name="Storage", code="storage", prices=[PriceInput("GHS", 1)]),
        "POST /api/add-ons",
        {"name": "Storage", "code": "storage", "prices": [{"currency": "GHS", "amount": 1}]},
        "add-on-create-minimal",
        AddOn,
    ),
    Case(
        lambda c: c.create(
            name="Storage",
            code="storage",
            prices=[PriceInput("ngn", Decimal("2500.75")), {"currency": "USD", "amount": 5}],
            description="50 GB",
            invoice_display_name=None,
            created_at=date(2026, 1, 2),
        ),
        "POST /api/add-ons",
        {
            "name": "Storage",
            "code": "storage",
            "prices": [
                {"currency": "NGN", "amount": 2500.75},
                {"currency": "USD", "amount": 5},
            ],
            "description": "50 GB",
            "invoiceDisplayName": None,
            "createdAt": "2026-01-02",
        },
        "add-on-create",
        AddOn,
    ),
    Case(lambda c: c.get("add_1"), "GET /api/add-ons/add_1", None, "add-on-get", AddOn),
    Case(
        lambda c: c.update(
            "add_1", name="n", description=None, invoice_display_name="d", prices=[]
        ),
        "PATCH /api/add-ons/add_1",
        {"name": "n", "description": None, "invoiceDisplayName": "d", "prices": []},
        "add-on-update-prices-empty",
        AddOn,
    ),
    Case(
        lambda c: c.update(add_on_id="add_1", prices=[{"currency": "KES", "amount": 0.1}]),
        "PATCH /api/add-ons/add_1",
        {"prices": [{"currency": "KES", "amount": 0.1}]},
        "add-on-update",
        AddOn,
    ),
    Case(lambda c: c.delete("add_1"), "DELETE /api/add-ons/add_1", None, "add-on-delete", Message),
    Case(
        lambda c: c.apply(
            add_on_id="add_1",
            customer_id="cus_1",
            amount=Decimal("10.5"),
            currency="usd",
            subscription_id="sub_1",
        ),
        "POST /api/add-ons/apply",
        {
            "addOnId": "add_1",
            "customerId": "cus_1",
            "amount": 10.5,
            "currency": "USD",
            "subscriptionId": "sub_1",
        },
        "add-on-apply",
        AppliedAddOn,
    ),
    Case(
        lambda c: c.list_applied(customer_id="cus_1", invoiced=False, page=1, limit=2),
        "GET /api/add-ons/applied/list?customerId=cus_1&invoiced=false&page=1&limit=2",
        None,
        "add-ons-applied-list-not-invoiced",
        [AppliedAddOn],
    ),
    Case(
        lambda c: c.list_applied(),
        "GET /api/add-ons/applied/list",
        None,
        "add-ons-applied-list",
        [AppliedAddOn],
    ),
    Case(
        lambda c: c.remove_applied("apa_1"),
        "DELETE /api/add-ons/applied/apa_1",
        None,
        "add-on-remove-applied",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).add_ons)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages(client_for):
    server = two_pages(body_of("add-on-get"))

    found = [add_on.id async for add_on in client_for(server).add_ons.iter()]

    assert found == ["1", "2"]
    assert server.paths == [f"GET /api/add-ons?page={n}&limit=100" for n in (1, 2)]


async def test_iter_applied_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("add-on-apply"))

    applied = client_for(server).add_ons.iter_applied(customer_id="cus_1", invoiced=True)
    found = [add_on.id async for add_on in applied]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/add-ons/applied/list?customerId=cus_1&invoiced=true&page={n}&limit=100"
        for n in (1, 2)
    ]


async def test_an_add_on_has_decimal_prices(client_for):
    add_on = (await client_for(Server(recorded("add-on-create"))).add_ons.get("add_1")).data

    assert add_on.invoice_display_name == "Storage"
    assert [(price.currency, price.amount) for price in add_on.prices] == [
        ("NGN", Decimal("2500.75")),
        ("USD", Decimal(5)),
    ]


async def test_an_applied_add_on_is_not_invoiced_yet(client_for):
    server = Server(page([body_of("add-on-apply")]))

    (applied,) = (await client_for(server).add_ons.list_applied(invoiced=False)).data

    assert applied.invoice_id is None
    assert applied.amount == Decimal(body_of("add-on-apply")["amount"])


@pytest.mark.parametrize(
    ("prices", "error", "match"),
    [
        ([{"currency": "NGN"}], ValueError, r"^prices\[0\]: .*amount"),
        ([{"currency": "NGN", "amount": 1, "id": "x"}], ValueError, r"^prices\[0\]: unknown id"),
        ([{"currency": "N", "amount": 1}], ValueError, r"^prices\[0\]\.currency must be"),
        ([PriceInput("NGN", 1), {"currency": "USD", "amount": "5"}], TypeError, r"^prices\[1\]"),
        ({"currency": "NGN", "amount": 1}, TypeError, "^prices must be a list"),
        ("NGN", TypeError, "^prices must be a list"),
    ],
)
async def test_a_price_that_is_none_is_refused_and_nothing_is_sent(
    client_for, prices, error, match
):
    server = Server(recorded("add-on-create"))

    with pytest.raises(error, match=match):
        await client_for(server).add_ons.create(name="n", code="c", prices=prices)

    assert server.requests == []
