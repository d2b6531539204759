"""Subscriptions: periods, trials, states, changes of plan and the credit notes they leave."""

from __future__ import annotations

from typing import Any, List

import pytest

from tests.sandbox.shop import Row, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def notes(shop: Shop) -> List[Row]:
    return list(shop.db["creditNote"].rows.values())


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        ("HOURLY", "2026-12-31T23:30:00Z", "2027-01-01T00:30:00.000Z"),
        ("DAILY", "2026-02-28", "2026-03-01T00:00:00.000Z"),
        ("WEEKLY", "2026-02-28", "2026-03-07T00:00:00.000Z"),
        ("MONTHLY", "2026-01-31", "2026-03-03T00:00:00.000Z"),
        ("MONTHLY", "2024-01-31", "2024-03-02T00:00:00.000Z"),
        ("MONTHLY", "2026-12-15", "2027-01-15T00:00:00.000Z"),
        ("QUARTERLY", "2026-11-30", "2027-03-02T00:00:00.000Z"),
        ("YEARLY", "2024-02-29", "2025-03-01T00:00:00.000Z"),
    ],
)
def test_a_period_ends_one_interval_after_its_start(
    shop: Shop, interval: str, start: str, end: str
) -> None:
    created = shop.subscribe(shop.plan(billingInterval=interval), startDate=start)
    assert created["currentPeriodEnd"] == end
    assert created["startedAt"] == "2026-11-22T12:00:00.000Z"


@pytest.mark.parametrize("start", ["2027-W09", "9999-12-31"])
@pytest.mark.parametrize("more", [{}, {"trialDays": 365}])
def test_a_start_that_makes_no_date_is_refused_by_the_database(
    shop: Shop, start: str, more: Row
) -> None:
    body = {"customerId": shop.customer, "planId": shop.plan(), "currency": "NGN", **more}
    refusal = shop.refusal("POST", "subscriptions", {**body, "startDate": start})
    assert refusal.startswith("500 Invalid `db.subscription.create()` invocation")
    assert "Provided Date object is invalid. Expected Date." in refusal


def test_a_trial_is_the_first_period_whatever_end_was_asked_for(shop: Shop) -> None:
    trial = shop.subscribe(shop.plan(), trialDays=1.5, currentPeriodEnd="2030-01-01")
    assert trial["status"] == "TRIALING"
    assert trial["trialStart"] == trial["currentPeriodStart"]
    assert trial["trialEnd"] == trial["currentPeriodEnd"] == "2026-11-24T00:00:00.000Z"
    assert shop.invoices(trial) == []


def test_no_trial_is_not_billed_even_if_it_is_called_active(shop: Shop) -> None:
    trial = shop.subscribe(shop.plan(), trialDays=1, status="ACTIVE")
    assert (trial["status"], trial["trialEnd"]) == ("ACTIVE", "2026-11-23T12:00:00.000Z")
    assert shop.invoices(trial) == []


def test_only_active_subscriptions_in_advance_are_billed_at_once(shop: Shop) -> None:
    assert len(shop.invoices(shop.subscribe(shop.plan()))) == 1
    assert shop.invoices(shop.subscribe(shop.plan(), status="PAUSED")) == []
    assert shop.invoices(shop.subscribe(shop.plan(billingTiming="IN_ARREARS"))) == []


def test_a_subscription_keeps_the_dates_that_an_import_gives_it(shop: Shop) -> None:
    given = {"createdAt": "2020-01-01", "canceledAt": "2021-01-01", "externalId": "s1"}
    created = shop.subscribe(shop.plan(), status="CANCELED", currency="ngn", **given)
    assert created["createdAt"] == "2020-01-01T00:00:00.000Z"
    assert created["canceledAt"] == "2021-01-01T00:00:00.000Z"
    assert (created["currency"], created["externalId"]) == ("NGN", "s1")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"customerId": "c0"}, "404 Customer not found"),
        ({"planId": "c0"}, "400 Plan not found or inactive"),
        ({"currency": "eur"}, "400 No price found for currency eur on this plan"),
    ],
)
def test_a_subscription_needs_a_customer_a_plan_and_a_price(
    shop: Shop, fields: Row, refusal: str
) -> None:
    body = {"customerId": shop.customer, "planId": shop.plan(), "currency": "NGN", **fields}
    assert shop.refusal("POST", "subscriptions", body) == refusal


