"""Plans and their prices."""

from __future__ import annotations

from typing import Dict, List

from .._errors import bad_request, conflict, not_found, type_error
from .._http.engine import Call, Overlapping, route
from .._http.field_types import (
    array,
    boolean,
    code_format,
    each_string,
    enum,
    integer,
    max_length,
    maximum,
    minimum,
    nested,
    not_empty,
    num,
    string,
)
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, as_object
from .._store.rows import all_with_prices, given, only, require, with_prices, without
from .._store.schema import ENUMS

PRICE = Body(currency=string(not_empty, max_length(3)), amount=num(minimum(0)))
CREATE = Body(
    name=string(not_empty, max_length(100)),
    code=string(not_empty, code_format),
    description=string(max_length(500), optional=True),
    billingInterval=enum(*ENUMS["BillingInterval"]),
    billingTiming=enum(*ENUMS["BillingTiming"], optional=True),
    features=array(each_string, optional=True),
    prices=nested(PRICE, optional=True),
    netPaymentTerms=integer(minimum(0), maximum(365), optional=True),
    invoiceGracePeriodDays=integer(minimum(0), maximum(90), optional=True),
    progressiveBillingThreshold=num(minimum(0), optional=True),
)
UPDATE = Body(
    name=string(max_length(100), optional=True),
    description=string(max_length(500), optional=True),
    billingInterval=enum(*ENUMS["BillingInterval"], optional=True),
    billingTiming=enum(*ENUMS["BillingTiming"], optional=True),
    features=array(each_string, optional=True),
    isActive=boolean(optional=True),
    netPaymentTerms=integer(minimum(0), maximum(365), optional=True),
    invoiceGracePeriodDays=integer(minimum(0), maximum(90), optional=True),
    progressiveBillingThreshold=num(minimum(0), optional=True),
)


@route("GET /plans")
def list_plans(call: Call) -> List[Row]:
    rows = call.db["plan"].newest(isActive=call.flag("isActive"))
    return list(all_with_prices(call.db, rows).values())


@route("POST /plans", body=CREATE)
def create(call: Call) -> Overlapping:
    # Null means left out here, but for these two: they are written as they came.
    data = {**given(call.body), **only(call.body, "billingTiming", "invoiceGracePeriodDays")}
    if call.db["plan"].first(code=data["code"]):
        raise conflict("Plan with this code already exists")
    yield
    with call.db.transaction("db.plan.create()"):
        plan = call.db["plan"].create(without(data, "prices"))
        for price in map(as_object, data.get("prices", [])):
            if "currency" not in price:
                # A list among the prices passes the checks; the server looks for its currency.
                raise type_error("toUpperCase")
            _add_price(call, plan["id"], price)
    return with_prices(call.db, plan)


@route("GET /plans/{id}")
def get(call: Call) -> Row:
    plan = require(call.db, "plan", call.id)
    count = call.db["subscription"].count(planId=call.id)
    return {**with_prices(call.db, plan), "_count": {"subscriptions": count}}


@route("PATCH /plans/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "plan", call.id)
    return with_prices(call.db, call.db["plan"].update(call.id, call.body))


@route("DELETE /plans/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "plan", call.id)
    if call.db["subscription"].count(planId=call.id):
        raise bad_request("Cannot delete plan with existing subscriptions")
    call.db["plan"].delete(call.id)
    return {"message": "Plan deleted successfully"}


@route("POST /plans/{id}/prices", body=PRICE)
def add_price(call: Call) -> Row:
    require(call.db, "plan", call.id)
    return _add_price(call, call.id, call.body)


def _add_price(call: Call, plan_id: str, price: Row) -> Row:
    currency = price["currency"].upper()
    return call.db["planPrice"].create({**price, "planId": plan_id, "currency": currency})


@route("PATCH /plans/{id}/prices/{priceId}")
def update_price(call: Call) -> Row:
    price = _price(call)
    # Nobody checks this body, not even whether there is one.
    amount = as_object(call.body).get("amount", UNDEFINED)
    return call.db["planPrice"].update(price["id"], {"amount": amount})


@route("DELETE /plans/{id}/prices/{priceId}")
def delete_price(call: Call) -> Dict[str, str]:
    call.db["planPrice"].delete(_price(call)["id"])
    return {"message": "Price deleted successfully"}


def _price(call: Call) -> Row:
    price = call.db["planPrice"].first(id=call.params["priceId"], planId=call.id)
    if not price:
        raise not_found("Price")
    return price
