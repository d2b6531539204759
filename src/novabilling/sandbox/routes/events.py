"""Usage events, one by one and in batches."""

from __future__ import annotations

from typing import Any, Optional

from .._business.progressive import check_soon
from .._errors import HttpError, not_found
from .._http.date_filters import period
from .._http.engine import Call, Overlapping, route
from .._http.field_types import date_string, max_size, min_size, nested, not_empty, obj, string
from .._http.paging import unchecked_page
from .._http.validation import Body
from .._javascript.values import UNDEFINED, Row, as_object, to_date
from .._store.rows import given, require

EVENT = Body(
    transactionId=string(not_empty),
    subscriptionId=string(not_empty),
    code=string(not_empty),
    timestamp=date_string(optional=True),
    properties=obj(optional=True),
)
BATCH = Body(events=nested(EVENT, min_size(1), max_size(100)))
PER_PAGE = 50


@route("POST /events", body=EVENT)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    known = _known(call, data)
    if known:
        return known
    subscription = _subscription(call, data)
    if not call.db["billableMetric"].first(code=data["code"]):
        raise not_found(f"Billable metric with code '{data['code']}'")
    yield
    event = _store(call, data, subscription)
    _check_threshold(call, subscription)
    return event


def _check_threshold(call: Call, subscription: Row) -> None:
    if subscription["status"] == "ACTIVE":
        check_soon(call.world, call.tenant, subscription)


def _known(call: Call, data: Row) -> Optional[Row]:
    return call.db["usageEvent"].first(transactionId=data.get("transactionId"))


def _subscription(call: Call, data: Row) -> Row:
    """Find the subscription by its id, else by the id that the tenant gave it."""
    table, name = call.db["subscription"], data["subscriptionId"]
    subscription = table.get(name) or table.first(externalId=name)
    if not subscription:
        raise not_found(f"Subscription '{name}'")
    return subscription


def _store(call: Call, data: Row, subscription: Row) -> Row:
    timestamp = to_date(data["timestamp"]) if "timestamp" in data else call.now
    row = {**data, "subscriptionId": subscription["id"], "timestamp": timestamp}
    return call.db["usageEvent"].create(row)


@route("POST /events/batch", body=BATCH)
def create_batch(call: Call) -> Row:
    """Take what can be taken: one event that fails does not stop the others."""
    results = [_result(call, item) for item in call.body["events"]]
    statuses = [result["status"] for result in results]
    created = [result.pop("subscriptionId") for result in results if "subscriptionId" in result]
    for subscription_id in dict.fromkeys(created):
        _check_threshold(call, call.db["subscription"].rows[subscription_id])
    return {
        "total": len(results),
        "created": statuses.count("created"),
        "duplicates": statuses.count("duplicate"),
        "errors": statuses.count("error"),
        "results": results,
    }


def _result(call: Call, item: Any) -> Row:
    """Store one event of a batch. That there is a metric of its code is not asked here."""
    data = given(as_object(item))
    result: Row = {"transactionId": data.get("transactionId", UNDEFINED)}
    try:
        if _known(call, data):
            return {**result, "status": "duplicate"}
        event = _store(call, data, _subscription(call, data))
    except HttpError as error:
        return {**result, "status": "error", "error": error.message}
    return {**result, "status": "created", "subscriptionId": event["subscriptionId"]}


@route("GET /events/{id}")
def get(call: Call) -> Row:
    return require(call.db, "usageEvent", call.id)


@route("GET /events/subscription/{subscriptionId}")
def list_events(call: Call) -> Row:
    dates = {"dateFrom": call.filter("from"), "dateTo": call.filter("to")}
    rows = call.db["usageEvent"].newest(
        *period(dates, "usageEvent"),
        subscriptionId=call.params["subscriptionId"],
        code=call.filter("code"),
    )
    return unchecked_page(rows, call.query, "usageEvent", limit=PER_PAGE, limit_name="perPage")
