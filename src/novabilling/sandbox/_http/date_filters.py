"""The filters by time that lists and analytics have."""

from __future__ import annotations

from datetime import datetime
from typing import List, Optional, Tuple

from .._javascript.values import InvalidDate, Row, to_date
from .._store.columns import DatabaseCall

Period = Tuple[Optional[datetime], Optional[datetime]]


def period(query: Row, table: str) -> Period:
    """Read `dateFrom` and `dateTo`; a bare date is its first instant, None has no end."""
    start, end = query.get("dateFrom"), query.get("dateTo")
    return (
        _moment(start, "gte", table) if start else None,
        _moment(end, "lte", table) if end else None,
    )


def within(rows: List[Row], column: str, query: Row, table: str) -> List[Row]:
    """Keep what lies between the two dates; null lies nowhere."""
    start, end = period(query, table)
    if start is not None:
        rows = [row for row in rows if row[column] and row[column] >= start]
    if end is not None:
        rows = [row for row in rows if row[column] and row[column] <= end]
    return rows


def _moment(text: str, argument: str, table: str) -> datetime:
    """Read a date that passed the check. JavaScript knows fewer forms: no week numbers."""
    moment = to_date(text)
    if isinstance(moment, InvalidDate):
        raise DatabaseCall("db", table, "findMany").error(
            f"Invalid value for argument `{argument}`: "
            "Provided Date object is invalid. Expected Date."
        )
    return moment
