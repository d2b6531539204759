"""The filters by time that lists and analytics have."""

from __future__ import annotations

from datetime import datetime
from typing import List

from .._javascript.values import InvalidDate, Row, to_date
from .._store.columns import DatabaseCall


def created_within(rows: List[Row], query: Row, table: str) -> List[Row]:
    """Keep what was created from `dateFrom` to `dateTo`."""
    return within(rows, "createdAt", query, table)


def within(rows: List[Row], column: str, query: Row, table: str) -> List[Row]:
    """Keep what lies between the two dates; a bare date is its first instant, null lies nowhere."""
    if query.get("dateFrom"):
        start = _moment(query["dateFrom"], "gte", table)
        rows = [row for row in rows if row[column] and row[column] >= start]
    if query.get("dateTo"):
        end = _moment(query["dateTo"], "lte", table)
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
