"""Subscriptions: trials, pauses, cancellation and changes of plan."""

from __future__ import annotations

from typing import Any, Optional

from .._business.billing import bill_period, credit_unused_days, price_in
from .._errors import bad_request
from .._http.engine import Call, route
from .._http.field_types import (
    boolean,
    date_string,
    enum,
    max_length,
    maximum,
    minimum,
    not_empty,
    num,
    obj,
    one_of,
    string,
)
from .._http.paging import unchecked_page
from .._http.validation import Body, Field
from .._javascript.calendar import Moment, after_days, period_end
from .._javascript.values import UNDEFINED, Row, as_object, iso, to_date
from .._store.rows import all_with_prices, given, only, require, subscription_summary, with_prices
from .._store.schema import ENUMS

CREATE = Body(
    customerId=string(not_empty),
    planId=string(not_empty),
    currency=string(not_empty, max_length(3)),
    trialDays=num(minimum(0), maximum(365), optional=True),
    metadata=obj(optional=True),
    startDate=date_string(optional=True),
    currentPeriodEnd=date_string(optional=True),
    status=enum(*ENUMS["SubscriptionStatus"], optional=True, listed=False),
    createdAt=date_string(optional=True),
    externalId=string(optional=True),
    canceledAt=date_string(optional=True),
)
UPDATE = Body(metadata=obj(optional=True))
CANCEL = Body(cancelAt=Field("String", (not_empty, one_of("now", "period_end"))))
CHANGE_PLAN = Body(newPlanId=string(not_empty), prorate=boolean(optional=True))


@route("GET /subscriptions")
def list_subscriptions(call: Call) -> Row:
    filters = {name: call.filter(name) for name in ("status", "customerId", "planId")}
    rows = call.db["subscription"].newest(**filters)
    page = unchecked_page(rows, call.query, "subscription", lambda row: _with_plan(call, row))
    plans = all_with_prices(call.db, (row["plan"] for row in page["data"]))
    return {**page, "data": [{**row, "plan": plans[row["planId"]]} for row in page["data"]]}


@route("POST /subscriptions", body=CREATE)
def create(call: Call) -> Row:
    data = given(call.body)
    customer = require(call.db, "customer", data["customerId"])
    plan = _active_plan(call, data["planId"], "Plan not found or inactive")
    if not price_in(call.db, plan["id"], data["currency"]):
        raise bad_request(f"No price found for currency {data['currency']} on this plan")
    trial = _trial(call, data)
    dates: Row = {name: to_date(data[name]) for name in ("createdAt", "canceledAt") if name in data}
    subscription = call.db["subscription"].create(
        {
            **only(data, "externalId", "metadata"),
            **dates,
            **_period(call, data, plan),
            **trial,
            "customerId": customer["id"],
            "planId": plan["id"],
            "currency": data["currency"].upper(),
            "billingTiming": plan["billingTiming"],
            "status": data.get("status", "TRIALING" if trial else "ACTIVE"),
        }
    )
    _notify(call, "created", subscription, **only(subscription, "planId", "status", "currency"))
    if not trial and (subscription["status"], plan["billingTiming"]) == ("ACTIVE", "IN_ADVANCE"):
        bill_period(call.world, call.tenant, subscription["id"])
    return _with_plan(call, subscription)


def _start(call: Call, data: Row) -> Moment:
    return to_date(data["startDate"]) if "startDate" in data else call.now


def _trial(call: Call, data: Row) -> Row:
    """Make the first period a trial, if one is asked for."""
    if data.get("trialDays", 0) <= 0:
        return {}
    start = _start(call, data)
    end = after_days(start, data["trialDays"])
    return {"trialStart": start, "trialEnd": end, "currentPeriodEnd": end}


def _period(call: Call, data: Row, plan: Row) -> Row:
    start = _start(call, data)
    if "currentPeriodEnd" in data:
        end = to_date(data["currentPeriodEnd"])
    else:
        end = period_end(start, plan["billingInterval"])
    return {"currentPeriodStart": start, "currentPeriodEnd": end}


@route("GET /subscriptions/{id}")
def get(call: Call) -> Row:
    subscription = require(call.db, "subscription", call.id)
    invoices = call.db["invoice"].newest(subscriptionId=call.id)
    return {**_with_prices(call, subscription), "invoices": invoices[:10]}


