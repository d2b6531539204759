from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling.types import Charge, ChargeFilterInput, GraduatedRangeInput, Message
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server

pytestmark = pytest.mark.anyio

NEW = {"plan_id": "pln_1", "billable_metric_id": "met_1"}

CASES = [
    Case(lambda c: c.list(), "GET /api/charges", None, "charges-list", [Charge]),
    Case(
        lambda c: c.list(plan_id="pln_1"),
        "GET /api/charges?planId=pln_1",
        None,
        "charges-list-plan",
        [Charge],
    ),
    Case(
        lambda c: c.create(**NEW, charge_model="standard", properties={"amount": "0.10"}),
        "POST /api/charges",
        {
            "planId": "pln_1",
            "billableMetricId": "met_1",
            "chargeModel": "STANDARD",
            "properties": {"amount": "0.10"},
        },
        "charge-create-standard",
        Charge,
    ),
    Case(
        lambda c: c.create(
            **NEW,
            charge_model="graduated",
            billing_timing="in_arrears",
            invoice_display_name="Tokens",
            min_amount_cents=500,
            prorated=False,
            properties=None,
            graduated_ranges=[
                {"from_value": 0, "to_value": 1000, "per_unit_amount": 0.01},
                GraduatedRangeInput(
                    from_value=1001,
                    to_value=None,
                    per_unit_amount=Decimal("0.005"),
                    flat_amount=Decimal("2.5"),
                ),
            ],
            filters=[
                ChargeFilterInput("region", ["eu"], {"amount": "0.02"}),
                {"key": "tier", "values": ["a"]},
            ],
        ),
        "POST /api/charges",
        {
            "planId": "pln_1",
            "billableMetricId": "met_1",
            "chargeModel": "GRADUATED",
            "billingTiming": "IN_ARREARS",
            "invoiceDisplayName": "Tokens",
            "minAmountCents": 500,
            "prorated": False,
            "properties": None,
            "graduatedRanges": [
                {"fromValue": 0, "toValue": 1000, "perUnitAmount": 0.01},
                {"fromValue": 1001, "toValue": None, "perUnitAmount": 0.005, "flatAmount": 2.5},
            ],
            "filters": [
                {"key": "region", "values": ["eu"], "properties": {"amount": "0.02"}},
                {"key": "tier", "values": ["a"]},
            ],
        },
        "charge-create-graduated",
        Charge,
    ),
    Case(lambda c: c.get("chg_1"), "GET /api/charges/chg_1", None, "charge-get", Charge),
    Case(
        lambda c: c.update(
            charge_id="chg_1",
            billing_timing="in_advance",
            invoice_display_name=None,
            min_amount_cents=None,
            prorated=True,
            properties=None,
            graduated_ranges=[],
            filters=[],
        ),
        "PATCH /api/charges/chg_1",
        {
            "billingTiming": "IN_ADVANCE",
            "invoiceDisplayName": None,
            "minAmountCents": None,
            "prorated": True,
            "properties": None,
            "graduatedRanges": [],
            "filters": [],
        },
        "charge-update",
        Charge,
    ),
    Case(lambda c: c.delete("chg_1"), "DELETE /api/charges/chg_1", None, "charge-delete", Message),
    Case(
        lambda c: c.get_by_plan("pln_1"),
        "GET /api/charges/plan/pln_1",
        None,
        "charges-by-plan",
        [Charge],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).charges)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_charge_has_its_ranges_filters_metric_and_plan(client_for):
    charge = (await client_for(Server(recorded("charge-get"))).charges.get("chg_1")).data

    assert charge.charge_model == "graduated"
    assert charge.billing_timing == "in_arrears"
    assert [(r.from_value, r.to_value, r.per_unit_amount) for r in charge.graduated_ranges] == [
        (0, 1000, Decimal("0.01")),
        (1001, None, Decimal("0.005")),
    ]
    assert [one.flat_amount for one in charge.graduated_ranges] == [Decimal(0), Decimal("2.5")]
    assert charge.filters[0].properties == {"amount": "0.02"}
    assert charge.billable_metric.filters[0].values == ["eu"]
    assert charge.plan.billing_interval == "monthly"


async def test_the_charges_of_a_plan_are_one_page(client_for):
    found = await client_for(Server(recorded("charges-by-plan"))).charges.get_by_plan("pln_1")

    count = len(body_of("charges-by-plan"))
    assert (found.meta.total, found.meta.limit, found.meta.total_pages) == (count, count, 1)


@pytest.mark.parametrize("field", ["graduated_ranges", "filters"])
async def test_a_list_cannot_be_none_in_an_update_and_the_error_says_what_to_send(
    client_for, field
):
    server = Server(recorded("charge-update"))

    with pytest.raises(ValueError, match=rf"^{field} must not be None: .* send \[\] to remove$"):
        await client_for(server).charges.update("chg_1", prorated=True, **{field: None})

    assert server.requests == []


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"from_value": 0}, r"^graduated_ranges\[0\]: .*per_unit_amount"),
        ({"from_value": 0.5, "per_unit_amount": 1}, r"^graduated_ranges\[0\]\.from_value must be"),
        ({"from_value": 0, "per_unit_amount": "1"}, r"^graduated_ranges\[0\]\.per_unit_amount"),
        ({"fromValue": 0, "per_unit_amount": 1}, r"^graduated_ranges\[0\]: unknown fromValue"),
    ],
)
async def test_a_range_that_is_none_is_refused_and_nothing_is_sent(client_for, given, match):
    server = Server(recorded("charge-create-volume"))

    with pytest.raises((TypeError, ValueError), match=match):
        await client_for(server).charges.create(
            **NEW, charge_model="volume", graduated_ranges=[given]
        )

    assert server.requests == []


async def test_whole_numbers_are_not_cut_off_in_silence(client_for):
    server = Server(recorded("charge-update"))

    with pytest.raises(TypeError, match=r"^min_amount_cents must be an int"):
        await client_for(server).charges.update("chg_1", min_amount_cents=99.5)

    assert server.requests == []
