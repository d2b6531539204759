"""Payment providers; none of them can be reached from here."""

from __future__ import annotations

from typing import Dict, List

from .._business.checkout import unsupported
from .._errors import conflict
from .._http.engine import Call, Overlapping, route
from .._http.field_types import boolean, integer, minimum, not_empty, obj, string
from .._http.validation import Body
from .._javascript.values import Row, stringify
from .._store.rows import given, only, require

CREATE = Body(
    providerName=string(not_empty),
    credentials=obj(),
    isActive=boolean(optional=True),
    priority=integer(minimum(1), optional=True),
)
UPDATE = CREATE.partial()
_FIELDS = ("id", "providerName", "isActive", "priority")


@route("GET /payment-providers")
def list_providers(call: Call) -> List[Row]:
    rows = sorted(
        call.db["paymentProvider"].find(), key=lambda row: (row["priority"], row["updatedAt"])
    )
    return [only(row, *_FIELDS, "createdAt", "updatedAt") for row in rows]


@route("POST /payment-providers", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    if call.db["paymentProvider"].first(providerName=data["providerName"]):
        raise conflict("Provider already configured")
    yield
    data["credentials"] = stringify(data["credentials"])
    return only(call.db["paymentProvider"].create(data), *_FIELDS, "createdAt")


@route("GET /payment-providers/{id}")
def get(call: Call) -> Row:
    row = require(call.db, "paymentProvider", call.id)
    return only(row, *_FIELDS, "createdAt", "updatedAt")


@route("PATCH /payment-providers/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "paymentProvider", call.id)
    # The defaults of a new provider fill what is left out, and the name is never changed.
    changes: Row = {"isActive": True, "priority": 1, **only(call.body, "isActive", "priority")}
    if call.body.get("credentials") is not None:
        changes["credentials"] = stringify(call.body["credentials"])
    return only(call.db["paymentProvider"].update(call.id, changes), *_FIELDS, "updatedAt")


@route("DELETE /payment-providers/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "paymentProvider", call.id)
    call.db["paymentProvider"].delete(call.id)
    return {"message": "Payment provider deleted successfully"}


@route("POST /payment-providers/{id}/test")
def test(call: Call) -> Row:
    name = require(call.db, "paymentProvider", call.id)["providerName"]
    return {"success": False, "message": unsupported(name) or "Connection failed"}
