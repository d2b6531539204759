"""Registration, login and the tokens that follow from them."""

from __future__ import annotations

from typing import Dict, Optional

from .._errors import bad_request, conflict, unauthorized
from .._http.engine import Call, route
from .._http.field_types import email, max_length, min_length, not_empty, string
from .._http.validation import Body
from .._javascript.values import Row

REGISTER = Body(
    name=string(not_empty, min_length(2), max_length(100)),
    email=email(not_empty),
    password=string(not_empty, min_length(8), max_length(128)),
    companyName=string(not_empty, min_length(2), max_length(200)),
)
LOGIN = Body(email=email(not_empty), password=string(not_empty))
REFRESH = Body(refreshToken=string(not_empty))
FORGOT = Body(email=email(not_empty))
RESET = Body(
    token=string(not_empty),
    newPassword=string(not_empty, min_length(8)),
)


@route("POST /auth/register", body=REGISTER)
def register(call: Call) -> Row:
    body = call.body
    if _tenant(call, body["email"]):
        raise conflict("Email already registered")
    tenant = call.world.create_tenant(
        body["companyName"], body["name"], body["email"], body["password"]
    )
    return {"tenant": tenant, "apiKey": tenant["apiKey"], **call.world.tokens(tenant)}


@route("POST /auth/login", body=LOGIN)
def login(call: Call) -> Row:
    tenant = _tenant(call, call.body["email"])
    if not tenant or not call.world.has_password(tenant, call.body["password"]):
        raise unauthorized("Invalid credentials")
    # The answer has the row as it was: `lastLoginAt` is the login before this one.
    call.world.central["tenant"].update(tenant["id"], {"lastLoginAt": call.now})
    return {"tenant": tenant, **call.world.tokens(tenant)}


@route("POST /auth/refresh", body=REFRESH)
def refresh(call: Call) -> Row:
    tenant = call.world.tenant_of_token("refresh", call.body["refreshToken"])
    if not tenant:
        raise unauthorized("Invalid or expired refresh token")
    return call.world.tokens(tenant)


@route("POST /auth/forgot-password", body=FORGOT)
def forgot_password(call: Call) -> Dict[str, str]:
    tenant = _tenant(call, call.body["email"])
    if tenant:
        token = call.world.signer.issue("reset", tenant, call.now)
        call.world.reset_tokens[tenant["email"]] = token
    return {"message": "If an account exists with this email, a reset link has been sent"}


@route("POST /auth/reset-password", body=RESET)
def reset_password(call: Call) -> Dict[str, str]:
    tenant = call.world.tenant_of_token("reset", call.body["token"])
    if not tenant:
        raise bad_request("Invalid or expired reset token")
    call.world.set_password(tenant, call.body["newPassword"])
    call.world.central["tenant"].update(tenant["id"], {"updatedAt": call.now})
    return {"message": "Password has been reset successfully"}


def _tenant(call: Call, address: str) -> Optional[Row]:
    return call.world.central["tenant"].first(email=address)
