"""Taxes, and the customers, plans and charges they are assigned to."""

from __future__ import annotations

from typing import Dict, List

from .._errors import conflict
from .._http.engine import Call, Overlapping, route
from .._http.field_types import CODE, boolean, matches, maximum, minimum, not_empty, num, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import Row
from .._store.rows import delete_all, given, require

CODE_FORMAT = matches(CODE, "code must be lowercase alphanumeric with underscores")
CREATE = Body(
    name=string(not_empty),
    code=string(not_empty, CODE_FORMAT),
    rate=num(minimum(0), maximum(100)),
    description=string(optional=True),
    appliedByDefault=boolean(optional=True),
)
UPDATE = Body(
    name=string(optional=True),
    rate=num(minimum(0), maximum(100), optional=True),
    description=string(optional=True),
    appliedByDefault=boolean(optional=True),
)
ASSIGN = Body(taxId=string(not_empty))


@route("GET /taxes")
def list_taxes(call: Call) -> Row:
    rows = call.db["tax"].newest(appliedByDefault=call.flag("appliedByDefault"))
    return unchecked_page(rows, call.query, "tax", limit=50)


@route("POST /taxes", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    if call.db["tax"].first(code=data["code"]):
        raise conflict(f'Tax with code "{data["code"]}" already exists')
    yield
    return call.db["tax"].create(data)


@route("GET /taxes/{id}")
def get(call: Call) -> Row:
    return require(call.db, "tax", call.id)


@route("PATCH /taxes/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "tax", call.id)
    return call.db["tax"].update(call.id, call.body)


@route("DELETE /taxes/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "tax", call.id)
    call.db["tax"].delete(call.id)
    return {"message": "Tax deleted successfully"}


@route("GET /taxes/customer/{customerId}")
def list_of_customer(call: Call) -> List[Row]:
    return _taxes(call, "customer")


@route("POST /taxes/customer/{customerId}", body=ASSIGN)
def assign_to_customer(call: Call) -> Row:
    require(call.db, "tax", call.body["taxId"])
    require(call.db, "customer", call.params["customerId"])
    return _assign(call, "customer")


@route("DELETE /taxes/customer/{customerId}/{taxId}")
def unassign_from_customer(call: Call) -> Dict[str, str]:
    return _unassign(call, "customer")


@route("GET /taxes/plan/{planId}")
def list_of_plan(call: Call) -> List[Row]:
    return _taxes(call, "plan")


@route("POST /taxes/plan/{planId}", body=ASSIGN)
def assign_to_plan(call: Call) -> Row:
    require(call.db, "tax", call.body["taxId"])
    require(call.db, "plan", call.params["planId"])
    return _assign(call, "plan")


@route("DELETE /taxes/plan/{planId}/{taxId}")
def unassign_from_plan(call: Call) -> Dict[str, str]:
    return _unassign(call, "plan")


@route("POST /taxes/charge/{chargeId}", body=ASSIGN)
def assign_to_charge(call: Call) -> Row:
    # Only the foreign key finds out that there is no such charge.
    require(call.db, "tax", call.body["taxId"])
    return _assign(call, "charge")


@route("DELETE /taxes/charge/{chargeId}/{taxId}")
def unassign_from_charge(call: Call) -> Dict[str, str]:
    return _unassign(call, "charge")


def _taxes(call: Call, kind: str) -> List[Row]:
    links = call.db[f"{kind}Tax"].find(**_target(call, kind))
    return [call.db["tax"].rows[link["taxId"]] for link in links]


def _assign(call: Call, kind: str) -> Row:
    return call.db[f"{kind}Tax"].create({**_target(call, kind), "taxId": call.body["taxId"]})


def _unassign(call: Call, kind: str) -> Dict[str, str]:
    delete_all(call.db, f"{kind}Tax", **_target(call, kind), taxId=call.params["taxId"])
    return {"message": f"Tax unassigned from {kind}"}


def _target(call: Call, kind: str) -> Dict[str, str]:
    column = f"{kind}Id"
    return {column: call.params[column]}
