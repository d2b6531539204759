"""Saved payment methods; one of each customer's is the default."""

from __future__ import annotations

from typing import Dict, List

from .._errors import bad_request, not_found
from .._http.engine import Call, Overlapping, route
from .._http.field_types import enum, integer, maximum, minimum, not_empty, string
from .._http.validation import Body
from .._javascript.values import Row
from .._store.rows import given
from .._store.schema import ENUMS

CREATE = Body(
    customerId=string(not_empty),
    provider=string(not_empty),
    type=enum(*ENUMS["PaymentMethodType"], optional=True),
    tokenId=string(not_empty),
    last4=string(optional=True),
    brand=string(optional=True),
    expMonth=integer(minimum(1), maximum(12), optional=True),
    expYear=integer(minimum(2024), optional=True),
    cardholderName=string(optional=True),
    country=string(optional=True),
)


@route("POST /payment-methods", body=CREATE)
def create(call: Call) -> Overlapping:
    """Save a payment method; the first of a customer is the default."""
    data = given(call.body)
    methods, owner = call.db["paymentMethod"], data["customerId"]
    if not call.db["customer"].get(owner):
        raise not_found(f"Customer {owner}")
    if methods.first(provider=data["provider"], tokenId=data["tokenId"]):
        raise bad_request("Payment method already exists")
    yield
    return methods.create({**data, "isDefault": not methods.find(customerId=owner)})


@route("GET /payment-methods/customer/{customerId}")
def list_of_customer(call: Call) -> List[Row]:
    rows = call.db["paymentMethod"].newest(customerId=call.params["customerId"])
    return sorted(rows, key=lambda row: not row["isDefault"])


@route("GET /payment-methods/{id}")
def get(call: Call) -> Row:
    method = call.db["paymentMethod"].get(call.id)
    if not method:
        raise not_found(f"Payment method {call.id}")
    return method


@route("DELETE /payment-methods/{id}")
def delete(call: Call) -> Dict[str, str]:
    method = get(call)
    methods = call.db["paymentMethod"]
    methods.delete(method["id"])
    rest = methods.newest(customerId=method["customerId"])
    if method["isDefault"] and rest:
        methods.update(rest[0]["id"], {"isDefault": True})
    return {"message": "Payment method deleted successfully"}


@route("PATCH /payment-methods/{id}/set-default")
def set_default(call: Call) -> Row:
    method = get(call)
    methods = call.db["paymentMethod"]
    for other in methods.find(customerId=method["customerId"], isDefault=True):
        methods.update(other["id"], {"isDefault": False})
    return methods.update(method["id"], {"isDefault": True})
