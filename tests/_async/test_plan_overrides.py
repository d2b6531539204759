from __future__ import annotations

import warnings
from decimal import Decimal

import pytest

from novabilling import ConflictError, NovaBillingWarning
from novabilling.types import Message, PlanOverride
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem, two_pages

pytestmark = pytest.mark.anyio

NEW = {"customer_id": "cus_1", "plan_id": "pln_1"}
PRICES = [{"currency": "NGN", "amount": 45000}]

CASES = [
    Case(
        lambda c: c.list(),
        "GET /api/plan-overrides",
        None,
        "overrides-list-filters",
        [PlanOverride],
    ),
    Case(
        lambda c: c.list(customer_id="cus_1", plan_id="pln_1", page=1, limit=10),
        "GET /api/plan-overrides?customerId=cus_1&planId=pln_1&page=1&limit=10",
        None,
        "overrides-list-filters",
        [PlanOverride],
    ),
    Case(
        lambda c: c.create(**NEW),
        "POST /api/plan-overrides",
        {"customerId": "cus_1", "planId": "pln_1"},
        "override-create-minimal",
        PlanOverride,
    ),
    Case(
        lambda c: c.create(
            **NEW,
            overridden_prices=None,
            overridden_minimum_commitment=Decimal("500.5"),
            overridden_charges=[],
            metadata={"my_deal": [{"a_b": 1}]},
        ),
        "POST /api/plan-overrides",
        {
            "customerId": "cus_1",
            "planId": "pln_1",
            "overriddenPrices": None,
            "overriddenMinimumCommitment": 500.5,
            "overriddenCharges": [],
            "metadata": {"my_deal": [{"a_b": 1}]},
        },
        "override-create",
        PlanOverride,
    ),
    Case(
        lambda c: c.get("ovr_1"),
        "GET /api/plan-overrides/ovr_1",
        None,
        "override-get",
        PlanOverride,
    ),
    Case(
        lambda c: c.update(
            "ovr_1",
            overridden_prices=None,
            overridden_minimum_commitment=None,
            overridden_charges=None,
            metadata=None,
        ),
        "PATCH /api/plan-overrides/ovr_1",
        {
            "overriddenPrices": None,
            "overriddenMinimumCommitment": None,
            "overriddenCharges": None,
            "metadata": None,
        },
        "override-update",
        PlanOverride,
    ),
    Case(
        lambda c: c.delete(plan_override_id="ovr_1"),
        "DELETE /api/plan-overrides/ovr_1",
        None,
        "override-delete",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).plan_overrides)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("override-get"))

    overrides = client_for(server).plan_overrides.iter(customer_id="cus_1", plan_id="pln_1")
    found = [override.id async for override in overrides]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/plan-overrides?customerId=cus_1&planId=pln_1&page={n}&limit=100" for n in (1, 2)
    ]


async def test_an_override_has_what_the_server_keeps_of_it(client_for):
    server = Server(recorded("override-get"))

    override = (await client_for(server).plan_overrides.get("ovr_1")).data

    assert override.overridden_minimum_commitment == Decimal("500.5")
    assert override.overridden_prices == override.overridden_charges == [[]]
    assert override.metadata == {"deal": "D-1", "list": [{"a": 1}]}
    assert override.customer.name == "Chidi Okafor"
    assert override.plan.code == "team_advance"


CALLS = [
    lambda c, given: c.create(**NEW, **given),
    lambda c, given: c.update("ovr_1", **given),
]


@pytest.mark.parametrize("field", ["overridden_prices", "overridden_charges"])
@pytest.mark.parametrize("call", CALLS, ids=["create", "update"])
async def test_what_the_server_loses_is_sent_all_the_same_and_a_warning_says_so(
    client_for, call, field
):
    server = Server(recorded("override-create"))

    with pytest.warns(NovaBillingWarning, match="stores .* as empty") as caught:
        await call(client_for(server).plan_overrides, {field: PRICES})

    wire = {"overridden_prices": "overriddenPrices", "overridden_charges": "overriddenCharges"}
    assert server.body[wire[field]] == PRICES
    assert len(caught) == 1


@pytest.mark.parametrize("call", CALLS, ids=["create", "update"])
async def test_the_warning_points_at_the_call(client_for, call):
    server = Server(recorded("override-create"))

    with pytest.warns(NovaBillingWarning) as caught:
        await call(client_for(server).plan_overrides, {"overridden_prices": PRICES})

    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"overridden_prices": None, "overridden_charges": []},
        {"overridden_minimum_commitment": 1, "metadata": {}},
    ],
    ids=str,
)
async def test_no_warning_where_nothing_is_lost(client_for, given):
    server = Server(recorded("override-create"))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client_for(server).plan_overrides.create(**NEW, **given)

    assert len(server.requests) == 1


async def test_a_second_override_of_a_plan_is_a_conflict(client_for):
    server = Server(problem(409, "Override already exists"))

    with pytest.raises(ConflictError, match="already exists"):
        await client_for(server).plan_overrides.create(**NEW)
