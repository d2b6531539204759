"""Billable metrics: what usage events are counted by."""

from __future__ import annotations

from typing import Dict, List

from .._errors import bad_request, conflict
from .._http.engine import Call, Overlapping, route
from .._http.field_types import (
    array,
    boolean,
    code_format,
    each_string,
    enum,
    max_length,
    nested,
    not_empty,
    string,
)
from .._http.validation import Body
from .._javascript.values import Row
from .._store.owned import METRIC_FILTERS, replacement
from .._store.rows import given, require, without
from .._store.schema import ENUMS

FILTER = Body(key=string(not_empty), values=array(each_string))
CREATE = Body(
    name=string(not_empty, max_length(100)),
    code=string(not_empty, code_format),
    description=string(max_length(500), optional=True),
    aggregationType=enum(*ENUMS["AggregationType"]),
    fieldName=string(optional=True),
    recurring=boolean(optional=True),
    filters=nested(FILTER, optional=True),
)
UPDATE = Body(
    name=string(max_length(100), optional=True),
    description=string(max_length(500), optional=True),
    fieldName=string(optional=True),
    recurring=boolean(optional=True),
    filters=nested(FILTER, optional=True),
)
OF_A_FIELD = ("SUM", "MAX", "LATEST", "WEIGHTED_SUM")


@route("GET /billable-metrics")
def list_metrics(call: Call) -> List[Row]:
    rows = call.db["billableMetric"].newest()
    return [
        {
            **_with_filters(call, row),
            "_count": {"charges": call.db["charge"].count(billableMetricId=row["id"])},
        }
        for row in rows
    ]


def _with_filters(call: Call, metric: Row) -> Row:
    return {**metric, "filters": METRIC_FILTERS.of(call.db, metric["id"])}


def _charges(call: Call, metric: Row) -> List[Row]:
    return call.db["charge"].find(billableMetricId=metric["id"])


@route("POST /billable-metrics", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    # A unique count without a field is let through.
    if data["aggregationType"] in OF_A_FIELD and not data.get("fieldName"):
        raise bad_request(f"fieldName is required for {data['aggregationType']} aggregation type")
    if call.db["billableMetric"].first(code=data["code"]):
        raise conflict("Billable metric with this code already exists")
    yield
    with call.db.transaction("db.billableMetric.create()"):
        metric = call.db["billableMetric"].create(without(data, "filters"))
        METRIC_FILTERS.add(call.db, metric["id"], data.get("filters", []))
    return _with_filters(call, metric)


@route("GET /billable-metrics/{id}")
def get(call: Call) -> Row:
    metric = require(call.db, "billableMetric", call.id)
    return {**_with_filters(call, metric), "charges": _charges(call, metric)}


@route("PATCH /billable-metrics/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "billableMetric", call.id)
    if "filters" in call.body:
        # No part of the transaction: they are gone even where the rest is refused.
        METRIC_FILTERS.clear(call.db, call.id)
    filters = replacement(call.body, "filters")
    with call.db.transaction("db.billableMetric.update()"):
        metric = call.db["billableMetric"].update(call.id, without(call.body, "filters"))
        METRIC_FILTERS.add(call.db, call.id, filters)
    return _with_filters(call, metric)


@route("DELETE /billable-metrics/{id}")
def delete(call: Call) -> Dict[str, str]:
    metric = require(call.db, "billableMetric", call.id)
    if _charges(call, metric):
        raise bad_request("Cannot delete billable metric that is used in charges")
    call.db["billableMetric"].delete(call.id)
    return {"message": "Billable metric deleted successfully"}
