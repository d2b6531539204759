"""Wallets of prepaid credits, and what goes into and out of them."""

from __future__ import annotations

from typing import Any, Dict, List

from .._business.prepaid import amount_of_credits, take_credits
from .._errors import bad_request
from .._http.engine import Call, route
from .._http.field_types import date_string, minimum, not_empty, num, obj, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import (
    UNDEFINED,
    Number,
    Row,
    decimal_text,
    number_text,
    parse_int,
    to_date,
)
from .._store.columns import decimal_of_number
from .._store.rows import given, only, require

CREATE = Body(
    customerId=string(not_empty),
    name=string(optional=True),
    currency=string(not_empty),
    rateAmount=num(minimum(0.0001), optional=True),
    paidCredits=num(minimum(0), optional=True),
    grantedCredits=num(minimum(0), optional=True),
    expirationAt=date_string(optional=True),
    metadata=obj(optional=True),
    createdAt=date_string(optional=True),
)
UPDATE = Body(
    name=string(optional=True),
    expirationAt=date_string(optional=True),
    metadata=obj(optional=True),
)
TOP_UP = Body(
    walletId=string(not_empty),
    paidCredits=num(minimum(0), optional=True),
    grantedCredits=num(minimum(0), optional=True),
    voidedCredits=num(minimum(0), optional=True),
    metadata=obj(optional=True),
)
# Credits come in in this order.
SOURCES = {"grantedCredits": "GRANTED", "paidCredits": "PURCHASED"}


@route("GET /wallets")
def list_wallets(call: Call) -> Row:
    filters = {name: call.filter(name) for name in ("customerId", "status")}
    rows = call.db["wallet"].newest(**filters)
    return unchecked_page(
        rows, call.query, "wallet", lambda row: _with_customer(call, row), read=parse_int
    )


def _with_customer(call: Call, wallet: Row) -> Row:
    return {**wallet, "customer": call.db["customer"].rows[wallet["customerId"]]}


@route("POST /wallets", body=CREATE)
def create(call: Call) -> Row:
    data = given(call.body)
    require(call.db, "customer", data["customerId"])
    dates: Dict[str, Any] = {
        name: to_date(text) for name, text in only(data, "expirationAt", "createdAt").items()
    }
    currency = data["currency"].upper()
    name = data.get("name") or None
    wallet = call.db["wallet"].create({**data, **dates, "name": name, "currency": currency})
    _add_credits(call, wallet["id"], data, UNDEFINED)
    call.notify("wallet.created", {**_summary(wallet), "currency": currency})
    return _current(call, wallet["id"])


def _summary(wallet: Row) -> Row:
    """Write what webhooks say of any wallet."""
    return {"walletId": wallet["id"], "customerId": wallet["customerId"]}


def _current(call: Call, wallet_id: str) -> Row:
    return _with_customer(call, call.db["wallet"].rows[wallet_id])


def _add_credits(call: Call, wallet_id: str, data: Row, metadata: Any) -> List[Row]:
    return [
        _add(call, wallet_id, data[field], kind, metadata)
        for field, kind in SOURCES.items()
        if data.get(field)
    ]


def _add(call: Call, wallet_id: str, credits_: Number, kind: str, metadata: Any) -> Row:
    wallet = call.db["wallet"].rows[wallet_id]
    amount = amount_of_credits(credits_, wallet)
    transaction = call.db["walletTransaction"].create(
        {
            "walletId": wallet_id,
            "transactionType": "INBOUND",
            "transactionStatus": kind,
            "creditAmount": credits_,
            "amount": amount,
            "settledAt": call.now,
            "metadata": metadata,
        }
    )
    changes = {
        "creditsBalance": wallet["creditsBalance"] + decimal_of_number(credits_),
        "balance": wallet["balance"] + decimal_of_number(amount),
    }
    call.db["wallet"].update(wallet_id, changes)
    return transaction


@route("GET /wallets/{id}")
def get(call: Call) -> Row:
    return _with_customer(call, require(call.db, "wallet", call.id))


@route("PATCH /wallets/{id}", body=UPDATE)
def update(call: Call) -> Row:
    if require(call.db, "wallet", call.id)["status"] == "TERMINATED":
        raise bad_request("Cannot update a terminated wallet")
    changes = dict(call.body)
    if changes.get("expirationAt") is not None:
        changes["expirationAt"] = to_date(changes["expirationAt"])
    wallet = call.db["wallet"].update(call.id, changes)
    call.notify("wallet.updated", _summary(wallet))
    return _with_customer(call, wallet)


@route("DELETE /wallets/{id}")
def terminate(call: Call) -> Row:
    wallet = require(call.db, "wallet", call.id)
    if wallet["status"] == "TERMINATED":
        raise bad_request("Wallet is already terminated")
    if wallet["creditsBalance"] > 0:
        _forfeit(call, wallet)
    end = {"status": "TERMINATED", "terminatedAt": call.now, "creditsBalance": 0, "balance": 0}
    wallet = call.db["wallet"].update(call.id, end)
    call.notify("wallet.terminated", _summary(wallet))
    return _with_customer(call, wallet)


def _forfeit(call: Call, wallet: Row) -> None:
    """Void what is left; unlike credits that are voided by hand, it does not count as consumed."""
    call.db["walletTransaction"].create(
        {
            "walletId": wallet["id"],
            "transactionType": "OUTBOUND",
            "transactionStatus": "VOIDED",
            "creditAmount": wallet["creditsBalance"],
            "amount": amount_of_credits(float(wallet["creditsBalance"]), wallet),
            "settledAt": call.now,
            "metadata": {"reason": "wallet_terminated"},
        }
    )


@route("POST /wallets/transactions", body=TOP_UP)
def top_up(call: Call) -> Row:
    """Void credits first, then add the granted and the paid ones."""
    wallet = require(call.db, "wallet", call.body["walletId"])
    if wallet["status"] == "TERMINATED":
        raise bad_request("Cannot top up a terminated wallet")
    metadata = call.body.get("metadata", UNDEFINED)
    transactions = _void_credits(call, wallet, call.body.get("voidedCredits") or 0, metadata)
    transactions += _add_credits(call, wallet["id"], call.body, metadata)
    if not transactions:
        words = "paidCredits, grantedCredits, voidedCredits"
        raise bad_request(f"Specify at least one of: {words}")
    return {"transactions": transactions, "wallet": _current(call, wallet["id"])}


def _void_credits(call: Call, wallet: Row, credits_: Number, metadata: Any) -> List[Row]:
    if credits_ == 0:
        return []
    if credits_ > float(wallet["creditsBalance"]):
        rest = decimal_text(wallet["creditsBalance"])
        words = f"{number_text(credits_)} credits — only {rest} available"
        raise bad_request(f"Cannot void {words}")
    return [take_credits(call.db, wallet, credits_, "VOIDED", metadata=metadata)]


@route("GET /wallets/{id}/transactions")
def list_transactions(call: Call) -> Row:
    require(call.db, "wallet", call.id)
    names = ("status", "transactionStatus", "transactionType")
    filters = {name: call.filter(name) for name in names}
    rows = call.db["walletTransaction"].newest(walletId=call.id, **filters)
    return unchecked_page(rows, call.query, "walletTransaction", read=parse_int)
