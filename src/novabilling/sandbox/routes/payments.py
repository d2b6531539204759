"""Payments and refunds."""

from __future__ import annotations

from .._business.invoices import with_customer
from .._errors import bad_request
from .._http.date_filters import period
from .._http.engine import Call, Overlapping, route
from .._http.field_types import date_string, enum, minimum, not_empty, num, string
from .._http.paging import LIMIT, PAGE, checked_page
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, as_object, iso, number, to_date
from .._store.rows import given, only, require

CREATE = Body(
    invoiceId=string(not_empty),
    provider=string(not_empty),
    amount=num(minimum(0)),
    currency=string(not_empty),
    status=enum("PROCESSING", "SUCCEEDED", "FAILED", "REFUNDED", listed=False),
    providerTransactionId=string(optional=True),
    failureReason=string(optional=True),
    createdAt=date_string(optional=True),
)
REFUND = Body(amount=num(minimum(0), optional=True), reason=string(optional=True))
LIST = Body(
    status=string(optional=True),
    provider=string(optional=True),
    invoiceId=string(optional=True),
    dateFrom=date_string(optional=True),
    dateTo=date_string(optional=True),
    page=PAGE,
    limit=LIMIT,
)


@route("GET /payments", query=LIST)
def list_payments(call: Call) -> Row:
    query = call.query
    rows = call.db["payment"].newest(
        *period(query, "payment"),
        status=query.get("status") or UNDEFINED,
        provider=query.get("provider") or UNDEFINED,
        invoiceId=query.get("invoiceId") or UNDEFINED,
    )
    return checked_page(rows, query, "payment", lambda row: _with_invoice(call, row))


def _with_invoice(call: Call, payment: Row) -> Row:
    invoice = call.db["invoice"].rows[payment["invoiceId"]]
    return {**payment, "invoice": with_customer(call.db, invoice)}


@route("POST /payments", body=CREATE)
def create(call: Call) -> Row:
    data = given(call.body)
    invoice = require(call.db, "invoice", data["invoiceId"])
    data["currency"] = data["currency"].upper()
    if "createdAt" in data:
        data["createdAt"] = to_date(data["createdAt"])
    # The answer has the invoice as it was.
    payment = call.db["payment"].create(data)
    answer = _with_invoice(call, payment)
    if data["status"] == "SUCCEEDED" and invoice["status"] != "PAID":
        paid_at = data.get("createdAt", call.now)
        call.db["invoice"].update(invoice["id"], {"status": "PAID", "paidAt": paid_at})
    # The amount as it was sent, not as it is stored.
    money = {"amount": data["amount"], "currency": payment["currency"]}
    about = {**_summary(payment), **money, **only(payment, "status", "provider")}
    call.notify("payment.created", about)
    return answer


def _summary(payment: Row) -> Row:
    """Write what webhooks say of any payment."""
    return {"paymentId": payment["id"], "invoiceId": payment["invoiceId"]}


@route("GET /payments/{id}")
def get(call: Call) -> Row:
    return _with_invoice(call, require(call.db, "payment", call.id))


@route("POST /payments/{id}/refund", body=REFUND)
def refund(call: Call) -> Overlapping:
    payment = require(call.db, "payment", call.id)
    if payment["status"] != "SUCCEEDED":
        raise bad_request("Only succeeded payments can be refunded")
    paid = number(float(payment["amount"]))
    amount = call.body.get("amount")
    if amount is None:
        amount = paid
    if amount > paid:
        raise bad_request("Refund amount exceeds payment amount")
    yield  # of calls that overlap here, the last one's values stay
    metadata = {
        **as_object(payment["metadata"]),
        "refundAmount": amount,
        "refundReason": call.body.get("reason", UNDEFINED),
        "refundedAt": iso(call.now),
    }
    refunded = call.db["payment"].update(call.id, {"status": "REFUNDED", "metadata": metadata})
    about = {**_summary(payment), "refundAmount": amount, "currency": payment["currency"]}
    call.notify("payment.refunded", about)
    return _with_invoice(call, refunded)
