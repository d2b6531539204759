"""Billable metrics and charges: what they require, and the lists that a PATCH replaces."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop import Row, Shop

RANGE = {"fromValue": 0, "perUnitAmount": "0.5"}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def metric(shop: Shop, **fields: Any) -> Row:
    code = f"m{len(shop.db['billableMetric'].rows)}"
    body = {"name": "Calls", "code": code, "aggregationType": "COUNT", **fields}
    created: Row = shop.ok("POST", "billable-metrics", body)
    return created


def terms(shop: Shop, **fields: Any) -> Row:
    """Return the body of a charge that may be created."""
    ids = {"planId": shop.plan(), "billableMetricId": metric(shop)["id"]}
    return {**ids, "chargeModel": "STANDARD", "properties": {"amount": "1"}, **fields}


def charge(shop: Shop, **fields: Any) -> Row:
    created: Row = shop.ok("POST", "charges", terms(shop, **fields))
    return created


def test_the_code_of_a_metric_is_taken_once(shop: Shop) -> None:
    taken = {"name": "B", "code": metric(shop)["code"], "aggregationType": "COUNT"}
    refusal = shop.refusal("POST", "billable-metrics", taken)
    assert refusal == "409 Billable metric with this code already exists"


@pytest.mark.parametrize("kind", ["SUM", "MAX", "LATEST", "WEIGHTED_SUM"])
@pytest.mark.parametrize("field", [{}, {"fieldName": ""}, {"fieldName": None}])
def test_a_metric_that_adds_or_compares_needs_a_field(shop: Shop, kind: str, field: Row) -> None:
    body = {"name": "A", "code": "a", "aggregationType": kind, **field}
    refusal = shop.refusal("POST", "billable-metrics", body)
    assert refusal == f"400 fieldName is required for {kind} aggregation type"
    taken = {**body, "code": metric(shop)["code"]}
    assert shop.refusal("POST", "billable-metrics", taken) == refusal


def test_a_metric_with_a_filter_that_fails_is_not_created(shop: Shop) -> None:
    twice = [{"key": "a", "values": []}, {"key": "a", "values": ["1"]}]
    body = {"name": "A", "code": "a", "aggregationType": "COUNT", "filters": twice}
    assert "db.billableMetric.create()" in shop.refusal("POST", "billable-metrics", body)
    assert shop.ok("GET", "billable-metrics") == []
    nested = shop.refusal("POST", "billable-metrics", {**body, "filters": [twice]})
    assert nested.startswith("500")
    assert nested.endswith("Argument `key` is missing.")


def test_a_metric_knows_its_charges(shop: Shop) -> None:
    used = charge(shop)
    path = f"billable-metrics/{used['billableMetricId']}"
    assert [row["id"] for row in shop.ok("GET", path)["charges"]] == [used["id"]]
    assert shop.ok("GET", "billable-metrics")[0]["_count"] == {"charges": 1}
    assert shop.refusal("DELETE", path).startswith("400 Cannot delete billable metric")
    shop.ok("DELETE", f"charges/{used['id']}")
    shop.ok("DELETE", path)
    assert shop.refusal("GET", path) == "404 Billable metric not found"


def test_filters_that_are_refused_leave_the_metric_without_any(shop: Shop) -> None:
    path = f"billable-metrics/{metric(shop, filters=[{'key': 'a', 'values': ['1']}])['id']}"
    twice = [{"key": "b", "values": []}, {"key": "b", "values": []}]
    refusal = shop.refusal("PATCH", path, {"name": "New", "filters": twice})
    assert "db.billableMetric.update()" in refusal
    left = shop.ok("GET", path)
    assert (left["name"], left["filters"]) == ("Calls", [])


def test_the_filters_of_a_charge_have_keys_of_their_own(shop: Shop) -> None:
    twice = [{"key": "a", "values": [value]} for value in ("1", "2")]
    taken = 'Unique constraint failed on the fields: (`"chargeId"`, `key`)'
    assert taken in shop.refusal("POST", "charges", terms(shop, filters=twice))

    path = f"charges/{charge(shop, filters=twice[:1], invoiceDisplayName='Old')['id']}"
    assert taken in shop.refusal("PATCH", path, {"invoiceDisplayName": "New", "filters": twice})
    left = shop.ok("GET", path)
    assert (left["invoiceDisplayName"], left["filters"]) == ("Old", [])


def test_null_for_the_filters_deletes_them_and_changes_nothing_else(shop: Shop) -> None:
    path = f"billable-metrics/{metric(shop, filters=[{'key': 'a', 'values': ['1']}])['id']}"
    refusal = shop.refusal("PATCH", path, {"name": "New", "filters": None})
    assert refusal == "500 Cannot read properties of null (reading 'map')"
    left = shop.ok("GET", path)
    assert (left["name"], left["filters"]) == ("Calls", [])


@pytest.mark.parametrize(
    ("field", "noun"), [("planId", "Plan"), ("billableMetricId", "Billable metric")]
)
def test_a_charge_needs_a_plan_and_a_metric(shop: Shop, field: str, noun: str) -> None:
    body = {**terms(shop), field: "nobody"}
    assert shop.refusal("POST", "charges", body) == f"404 {noun} not found"


@pytest.mark.parametrize(
    ("model", "needed"),
    [
        ("STANDARD", "properties"),
        ("PACKAGE", "properties"),
        ("PERCENTAGE", "properties"),
        ("GRADUATED", "graduatedRanges"),
        ("VOLUME", "graduatedRanges"),
    ],
)
def test_a_charge_needs_what_its_model_reckons_with(shop: Shop, model: str, needed: str) -> None:
    body = {**terms(shop, graduatedRanges=[RANGE]), "chargeModel": model, needed: None}
    assert shop.refusal("POST", "charges", body) == f"400 {model} charge model requires {needed}"


def test_ranges_keep_the_order_they_were_sent_in_and_whole_bounds(shop: Shop) -> None:
    sent = [{**RANGE, "fromValue": 10.9}, {**RANGE, "toValue": 9, "flatAmount": None}]
    created = charge(shop, chargeModel="VOLUME", graduatedRanges=sent)
    kept = [
        (row["order"], row["fromValue"], row["toValue"], row["flatAmount"])
        for row in created["graduatedRanges"]
    ]
    assert kept == [(0, 10, None, "0"), (1, 0, 9, "0")]


def test_a_charge_with_a_range_that_does_not_fit_is_not_created(shop: Shop) -> None:
    body = terms(shop, chargeModel="VOLUME", graduatedRanges=[{**RANGE, "fromValue": 2**31}])
    assert "db.charge.create()" in shop.refusal("POST", "charges", body)
    assert shop.ok("GET", "charges") == []


@pytest.mark.parametrize("field", ["graduatedRanges", "filters"])
def test_null_for_a_list_deletes_both_lists_of_a_patch(shop: Shop, field: str) -> None:
    filters = [{"key": "a", "values": ["1"], "properties": None}]
    created = charge(shop, chargeModel="GRADUATED", graduatedRanges=[RANGE], filters=filters)
    assert created["filters"][0]["properties"] == {}
    path = f"charges/{created['id']}"
    body = {"minAmountCents": 1, "graduatedRanges": [RANGE], "filters": filters, field: None}
    assert "reading 'map'" in shop.refusal("PATCH", path, body)
    left = shop.ok("GET", path)
    assert (left["minAmountCents"], left["graduatedRanges"], left["filters"]) == (None, [], [])


def test_a_patch_without_lists_leaves_them_alone(shop: Shop) -> None:
    created = charge(shop, chargeModel="GRADUATED", graduatedRanges=[RANGE])
    changed = shop.ok("PATCH", f"charges/{created['id']}", {"minAmountCents": "2.9"})
    assert changed["minAmountCents"] == 2
    assert changed["graduatedRanges"] == created["graduatedRanges"]


def test_charges_are_listed_newest_first_those_of_a_plan_oldest_first(shop: Shop) -> None:
    plan = shop.plan()
    rows = [charge(shop, planId=plan)["id"] for _ in range(3)]
    assert [row["id"] for row in shop.ok("GET", f"charges?planId={plan}")] == rows[::-1]
    assert [row["id"] for row in shop.ok("GET", "charges?planId=")] == rows[::-1]
    assert [row["id"] for row in shop.ok("GET", f"charges/plan/{plan}")] == rows
