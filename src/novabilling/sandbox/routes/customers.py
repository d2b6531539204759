"""Customers and what hangs on one of them."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any, Callable, Dict, List, Sequence, Tuple

from .._errors import bad_request, conflict, not_found
from .._http.engine import Call, Overlapping, route
from .._http.field_types import (
    date_string,
    email,
    enum,
    integer,
    max_length,
    maximum,
    minimum,
    not_empty,
    obj,
    string,
)
from .._http.paging import LIMIT, PAGE, checked_page
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, number, to_date
from .._store.columns import DatabaseCall, containing, unknown_argument
from .._store.database import as_stored
from .._store.rows import given, only, require, without

CREATE = Body(
    externalId=string(not_empty),
    email=email(not_empty),
    name=string(max_length(200), optional=True),
    country=string(max_length(3), optional=True),
    currency=string(not_empty, max_length(3)),
    metadata=obj(optional=True),
    netPaymentTerms=integer(minimum(0), maximum(365), optional=True),
    createdAt=date_string(optional=True),
)
UPDATE = CREATE.partial()
LIST = Body(
    page=PAGE,
    limit=LIMIT,
    search=string(optional=True),
    country=string(optional=True),
    currency=string(optional=True),
    sortBy=string(optional=True),
    sortOrder=enum("asc", "desc", optional=True),
)
_RELATIONS = {
    "subscriptions": "Subscription",
    "invoices": "Invoice",
    "paymentMethods": "PaymentMethod",
    "appliedCoupons": "AppliedCoupon",
    "appliedAddOns": "AppliedAddOn",
    "creditNotes": "CreditNote",
    "wallets": "Wallet",
    "customerTaxes": "CustomerTax",
    "planOverrides": "PlanOverride",
}


@route("GET /customers", query=LIST)
def list_customers(call: Call) -> Row:
    query = call.query
    rows: Sequence[Row] = call.db["customer"].newest(
        country=query.get("country") or UNDEFINED, currency=query.get("currency") or UNDEFINED
    )
    if query.get("search"):
        sought = containing(query["search"])
        rows = [row for row in rows if sought(row["email"]) or sought(row["name"] or "")]
    rows = _sort(rows, query.get("sortBy") or "createdAt", query.get("sortOrder") or "desc")
    return checked_page(rows, query, "customer", _figures(call))


def _sort(rows: Sequence[Row], column: str, order: str) -> Sequence[Row]:
    if (column, order) == ("createdAt", "desc"):
        return rows
    call = DatabaseCall("db", "customer", "findMany")
    if column in _RELATIONS:
        expected = f"{_RELATIONS[column]}OrderByRelationAggregateInput"
        words = f"Invalid value provided. Expected {expected}, provided String."
        raise call.error(f"Argument `{column}`: {words}")
    names = ["id", *_COLUMNS]
    if column not in names:
        raise call.error(unknown_argument(column, [*names, *_RELATIONS]))
    return sorted(rows, key=lambda row: _sort_key(row, column), reverse=order == "desc")


_COLUMNS = (*CREATE.fields, "updatedAt")


def _sort_key(row: Row, column: str) -> Tuple[Any, ...]:
    value = row[column]
    # Nulls come last in ascending order; objects are in no useful order.
    if value is None or isinstance(value, dict):
        return (True, row["id"])
    return (False, value, row["id"])


def _figures(call: Call) -> Callable[[Row], Row]:
    """Return what adds the figures that lists show to a customer."""
    invoices = call.db["invoice"]
    active = call.db["subscription"].index("customerId", "status")
    paid = invoices.index("customerId", "status")

    def with_figures(customer: Row) -> Row:
        owner, spent = customer["id"], 0.0
        if paid.of((owner, "PAID")):
            # Added up in floats, one by one: newer versions of `sum` are more exact.
            rows = invoices.find(customerId=owner, status="PAID")
            spent = reduce(add, (float(row["amount"]) for row in rows), 0.0)
        count = len(active.of((owner, "ACTIVE")))
        return {**customer, "activeSubscriptions": count, "totalSpent": number(spent)}

    return with_figures


@route("POST /customers", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    if call.db["customer"].first(externalId=data["externalId"]):
        raise conflict("Customer with this externalId already exists")
    yield
    if "createdAt" in data:
        data["createdAt"] = to_date(data["createdAt"])
    customer = call.db["customer"].create(data)
    call.notify("customer.created", _summary(customer))
    return customer


def _summary(customer: Row) -> Row:
    """Write what webhooks say of a customer."""
    return {"customerId": customer["id"], **only(customer, "externalId", "email", "name")}


@route("GET /customers/{id}")
def get(call: Call) -> Row:
    customer = require(call.db, "customer", call.id)
    subscriptions = call.db["subscription"].find(customerId=call.id)
    invoices = call.db["invoice"].newest(customerId=call.id)
    return {
        **customer,
        "subscriptions": [_with_plan(call, row) for row in subscriptions],
        "invoices": invoices[:10],
    }


@route("PATCH /customers/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "customer", call.id)
    changes = without(call.body, "externalId", "createdAt")
    customer = call.db["customer"].update(call.id, changes)
    call.notify("customer.updated", _summary(customer))
    return customer


@route("DELETE /customers/{id}")
def delete(call: Call) -> Dict[str, str]:
    customer = require(call.db, "customer", call.id)
    if call.db["subscription"].count(customerId=call.id, status="ACTIVE"):
        raise bad_request(
            "Cannot delete customer with active subscriptions. Cancel subscriptions first."
        )
    call.db["customer"].delete(call.id)
    call.notify("customer.deleted", without(_summary(customer), "name"))
    return {"message": "Customer deleted successfully"}


def _with_plan(call: Call, subscription: Row) -> Row:
    return {**subscription, "plan": call.db["plan"].rows[subscription["planId"]]}


@route("GET /customers/{id}/subscriptions")
def list_subscriptions(call: Call) -> List[Row]:
    rows = call.db["subscription"].newest(customerId=call.id)
    return [_with_plan(call, row) for row in rows]


@route("GET /customers/{id}/invoices")
def list_invoices(call: Call) -> List[Row]:
    return call.db["invoice"].newest(customerId=call.id)[:]


@route("GET /customers/{id}/payments")
def list_payments(call: Call) -> List[Row]:
    invoices = call.db["invoice"].newest(customerId=call.id)
    # Those of one invoice are in no order but the database's own.
    payments = [call.db["payment"].find(invoiceId=one["id"]) for one in invoices]
    if len(invoices) > 1:
        payments = list(map(as_stored, payments))
    return [row for rows in payments for row in rows]


@route("GET /customers/{id}/payment-methods")
def list_payment_methods(call: Call) -> List[Row]:
    return call.db["paymentMethod"].newest(customerId=call.id)[:]


@route("DELETE /customers/{id}/payment-methods/{methodId}")
def delete_payment_method(call: Call) -> Dict[str, str]:
    method = call.db["paymentMethod"].first(id=call.params["methodId"], customerId=call.id)
    if not method:
        raise not_found("Payment method")
    call.db["paymentMethod"].delete(method["id"])
    return {"message": "Payment method deleted"}
