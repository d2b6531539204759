"""The portal: a customer's own view, by the tenant's id for the customer, amounts as numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import List, Sequence

from .._business.checkout import checkout
from .._errors import not_found
from .._http.engine import Call, route
from .._http.paging import unchecked_page
from .._javascript.values import Number, Row, number, parse_int
from .._store.database import newest_first
from .._store.rows import all_with_prices, only, without

SHOWN = ("ACTIVE", "TRIALING", "PAUSED")
NEWEST = 20


@route("GET /portal/customers/{externalId}/billing")
def get_billing(call: Call) -> Row:
    customer = _customer(call)
    subscriptions = _subscriptions(call, customer)
    invoices, payments = _invoices(call, customer), _payments(call, customer)
    newest, shown = invoices[:NEWEST], [row for row in subscriptions if row["status"] in SHOWN]
    names = ("id", "externalId", "name", "email", "currency", "country")
    return {
        "customer": only(customer, *names),
        "subscriptions": [_short_subscription(row) for row in _with_plans(call, shown)],
        "invoices": [_short_invoice(row) for row in newest],
        "payments": [without(_short_payment(call, row), "invoiceId") for row in payments[:NEWEST]],
        "summary": {
            "activeSubscriptions": [row["status"] for row in subscriptions].count("ACTIVE"),
            "totalSpent": _spent(call, customer),
            "currency": customer["currency"],
            # Only of those that are shown.
            "pendingInvoices": [row["status"] for row in newest].count("PENDING"),
        },
    }


def _customer(call: Call) -> Row:
    customer = call.db["customer"].first(externalId=call.params["externalId"])
    if not customer:
        raise not_found("Customer")
    return customer


def _subscriptions(call: Call, customer: Row) -> Sequence[Row]:
    return call.db["subscription"].newest(customerId=customer["id"])


def _invoices(call: Call, customer: Row) -> Sequence[Row]:
    return call.db["invoice"].newest(customerId=customer["id"])


def _payments(call: Call, customer: Row) -> List[Row]:
    payments = call.db["payment"]
    return newest_first(
        row
        for invoice in call.db["invoice"].find(customerId=customer["id"])
        for row in payments.find(invoiceId=invoice["id"])
    )


def _spent(call: Call, customer: Row) -> Number:
    # Unlike the sums of the customer list, this one is the database's, and exact.
    paid = call.db["invoice"].find(customerId=customer["id"], status="PAID")
    return _amount(sum((row["amount"] for row in paid), Decimal(0)))


def _amount(value: Decimal) -> Number:
    return number(float(value))


def _with_plans(call: Call, subscriptions: Sequence[Row]) -> List[Row]:
    plans = call.db["plan"].rows
    full = all_with_prices(call.db, (plans[row["planId"]] for row in subscriptions))
    return [{**row, "plan": full[row["planId"]]} for row in subscriptions]


def _short_subscription(row: Row) -> Row:
    times = ("currentPeriodStart", "currentPeriodEnd", "trialStart", "trialEnd", "cancelAt")
    return {
        **only(row, "id", "status"),
        "plan": only(row["plan"], "id", "name", "billingInterval", "prices"),
        **only(row, "currency", *times, "createdAt"),
    }


def _short_invoice(row: Row) -> Row:
    return {
        **only(row, "id", "invoiceNumber"),
        "amount": _amount(row["amount"]),
        **only(row, "currency", "status", "dueDate", "paidAt", "pdfUrl", "createdAt"),
    }


def _short_payment(call: Call, row: Row) -> Row:
    return {
        "id": row["id"],
        "amount": _amount(row["amount"]),
        **only(row, "currency", "status", "provider", "invoiceId"),
        "invoiceNumber": call.db["invoice"].rows[row["invoiceId"]]["invoiceNumber"],
        "createdAt": row["createdAt"],
    }


@route("GET /portal/customers/{externalId}/subscriptions")
def list_subscriptions(call: Call) -> List[Row]:
    return _with_plans(call, _subscriptions(call, _customer(call)))


@route("GET /portal/customers/{externalId}/invoices")
def list_invoices(call: Call) -> Row:
    customer = _customer(call)
    rows = call.db["invoice"].newest(customerId=customer["id"], status=call.filter("status"))
    return unchecked_page(rows, call.query, "invoice", _short_invoice, read=parse_int)


@route("GET /portal/customers/{externalId}/payments")
def list_payments(call: Call) -> Row:
    rows = _payments(call, _customer(call))
    return unchecked_page(
        rows, call.query, "payment", lambda row: _short_payment(call, row), read=parse_int
    )


@route("POST /portal/customers/{externalId}/invoices/{invoiceId}/checkout")
def create_checkout(call: Call) -> Row:
    customer = _customer(call)
    callback_url = call.read("callbackUrl")
    invoice = call.db["invoice"].first(id=call.params["invoiceId"], customerId=customer["id"])
    if not invoice:
        raise not_found("Invoice")
    return {
        **checkout(call.db, invoice, callback_url),
        "invoiceNumber": invoice["invoiceNumber"],
        "amount": _amount(invoice["amount"]),
        "currency": invoice["currency"],
    }
