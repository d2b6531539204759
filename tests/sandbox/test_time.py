"""The time of a sandbox: real, given or made from a seed, and moved on with all its nights."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Dict, Optional

import pytest

from novabilling import RateLimitError, UnauthorizedError
from novabilling.sandbox import Sandbox
from novabilling.types import Subscription
from tests.sandbox.shop import START, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def subscribe(client: Any, interval: str = "monthly", amount: int = 100, **fields: Any) -> Any:
    plan = client.plans.create(
        name="Pro",
        code="pro",
        billing_interval=interval,
        prices=[{"currency": "NGN", "amount": amount}],
    ).data
    customer = client.customers.create(external_id="u1", email="a@b.co", currency="NGN").data
    return client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN", **fields
    ).data


def test_31_days_renew_a_monthly_subscription_once_and_invoice_it():
    sandbox = Sandbox(seed=1)
    client = sandbox.client()
    created: Subscription = subscribe(client)

    sandbox.advance(days=31)

    now = client.subscriptions.get(created.id).data
    assert now.current_period_start == created.current_period_end
    (invoice,) = client.invoices.list().data
    assert (invoice.subscription_id, invoice.amount) == (created.id, 100)


def test_the_nights_on_the_way_come_in_order_at_two_and_move_on_by_one_period_each(shop: Shop):
    daily = shop.subscribe(shop.plan(7, billingInterval="DAILY"))
    shop.sandbox.advance(days=3)
    after = shop.ok("GET", f"subscriptions/{daily['id']}")
    assert after["currentPeriodStart"] == "2026-11-24T12:00:00.000Z"
    made = [one["createdAt"] for one in after["invoices"]]
    assert made == [
        "2026-11-25T02:00:00.000Z",
        "2026-11-24T02:00:00.000Z",
        "2026-11-22T12:00:00.000Z",
    ]
    assert shop.sandbox.now() == START + timedelta(days=3)


def test_the_hours_of_a_day_have_no_night(shop: Shop):
    hourly = shop.subscribe(shop.plan(billingInterval="HOURLY"))
    shop.sandbox.advance(hours=13, minutes=59)
    assert (
        shop.ok("GET", f"subscriptions/{hourly['id']}")["currentPeriodEnd"]
        == (hourly["currentPeriodEnd"])
    )
    shop.sandbox.advance(timedelta(minutes=1))
    after = shop.ok("GET", f"subscriptions/{hourly['id']}")
    assert after["currentPeriodStart"] == hourly["currentPeriodEnd"]


def test_a_trial_that_ends_becomes_active_without_its_dates(shop: Shop):
    trial = shop.subscribe(shop.plan(), trialDays=14)
    shop.sandbox.advance(days=14)
    assert shop.ok("GET", f"subscriptions/{trial['id']}")["status"] == "TRIALING"
    shop.sandbox.advance(days=1)
    after = shop.ok("GET", f"subscriptions/{trial['id']}")
    assert (after["status"], after["trialStart"], after["trialEnd"]) == ("ACTIVE", None, None)
    assert after["currentPeriodStart"] == "2026-12-07T02:00:00.000Z"
    assert len(after["invoices"]) == 1


def test_a_scheduled_cancellation_takes_effect_in_the_night_after_the_period(shop: Shop):
    created = shop.subscribe(shop.plan())
    shop.ok("POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "period_end"})
    shop.sandbox.advance(days=30)
    assert shop.ok("GET", f"subscriptions/{created['id']}")["status"] == "ACTIVE"
    shop.sandbox.advance(days=30)
    after = shop.ok("GET", f"subscriptions/{created['id']}")
    assert (after["status"], after["canceledAt"]) == ("CANCELED", "2026-12-23T02:00:00.000Z")
    assert len(after["invoices"]) == 1


def test_a_scheduled_change_of_plan_takes_effect_and_is_billed(shop: Shop):
    created, cheaper = shop.subscribe(shop.plan(90)), shop.plan(50)
    shop.ok("POST", f"subscriptions/{created['id']}/change-plan", {"newPlanId": cheaper})
    shop.sandbox.advance(days=31)
    after = shop.ok("GET", f"subscriptions/{created['id']}")
    assert after["planId"] == cheaper
    assert [one["amount"] for one in after["invoices"]] == ["50", "90"]


@pytest.mark.parametrize("span", [{"days": -1}, {"seconds": 0}, {}])
def test_time_only_moves_on(span: Dict[str, float]):
    sandbox = Sandbox(seed=1)
    before = sandbox.now()

    with pytest.raises(ValueError, match=r"advance\(days=31\)"):
        sandbox.advance(**span)

    assert sandbox.now() == before


def test_time_beyond_the_calendar_is_refused_before_anything_happens():
    sandbox = Sandbox(seed=1)
    before = sandbox.now()

    with pytest.raises(OverflowError):
        sandbox.advance(days=9_999_999)

    assert sandbox.now() == before


def test_the_time_is_the_real_one_by_default_and_can_be_moved():
    sandbox = Sandbox()
    before = datetime.now(timezone.utc) - timedelta(milliseconds=1)

    assert before <= sandbox.now() <= datetime.now(timezone.utc)
    sandbox.advance(days=400)
    assert before <= sandbox.now() - timedelta(days=400) <= datetime.now(timezone.utc)


def test_a_clock_of_your_own_goes_on_behind_what_was_advanced():
    moment = START
    sandbox = Sandbox(clock=lambda: moment)

    sandbox.advance(days=1)
    moment += timedelta(hours=1)

    assert sandbox.now() == START + timedelta(days=1, hours=1)


class Berlin(tzinfo):
    """A zone with summer time from 29 March 2026 on."""

    def utcoffset(self, moment: Optional[datetime]) -> timedelta:
        is_summer = moment is not None and moment.replace(tzinfo=None) >= datetime(2026, 3, 29, 2)
        return timedelta(hours=1 + is_summer)

    def dst(self, moment: Optional[datetime]) -> timedelta:
        return self.utcoffset(moment) - timedelta(hours=1)


def test_summer_time_in_the_zone_of_a_clock_changes_no_span():
    sandbox = Sandbox(clock=lambda: datetime(2026, 3, 1, 12, tzinfo=Berlin()))
    before = sandbox.now()

    sandbox.advance(days=60)

    assert sandbox.now() - before == timedelta(days=60)


def test_a_login_token_ends_with_the_sandboxs_time_and_the_next_one_works():
    sandbox = Sandbox(seed=1)
    before = sandbox.client(token=sandbox.jwt)
    before.tenants.get_me()

    sandbox.advance(hours=1)

    with pytest.raises(UnauthorizedError):
        before.tenants.get_me()
    assert sandbox.client(token=sandbox.jwt).tenants.get_me().data.name == "Sandbox"


def test_a_blocked_minute_can_be_advanced():
    sandbox = Sandbox(seed=1, rate_limit=1)
    client = sandbox.client(max_retries=0)
    client.customers.list()
    with pytest.raises(RateLimitError):
        client.customers.list()

    sandbox.advance(minutes=1)

    assert client.customers.list().meta.total == 0