def test_inactive_plans_take_neither_new_subscribers_nor_changers(shop: Shop) -> None:
    old = shop.subscribe(shop.plan())
    plan = shop.plan(isActive=False)
    body = {"customerId": shop.customer, "planId": plan, "currency": "NGN"}
    assert shop.refusal("POST", "subscriptions", body) == "400 Plan not found or inactive"
    refusal = shop.refusal("POST", f"subscriptions/{old['id']}/change-plan", {"newPlanId": plan})
    assert refusal == "400 New plan not found or inactive"


def test_a_price_needs_a_plan(shop: Shop) -> None:
    refusal = shop.refusal("POST", "plans/x/prices", {"currency": "NGN", "amount": 1})
    assert refusal == "404 Plan not found"


def test_only_active_ones_pause_and_only_paused_ones_resume(shop: Shop) -> None:
    path = f"subscriptions/{shop.subscribe(shop.plan())['id']}"
    assert shop.refusal("POST", f"{path}/resume") == "400 Only paused subscriptions can be resumed"
    assert shop.ok("POST", f"{path}/pause", {"any": "thing"})["status"] == "PAUSED"
    assert shop.refusal("POST", f"{path}/pause") == "400 Only active subscriptions can be paused"
    assert shop.ok("POST", f"{path}/resume")["status"] == "ACTIVE"


