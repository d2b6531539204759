"""The app's tests: a server in memory for each, with time, webhooks and faults at will.

pytest examples/app_tests
"""

from __future__ import annotations

from typing import Any

import pytest
from app import Shop, web

from novabilling import NovaBilling, RateLimitError
from novabilling.sandbox import Sandbox

pytest_plugins = ["novabilling.testing"]


@pytest.fixture
def shop(novabilling_sandbox: Sandbox, novabilling_client: NovaBilling) -> Shop:
    owner = novabilling_sandbox.client(token=novabilling_sandbox.jwt)
    plan = owner.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 15000}],
    ).data
    webhook = owner.webhooks.create(url="https://shop.example.com/hooks", events=["*"]).data
    return Shop(novabilling_client, plan.id, str(webhook.secret))


@pytest.fixture
def app(shop: Shop, novabilling_sandbox: Sandbox) -> Any:
    return web(shop, now=novabilling_sandbox.now)


def test_a_trial_becomes_a_paid_month(
    shop: Shop, app: Any, novabilling_client: NovaBilling, novabilling_sandbox: Sandbox
) -> None:
    subscription_id = str(shop.sign_up("usr_1", "ada@example.com", trial_days=14))

    novabilling_sandbox.advance(days=15)
    assert novabilling_client.subscriptions.get(subscription_id).data.status == "active"

    novabilling_sandbox.advance(days=31)
    assert novabilling_client.invoices.list().data[0].amount == 15000
    assert all(one.statuses == (204,) for one in novabilling_sandbox.deliver(app))


def test_who_cancels_is_out(
    shop: Shop, app: Any, novabilling_client: NovaBilling, novabilling_sandbox: Sandbox
) -> None:
    subscription_id = str(shop.sign_up("usr_1", "ada@example.com"))
    assert len(shop.members) == 1

    novabilling_client.subscriptions.cancel(subscription_id)
    novabilling_sandbox.deliver(app)

    assert not shop.members


def test_who_cancels_for_the_end_of_the_period_stays_until_then(
    shop: Shop, app: Any, novabilling_client: NovaBilling, novabilling_sandbox: Sandbox
) -> None:
    subscription_id = str(shop.sign_up("usr_1", "ada@example.com"))

    novabilling_client.subscriptions.cancel(subscription_id, cancel_at_period_end=True)
    novabilling_sandbox.deliver(app)

    assert len(shop.members) == 1


def test_a_forged_webhook_is_refused(shop: Shop, novabilling_sandbox: Sandbox) -> None:
    shop.sign_up("usr_1", "ada@example.com")
    other = web(Shop(shop.client, shop.plan_id, "another secret"), now=novabilling_sandbox.now)

    assert {one.statuses for one in novabilling_sandbox.deliver(other)} == {(400, 400, 400)}


def test_an_answer_that_is_lost_is_no_refusal(shop: Shop, novabilling_sandbox: Sandbox) -> None:
    nobody = novabilling_sandbox.snapshot()
    novabilling_sandbox.drop_next(after_apply=True)

    assert shop.sign_up("usr_1", "ada@example.com") is None
    assert shop.client.customers.list().meta.total == 1

    novabilling_sandbox.restore(nobody)
    assert shop.sign_up("usr_1", "ada@example.com") is not None


def test_an_outage_is_passed_on(shop: Shop, novabilling_sandbox: Sandbox) -> None:
    novabilling_sandbox.fail_next(status=429, retry_after=3600)

    with pytest.raises(RateLimitError):
        shop.sign_up("usr_1", "ada@example.com")
