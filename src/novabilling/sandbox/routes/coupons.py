"""Coupons, and their application to customers."""

from __future__ import annotations

from typing import Dict, Optional

from .._errors import bad_request
from .._http.engine import Call, Overlapping, route
from .._http.field_types import array, boolean, date_string, each_string, enum, minimum, num, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import Row, parse_int, to_date
from .._store.rows import given, only, require
from .._store.schema import ENUMS

CREATE = Body(
    code=string(),
    name=string(),
    description=string(optional=True),
    discountType=enum(*ENUMS["DiscountType"], listed=False),
    discountValue=num(minimum(0)),
    currency=string(optional=True),
    maxRedemptions=num(optional=True),
    appliesToPlanIds=array(each_string, optional=True),
    expiresAt=date_string(optional=True),
    createdAt=date_string(optional=True),
)
UPDATE = Body(
    name=string(optional=True),
    description=string(optional=True),
    isActive=boolean(optional=True),
    expiresAt=date_string(optional=True),
)
APPLY = Body(
    couponId=string(),
    customerId=string(),
    subscriptionId=string(optional=True),
    usesRemaining=num(optional=True),
)
APPLICATIONS_SHOWN = 20
WHOLE = 100


@route("GET /coupons")
def list_coupons(call: Call) -> Row:
    rows = call.db["coupon"].newest(isActive=call.flag("isActive"))
    return unchecked_page(
        rows, call.query, "coupon", lambda row: _with_count(call, row), read=parse_int
    )


def _with_count(call: Call, coupon: Row) -> Row:
    count = call.db["appliedCoupon"].count(couponId=coupon["id"])
    return {**coupon, "_count": {"appliedCoupons": count}}


@route("POST /coupons", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    data["code"] = data["code"].upper()
    if call.db["coupon"].first(code=data["code"]):
        raise bad_request("A coupon with this code already exists")
    yield
    _check_discount(data)
    dates: Row = {
        name: to_date(text) for name, text in only(data, "expiresAt", "createdAt").items()
    }
    if "currency" in data:
        data["currency"] = data["currency"].upper()
    return call.db["coupon"].create({**data, **dates})


def _check_discount(data: Row) -> None:
    if data["discountType"] == "PERCENTAGE" and data["discountValue"] > WHOLE:
        raise bad_request("Percentage discount must be between 0 and 100")
    if data["discountType"] == "FIXED_AMOUNT" and not data.get("currency"):
        raise bad_request("Currency is required for fixed amount discounts")


@route("GET /coupons/{id}")
def get(call: Call) -> Row:
    coupon = require(call.db, "coupon", call.id)
    applied = call.db["appliedCoupon"].newest(couponId=call.id)
    shown = [_with_contact(call, row) for row in applied[:APPLICATIONS_SHOWN]]
    return {**coupon, "appliedCoupons": shown, "_count": {"appliedCoupons": len(applied)}}


def _with_contact(call: Call, applied: Row) -> Row:
    customer = call.db["customer"].rows[applied["customerId"]]
    return {**applied, "customer": only(customer, "id", "name", "email")}


@route("PATCH /coupons/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "coupon", call.id)
    changes = dict(call.body)
    if "expiresAt" in changes:
        # Null is a date as well, the first of 1970: an end cannot be taken away.
        changes["expiresAt"] = to_date(changes["expiresAt"])
    return call.db["coupon"].update(call.id, changes)


@route("DELETE /coupons/{id}")
def delete(call: Call) -> Row:
    """Delete a coupon that nobody has; any other is only switched off."""
    require(call.db, "coupon", call.id)
    if call.db["appliedCoupon"].count(couponId=call.id):
        return call.db["coupon"].update(call.id, {"isActive": False})
    call.db["coupon"].delete(call.id)
    return {"message": "Coupon deleted"}


@route("POST /coupons/apply", body=APPLY)
def apply(call: Call) -> Overlapping:
    data = given(call.body)
    coupon = require(call.db, "coupon", data["couponId"])
    _check_usable(call, coupon)
    customer = require(call.db, "customer", data["customerId"])
    if call.db["appliedCoupon"].first(couponId=coupon["id"], customerId=customer["id"]):
        raise bad_request("Coupon already applied to this customer")
    _check_plan(call, coupon, data.get("subscriptionId"))
    yield  # calls that overlap here apply it more than once
    # Both are written at the same time: what is refused counts as well, and no redemption is lost.
    count = call.db["coupon"].rows[coupon["id"]]["redemptionCount"]
    coupon = call.db["coupon"].update(coupon["id"], {"redemptionCount": count + 1})
    return {**call.db["appliedCoupon"].create(data), "coupon": coupon, "customer": customer}


def _check_usable(call: Call, coupon: Row) -> None:
    if not coupon["isActive"]:
        raise bad_request("Coupon is no longer active")
    if coupon["expiresAt"] is not None and coupon["expiresAt"] < call.now:
        raise bad_request("Coupon has expired")
    # A maximum of 0 is as good as none; a negative one is always reached.
    if coupon["maxRedemptions"] and coupon["redemptionCount"] >= coupon["maxRedemptions"]:
        raise bad_request("Coupon has reached maximum redemptions")


def _check_plan(call: Call, coupon: Row, subscription_id: Optional[str]) -> None:
    # A subscription that nobody knows passes, and so does an application without any.
    subscription = call.db["subscription"].get(subscription_id) if subscription_id else None
    plans = coupon["appliesToPlanIds"]
    if subscription and plans and subscription["planId"] not in plans:
        raise bad_request("Coupon does not apply to this plan")


@route("DELETE /coupons/applied/{id}")
def remove_applied(call: Call) -> Dict[str, str]:
    require(call.db, "appliedCoupon", call.id)
    # The redemption stays counted.
    call.db["appliedCoupon"].delete(call.id)
    return {"message": "Coupon removed from customer"}
