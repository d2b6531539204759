"""Small steps that many routes share: rows that must exist, fields out of a body."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Optional

from .._errors import not_found
from .._javascript.values import Row, number
from .database import Database, as_stored

_NOUNS: Dict[str, str] = {
    "customer": "Customer",
    "plan": "Plan",
    "subscription": "Subscription",
    "invoice": "Invoice",
    "payment": "Payment",
    "paymentProvider": "Payment provider",
    "coupon": "Coupon",
    "appliedCoupon": "Applied coupon",
    "addOn": "Add-on",
    "appliedAddOn": "Applied add-on",
    "creditNote": "Credit note",
    "billableMetric": "Billable metric",
    "charge": "Charge",
    "usageEvent": "Usage event",
    "wallet": "Wallet",
    "tax": "Tax",
    "planOverride": "Plan override",
}


def require(db: Database, table: str, row_id: Optional[str]) -> Row:
    """Return the row, or raise the 404 with the server's word for it."""
    row = db[table].get(row_id) if row_id is not None else None
    if row is None:
        raise not_found(_NOUNS[table])
    return row


def given(body: Row) -> Row:
    """Keep the fields that have a value: null in a POST is as good as left out."""
    return {name: value for name, value in body.items() if value is not None}


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def only(row: Row, *names: str) -> Row:
    """Keep these fields, those of them that are there."""
    return {name: row[name] for name in names if name in row}


def money_of(row: Row) -> Row:
    """Return amount and currency as webhooks show them: the amount is a number."""
    return {"amount": number(float(row["amount"])), "currency": row["currency"]}


def subscription_summary(subscription: Row, *also: str) -> Row:
    """Write what webhooks say of any subscription, and these fields of it."""
    return {"subscriptionId": subscription["id"], **only(subscription, "customerId", *also)}


def with_prices(db: Database, plan: Row) -> Row:
    return {**plan, "prices": db["planPrice"].find(planId=plan["id"])}


def all_with_prices(db: Database, plans: Iterable[Row]) -> Dict[str, Row]:
    """Return the plans by their ids; for several, the database reads all prices as stored."""
    full = {plan["id"]: with_prices(db, plan) for plan in plans}
    if len(full) > 1:
        for plan in full.values():
            plan["prices"] = as_stored(plan["prices"])
    return full


def delete_all(db: Database, table: str, **where: Any) -> None:
    """Delete the rows whose columns have these values, if there are any."""
    for row in db[table].find(**where):
        db[table].delete(row["id"])
