"""What a subscription's usage events cost: aggregation by metrics, prices by charge models."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from .._javascript import values as js
from .._javascript.values import UNDEFINED, Row
from .._store.database import Database


class Usage(NamedTuple):
    """The units that a charge counts, and their price without its minimum."""

    charge: Row
    metric: Row
    units: float
    cost: float


def usage_of(
    db: Database, subscription: Row, since: datetime, is_before_end: Callable[[datetime], bool]
) -> List[Usage]:
    """Price the events from `since` on, charge by charge; charges without units are left out."""
    usages: List[Usage] = []
    for charge in db["charge"].find(planId=subscription["planId"]):
        metric = db["billableMetric"].rows[charge["billableMetricId"]]
        events = db["usageEvent"].newest(
            since, subscriptionId=subscription["id"], code=metric["code"]
        )
        counted = [event for event in events if is_before_end(event["timestamp"])]
        # Of equal times the event that came first counts as the newest.
        counted.reverse()
        counted.sort(key=_timestamp, reverse=True)
        units = _aggregate(metric, counted)
        if units > 0:
            usages.append(Usage(charge, metric, units, _cost(db, charge, units)))
    return usages


def _timestamp(event: Row) -> datetime:
    moment: datetime = event["timestamp"]
    return moment


def _aggregate(metric: Row, newest_first: List[Row]) -> float:
    if not newest_first:
        return 0
    return _AGGREGATIONS[metric["aggregationType"]](newest_first, js.to_string(metric["fieldName"]))


def _property(event: Row, name: str) -> Any:
    return js.as_object(event["properties"]).get(name, UNDEFINED)


def _number(value: Any, otherwise: float = 0.0) -> float:
    """`Number(value) || otherwise`."""
    number = float(js.to_number(value))
    return number if number and number == number else otherwise


def _sum(events: List[Row], field: str) -> float:
    return js.add_up(_number(_property(event, field)) for event in events)


def _weighted_sum(events: List[Row], field: str) -> float:
    weights = [_number(_property(event, "weight"), 1.0) for event in events]
    values = [_number(_property(event, field)) for event in events]
    return js.add_up(value * weight for value, weight in zip(values, weights))


def _unique_count(events: List[Row], field: str) -> float:
    values = [_property(event, field) for event in events]
    texts = {"" if value in (None, UNDEFINED) else js.to_string(value) for value in values}
    return len(texts)


_AGGREGATIONS: Dict[str, Callable[[List[Row], str], float]] = {
    "COUNT": lambda events, _: len(events),
    "SUM": _sum,
    "MAX": lambda events, field: max(_number(_property(event, field)) for event in events),
    "UNIQUE_COUNT": _unique_count,
    "LATEST": lambda events, field: _number(_property(events[0], field)),
    "WEIGHTED_SUM": _weighted_sum,
}


def _cost(db: Database, charge: Row, units: float) -> float:
    if charge["chargeModel"] in ("GRADUATED", "VOLUME"):
        ranges = db["graduatedRange"].find(chargeId=charge["id"])
        price = _graduated if charge["chargeModel"] == "GRADUATED" else _volume
        return price(sorted(ranges, key=lambda row: row["order"]), units)
    return _MODELS[charge["chargeModel"]](js.as_object(charge["properties"]), units)


def _rate(properties: Row, name: str, otherwise: float = 0.0) -> float:
    return _number(properties.get(name, UNDEFINED), otherwise)


def _standard(properties: Row, units: float) -> float:
    return units * _rate(properties, "amount")


def _package(properties: Row, units: float) -> float:
    packages = units / _rate(properties, "packageSize", 1.0)
    started = math.ceil(packages) if math.isfinite(packages) else packages
    return started * _rate(properties, "amount")


def _percentage(properties: Row, units: float) -> float:
    billable = max(0.0, units - _rate(properties, "freeUnitsPerTotalAggregation"))
    fixed = _rate(properties, "fixedAmount") if billable > 0 else 0.0
    return billable * (_rate(properties, "rate") / 100) + fixed


_MODELS: Dict[str, Callable[[Row, float], float]] = {
    "STANDARD": _standard,
    "PACKAGE": _package,
    "PERCENTAGE": _percentage,
}


def _price_in(row: Row, units: float) -> float:
    return units * float(row["perUnitAmount"]) + float(row["flatAmount"])


def _graduated(ranges: List[Row], units: float) -> float:
    """Fill the ranges one after the other; each that is entered costs its flat amount too.

    A range holds both its ends: from 0 to 10 there are eleven units.
    """
    total, left = 0.0, units
    for row in ranges:
        if left <= 0:
            break
        end: Optional[int] = row["toValue"]
        part = left if end is None else min(left, end - row["fromValue"] + 1)
        total += _price_in(row, part)
        left -= part
    return total


def _volume(ranges: List[Row], units: float) -> float:
    """Price all units by the range they lie in; between two ranges they cost nothing."""
    for row in ranges:
        end: Optional[int] = row["toValue"]
        if row["fromValue"] <= units and (end is None or units <= end):
            return _price_in(row, units)
    return 0.0