@route("PATCH /subscriptions/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "subscription", call.id)
    return _change(call, {"metadata": call.body.get("metadata", UNDEFINED)})


@route("POST /subscriptions/{id}/cancel", body=CANCEL)
def cancel(call: Call) -> Row:
    subscription = require(call.db, "subscription", call.id)
    if subscription["status"] == "CANCELED":
        raise bad_request("Subscription is already canceled")
    if call.body["cancelAt"] == "period_end":
        end = subscription["currentPeriodEnd"]
        _notify(call, "canceled", subscription, cancelAt=end)
        return _change(call, {"cancelAt": end})
    plan = call.db["plan"].rows[subscription["planId"]]
    note = {"type": "cancellation_proration", "planName": plan["name"]}
    price = price_in(call.db, subscription["planId"], subscription["currency"])
    _credit(call, subscription, price, note)
    _notify(call, "canceled", subscription, cancelAt="immediate")
    return _change(call, {"status": "CANCELED", "canceledAt": call.now})


@route("POST /subscriptions/{id}/pause")
def pause(call: Call) -> Row:
    subscription = require(call.db, "subscription", call.id)
    if subscription["status"] != "ACTIVE":
        raise bad_request("Only active subscriptions can be paused")
    _notify(call, "paused", subscription)
    return _change(call, {"status": "PAUSED"})


@route("POST /subscriptions/{id}/resume")
def resume(call: Call) -> Row:
    subscription = require(call.db, "subscription", call.id)
    if subscription["status"] != "PAUSED":
        raise bad_request("Only paused subscriptions can be resumed")
    _notify(call, "resumed", subscription)
    return _change(call, {"status": "ACTIVE"})


@route("POST /subscriptions/{id}/change-plan", body=CHANGE_PLAN)
def change_plan(call: Call) -> Row:
    """Start a dearer plan at once; any other waits for the end of the period."""
    subscription = require(call.db, "subscription", call.id)
    plan = _active_plan(call, call.body["newPlanId"], "New plan not found or inactive")
    currency = subscription["currency"]
    new_price = price_in(call.db, plan["id"], currency)
    if not new_price:
        raise bad_request(f"New plan has no price for currency {currency}")
    old_price = price_in(call.db, subscription["planId"], currency)
    if new_price["amount"] > (old_price["amount"] if old_price else 0):
        return _upgrade(call, subscription, plan, old_price)
    return _schedule(call, subscription, plan)


def _upgrade(call: Call, subscription: Row, plan: Row, old_price: Optional[Row]) -> Row:
    old_plan = call.db["plan"].rows[subscription["planId"]]
    note = {
        "type": "proration_credit",
        "oldPlanId": old_plan["id"],
        "oldPlanName": old_plan["name"],
    }
    _credit(call, subscription, old_price, note)
    plans = {"oldPlanId": old_plan["id"], "newPlanId": plan["id"]}
    proration = {"type": "upgrade", "effectiveImmediately": True}
    _notify(call, "plan_changed", subscription, **plans, proration=proration)
    # The new period is not invoiced before it ends or is renewed.
    return _change(
        call,
        {
            "previousPlanId": old_plan["id"],
            "planId": plan["id"],
            "currentPeriodStart": call.now,
            "currentPeriodEnd": period_end(call.now, plan["billingInterval"]),
        },
    )


def _schedule(call: Call, subscription: Row, plan: Row) -> Row:
    effective = iso(subscription["currentPeriodEnd"])
    pending = {"pendingPlanChange": {"newPlanId": plan["id"], "effectiveAt": effective}}
    metadata = {**as_object(subscription["metadata"]), **pending}
    plans = {"oldPlanId": subscription["planId"], "newPlanId": plan["id"]}
    _notify(call, "plan_change_scheduled", subscription, **plans, effectiveAt=effective)
    return _change(call, {"previousPlanId": subscription["planId"], "metadata": metadata})


def _credit(call: Call, subscription: Row, price: Optional[Row], note: Row) -> None:
    if price:
        credit_unused_days(call.db, subscription, price, note)


def _notify(call: Call, event: str, subscription: Row, **also: Any) -> None:
    call.notify(f"subscription.{event}", {**subscription_summary(subscription), **also})


def _active_plan(call: Call, plan_id: str, complaint: str) -> Row:
    plan = call.db["plan"].get(plan_id)
    if not plan or not plan["isActive"]:
        raise bad_request(complaint)
    return plan


def _change(call: Call, changes: Row) -> Row:
    return _with_plan(call, call.db["subscription"].update(call.id, changes))


def _with_plan(call: Call, row: Row) -> Row:
    customer = call.db["customer"].rows[row["customerId"]]
    return {**row, "customer": customer, "plan": call.db["plan"].rows[row["planId"]]}


def _with_prices(call: Call, row: Row) -> Row:
    full = _with_plan(call, row)
    return {**full, "plan": with_prices(call.db, full["plan"])}
