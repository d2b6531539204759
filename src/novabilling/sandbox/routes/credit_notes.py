"""Credit notes: money that is taken back from an invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from .._errors import bad_request
from .._http.engine import Call, route
from .._http.field_types import date_string, enum, minimum, num, obj, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import Number, Row, number_text, parse_int, to_date
from .._store.rows import given, money_of, only, require
from .._store.schema import ENUMS

CREATE = Body(
    invoiceId=string(),
    customerId=string(),
    amount=num(minimum(0)),
    currency=string(),
    reason=enum(*ENUMS["CreditNoteReason"], listed=False),
    metadata=obj(optional=True),
    status=enum(*ENUMS["CreditNoteStatus"], listed=False, optional=True),
    createdAt=date_string(optional=True),
)
UPDATE = Body(
    amount=num(minimum(0), optional=True),
    reason=enum(*ENUMS["CreditNoteReason"], listed=False, optional=True),
    metadata=obj(optional=True),
)
# What an answer shows of the invoice depends on the operation.
BRIEF = ("id", "invoiceNumber", "amount")
LISTED = (*BRIEF, "currency")
FULL = (*LISTED, "status")


@route("GET /credit-notes")
def list_credit_notes(call: Call) -> Row:
    filters = {name: call.filter(name) for name in ("customerId", "invoiceId", "status")}
    rows = call.db["creditNote"].newest(**filters)
    return unchecked_page(
        rows, call.query, "creditNote", lambda row: _render(call, row, *LISTED), read=parse_int
    )


def _render(call: Call, note: Row, *shown: str) -> Row:
    invoice = call.db["invoice"].rows[note["invoiceId"]]
    customer = call.db["customer"].rows[note["customerId"]]
    return {
        **note,
        "invoice": only(invoice, *shown),
        "customer": only(customer, "id", "name", "email"),
    }


@route("POST /credit-notes", body=CREATE)
def create(call: Call) -> Row:
    data = given(call.body)
    invoice = require(call.db, "invoice", data["invoiceId"])
    customer = require(call.db, "customer", data["customerId"])
    if invoice["customerId"] != customer["id"]:
        raise bad_request("Invoice does not belong to this customer")
    _check_rest(call, invoice, data["amount"])
    data["currency"] = data["currency"].upper()
    if "createdAt" in data:
        data["createdAt"] = to_date(data["createdAt"])
    note = call.db["creditNote"].create(data)
    # The amount as it was sent, not as it is stored.
    about = {**_summary(note), "amount": data["amount"], "reason": note["reason"]}
    call.notify("credit_note.created", about)
    return _render(call, note, *BRIEF)


def _summary(note: Row) -> Row:
    """Write what webhooks say of any credit note."""
    return {"creditNoteId": note["id"], **only(note, "invoiceId", "customerId"), **money_of(note)}


def _check_rest(call: Call, invoice: Row, amount: Number) -> None:
    worth = float(invoice["amount"])
    if amount > worth:
        raise bad_request("Credit note amount cannot exceed invoice amount")
    total = _credited(call, invoice) + amount
    if total > worth:
        figures = f"({number_text(total)}) would exceed invoice amount ({number_text(worth)})"
        raise bad_request(f"Total credit notes {figures}")


def _credited(call: Call, invoice: Row, but: Optional[str] = None) -> float:
    """Add up the notes on an invoice that are not voided; whatever currency they are in."""
    notes = call.db["creditNote"].find(invoiceId=invoice["id"])
    counted = [row["amount"] for row in notes if row["status"] != "VOIDED" and row["id"] != but]
    return float(sum(counted, Decimal(0)))


@route("GET /credit-notes/{id}")
def get(call: Call) -> Row:
    return _render(call, require(call.db, "creditNote", call.id), *FULL)


@route("PATCH /credit-notes/{id}", body=UPDATE)
def update(call: Call) -> Row:
    note = _draft(call, "updated")
    invoice = call.db["invoice"].rows[note["invoiceId"]]
    # Null counts as 0 here; the database refuses it.
    total = _credited(call, invoice, call.id) + (call.body.get("amount") or 0)
    if "amount" in call.body and total > float(invoice["amount"]):
        raise bad_request("Total credit notes would exceed invoice amount")
    return _render(call, call.db["creditNote"].update(call.id, call.body), *BRIEF)


@route("POST /credit-notes/{id}/finalize")
def finalize(call: Call) -> Row:
    _draft(call, "finalized")
    return _change(call, "FINALIZED")


def _draft(call: Call, action: str) -> Row:
    note = require(call.db, "creditNote", call.id)
    if note["status"] != "DRAFT":
        raise bad_request(f"Only draft credit notes can be {action}")
    return note


@route("POST /credit-notes/{id}/void")
def void(call: Call) -> Row:
    if require(call.db, "creditNote", call.id)["status"] == "VOIDED":
        raise bad_request("Credit note is already voided")
    return _change(call, "VOIDED")


def _change(call: Call, status: str) -> Row:
    note = call.db["creditNote"].update(call.id, {"status": status})
    call.notify(f"credit_note.{status.lower()}", _summary(note))
    return _render(call, note, *BRIEF)
