"""The tenant's own record, its usage figures and API keys."""

from __future__ import annotations

from decimal import Decimal
from typing import Dict, List

from .._errors import bad_request, not_found
from .._http.engine import Call, route
from .._http.field_types import (
    array,
    each_string,
    max_length,
    min_length,
    not_empty,
    obj,
    string,
    url,
)
from .._http.validation import Body
from .._javascript.values import Row, as_object, to_date, to_string

UPDATE = Body(
    name=string(min_length(2), max_length(100), optional=True),
    email=string(optional=True),
    webhookUrl=url(optional=True),
    settings=obj(optional=True),
)
CREATE_KEY = Body(
    name=string(not_empty),
    scopes=array(each_string),
    expiresAt=string(optional=True),
)
_SECRET = ("apiKey", "webhookSecret", "lastLoginAt")


@route("GET /tenants/me")
def get_me(call: Call) -> Row:
    return call.tenant


@route("PATCH /tenants/me", body=UPDATE)
def update_me(call: Call) -> Row:
    changes = dict(call.body)
    if "settings" in changes:
        # Merged one level deep; null merges nothing, but counts as a change.
        changes["settings"] = {**as_object(call.tenant["settings"]), **(changes["settings"] or {})}
    tenant = call.world.central["tenant"].update(call.tenant["id"], changes)
    return {name: value for name, value in tenant.items() if name not in _SECRET}


@route("GET /tenants/me/usage")
def get_usage(call: Call) -> Row:
    paid = call.db["invoice"].find(status="PAID")
    return {
        "customers": len(call.db["customer"].rows),
        "activeSubscriptions": call.db["subscription"].count(status="ACTIVE"),
        "totalInvoices": len(call.db["invoice"].rows),
        "totalRevenue": sum((invoice["amount"] for invoice in paid), Decimal()),
    }


@route("POST /tenants/me/api-keys", body=CREATE_KEY)
def create_key(call: Call) -> Row:
    expiry = call.body.get("expiresAt")
    key = call.world.central["apiKey"].create(
        {
            "tenantId": call.tenant["id"],
            "key": call.world.new_api_key(),
            "name": call.body["name"],
            "scopes": call.body["scopes"],
            "expiresAt": to_date(expiry) if expiry else None,
        }
    )
    return {name: key[name] for name in ("id", "key", "name", "scopes", "expiresAt", "createdAt")}


@route("GET /tenants/me/api-keys")
def list_keys(call: Call) -> List[Row]:
    shown = ("id", "key", "name", "scopes", "lastUsed", "expiresAt", "createdAt")
    keys = call.world.central["apiKey"].newest(tenantId=call.tenant["id"])
    return [{**{name: key[name] for name in shown}, "key": _masked(key["key"])} for key in keys]


def _masked(key: str) -> str:
    return f"****{key[-4:]}"


@route("DELETE /tenants/me/api-keys/{id}")
def delete_key(call: Call) -> Dict[str, str]:
    if not call.world.central["apiKey"].first(id=call.id, tenantId=call.tenant["id"]):
        raise not_found("API key")
    call.world.central["apiKey"].delete(call.id)
    return {"message": "API key deleted successfully"}


@route("POST /tenants/me/smtp/test")
def test_smtp(call: Call) -> Dict[str, str]:
    address = to_string(call.read("to"))
    smtp = as_object(as_object(call.tenant["settings"]).get("smtp"))
    if smtp.get("host"):
        # Nothing leaves the sandbox: whatever server is set up, nobody answers.
        target = f"{to_string(smtp['host'])}:{to_string(smtp.get('port') or 587)}"
        raise bad_request(f"SMTP test failed: connect ECONNREFUSED {target}")
    return {"message": f"Test email sent successfully to {address}"}
