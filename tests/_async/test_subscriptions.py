from __future__ import annotations

from datetime import datetime, timezone

import httpx
import pytest

from novabilling.types import Subscription
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, page

pytestmark = pytest.mark.anyio

CASES = [
    Case(
        lambda c: c.list(),
        "GET /api/subscriptions",
        None,
        "subscriptions-list",
        [Subscription],
    ),
    Case(
        lambda c: c.list(customer_id="cus_1", plan_id="pln_1", status="past_due", page=2, limit=20),
        "GET /api/subscriptions?customerId=cus_1&planId=pln_1&status=PAST_DUE&page=2&limit=20",
        None,
        "subscriptions-list",
        [Subscription],
    ),
    Case(
        lambda c: c.create(customer_id="cus_1", plan_id="pln_1", currency="ngn"),
        "POST /api/subscriptions",
        {"customerId": "cus_1", "planId": "pln_1", "currency": "NGN"},
        "subscription-create",
        Subscription,
    ),
    Case(
        lambda c: c.create(
            customer_id="cus_1",
            plan_id="pln_1",
            currency="NGN",
            trial_days=14,
            metadata={"my_key": {"a_b": 1}},
            start_date="2026-01-31",
            current_period_end=datetime(2026, 3, 1, tzinfo=timezone.utc),
            status="trialing",
            created_at="2026-01-01",
            external_id="sub_ext",
            canceled_at=None,
        ),
        "POST /api/subscriptions",
        {
            "customerId": "cus_1",
            "planId": "pln_1",
            "currency": "NGN",
            "trialDays": 14,
            "metadata": {"my_key": {"a_b": 1}},
            "startDate": "2026-01-31",
            "currentPeriodEnd": "2026-03-01T00:00:00Z",
            "status": "TRIALING",
            "createdAt": "2026-01-01",
            "externalId": "sub_ext",
            "canceledAt": None,
        },
        "subscription-create-trial",
        Subscription,
    ),
    Case(
        lambda c: c.get("sub_1"),
        "GET /api/subscriptions/sub_1",
        None,
        "subscription-get",
        Subscription,
    ),
    Case(
        lambda c: c.get(subscription_id="sub_1"),
        "GET /api/subscriptions/sub_1",
        None,
        "subscription-get",
        Subscription,
    ),
    Case(
        lambda c: c.update("sub_1", metadata={"my_key": 1}),
        "PATCH /api/subscriptions/sub_1",
        {"metadata": {"my_key": 1}},
        "subscription-update",
        Subscription,
    ),
    Case(
        lambda c: c.cancel("sub_1"),
        "POST /api/subscriptions/sub_1/cancel",
        {"cancelAt": "now"},
        "subscription-cancel-now",
        Subscription,
    ),
    Case(
        lambda c: c.cancel("sub_1", cancel_at_period_end=False),
        "POST /api/subscriptions/sub_1/cancel",
        {"cancelAt": "now"},
        "subscription-cancel-now",
        Subscription,
    ),
    Case(
        lambda c: c.cancel("sub_1", cancel_at_period_end=True),
        "POST /api/subscriptions/sub_1/cancel",
        {"cancelAt": "period_end"},
        "subscription-cancel-period-end",
        Subscription,
    ),
    Case(
        lambda c: c.pause("sub_1"),
        "POST /api/subscriptions/sub_1/pause",
        {},
        "subscription-pause",
        Subscription,
    ),
    Case(
        lambda c: c.resume("sub_1"),
        "POST /api/subscriptions/sub_1/resume",
        {},
        "subscription-resume",
        Subscription,
    ),
    Case(
        lambda c: c.change_plan("sub_1", plan_id="pln_2"),
        "POST /api/subscriptions/sub_1/change-plan",
        {"newPlanId": "pln_2"},
        "subscription-change-plan-upgrade",
        Subscription,
    ),
    Case(
        lambda c: c.change_plan("sub_1", plan_id="pln_2", prorate=False),
        "POST /api/subscriptions/sub_1/change-plan",
        {"newPlanId": "pln_2", "prorate": False},
        "subscription-change-plan-upgrade",
        Subscription,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).subscriptions)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_subscription_has_its_customer_its_plan_and_its_period(client_for):
    server = Server(recorded("subscription-get"))

    subscription = (await client_for(server).subscriptions.get("sub_1")).data

    assert subscription.status == "active"
    assert subscription.billing_timing == "in_arrears"
    assert subscription.current_period_end == datetime(
        2026, 12, 22, 18, 54, 52, 788_000, timezone.utc
    )
    assert subscription.customer.external_id == "usr_1001"
    assert subscription.plan.code == "pro_monthly"
    assert subscription.invoices == []
    assert subscription.trial_end is None


async def test_a_trial_has_its_end(client_for):
    server = Server(recorded("subscription-create-trial"))

    subscription = (await client_for(server).subscriptions.get("sub_1")).data

    assert subscription.status == "trialing"
    assert subscription.trial_end > subscription.trial_start


async def test_the_pdf_urls_of_a_subscriptions_invoices_are_absolute(client_for):
    body = {**body_of("subscription-get"), "invoices": [body_of("invoice-create")]}
    server = Server(httpx.Response(200, json=body))

    subscription = (await client_for(server).subscriptions.get("sub_1")).data

    path = body_of("invoice-create")["pdfUrl"]
    assert subscription.invoices[0].pdf_url == f"https://billing.example{path}"


async def test_iter_sends_the_filters_with_every_page(client_for):
    row = body_of("subscription-create")
    server = Server(page([row], totalPages=2), page([{**row, "id": "sub_2"}], totalPages=2))
    subscriptions = client_for(server).subscriptions

    found = [
        subscription.id
        async for subscription in subscriptions.iter(
            customer_id="cus_1", plan_id="pln_1", status="active"
        )
    ]

    query = "customerId=cus_1&planId=pln_1&status=ACTIVE"
    assert found == [row["id"], "sub_2"]
    assert server.paths == [
        f"GET /api/subscriptions?{query}&page=1&limit=100",
        f"GET /api/subscriptions?{query}&page=2&limit=100",
    ]
