"""What was read can be sent: results as the structured arguments of the next call."""

from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling import BadRequestError
from novabilling.sandbox import Sandbox
from novabilling.types import UNSET, InvoiceItemDto, PlanPrice
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

NAMED = {"name": "n", "code": "copy"}


@pytest.fixture
def client():
    return Sandbox(seed=1).async_client()


async def a_plan(client):
    created = await client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 15000}, {"currency": "USD", "amount": 19.99}],
    )
    return created.data


def amounts(priced):
    return sorted((price.currency, price.amount) for price in priced.prices)


async def test_the_prices_of_a_plan(client):
    plan = await a_plan(client)

    copy = await client.plans.create(**NAMED, billing_interval="yearly", prices=plan.prices)

    assert len(plan.prices) == 2
    assert amounts(copy.data) == amounts(plan)
    assert {price.id for price in copy.data.prices}.isdisjoint(price.id for price in plan.prices)


async def test_the_prices_of_an_add_on(client):
    first = await client.add_ons.create(
        name="Setup", code="setup", prices=[{"currency": "NGN", "amount": 0.5}]
    )

    copy = await client.add_ons.create(**NAMED, prices=first.data.prices)
    more = await client.add_ons.update(
        copy.data.id, prices=[*first.data.prices, {"currency": "USD", "amount": 1}]
    )

    assert amounts(copy.data) == amounts(first.data)
    assert len(more.data.prices) == 2


async def test_the_items_of_an_invoice(client):
    customer = await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    first = await client.invoices.create(
        customer_id=customer.data.id,
        items=[
            InvoiceItemDto(description="Setup", amount=15000.5, quantity=2),
            {"description": "Seats", "unit_amount": 3},
        ],
        due_date="2027-01-01",
        notes="Thanks",
    )

    copy = await client.invoices.create(
        customer_id=customer.data.id, items=first.data.items, due_date=first.data.due_date
    )

    assert copy.data.items == first.data.items
    assert copy.data.total == first.data.total
    assert copy.data.notes is None


async def test_the_ranges_and_filters_of_a_charge_and_the_filters_of_a_metric(client):
    plan = await a_plan(client)
    metric = await client.billable_metrics.create(
        name="Calls",
        code="calls",
        aggregation_type="count",
        filters=[{"key": "region", "values": ["eu", "us"]}],
    )
    charge = await client.charges.create(
        plan_id=plan.id,
        billable_metric_id=metric.data.id,
        charge_model="graduated",
        graduated_ranges=[
            {"from_value": 0, "to_value": 10, "per_unit_amount": 0.5, "flat_amount": 2},
            {"from_value": 11, "per_unit_amount": 0.25},
        ],
        filters=[
            {"key": "region", "values": ["eu"], "properties": {"amount": "0.1"}},
            {"key": "host", "values": ["a"]},
        ],
    )
    first = (await client.charges.get(charge.data.id)).data

    other = await client.billable_metrics.create(
        **NAMED, aggregation_type="count", filters=metric.data.filters
    )
    again = await client.charges.create(
        plan_id=plan.id,
        billable_metric_id=other.data.id,
        charge_model="graduated",
        graduated_ranges=first.graduated_ranges,
        filters=first.filters,
    )

    def ranges(of):
        return [
            (r.from_value, r.to_value, r.per_unit_amount, r.flat_amount)
            for r in of.graduated_ranges
        ]

    def filters(of):
        return sorted((f.key, f.values, str(getattr(f, "properties", None))) for f in of.filters)

    copy = (await client.charges.get(again.data.id)).data
    assert ranges(copy) == ranges(first)
    assert filters(copy) == filters(first)
    assert filters(other.data) == filters(metric.data) != []


REFUSED = {
    "plans": {"prices": None, "billing_interval": "monthly", **NAMED},
    "billable_metrics": {"filters": None, "aggregation_type": "count", **NAMED},
    "charges": {
        "graduated_ranges": None,
        "plan_id": "p",
        "billable_metric_id": "m",
        "charge_model": "standard",
    },
}


@pytest.mark.parametrize("resource", REFUSED)
async def test_what_was_not_read_is_not_sent_as_nothing(client_for, resource):
    server = Server(problem(400))
    create = getattr(client_for(server), resource).create

    with pytest.raises(ValueError, match=r"must not be None: .* leave it out for none"):
        await create(**REFUSED[resource])
    assert not server.requests
    with pytest.raises(BadRequestError):
        await create(**{k: UNSET if v is None else v for k, v in REFUSED[resource].items()})


async def test_a_result_of_another_kind_is_refused(client_for):
    server = Server()
    price = PlanPrice(
        id="1",
        plan_id="p",
        currency="NGN",
        amount=Decimal(1),
        created_at=None,
        updated_at=None,
        active=True,
    )

    with pytest.raises(TypeError, match=r"items\[0\] must be InvoiceItemDto or a dict"):
        await client_for(server).invoices.create(
            customer_id="c", items=[price], due_date="2027-01-01"
        )
    assert not server.requests
