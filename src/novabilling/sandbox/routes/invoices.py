"""Invoices, what is done to them, and their PDFs."""

from __future__ import annotations

from datetime import timedelta
from typing import Dict

from .._business.billing import bill_missed_periods
from .._business.checkout import checkout
from .._business.invoices import (
    create_invoice,
    document,
    next_number,
    total,
    with_customer,
)
from .._errors import HttpError, bad_request
from .._http.date_filters import period
from .._http.engine import Call, Overlapping, route
from .._http.field_types import date_string, minimum, nested, not_empty, num, string
from .._http.paging import LIMIT, PAGE, checked_page
from .._http.response import Raw
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, to_boolean, to_date, to_string
from .._store.rows import given, money_of, only, require

ITEM = Body(
    description=string(not_empty),
    quantity=num(minimum(1)),
    unitAmount=num(minimum(0)),
)
CREATE = Body(
    customerId=string(not_empty),
    subscriptionId=string(optional=True),
    items=nested(ITEM),
    dueDate=date_string(),
    status=string(optional=True),
    invoiceNumber=string(optional=True),
    currency=string(optional=True),
    paidAt=date_string(optional=True),
    createdAt=date_string(optional=True),
)
LIST = Body(
    status=string(optional=True),
    customerId=string(optional=True),
    dateFrom=date_string(optional=True),
    dateTo=date_string(optional=True),
    page=PAGE,
    limit=LIMIT,
)
DATES = ("dueDate", "paidAt", "createdAt")
CHECKOUT_LASTS = timedelta(minutes=30)


@route("GET /invoices", query=LIST)
def list_invoices(call: Call) -> Row:
    query = call.query
    rows = call.db["invoice"].newest(
        *period(query, "invoice"),
        status=query.get("status") or UNDEFINED,
        customerId=query.get("customerId") or UNDEFINED,
    )
    return checked_page(rows, query, "invoice", lambda row: with_customer(call.db, row))


@route("POST /invoices", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    customer = require(call.db, "customer", data["customerId"])
    dates = {name: to_date(text) for name, text in only(data, *DATES).items()}
    data["invoiceNumber"] = data.get("invoiceNumber") or next_number(call.db)
    yield  # of calls that overlap here, one gets the number
    invoice = create_invoice(
        call.world,
        call.tenant,
        {
            **only(data, "customerId", "subscriptionId", "invoiceNumber"),
            **dates,
            "amount": total(data["items"]),
            "currency": data.get("currency", "").upper() or customer["currency"],
            "status": data.get("status") or UNDEFINED,
            "metadata": {"items": data["items"]},
        },
    )
    bill_missed_periods(call.world, call.tenant)
    return {**invoice, "customer": customer}


@route("GET /invoices/{id}")
def get(call: Call) -> Row:
    invoice = require(call.db, "invoice", call.id)
    subscription = call.db["subscription"].rows.get(invoice["subscriptionId"] or "")
    payments = call.db["payment"].find(invoiceId=call.id)
    return {
        **with_customer(call.db, invoice),
        "subscription": subscription,
        "payments": payments,
    }


@route("POST /invoices/{id}/finalize")
def finalize(call: Call) -> Row:
    if require(call.db, "invoice", call.id)["status"] != "DRAFT":
        raise bad_request("Only draft invoices can be finalized")
    answer = _change(call, {"status": "PENDING"})
    call.notify("invoice.finalized", {**_summary(answer), **money_of(answer)})
    return answer


def _summary(invoice: Row) -> Row:
    """Write what webhooks say of any invoice."""
    return {"invoiceId": invoice["id"], **only(invoice, "invoiceNumber", "customerId")}


@route("POST /invoices/{id}/void")
def void(call: Call) -> Row:
    if require(call.db, "invoice", call.id)["status"] == "PAID":
        raise bad_request("Cannot void a paid invoice")
    answer = _change(call, {"status": "CANCELED"})
    call.notify("invoice.voided", _summary(answer))
    return answer


@route("POST /invoices/{id}/mark-paid")
def mark_paid(call: Call) -> Overlapping:
    method = call.read("paymentMethod")
    invoice = require(call.db, "invoice", call.id)
    if invoice["status"] == "PAID":
        raise bad_request("Invoice is already paid")
    yield  # calls that overlap here record a payment each
    # No transaction: where the payment is refused, the invoice is paid all the same.
    answer = _change(call, {"status": "PAID", "paidAt": call.now})
    call.db["payment"].create(
        {
            **only(invoice, "amount", "currency"),
            "invoiceId": call.id,
            "provider": method if to_boolean(method) else "manual",
            "status": "SUCCEEDED",
        }
    )
    call.notify("invoice.paid", {**_summary(answer), **money_of(answer)})
    return answer


def _change(call: Call, changes: Row) -> Row:
    return with_customer(call.db, call.db["invoice"].update(call.id, changes))


@route("POST /invoices/{id}/checkout")
def create_checkout(call: Call) -> Row:
    callback_url = call.read("callbackUrl")
    started = checkout(call.db, require(call.db, "invoice", call.id), callback_url)
    return {**started, "expiresAt": call.now + CHECKOUT_LASTS}


@route("POST /invoices/{id}/send-email")
def send_email(call: Call) -> Dict[str, str]:
    email = call.read("email")
    invoice = require(call.db, "invoice", call.id)
    if not to_boolean(email):
        email = with_customer(call.db, invoice)["customer"]["email"]
    return {"message": f"Invoice email queued for {to_string(email)}"}


@route("GET /invoices/{id}/pdf")
def get_pdf(call: Call) -> Raw:
    invoice = require(call.db, "invoice", call.id)
    content = document(call.db, call.tenant, invoice).render()
    disposition = f'inline; filename="invoice-{call.id}.pdf"'
    return Raw(content, "application/pdf", (("Content-Disposition", disposition),))


@route("GET ~/uploads/invoices/{file}")
def get_upload(call: Call) -> Raw:
    """Serve the PDF as it was when the invoice was created, to anybody."""
    found = call.world.upload(call.params["file"])
    if not found:
        raise HttpError(404, f"Cannot {call.request.method} {call.request.target}")
    return Raw(found.render(), "application/pdf")
