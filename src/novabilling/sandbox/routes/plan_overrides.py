"""Plan overrides: what a customer pays instead of the plan's own prices."""

from __future__ import annotations

from typing import Dict

from .._errors import conflict
from .._http.engine import Call, Overlapping, route
from .._http.field_types import array, minimum, not_empty, num, obj, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import Row
from .._store.rows import given, only, require

# Prices and charges have no declared element type: the objects in them arrive as empty arrays.
UPDATE = Body(
    overriddenPrices=array(optional=True),
    overriddenMinimumCommitment=num(minimum(0), optional=True),
    overriddenCharges=array(optional=True),
    metadata=obj(optional=True),
)
CREATE = Body(customerId=string(not_empty), planId=string(not_empty), **UPDATE.fields)


@route("GET /plan-overrides")
def list_overrides(call: Call) -> Row:
    filters = {name: call.filter(name) for name in ("customerId", "planId")}
    rows = call.db["planOverride"].newest(**filters)
    return unchecked_page(
        rows, call.query, "planOverride", lambda row: _with_names(call, row), limit=50
    )


def _with_names(call: Call, override: Row) -> Row:
    customer = call.db["customer"].rows[override["customerId"]]
    plan = call.db["plan"].rows[override["planId"]]
    return {
        **override,
        "customer": only(customer, "id", "name", "email"),
        "plan": only(plan, "id", "name", "code"),
    }


@route("POST /plan-overrides", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    customer = require(call.db, "customer", data["customerId"])
    plan = require(call.db, "plan", data["planId"])
    if call.db["planOverride"].first(customerId=customer["id"], planId=plan["id"]):
        raise conflict("A plan override already exists for this customer and plan")
    yield
    return call.db["planOverride"].create(data)


@route("GET /plan-overrides/{id}")
def get(call: Call) -> Row:
    return _with_names(call, require(call.db, "planOverride", call.id))


@route("PATCH /plan-overrides/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "planOverride", call.id)
    return call.db["planOverride"].update(call.id, call.body)


@route("DELETE /plan-overrides/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "planOverride", call.id)
    call.db["planOverride"].delete(call.id)
    return {"message": "Plan override deleted successfully"}