def test_canceling_now_credits_the_days_that_are_left(shop: Shop) -> None:
    created = shop.subscribe(shop.plan(30000))
    shop.wait(days=9, hours=13)
    canceled = shop.ok("POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "now"})
    assert (canceled["status"], canceled["cancelAt"]) == ("CANCELED", None)
    assert canceled["canceledAt"] == "2026-12-02T01:00:00.000Z"
    (note,) = notes(shop)
    assert (note["amount"], note["reason"], note["status"]) == (20000, "ORDER_CHANGE", "FINALIZED")
    assert note["invoiceId"] == shop.invoices(created)[0]["id"]
    assert note["metadata"] == {
        "type": "cancellation_proration",
        "planName": "Plan 0",
        "totalDays": 30,
        "remainingDays": 20,
    }


def test_the_least_amounts_are_credited_as_well(shop: Shop) -> None:
    created = shop.subscribe(shop.plan(1))
    shop.wait(days=15)
    shop.ok("POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "now"})
    assert [note["amount"] for note in notes(shop)] == [0.5]


def test_nothing_is_credited_without_days_price_or_invoice(shop: Shop) -> None:
    gone = shop.subscribe(shop.plan(), startDate="2026-01-01")
    free = shop.subscribe(shop.plan(0))
    hourly = shop.subscribe(shop.plan(billingInterval="HOURLY"))
    unbilled = shop.subscribe(shop.plan(billingTiming="IN_ARREARS"))
    unpriced = shop.subscribe(shop.plan())
    shop.db["planPrice"].delete(shop.db["planPrice"].first(planId=unpriced["planId"])["id"])
    for one in (gone, free, hourly, unbilled, unpriced):
        shop.ok("POST", f"subscriptions/{one['id']}/cancel", {"cancelAt": "now"})
    assert notes(shop) == []


def test_canceling_at_the_end_may_be_repeated_and_ends_nothing_yet(shop: Shop) -> None:
    created = shop.subscribe(shop.plan())
    for _ in range(2):
        answer = shop.ok(
            "POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "period_end"}
        )
        assert answer["status"] == "ACTIVE"
        assert answer["cancelAt"] == created["currentPeriodEnd"]
    assert notes(shop) == []


def change(shop: Shop, subscription: Row, plan: str) -> Any:
    path = f"subscriptions/{subscription['id']}/change-plan"
    return shop.ok("POST", path, {"newPlanId": plan, "prorate": False})


def test_a_dearer_plan_starts_at_once_and_credits_the_old_one(shop: Shop) -> None:
    old, new = shop.plan(100), shop.plan("100.01", billingInterval="YEARLY")
    created = shop.subscribe(old)
    shop.wait(days=15)
    changed = change(shop, created, new)
    assert (changed["planId"], changed["previousPlanId"]) == (new, old)
    assert changed["currentPeriodStart"] == "2026-12-07T12:00:00.000Z"
    assert changed["currentPeriodEnd"] == "2027-12-07T12:00:00.000Z"
    (note,) = notes(shop)
    assert note["amount"] == 50
    assert note["metadata"] == {
        "type": "proration_credit",
        "oldPlanId": old,
        "oldPlanName": "Plan 0",
        "totalDays": 30,
        "remainingDays": 15,
    }
    assert len(shop.invoices(created)) == 1


def test_a_plan_that_is_not_dearer_waits_for_the_end(shop: Shop) -> None:
    old, new = shop.plan(100), shop.plan(100, billingInterval="DAILY")
    created = shop.subscribe(old, metadata={"kept": 1})
    changed = change(shop, created, new)
    assert (changed["planId"], changed["previousPlanId"]) == (old, old)
    assert changed["currentPeriodEnd"] == created["currentPeriodEnd"]
    pending = {"newPlanId": new, "effectiveAt": created["currentPeriodEnd"]}
    assert changed["metadata"] == {"kept": 1, "pendingPlanChange": pending}


def test_from_a_plan_without_a_price_every_paid_plan_is_dearer(shop: Shop) -> None:
    created = shop.subscribe(shop.plan())
    shop.db["planPrice"].delete(next(iter(shop.db["planPrice"].rows)))
    assert change(shop, created, shop.plan(1))["previousPlanId"] == created["planId"]
    assert notes(shop) == []


def test_the_new_plan_needs_a_price_in_the_currency(shop: Shop) -> None:
    created = shop.subscribe(shop.plan())
    plan = shop.row("plan", name="P", code="p", billingInterval="DAILY")["id"]
    path = f"subscriptions/{created['id']}/change-plan"
    refusal = shop.refusal("POST", path, {"newPlanId": plan})
    assert refusal == "400 New plan has no price for currency NGN"


def test_a_subscription_that_was_paused_stands_behind_the_others_of_its_customer(
    shop: Shop,
) -> None:
    plan = shop.plan(billingTiming="IN_ARREARS")
    first, second = shop.subscribe(plan), shop.subscribe(plan)
    path = f"customers/{shop.customer}"

    def order() -> List[str]:
        return [one["id"] for one in shop.ok("GET", path)["subscriptions"]]

    shop.ok("PATCH", f"subscriptions/{first['id']}", {"metadata": {"a": 1}})
    assert order() == [first["id"], second["id"]]
    shop.ok("POST", f"subscriptions/{first['id']}/pause")
    assert order() == [second["id"], first["id"]]
    shop.ok("POST", f"subscriptions/{second['id']}/cancel", {"cancelAt": "now"})
    assert order() == [first["id"], second["id"]]


def test_prices_of_several_plans_come_as_they_were_last_written(shop: Shop) -> None:
    prices = [{"currency": currency, "amount": 1} for currency in ("NGN", "USD")]
    body = {"name": "P", "billingInterval": "MONTHLY", "prices": prices}
    plan = shop.ok("POST", "plans", {**body, "code": "p"})
    shop.subscribe(plan["id"])
    shop.wait(seconds=1)
    shop.ok("PATCH", f"plans/{plan['id']}/prices/{plan['prices'][0]['id']}", {"amount": 2})

    def order(owner: Any) -> List[str]:
        return [price["currency"] for price in owner["prices"]]

    def listed() -> List[List[str]]:
        (own,) = [one for one in shop.ok("GET", "plans") if one["id"] == plan["id"]]
        rows = [
            *shop.ok("GET", "subscriptions")["data"],
            *shop.ok("GET", "portal/customers/u1/subscriptions"),
            *shop.ok("GET", "portal/customers/u1/billing")["subscriptions"],
        ]
        return [
            order(own),
            *(order(row["plan"]) for row in rows if row["plan"]["id"] == plan["id"]),
        ]

    assert order(shop.ok("GET", f"plans/{plan['id']}")) == ["NGN", "USD"]
    assert listed() == [["NGN", "USD"]] * 4
    shop.subscribe(shop.plan())
    assert listed() == [["USD", "NGN"]] * 4
    assert order(shop.ok("GET", f"plans/{plan['id']}")) == ["NGN", "USD"]
