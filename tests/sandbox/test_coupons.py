"""Coupons beyond the recording: what they may be, who may have them, what is counted."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller


@pytest.fixture
def api() -> Caller:
    return Caller(Sandbox())


@pytest.fixture
def customer(api: Caller) -> Dict[str, Any]:
    return api.customer()


def coupon(api: Caller, **fields: Any) -> Dict[str, Any]:
    about = {"code": "ten", "name": "Ten", "discountType": "PERCENTAGE", "discountValue": 10}
    made: Dict[str, Any] = api.post("/coupons", **{**about, **fields})
    return made


def give(api: Caller, made: Dict[str, Any], customer: Dict[str, Any], **fields: Any) -> Any:
    body = {"couponId": made["id"], "customerId": customer["id"], **fields}
    return api.post("/coupons/apply", **body)


def refused(api: Caller, made: Dict[str, Any], customer: Dict[str, Any], **fields: Any) -> str:
    body = {"couponId": made["id"], "customerId": customer["id"], **fields}
    return api.refusal("POST", "/coupons/apply", body)


def test_a_code_is_taken_in_any_case(api: Caller) -> None:
    coupon(api, code="Summer")
    body = {"code": "sUMMER", "name": "x", "discountType": "PERCENTAGE", "discountValue": 1}
    assert api.refusal("POST", "/coupons", body).startswith("400 ")


@pytest.mark.parametrize(
    ("kind", "value", "currency"),
    [("PERCENTAGE", 100.01, "NGN"), ("FIXED_AMOUNT", 5, None), ("FIXED_AMOUNT", 5, "")],
)
def test_a_percentage_ends_at_100_and_a_fixed_amount_needs_a_currency(
    api: Caller, kind: str, value: float, currency: Any
) -> None:
    body = {"code": "x", "name": "x", "discountType": kind, "discountValue": value}
    answer = api.send("POST", "/api/coupons", {**body, "currency": currency})
    assert (answer.status_code, answer.json()["errors"]) == (400, None)


def test_a_fixed_amount_may_be_over_100(api: Caller) -> None:
    made = coupon(api, discountType="FIXED_AMOUNT", discountValue=1e6, currency="kes")
    assert (made["discountValue"], made["currency"]) == ("1000000", "KES")


def test_nulls_are_as_good_as_nothing(api: Caller) -> None:
    made = coupon(api, appliesToPlanIds=None, expiresAt=None, maxRedemptions=None)
    assert (made["appliesToPlanIds"], made["expiresAt"]) == ([], None)


def test_the_plans_of_a_coupon_are_strings(api: Caller) -> None:
    body = {"code": "x", "name": "x", "discountType": "PERCENTAGE", "discountValue": 1}
    answer = api.send("POST", "/api/coupons", {**body, "appliesToPlanIds": [1]})
    (error,) = answer.json()["errors"]
    assert error["message"] == "each value in appliesToPlanIds must be a string"


def test_a_refused_kind_of_discount_names_no_kinds(api: Caller) -> None:
    body = {"code": "x", "name": "x", "discountType": "percentage", "discountValue": 1}
    (error,) = api.send("POST", "/api/coupons", body).json()["errors"]
    assert error["message"] == "discountType must be one of the following values: "


def test_a_customer_gets_a_coupon_once(api: Caller, customer: Dict[str, Any]) -> None:
    made = coupon(api)
    applied = give(api, made, customer)
    assert applied["coupon"]["redemptionCount"] == 1
    assert refused(api, made, customer).startswith("400 ")
    assert api.get(f"/coupons/{made['id']}")["redemptionCount"] == 1


def test_a_coupon_that_was_taken_away_may_be_given_again_and_counts_twice(
    api: Caller, customer: Dict[str, Any]
) -> None:
    made = coupon(api)
    applied = give(api, made, customer)
    api.send("DELETE", f"/api/coupons/applied/{applied['id']}")
    assert give(api, made, customer)["coupon"]["redemptionCount"] == 2


def test_a_negative_maximum_is_always_reached(api: Caller, customer: Dict[str, Any]) -> None:
    made = coupon(api, maxRedemptions=-1)
    assert refused(api, made, customer) == "400 Coupon has reached maximum redemptions"


def test_a_maximum_of_0_is_never_reached(api: Caller, customer: Dict[str, Any]) -> None:
    made = coupon(api, maxRedemptions=0)
    give(api, made, customer)
    give(api, made, api.customer(externalId="u2"))


def test_an_end_that_is_set_to_null_has_passed(api: Caller, customer: Dict[str, Any]) -> None:
    made = coupon(api)
    changed = api.patch(f"/coupons/{made['id']}", expiresAt=None)
    assert changed["expiresAt"] == "1970-01-01T00:00:00.000Z"
    assert refused(api, made, customer) == "400 Coupon has expired"


def test_the_plans_of_a_coupon_count_only_where_the_subscription_is_known(
    api: Caller, customer: Dict[str, Any]
) -> None:
    plan = api.post(
        "/plans",
        name="P",
        code="p",
        billingInterval="MONTHLY",
        prices=[{"currency": "NGN", "amount": 1}],
    )
    body = {"customerId": customer["id"], "planId": plan["id"], "currency": "NGN"}
    subscription = api.post("/subscriptions", **body)
    other = coupon(api, appliesToPlanIds=["another"])
    assert (
        refused(api, other, customer, subscriptionId=subscription["id"])
        == "400 Coupon does not apply to this plan"
    )
    assert give(api, other, customer, subscriptionId="nobody")["subscriptionId"] == "nobody"
    own = coupon(api, code="own", appliesToPlanIds=[plan["id"]])
    assert give(api, own, customer, subscriptionId=subscription["id"])["subscriptionId"]


def test_unknown_coupons_are_404(api: Caller, customer: Dict[str, Any]) -> None:
    assert refused(api, {"id": "none"}, customer) == "404 Coupon not found"
    for method in ("PATCH", "DELETE"):
        assert api.refusal(method, "/coupons/none", {}) == "404 Coupon not found"


def test_a_coupon_that_somebody_has_is_switched_off_instead_of_deleted(
    api: Caller, customer: Dict[str, Any]
) -> None:
    made = coupon(api)
    applied = give(api, made, customer)
    assert api.send("DELETE", f"/api/coupons/{made['id']}").json()["isActive"] is False
    assert api.get(f"/coupons/{made['id']}")["_count"] == {"appliedCoupons": 1}
    api.send("DELETE", f"/api/coupons/applied/{applied['id']}")
    assert api.send("DELETE", f"/api/coupons/{made['id']}").json() == {"message": "Coupon deleted"}
    assert api.refusal("GET", f"/coupons/{made['id']}") == "404 Coupon not found"


def test_an_application_that_is_refused_counts_as_well(
    api: Caller, customer: Dict[str, Any]
) -> None:
    made = coupon(api)
    assert refused(api, made, customer, usesRemaining=2**31).startswith("500 Unable to fit")
    shown = api.get(f"/coupons/{made['id']}")
    assert (shown["redemptionCount"], shown["appliedCoupons"]) == (1, [])


def test_a_coupon_shows_its_latest_20_customers_and_counts_all(api: Caller) -> None:
    made = coupon(api)
    for number in range(21):
        give(api, made, api.customer(externalId=f"u{number}", email=f"u{number}@example.com"))
    shown = api.get(f"/coupons/{made['id']}")
    assert [len(shown["appliedCoupons"]), shown["_count"]["appliedCoupons"]] == [20, 21]
    assert shown["appliedCoupons"][0]["customer"]["email"] == "u20@example.com"
