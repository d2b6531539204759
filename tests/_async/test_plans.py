from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from novabilling import BadRequestError
from novabilling.types import Message, Plan, PlanPrice
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/plans", None, "plans-list", [Plan]),
    Case(
        lambda c: c.list(active=True),
        "GET /api/plans?isActive=true",
        None,
        "plans-list-active",
        [Plan],
    ),
    Case(
        lambda c: c.list(active=False),
        "GET /api/plans?isActive=false",
        None,
        "plans-list-inactive",
        [Plan],
    ),
    Case(
        lambda c: c.create(name="Pro", code="pro", billing_interval="monthly"),
        "POST /api/plans",
        {"name": "Pro", "code": "pro", "billingInterval": "MONTHLY"},
        "plan-create-full",
        Plan,
    ),
    Case(
        lambda c: c.create(
            name="Pro",
            code="pro",
            billing_interval="hourly",
            description="d",
            billing_timing="in_arrears",
            features=["x"],
            prices=[{"currency": "ngn", "amount": 9999.99}],
            net_payment_terms=21,
            invoice_grace_period_days=0,
            progressive_billing_threshold=Decimal("99.5"),
        ),
        "POST /api/plans",
        {
            "name": "Pro",
            "code": "pro",
            "billingInterval": "HOURLY",
            "description": "d",
            "billingTiming": "IN_ARREARS",
            "features": ["x"],
            "prices": [{"currency": "NGN", "amount": 9999.99}],
            "netPaymentTerms": 21,
            "invoiceGracePeriodDays": 0,
            "progressiveBillingThreshold": 99.5,
        },
        "plan-create-full",
        Plan,
    ),
    Case(lambda c: c.get("pln_1"), "GET /api/plans/pln_1", None, "plan-get-with-count", Plan),
    Case(
        lambda c: c.get(plan_id="pln_1"),
        "GET /api/plans/pln_1",
        None,
        "plan-get-with-count",
        Plan,
    ),
    Case(
        lambda c: c.update("pln_1", active=False),
        "PATCH /api/plans/pln_1",
        {"isActive": False},
        "plan-update",
        Plan,
    ),
    Case(
        lambda c: c.update(
            "pln_1",
            name="n",
            description=None,
            billing_interval="yearly",
            billing_timing="in_advance",
            features=None,
            net_payment_terms=None,
            invoice_grace_period_days=None,
            progressive_billing_threshold=None,
        ),
        "PATCH /api/plans/pln_1",
        {
            "name": "n",
            "description": None,
            "billingInterval": "YEARLY",
            "billingTiming": "IN_ADVANCE",
            "features": None,
            "netPaymentTerms": None,
            "invoiceGracePeriodDays": None,
            "progressiveBillingThreshold": None,
        },
        "plan-update",
        Plan,
    ),
    Case(lambda c: c.delete("pln_1"), "DELETE /api/plans/pln_1", None, "plan-delete", Message),
    Case(
        lambda c: c.add_price("pln_1", currency="ghs", amount=450),
        "POST /api/plans/pln_1/prices",
        {"currency": "GHS", "amount": 450},
        "plan-price-add",
        PlanPrice,
    ),
    Case(
        lambda c: c.update_price("pln_1", "prc_1", amount=Decimal("475.5")),
        "PATCH /api/plans/pln_1/prices/prc_1",
        {"amount": 475.5},
        "plan-price-update",
        PlanPrice,
    ),
    Case(
        lambda c: c.delete_price("pln_1", "prc_1"),
        "DELETE /api/plans/pln_1/prices/prc_1",
        None,
        "plan-price-delete",
        Message,
    ),
    Case(
        lambda c: c.delete_price(plan_id="pln_1", price_id="prc_1"),
        "DELETE /api/plans/pln_1/prices/prc_1",
        None,
        "plan-price-delete",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).plans)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_plan_has_public_words_and_decimal_prices(client_for):
    plan = (await client_for(Server(recorded("plan-create-full"))).plans.get("pln_1")).data

    assert plan.billing_interval == "monthly"
    assert plan.billing_timing == "in_arrears"
    assert plan.active is True
    assert plan.features == ["Unlimited users", "Priority support"]
    assert plan.prices[0].currency == "NGN"
    assert plan.prices[0].amount == Decimal("9999.99")
    assert plan.prices[0].active is True


async def test_the_count_of_a_plan_is_called_counts(client_for):
    plan = (await client_for(Server(recorded("plan-get-with-count"))).plans.get("pln_1")).data

    assert plan.counts.subscriptions == body_of("plan-get-with-count")["_count"]["subscriptions"]


async def test_a_threshold_is_a_decimal(client_for):
    plan = (await client_for(Server(recorded("plan-update"))).plans.get("pln_1")).data

    assert plan.progressive_billing_threshold == Decimal("99.5")
    assert plan.active is False


async def test_a_plan_of_an_interval_that_this_version_does_not_know_is_read(client_for):
    server = Server(httpx.Response(200, json={**body_of("plan-get"), "billingInterval": "BI_Y"}))

    assert (await client_for(server).plans.get("pln_1")).data.billing_interval == "bi_y"


async def test_a_plan_with_subscriptions_cannot_be_deleted(client_for):
    server = Server(problem(400, "Cannot delete plan with active subscriptions"))

    with pytest.raises(BadRequestError, match="active subscriptions"):
        await client_for(server).plans.delete("pln_1")
