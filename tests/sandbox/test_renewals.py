"""The nightly work: trials end, periods follow each other, cancellations and plans take effect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop import Row, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def night(shop: Shop, subscription: Row) -> Any:
    shop.sandbox.run_renewals()
    return shop.ok("GET", f"subscriptions/{subscription['id']}")


def test_a_trial_that_ended_becomes_a_period_from_now(shop: Shop) -> None:
    paid = shop.subscribe(shop.plan(), trialDays=1)
    later = shop.subscribe(shop.plan(billingTiming="IN_ARREARS"), trialDays=1)
    assert night(shop, paid)["status"] == "TRIALING"
    shop.wait(days=2)
    after = night(shop, paid)
    assert (after["status"], after["trialStart"], after["trialEnd"]) == ("ACTIVE", None, None)
    assert after["currentPeriodStart"] == "2026-11-24T12:00:00.000Z"
    assert after["currentPeriodEnd"] == "2026-12-24T12:00:00.000Z"
    assert len(after["invoices"]) == 1
    assert shop.invoices(later) == []


def test_trialing_by_name_alone_never_ends(shop: Shop) -> None:
    named = shop.subscribe(shop.plan(billingInterval="HOURLY"), status="TRIALING")
    shop.wait(days=9)
    assert night(shop, named)["currentPeriodEnd"] == named["currentPeriodEnd"]


@pytest.mark.parametrize("timing", ["IN_ADVANCE", "IN_ARREARS"])
def test_a_night_moves_a_period_on_by_one_and_bills_it(shop: Shop, timing: str) -> None:
    plan = shop.plan(7, billingInterval="DAILY", billingTiming=timing)
    created = shop.subscribe(plan, status="PAST_DUE")
    shop.db["subscription"].update(created["id"], {"status": "ACTIVE"})
    shop.wait(days=2)
    for count in (1, 2):
        after = night(shop, created)
        assert after["currentPeriodStart"] == f"2026-11-{22 + count}T12:00:00.000Z"
        assert after["currentPeriodEnd"] == f"2026-11-{23 + count}T12:00:00.000Z"
        assert [one["amount"] for one in after["invoices"]] == ["7"] * count
    assert night(shop, created)["currentPeriodEnd"] == "2026-11-25T12:00:00.000Z"


def test_paused_and_unpaid_subscriptions_stay_where_they_are(shop: Shop) -> None:
    plan = shop.plan(billingInterval="HOURLY")
    for status in ("PAUSED", "PAST_DUE", "CANCELED"):
        created = shop.subscribe(plan, status=status)
        shop.wait(days=1)
        after = night(shop, created)
        assert after["status"] == status
        assert after["currentPeriodEnd"] == created["currentPeriodEnd"]


def test_a_cancellation_takes_effect_instead_of_a_renewal(shop: Shop) -> None:
    created = shop.subscribe(shop.plan(billingInterval="DAILY"))
    shop.ok("POST", f"subscriptions/{created['id']}/cancel", {"cancelAt": "period_end"})
    assert night(shop, created)["status"] == "ACTIVE"
    shop.wait(days=1)
    after = night(shop, created)
    assert (after["status"], after["canceledAt"]) == ("CANCELED", "2026-11-23T12:00:00.000Z")
    assert after["currentPeriodEnd"] == created["currentPeriodEnd"]
    assert len(after["invoices"]) == 1


def test_a_renewal_keeps_the_old_plan_and_price(shop: Shop) -> None:
    old, new = shop.plan(9, billingInterval="DAILY"), shop.plan(5)
    created = shop.subscribe(old, metadata={"kept": 1})
    shop.ok("POST", f"subscriptions/{created['id']}/change-plan", {"newPlanId": new})
    shop.wait(days=1)
    after = night(shop, created)
    assert (after["planId"], after["previousPlanId"]) == (old, old)
    assert after["metadata"]["pendingPlanChange"]["newPlanId"] == new
    assert after["currentPeriodEnd"] == "2026-11-24T12:00:00.000Z"
    assert [one["amount"] for one in after["invoices"]] == ["9", "9"]


def test_a_pending_plan_comes_where_the_period_is_over_after_its_renewal_too(shop: Shop) -> None:
    url = {"webhookUrl": "https://a.example.com"}
    shop.world.central["tenant"].update(shop.tenant_id, url)
    old, new = shop.plan(9, billingInterval="DAILY"), shop.plan(5)
    created = shop.subscribe(old, metadata={"kept": 1})
    shop.ok("POST", f"subscriptions/{created['id']}/change-plan", {"newPlanId": new})
    shop.wait(days=2)
    after = night(shop, created)
    assert (after["planId"], after["previousPlanId"]) == (new, old)
    assert after["metadata"] == {"kept": 1}
    assert after["currentPeriodStart"] == created["currentPeriodEnd"]
    assert after["currentPeriodEnd"] == "2026-11-24T12:00:00.000Z"
    assert [one["amount"] for one in after["invoices"]] == ["5", "9"]
    (renewed,) = [one for one in shop.sandbox.deliveries if one.event == "subscription.renewed"]
    assert renewed.data["planId"] == old


def test_a_pending_plan_that_is_gone_is_ignored(shop: Shop) -> None:
    created = shop.subscribe(
        shop.plan(billingInterval="HOURLY"), metadata={"pendingPlanChange": {"newPlanId": "c0"}}
    )
    shop.wait(days=1)
    assert night(shop, created)["metadata"] == created["metadata"]
