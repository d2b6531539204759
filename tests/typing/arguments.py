"""What type checkers see of structured arguments: dicts, results sent again, values passed on."""

from __future__ import annotations

from decimal import Decimal
from typing import List, Optional

from typing_extensions import assert_type

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.types import (
    UNSET,
    AddOn,
    BillableMetric,
    Charge,
    ChargeFilterParam,
    Customer,
    GraduatedRangeParam,
    Invoice,
    InvoiceItemParam,
    InvoiceItemUnitAmountParam,
    MetricFilterParam,
    Omittable,
    Plan,
    PriceInput,
    PriceParam,
    Response,
    UsageEventParam,
)

price: PriceParam = {"currency": "NGN", "amount": 15000}
line: InvoiceItemParam = {"description": "d", "amount": Decimal("0.5"), "quantity": 2}
unit_line: InvoiceItemUnitAmountParam = {"description": "d", "unit_amount": 0.5}
tier: GraduatedRangeParam = {"from_value": 0, "to_value": None, "per_unit_amount": 1}
charge_filter: ChargeFilterParam = {"key": "k", "values": ["v"], "properties": {"amount": "0.1"}}
metric_filter: MetricFilterParam = {"key": "k", "values": ("v",)}
event: UsageEventParam = {"subscription_id": "s", "code": "c", "timestamp": "2026-01-01"}


def dicts(client: NovaBilling) -> None:
    client.plans.create(name="n", code="c", billing_interval="monthly", prices=[price])
    client.add_ons.create(name="n", code="c", prices=[price, PriceInput("USD", 1)])
    client.add_ons.update("a", prices=[{"currency": "usd", "amount": 0.5}])
    client.invoices.create(customer_id="c", items=[line, unit_line], due_date="2027-01-01")
    client.billable_metrics.update("m", filters=[metric_filter])
    client.charges.update("c", graduated_ranges=[tier], filters=[charge_filter])
    client.events.create_batch([event, {"subscription_id": "s", "code": "c", "properties": {}}])


def results(
    client: NovaBilling,
    plan: Plan,
    add_on: AddOn,
    invoice: Invoice,
    metric: BillableMetric,
    charge: Charge,
) -> None:
    client.plans.create(name="n", code="c", billing_interval="monthly", prices=plan.prices)
    client.add_ons.create(name="n", code="c", prices=add_on.prices)
    client.add_ons.update("a", prices=[*add_on.prices, price])
    client.invoices.create(customer_id="c", items=invoice.items, due_date=invoice.due_date)
    client.invoices.create(customer_id="c", items=[*invoice.items, line], due_date="2027-01-01")
    client.billable_metrics.create(
        name="n", code="c", aggregation_type="sum", filters=metric.filters
    )
    client.charges.create(
        plan_id="p",
        billable_metric_id="m",
        charge_model="graduated",
        graduated_ranges=charge.graduated_ranges,
        filters=charge.filters,
    )


def passed_on(
    client: NovaBilling,
    name: Omittable[Optional[str]] = UNSET,
    prices: Omittable[List[PriceParam]] = UNSET,
) -> Response[Customer]:
    client.add_ons.update("a", prices=prices)
    return client.customers.update("c", name=name)


async def sent_by_the_other_client(client: AsyncNovaBilling, invoice: Invoice) -> None:
    again = await client.invoices.create(
        customer_id="c", items=[*invoice.items, line], due_date="2027-01-01"
    )
    assert_type(again.data, Invoice)


def mistakes(client: NovaBilling, plan: Plan) -> None:
    # Each of these must be an error: an ignore that is not needed is one itself.
    client.invoices.create(
        customer_id="c",
        items=[{"descripton": "d", "amount": 12}],  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        due_date="2027-01-01",
    )
    client.invoices.create(
        customer_id="c",
        items=[{"description": "d", "amount": "12"}],  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        due_date="2027-01-01",
    )
    client.invoices.create(
        customer_id="c",
        items=[{"description": "d"}],  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        due_date="2027-01-01",
    )
    client.invoices.create(
        customer_id="c",
        items=plan.prices or [],  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        due_date="2027-01-01",
    )
    client.add_ons.update("a", prices=[{"currency": "NGN", "amount": "12"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.add_ons.update("a", prices=[{"curency": "NGN", "amount": 12}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.add_ons.update("a", prices=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.charges.update("c", graduated_ranges=[{"from_value": 0}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.charges.update("c", filters=[{"key": "k", "values": ["v"], "propertys": {}}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.billable_metrics.update("m", filters=[{"key": "k", "values": 1}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    client.events.create_batch([{"subscription": "s", "code": "c"}])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    misspelt: PriceParam = {"currency": "NGN", "ammount": 12}  # type: ignore[typeddict-item]  # pyright: ignore[reportAssignmentType]
    client.add_ons.update("a", prices=[misspelt])
