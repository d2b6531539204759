"""Taxes with what they are assigned to, and plan overrides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop import Row, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def tax(shop: Shop, code: str = "vat", **fields: Any) -> Row:
    created: Row = shop.ok("POST", "taxes", {"name": "VAT", "code": code, "rate": 7.5, **fields})
    return created


def target(shop: Shop, kind: str) -> str:
    if kind == "customer":
        return shop.customer
    plan = shop.plan()
    if kind == "plan":
        return plan
    metric = shop.row("billableMetric", name="A", code="a", aggregationType="COUNT")["id"]
    row = shop.row("charge", planId=plan, billableMetricId=metric, chargeModel="STANDARD")
    return str(row["id"])


def test_the_code_of_a_tax_is_taken_once(shop: Shop) -> None:
    taken = {"name": "B", "code": tax(shop)["code"], "rate": 0}
    assert shop.refusal("POST", "taxes", taken) == '409 Tax with code "vat" already exists'


def test_a_rate_is_checked_in_a_patch_too(shop: Shop) -> None:
    response = shop.send("PATCH", f"taxes/{tax(shop)['id']}", {"rate": 100.5})
    (error,) = response.json()["errors"]
    assert error["message"] == "rate must not be greater than 100"


@pytest.mark.parametrize("kind", ["customer", "plan", "charge"])
def test_a_tax_is_assigned_once_and_taken_off_as_often_as_asked(shop: Shop, kind: str) -> None:
    target_id, tax_id = target(shop, kind), tax(shop)["id"]
    path = f"taxes/{kind}/{target_id}"
    link = shop.ok("POST", path, {"taxId": tax_id})
    assert link == {"id": link["id"], f"{kind}Id": target_id, "taxId": tax_id}
    assert "Unique constraint failed" in shop.refusal("POST", path, {"taxId": tax_id})
    for _ in range(2):
        answer = shop.ok("DELETE", f"{path}/{tax_id}")
        assert answer == {"message": f"Tax unassigned from {kind}"}
    shop.ok("POST", path, {"taxId": tax_id})


@pytest.mark.parametrize("kind", ["customer", "plan"])
def test_only_the_taxes_of_the_target_are_listed_and_taken_off(shop: Shop, kind: str) -> None:
    path = f"taxes/{kind}/{target(shop, kind)}"
    taxes = [tax(shop, code) for code in ("a", "b", "c")]
    for row in taxes[:2]:
        shop.ok("POST", path, {"taxId": row["id"]})
    assert shop.ok("GET", path) == taxes[:2]
    shop.ok("DELETE", f"{path}/{taxes[2]['id']}")
    shop.ok("DELETE", f"{path}/{taxes[0]['id']}")
    assert shop.ok("GET", path) == taxes[1:2]


def test_a_tax_in_use_can_be_deleted_and_is_gone_from_what_used_it(shop: Shop) -> None:
    path, tax_id = f"taxes/customer/{shop.customer}", tax(shop)["id"]
    shop.ok("POST", path, {"taxId": tax_id})
    shop.ok("DELETE", f"taxes/{tax_id}")
    assert shop.ok("GET", path) == []


@pytest.mark.parametrize("name", ["limit", "page"])
@pytest.mark.parametrize("number", ["Infinity", "-Infinity", "1e19"])
def test_paging_beyond_64_bits_is_refused_by_the_database(
    shop: Shop, name: str, number: str
) -> None:
    refusal = shop.refusal("GET", f"taxes?{name}={number}")
    assert refusal.startswith("500 Invalid `db.tax.findMany()` invocation")


def override(shop: Shop, **fields: Any) -> Row:
    ids = {"customerId": shop.customer, "planId": shop.plan()}
    created: Row = shop.ok("POST", "plan-overrides", {**ids, **fields})
    return created


def test_objects_in_an_override_are_stored_as_empty_arrays(shop: Shop) -> None:
    sent = [{"currency": "NGN"}, [{"a": 1}, 2], "x", None]
    created = override(shop, overriddenPrices=sent, overriddenCharges={"chargeId": "c"})
    assert created["overriddenPrices"] == [[], [[], 2], "x", None]
    assert created["overriddenCharges"] == []


@pytest.mark.parametrize(("field", "noun"), [("customerId", "Customer"), ("planId", "Plan")])
def test_an_override_needs_a_customer_and_a_plan(shop: Shop, field: str, noun: str) -> None:
    body = {"customerId": shop.customer, "planId": shop.plan(), field: "nobody"}
    assert shop.refusal("POST", "plan-overrides", body) == f"404 {noun} not found"


def test_null_clears_every_field_of_an_override(shop: Shop) -> None:
    full = {
        "overriddenPrices": [1],
        "overriddenMinimumCommitment": "12.50",
        "overriddenCharges": [2],
        "metadata": {"a": 1},
    }
    created = override(shop, **full)
    assert created["overriddenMinimumCommitment"] == "12.5"
    cleared = shop.ok("PATCH", f"plan-overrides/{created['id']}", dict.fromkeys(full))
    assert [cleared[name] for name in full] == [None] * 4


def test_overrides_are_listed_by_customer_and_plan_newest_first(shop: Shop) -> None:
    first, second = override(shop), override(shop)
    listed = shop.ok("GET", f"plan-overrides?customerId={shop.customer}&planId=")
    assert [row["id"] for row in listed["data"]] == [second["id"], first["id"]]
    assert listed["data"][0]["customer"] == {"id": shop.customer, "name": None, "email": "a@b.co"}
    listed = shop.ok("GET", f"plan-overrides?planId={first['planId']}")
    assert [row["id"] for row in listed["data"]] == [first["id"]]
