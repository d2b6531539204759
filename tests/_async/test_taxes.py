from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling import ConflictError
from novabilling.types import Message, Tax, TaxAssignment
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem, two_pages

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/taxes", None, "taxes-list", [Tax]),
    Case(
        lambda c: c.list(applied_by_default=False, page=1, limit=50),
        "GET /api/taxes?appliedByDefault=false&page=1&limit=50",
        None,
        "taxes-list-not-default",
        [Tax],
    ),
    Case(
        lambda c: c.create(name="VAT", code="vat_ng", rate=7.5),
        "POST /api/taxes",
        {"name": "VAT", "code": "vat_ng", "rate": 7.5},
        "tax-create-minimal",
        Tax,
    ),
    Case(
        lambda c: c.create(
            name="VAT",
            code="vat_ng",
            rate=Decimal("7.5"),
            description=None,
            applied_by_default=True,
        ),
        "POST /api/taxes",
        {
            "name": "VAT",
            "code": "vat_ng",
            "rate": 7.5,
            "description": None,
            "appliedByDefault": True,
        },
        "tax-create",
        Tax,
    ),
    Case(lambda c: c.get("tax_1"), "GET /api/taxes/tax_1", None, "tax-get", Tax),
    Case(
        lambda c: c.update("tax_1", name="n", rate=0, description=None, applied_by_default=False),
        "PATCH /api/taxes/tax_1",
        {"name": "n", "rate": 0, "description": None, "appliedByDefault": False},
        "tax-update",
        Tax,
    ),
    Case(lambda c: c.delete("tax_1"), "DELETE /api/taxes/tax_1", None, "tax-delete", Message),
    Case(
        lambda c: c.get_by_customer("cus_1"),
        "GET /api/taxes/customer/cus_1",
        None,
        "tax-customer-list",
        [Tax],
    ),
    Case(
        lambda c: c.assign_to_customer("cus_1", tax_id="tax_1"),
        "POST /api/taxes/customer/cus_1",
        {"taxId": "tax_1"},
        "tax-customer-assign",
        TaxAssignment,
    ),
    Case(
        lambda c: c.remove_from_customer("cus_1", "tax_1"),
        "DELETE /api/taxes/customer/cus_1/tax_1",
        None,
        "tax-customer-unassign",
        Message,
    ),
    Case(
        lambda c: c.get_by_plan("pln_1"),
        "GET /api/taxes/plan/pln_1",
        None,
        "tax-plan-list",
        [Tax],
    ),
    Case(
        lambda c: c.assign_to_plan(plan_id="pln_1", tax_id="tax_1"),
        "POST /api/taxes/plan/pln_1",
        {"taxId": "tax_1"},
        "tax-plan-assign",
        TaxAssignment,
    ),
    Case(
        lambda c: c.remove_from_plan(plan_id="pln_1", tax_id="tax_1"),
        "DELETE /api/taxes/plan/pln_1/tax_1",
        None,
        "tax-plan-unassign",
        Message,
    ),
    Case(
        lambda c: c.assign_to_charge("chg_1", tax_id="tax_1"),
        "POST /api/taxes/charge/chg_1",
        {"taxId": "tax_1"},
        "tax-charge-assign",
        TaxAssignment,
    ),
    Case(
        lambda c: c.remove_from_charge("chg_1", "tax_1"),
        "DELETE /api/taxes/charge/chg_1/tax_1",
        None,
        "tax-charge-unassign",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).taxes)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages_with_its_filter(client_for):
    server = two_pages(body_of("tax-get"))

    found = [tax.id async for tax in client_for(server).taxes.iter(applied_by_default=True)]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/taxes?appliedByDefault=true&page={n}&limit=100" for n in (1, 2)
    ]


async def test_the_rate_of_a_tax_is_an_exact_percentage(client_for):
    tax = (await client_for(Server(recorded("tax-create"))).taxes.get("tax_1")).data

    assert tax.rate == Decimal("7.5")
    assert tax.applied_by_default is True


@pytest.mark.parametrize("kind", ["customer", "plan", "charge"])
async def test_an_assignment_has_the_id_of_what_is_taxed_and_no_other(client_for, kind):
    name = f"tax-{kind}-assign"
    assign = getattr(client_for(Server(recorded(name))).taxes, f"assign_to_{kind}")

    assignment = (await assign("id_1", tax_id="tax_1")).data

    ids = {field: getattr(assignment, f"{field}_id") for field in ("customer", "plan", "charge")}
    assert {field for field, value in ids.items() if value is not None} == {kind}
    assert ids[kind] == body_of(name)[f"{kind}Id"]
    assert assignment.tax_id == body_of(name)["taxId"]


async def test_a_second_assignment_is_a_conflict_and_not_repeated(client_for, clock):
    server = Server(problem(500, "Invalid invocation\n\nUnique constraint failed"))

    with pytest.raises(ConflictError, match=r"^500: Unique constraint failed \(this") as caught:
        await client_for(server).taxes.assign_to_plan("pln_1", tax_id="tax_1")

    assert not caught.value.may_have_been_applied

    assert len(server.requests) == 1


async def test_a_code_that_is_taken_is_a_conflict(client_for):
    server = Server(problem(409, "Tax code already exists"))

    with pytest.raises(ConflictError, match="already exists"):
        await client_for(server).taxes.create(name="n", code="c", rate=1)


@pytest.mark.parametrize("wrong", [1, "true"])
async def test_a_default_that_is_no_flag_is_refused(client_for, wrong):
    server = Server(recorded("taxes-list"))

    with pytest.raises(TypeError, match=r"^applied_by_default must be True or False"):
        await client_for(server).taxes.list(applied_by_default=wrong)

    assert server.requests == []
