"""Looks that something else than the API answers: nothing is concluded from that."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, Callable, Dict

import httpx
import pytest

from novabilling import NovaBillingError
from tests.samples import body_of
from tests.support import CUSTOMER, problem

pytestmark = pytest.mark.anyio

COUPON = body_of("coupon-get")

ODD: Dict[str, Callable[[], httpx.Response]] = {
    "gateway": lambda: httpx.Response(404, json={"message": "no Route matched with those values"}),
    "no such route": lambda: problem(404, "Cannot GET /api/plans/p"),
    "maintenance": lambda: httpx.Response(200, json={"status": "ok"}),
    "empty": lambda: httpx.Response(200, json={}),
    "null": lambda: httpx.Response(200, json=None),
    "text": lambda: httpx.Response(200, json="ok"),
    "no data": lambda: httpx.Response(200, json={"data": None}),
    "other rows": lambda: httpx.Response(200, json=[{"status": "ok"}]),
    "other page": lambda: httpx.Response(200, json={"data": [{"a": 1}], "meta": {"total": 1}}),
}

CALLS: Dict[str, Callable[[Any], Any]] = {
    "customers.create": lambda c: c.customers.create(
        external_id="usr_1", email="a@example.com", currency="NGN"
    ),
    "customers.update": lambda c: c.customers.update("c", name="New"),
    "plans.create": lambda c: c.plans.create(name="P", code="p", billing_interval="monthly"),
    "plans.delete": lambda c: c.plans.delete("p"),
    "plans.delete_price": lambda c: c.plans.delete_price("p", "q"),
    "wallets.create": lambda c: c.wallets.create(customer_id="c", currency="NGN"),
    "wallets.create_transaction": lambda c: c.wallets.create_transaction(
        wallet_id="w", granted_credits=5
    ),
    "add_ons.remove_applied": lambda c: c.add_ons.remove_applied("a"),
    "coupons.delete": lambda c: c.coupons.delete("c"),
    "coupons.apply": lambda c: c.coupons.apply(coupon_id="c", customer_id="u"),
    "taxes.assign_to_customer": lambda c: c.taxes.assign_to_customer("u", tax_id="t"),
    "events.create": lambda c: c.events.create(subscription_id="s", code="calls"),
    "payments.refund": lambda c: c.payments.refund("p"),
    "invoices.mark_paid": lambda c: c.invoices.mark_paid("i"),
    "invoices.create_checkout": lambda c: c.invoices.create_checkout("i"),
}


@pytest.mark.parametrize("name", list(CALLS))
async def test_what_is_not_of_the_server_shows_nothing(client_for, name):
    for odd, answer in ODD.items():
        lost = iter([httpx.ReadTimeout("slow")])

        def handle(request: httpx.Request, lost: Any = lost, answer: Any = answer) -> Any:
            for loss in lost:
                raise loss
            return answer()

        client = client_for(handle, max_retries=0)
        with pytest.raises(NovaBillingError) as caught:
            await CALLS[name](client)
        outcome = await client.reconcile(caught.value, settle=0)
        assert outcome.applied is None, (odd, outcome)


@pytest.mark.parametrize("name", ["payments.refund", "invoices.mark_paid", "customers.update"])
async def test_a_change_of_what_was_deleted_since_is_not_denied(client_for, name):
    lost = iter([httpx.ReadTimeout("slow")])

    def handle(request: httpx.Request) -> httpx.Response:
        for loss in lost:
            raise loss
        return problem(404, "Not found")

    client = client_for(handle, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await CALLS[name](client)
    outcome = await client.reconcile(caught.value, settle=0)

    assert outcome.applied is None
    assert "deleted" in outcome.why


async def test_a_record_compares_the_clocks_by_the_last_answer_to_a_write(client_for, clock):
    ahead = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=100), usegmt=True)
    answers = iter([httpx.Response(201, json=CUSTOMER, headers={"date": ahead})])

    def handle(request: httpx.Request) -> httpx.Response:
        clock.now += 2
        for answer in answers:
            return answer
        raise httpx.ReadTimeout("slow")

    client = client_for(handle, max_retries=0)
    await CALLS["customers.create"](client)
    clock.now += 3600  # the clock of the day stands still meanwhile
    with pytest.raises(NovaBillingError) as caught:
        await CALLS["customers.create"](client)

    assert caught.value.call is not None
    least, most = caught.value.call.clock
    assert 3690 < least < 3703
    assert most - least == pytest.approx(1 + 2, abs=0.1)


async def test_a_list_of_which_two_pages_show_a_part_proves_nothing(client_for):
    asked = []

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            raise httpx.ReadTimeout("slow")
        page = int(request.url.params.get("page", 1))
        asked.append(page)
        rows = [{"id": f"applied_{page}_{n}"} for n in range(100)]
        return httpx.Response(200, json={"data": rows, "meta": {"total": 250, "page": page}})

    client = client_for(handle, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await client.add_ons.remove_applied("applied_1")
    outcome = await client.reconcile(caught.value, settle=0)

    assert (outcome.applied, asked) == (None, [1, 2])
    assert outcome.why.endswith("shows only 200 of 250")


async def test_a_coupon_that_was_made_inactive_is_shown_as_the_call_returns_it(client_for):
    now = datetime.now(timezone.utc)
    since = (now + timedelta(seconds=30)).isoformat()
    row = {**COUPON, "isActive": False, "updatedAt": since}

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            raise httpx.ReadTimeout("slow")
        return httpx.Response(200, json=row, headers={"date": format_datetime(now, usegmt=True)})

    client = client_for(handle, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        await CALLS["coupons.delete"](client)
    outcome = await client.reconcile(caught.value, settle=0)

    assert outcome.applied, outcome
    assert outcome.data.coupon.id == COUPON["id"]


async def test_a_record_knows_when_the_machine_was_started(client_for):
    def handle(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    found = []
    for _ in range(2):
        with pytest.raises(NovaBillingError) as caught:
            await CALLS["customers.create"](client_for(handle, max_retries=0))
        assert caught.value.call is not None
        found.append(caught.value.call.boot)

    assert 0 < found[0] < time.time()
    assert found[1] == pytest.approx(found[0], abs=1)
