"""Analytics of a period: revenue, subscriptions, customers, payments, net revenue."""

from __future__ import annotations

from typing import List

from .._business.figures import fixed, monthly_usd, rounded, total_usd
from .._http.date_filters import within
from .._http.engine import Call, route
from .._http.field_types import date_string, enum, string
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, add_up

QUERY = Body(
    dateFrom=date_string(optional=True),
    dateTo=date_string(optional=True),
    currency=string(optional=True),
    groupBy=enum("day", "week", "month", optional=True),
)


def _paid(call: Call, **where: object) -> List[Row]:
    return call.db["invoice"].find(status="PAID", **where)


def _within(call: Call, table: str, rows: List[Row], column: str = "createdAt") -> List[Row]:
    return within(rows, column, call.query, table)


def _percent(part: int, whole: int) -> str:
    return f"{fixed(part / whole * 100)}%" if whole else "0%"


@route("GET /analytics/revenue", query=QUERY)
def get_revenue(call: Call) -> Row:
    invoices = _paid(call, currency=call.query.get("currency") or UNDEFINED)
    invoices = _within(call, "invoice", invoices, "paidAt")
    active = call.db["subscription"].find(status="ACTIVE")
    monthly = add_up(monthly_usd(call.db, row) for row in active)
    return {
        "totalRevenue": fixed(total_usd(invoices)),
        "invoiceCount": len(invoices),
        "mrr": fixed(monthly),
        "arr": fixed(monthly * 12),
    }


@route("GET /analytics/subscriptions", query=QUERY)
def get_subscriptions(call: Call) -> Row:
    """Count by status; only beginnings know the period, also those of what was canceled since."""
    subscriptions = call.db["subscription"]
    total = len(subscriptions.rows)
    canceled = subscriptions.find(status="CANCELED")
    lost = len(_within(call, "subscription", canceled))
    return {
        "total": total,
        "active": subscriptions.count(status="ACTIVE"),
        "canceled": lost,
        "trialing": subscriptions.count(status="TRIALING"),
        "paused": subscriptions.count(status="PAUSED"),
        "newSubscriptions": len(_within(call, "subscription", subscriptions.find())),
        "churnRate": _percent(lost, total),
        "retentionRate": f"{fixed(100 - float(fixed(lost / max(total, 1) * 100)))}%",
    }


@route("GET /analytics/customers", query=QUERY)
def get_customers(call: Call) -> Row:
    customers = call.db["customer"].find()
    revenue = total_usd(_paid(call))
    return {
        "totalCustomers": len(customers),
        "newCustomers": len(_within(call, "customer", customers)),
        "arpu": fixed(revenue / max(len(customers), 1)),
        "totalRevenue": fixed(revenue),
    }


@route("GET /analytics/payments", query=QUERY)
def get_payments(call: Call) -> Row:
    """Count by outcome; whatever is neither succeeded nor failed is pending, refunds too."""
    payments = _within(call, "payment", call.db["payment"].find())
    outcomes = [payment["status"] for payment in payments]
    succeeded, failed = outcomes.count("SUCCEEDED"), outcomes.count("FAILED")
    return {
        "totalPayments": len(payments),
        "succeeded": succeeded,
        "failed": failed,
        "pending": len(payments) - succeeded - failed,
        "successRate": _percent(succeeded, len(payments)),
    }


@route("GET /analytics/net-revenue", query=QUERY)
def get_net_revenue(call: Call) -> Row:
    """Take refunds and credit notes off; a refund counts as its whole payment.

    All of it is of the period in which it was created, paid invoices as well.
    """
    refunded = call.db["payment"].find(status="REFUNDED")
    finalized = call.db["creditNote"].find(status="FINALIZED")
    gross = total_usd(_within(call, "invoice", _paid(call)))
    refunds = total_usd(_within(call, "payment", refunded))
    notes = total_usd(_within(call, "creditNote", finalized))
    return {
        "grossRevenue": rounded(gross),
        "refunds": rounded(refunds),
        "creditNotes": rounded(notes),
        "netRevenue": rounded(gross - refunds - notes),
    }
