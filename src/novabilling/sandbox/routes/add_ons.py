"""Add-ons, and their application to customers as one-time charges."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from .._errors import bad_request, type_error
from .._http.engine import Call, Overlapping, route
from .._http.field_types import date_string, minimum, nested, num, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import Row, as_list, as_object, parse_int, to_date
from .._store.rows import delete_all, given, require, without

PRICE = Body(currency=string(), amount=num(minimum(0)))
CREATE = Body(
    name=string(),
    code=string(),
    description=string(optional=True),
    invoiceDisplayName=string(optional=True),
    prices=nested(PRICE),
    createdAt=date_string(optional=True),
)
UPDATE = Body(
    name=string(optional=True),
    description=string(optional=True),
    invoiceDisplayName=string(optional=True),
    prices=nested(PRICE, optional=True),
)
APPLY = Body(
    addOnId=string(),
    customerId=string(),
    subscriptionId=string(optional=True),
    amount=num(minimum(0)),
    currency=string(),
)


@route("GET /add-ons")
def list_add_ons(call: Call) -> Row:
    rows = call.db["addOn"].newest()
    return unchecked_page(
        rows, call.query, "addOn", lambda row: _with_prices(call, row), read=parse_int
    )


def _with_prices(call: Call, add_on: Row) -> Row:
    return {**add_on, "prices": call.db["addOnPrice"].find(addOnId=add_on["id"])}


@route("POST /add-ons", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    data["code"] = data["code"].lower()
    if call.db["addOn"].first(code=data["code"]):
        raise bad_request("An add-on with this code already exists")
    yield
    if not data["prices"]:
        raise bad_request("At least one price is required")
    if "createdAt" in data:
        data["createdAt"] = to_date(data["createdAt"])
    with call.db.transaction("db.addOn.create()"):
        add_on = call.db["addOn"].create(without(data, "prices"))
        _add_prices(call, add_on["id"], data["prices"])
    return _with_prices(call, add_on)


def _add_prices(call: Call, add_on_id: str, prices: List[Any]) -> None:
    for price in map(as_object, prices):
        if "currency" not in price:
            # A list among the prices passes the checks; the server looks for its currency.
            raise type_error("toUpperCase")
        currency = price["currency"].upper()
        call.db["addOnPrice"].create({**price, "addOnId": add_on_id, "currency": currency})


@route("GET /add-ons/{id}")
def get(call: Call) -> Row:
    return _with_prices(call, require(call.db, "addOn", call.id))


@route("PATCH /add-ons/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "addOn", call.id)
    prices = call.body.get("prices")
    with call.db.transaction():
        if prices is not None:
            delete_all(call.db, "addOnPrice", addOnId=call.id)
            with call.db.transaction("tx.addOnPrice.createMany()"):
                _add_prices(call, call.id, as_list(prices))
        with call.db.transaction("tx.addOn.update()"):
            add_on = call.db["addOn"].update(call.id, without(call.body, "prices"))
    return _with_prices(call, add_on)


@route("DELETE /add-ons/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "addOn", call.id)
    # Charges that were made of it stay.
    call.db["addOn"].delete(call.id)
    return {"message": "Add-on deleted"}


@route("POST /add-ons/apply", body=APPLY)
def apply(call: Call) -> Row:
    data = given(call.body)
    require(call.db, "addOn", data["addOnId"])
    customer = require(call.db, "customer", data["customerId"])
    if data.get("subscriptionId"):
        subscription = require(call.db, "subscription", data["subscriptionId"])
        if subscription["customerId"] != customer["id"]:
            raise bad_request("Subscription does not belong to this customer")
    return call.db["appliedAddOn"].create({**data, "currency": data["currency"].upper()})


@route("GET /add-ons/applied/list")
def list_applied(call: Call) -> Row:
    rows: Sequence[Row] = call.db["appliedAddOn"].newest(customerId=call.filter("customerId"))
    invoiced = call.flag("invoiced")
    if isinstance(invoiced, bool):
        rows = [row for row in rows if (row["invoiceId"] is not None) == invoiced]
    return unchecked_page(rows, call.query, "appliedAddOn", read=parse_int)


@route("DELETE /add-ons/applied/{id}")
def remove_applied(call: Call) -> Dict[str, str]:
    applied = require(call.db, "appliedAddOn", call.id)
    if applied["invoiceId"]:
        raise bad_request("Cannot remove an add-on that has already been invoiced")
    call.db["appliedAddOn"].delete(call.id)
    return {"message": "Applied add-on removed"}
