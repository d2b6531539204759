"""Calls whose answer was lost, and what others did before anybody looked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Callable, Dict

import httpx
import pytest
from msgspec import structs

from novabilling import NovaBillingError
from tests.support import page

from .shop import Shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop(clock) -> Shop:
    return Shop(clock)


def newest_payment(c: Any, o: Any) -> str:
    return str(c.payments.list(invoice_id=o.open).data[0].id)


def newest(c: Any, name: str, **filters: Any) -> str:
    return str(getattr(c, name).list(**filters).data[0].id)


def row_id(made: datetime) -> str:
    """Make an id as the server makes them."""
    left, text = int(made.timestamp() * 1000), ""
    while left:
        left, digit = divmod(left, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return "c" + text.rjust(8, "0") + "0" * 16


LATER: Dict[str, Callable[[Any, Any], Any]] = {
    "subscriptions.create": lambda c, o: c.subscriptions.change_plan(
        newest(c, "subscriptions", customer_id=o.customer), plan_id=o.plan, prorate=False
    ),
    "subscriptions.create key": lambda c, o: c.subscriptions.change_plan(
        newest(c, "subscriptions", customer_id=o.customer), plan_id=o.dear_plan
    ),
    "wallets.create": lambda c, o: c.wallets.update(
        newest(c, "wallets", customer_id=o.customer), name="Renamed", metadata={"b": 1}
    ),
    "credit_notes.create": lambda c, o: c.credit_notes.update(
        newest(c, "credit_notes", invoice_id=o.open), amount=4, metadata={"b": 1}
    ),
    "subscriptions.pause": lambda c, o: c.subscriptions.resume(o.active),
    "subscriptions.resume": lambda c, o: c.subscriptions.pause(o.paused),
    "subscriptions.cancel at end": lambda c, o: c.subscriptions.change_plan(
        o.active, plan_id=o.dear_plan
    ),
    "invoices.finalize": lambda c, o: c.invoices.mark_paid(o.draft),
    "invoices.mark_paid": lambda c, o: c.payments.refund(newest_payment(c, o)),
    "customers.update": lambda c, o: c.customers.update(o.customer, name="Else"),
    "plans.update_price": lambda c, o: c.plans.update_price(o.plan, o.price, amount=3),
}


@pytest.mark.parametrize("marks", [False, True])
@pytest.mark.parametrize("name", list(LATER))
async def test_what_was_carried_out_and_changed_again_is_not_denied(shop, clock, name, marks):
    client = shop.client(name).with_options(marks=marks)
    error = await shop.lost(name, "after", client=client)
    clock.now += 1
    LATER[name](shop.others, shop.ours)
    clock.now += 3600
    outcome = await client.reconcile(error)

    assert outcome.applied is not False, outcome


async def test_metadata_that_still_holds_more_was_not_replaced(shop, clock):
    shop.others.subscriptions.update(shop.ours.active, metadata={"order": 6, "old": 1})
    error = await shop.lost("subscriptions.update", "before")
    clock.now += 2
    shop.others.subscriptions.change_plan(shop.ours.active, plan_id=shop.ours.cheap_plan)
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is None, outcome


async def test_metadata_to_which_the_server_added_was_replaced(shop, clock):
    error = await shop.lost("subscriptions.update", "after")
    clock.now += 2
    shop.others.subscriptions.change_plan(shop.ours.active, plan_id=shop.ours.cheap_plan)

    assert (await shop.key.reconcile(error)).applied is True


async def test_a_payment_that_went_on_since_its_checkout_is_not_denied(client_for):
    rows = []
    losses = iter([httpx.ReadTimeout("slow")])

    def answer(request: httpx.Request) -> httpx.Response:
        for loss in losses:
            raise loss
        return page(rows)

    client = client_for(answer, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.invoices.create_checkout("inv_1")
    made = caught.value.call.started + timedelta(seconds=0.1)
    row = {"id": row_id(made), "invoiceId": "inv_1", "status": "SUCCEEDED"}
    paid = (made + timedelta(seconds=30)).isoformat()
    rows.append({**row, "createdAt": made.isoformat(), "updatedAt": paid})
    outcome = await client.reconcile(caught.value, settle=0)

    assert outcome.applied is None


@pytest.mark.parametrize("hours", [-2, 2])
async def test_without_the_server_s_clock_no_row_is_old_or_new(client_for, hours):
    rows = []
    losses = iter([httpx.ReadTimeout("slow")])

    def answer(request: httpx.Request) -> httpx.Response:
        for loss in losses:
            raise loss
        return page(rows)

    client = client_for(answer, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.wallets.create(customer_id="c", currency="NGN")
    made = caught.value.call.started + timedelta(hours=hours)
    rows.append({"id": row_id(made), "customerId": "c", "currency": "NGN"})
    outcome = await client.reconcile(caught.value, settle=0)

    assert outcome.applied is None
    assert len(outcome.candidates) == 1


async def test_a_clock_that_was_set_back_during_the_call_makes_no_row_old(shop):
    error = await shop.lost("invoices.create", "after")
    ahead = error.call.started + timedelta(hours=1)
    outcome = await shop.key.reconcile(structs.replace(error.call, started=ahead))

    assert outcome.applied is not False


async def test_a_row_that_slid_onto_a_third_page_is_not_said_to_be_gone(client_for):
    losses = iter([httpx.ReadTimeout("slow")])

    def answer(request: httpx.Request) -> httpx.Response:
        for loss in losses:
            raise loss
        number = int(request.url.params.get("page", "1"))
        rows = [{"id": f"a{n}"} for n in range(200)]
        if number == 2:  # meanwhile somebody applied another one
            rows.insert(0, {"id": "new"})
        return page(rows[100 * number - 100 : 100 * number], total=200)

    client = client_for(answer, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.add_ons.remove_applied("a199")
    outcome = await client.reconcile(caught.value, settle=0)

    assert outcome.applied is None


async def test_a_checkout_of_another_invoice_is_not_taken_for_the_call_s(client_for):
    rows = []
    losses = iter([httpx.ReadTimeout("slow")])

    def answer(request: httpx.Request) -> httpx.Response:
        for loss in losses:
            raise loss
        return page(rows)

    client = client_for(answer, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.invoices.create_checkout("inv_1")
    record = structs.replace(caught.value.call, clock=(0.0, 0.001))
    made = record.started + timedelta(seconds=0.0005)
    status = {"invoiceId": "inv_2", "status": "PROCESSING"}
    rows.append({"id": row_id(made + timedelta(seconds=0.01)), **status})
    outcome = await client.reconcile(record, settle=1)

    assert outcome.applied is not True
