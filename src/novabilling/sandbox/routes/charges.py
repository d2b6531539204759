"""Charges: the prices of a metric's units on a plan."""

from __future__ import annotations

from typing import Any, Dict, List

from .._errors import bad_request, conflict
from .._http.engine import Call, Overlapping, route
from .._http.field_types import (
    array,
    boolean,
    each_string,
    enum,
    max_length,
    nested,
    not_empty,
    num,
    obj,
    string,
)
from .._http.validation import Body
from .._javascript.values import Row, as_object
from .._store.owned import CHARGE_FILTERS, METRIC_FILTERS, RANGES, replacement
from .._store.rows import given, require, without
from .._store.schema import ENUMS

RANGE = Body(
    fromValue=num(),
    toValue=num(optional=True),
    perUnitAmount=num(),
    flatAmount=num(optional=True),
)
FILTER = Body(
    key=string(not_empty),
    values=array(each_string),
    properties=obj(optional=True),
)
UPDATE = Body(
    billingTiming=enum(*ENUMS["BillingTiming"], optional=True),
    invoiceDisplayName=string(max_length(200), optional=True),
    minAmountCents=num(optional=True),
    prorated=boolean(optional=True),
    properties=obj(optional=True),
    graduatedRanges=nested(RANGE, optional=True),
    filters=nested(FILTER, optional=True),
)
CREATE = Body(
    planId=string(not_empty),
    billableMetricId=string(not_empty),
    chargeModel=enum(*ENUMS["ChargeModel"]),
    **UPDATE.fields,
)
WITH_RANGES = ("GRADUATED", "VOLUME")
LISTS = ("graduatedRanges", "filters")


@route("GET /charges")
def list_charges(call: Call) -> List[Row]:
    rows = call.db["charge"].newest(planId=call.filter("planId"))
    return [_full(call, row) for row in rows]


@route("GET /charges/plan/{planId}")
def list_of_plan(call: Call) -> List[Row]:
    rows = call.db["charge"].newest(planId=call.params["planId"])
    return [_full(call, row) for row in reversed(rows)]


def _full(call: Call, charge: Row) -> Row:
    return {
        **charge,
        "billableMetric": call.db["billableMetric"].rows[charge["billableMetricId"]],
        "graduatedRanges": RANGES.of(call.db, charge["id"]),
        "filters": CHARGE_FILTERS.of(call.db, charge["id"]),
    }


@route("POST /charges", body=CREATE)
def create(call: Call) -> Overlapping:
    data = given(call.body)
    plan = require(call.db, "plan", data["planId"])
    metric = require(call.db, "billableMetric", data["billableMetricId"])
    if call.db["charge"].first(planId=plan["id"], billableMetricId=metric["id"]):
        raise conflict("A charge for this metric already exists on this plan")
    yield
    _check_model(data)
    with call.db.transaction("db.charge.create()"):
        charge = call.db["charge"].create(without(data, *LISTS))
        _add_lists(call, charge["id"], data.get("graduatedRanges", []), data.get("filters", []))
    return _full(call, charge)


def _check_model(data: Row) -> None:
    """Require what the model's prices stand in; what is in the properties does not matter."""
    model = data["chargeModel"]
    if model in WITH_RANGES and not data.get("graduatedRanges"):
        raise bad_request(f"{model} charge model requires graduatedRanges")
    if model not in WITH_RANGES and "properties" not in data:
        raise bad_request(f"{model} charge model requires properties")


def _add_lists(call: Call, charge_id: str, ranges: List[Any], filters: List[Any]) -> None:
    ordered = [{**as_object(row), "order": order} for order, row in enumerate(ranges)]
    RANGES.add(call.db, charge_id, ordered)
    CHARGE_FILTERS.add(call.db, charge_id, filters)


@route("GET /charges/{id}")
def get(call: Call) -> Row:
    full = _full(call, require(call.db, "charge", call.id))
    metric = full["billableMetric"]
    filters = METRIC_FILTERS.of(call.db, metric["id"])
    return {
        **full,
        "billableMetric": {**metric, "filters": filters},
        "plan": call.db["plan"].rows[full["planId"]],
    }


@route("PATCH /charges/{id}", body=UPDATE)
def update(call: Call) -> Row:
    require(call.db, "charge", call.id)
    # The old lists are gone even where the rest is refused, so this is no part of a transaction.
    if "graduatedRanges" in call.body:
        RANGES.clear(call.db, call.id)
    if "filters" in call.body:
        CHARGE_FILTERS.clear(call.db, call.id)
    ranges, filters = (replacement(call.body, name) for name in LISTS)
    with call.db.transaction("db.charge.update()"):
        charge = call.db["charge"].update(call.id, without(call.body, *LISTS))
        _add_lists(call, call.id, ranges, filters)
    return _full(call, charge)


@route("DELETE /charges/{id}")
def delete(call: Call) -> Dict[str, str]:
    require(call.db, "charge", call.id)
    call.db["charge"].delete(call.id)
    return {"message": "Charge deleted successfully"}
