"""Add-ons beyond the recording: codes, prices, and the charges made of them."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from tests.sandbox.shop import Shop

USD = {"currency": "usd", "amount": 5}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def add_on(shop: Shop, **fields: Any) -> Dict[str, Any]:
    body = {"name": "Storage", "code": "storage", "prices": [USD], **fields}
    made: Dict[str, Any] = shop.ok("POST", "add-ons", body)
    return made


def apply(shop: Shop, made: Dict[str, Any], **fields: Any) -> Any:
    body = {"addOnId": made["id"], "customerId": shop.customer, "amount": 5, "currency": "usd"}
    return shop.ok("POST", "add-ons/apply", {**body, **fields})


def test_a_code_is_taken_in_any_case(shop: Shop) -> None:
    assert add_on(shop, code="STORAGE")["code"] == "storage"
    body = {"name": "x", "code": "Storage", "prices": [USD]}
    assert shop.refusal("POST", "add-ons", body).startswith("400 ")


def test_a_list_among_the_prices_breaks_the_server(shop: Shop) -> None:
    body = {"name": "x", "code": "x", "prices": [[]]}
    expected = "500 Cannot read properties of undefined (reading 'toUpperCase')"
    assert shop.refusal("POST", "add-ons", body) == expected
    assert shop.ok("GET", "add-ons")["data"] == []


def test_a_price_that_is_refused_leaves_everything_as_it_was(shop: Shop) -> None:
    made = add_on(shop)
    body = {"name": "New", "prices": [USD, USD]}
    path = f"add-ons/{made['id']}"
    refusal = shop.refusal("PATCH", path, body)
    assert refusal.startswith("500 Invalid `tx.addOnPrice.createMany()` invocation")
    assert "Unique constraint failed" in refusal
    assert shop.ok("GET", path) == made
    # The price that came back is still the only one of its currency.
    assert shop.ok("PATCH", path, {"prices": [USD]})["prices"][0]["amount"] == "5"


def test_unknown_add_ons_are_404(shop: Shop) -> None:
    assert shop.refusal("GET", "add-ons/none") == "404 Add-on not found"
    assert shop.refusal("PATCH", "add-ons/none", {}) == "404 Add-on not found"


def test_a_charge_of_an_unknown_customer_is_404(shop: Shop) -> None:
    body = {"addOnId": add_on(shop)["id"], "customerId": "none", "amount": 1, "currency": "USD"}
    assert shop.refusal("POST", "add-ons/apply", body) == "404 Customer not found"


def test_a_charge_outlives_its_add_on_and_keeps_its_customer(shop: Shop) -> None:
    made = add_on(shop)
    charge = apply(shop, made)
    shop.ok("DELETE", f"add-ons/{made['id']}")
    assert shop.ok("GET", "add-ons/applied/list")["data"] == [charge]
    refusal = shop.refusal("DELETE", f"customers/{shop.customer}")
    assert refusal.endswith("`AppliedAddOn_customerId_fkey`")


def test_anything_but_true_lists_the_charges_that_wait(shop: Shop) -> None:
    waiting, billed = apply(shop, add_on(shop)), apply(shop, add_on(shop, code="b"))
    shop.db["appliedAddOn"].update(billed["id"], {"invoiceId": "i"})
    for value, expected in (("true", billed), ("True", waiting), ("", waiting)):
        (shown,) = shop.ok("GET", f"add-ons/applied/list?invoiced={value}")["data"]
        assert shown["id"] == expected["id"]
    assert len(shop.ok("GET", "add-ons/applied/list")["data"]) == 2


def test_a_charge_that_was_invoiced_stays(shop: Shop) -> None:
    charge = apply(shop, add_on(shop))
    shop.db["appliedAddOn"].update(charge["id"], {"invoiceId": "i"})
    refusal = shop.refusal("DELETE", f"add-ons/applied/{charge['id']}")
    assert refusal == "400 Cannot remove an add-on that has already been invoiced"


def test_a_snapshot_from_before_a_refusal_comes_back(shop: Shop) -> None:
    made = add_on(shop)
    before = shop.sandbox.snapshot()
    path = f"add-ons/{made['id']}"
    assert shop.refusal("PATCH", path, {"prices": [USD, USD]}).startswith("500")
    shop.ok("PATCH", path, {"prices": []})
    shop.sandbox.restore(before)
    assert shop.ok("GET", path) == made
    assert shop.ok("PATCH", path, {"prices": []})["prices"] == []
