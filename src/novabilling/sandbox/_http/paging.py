"""Pages of a list, the checked kind and the unchecked kind, and their common query fields."""

from __future__ import annotations

import math
from typing import Callable, Optional, Sequence

from .._javascript import values as js
from .._javascript.values import Number, Row
from .._store.columns import DatabaseCall
from .field_types import integer, maximum, minimum
from .request import Query
from .validation import Field

PAGE: Field = integer(minimum(1), optional=True)
LIMIT: Field = integer(minimum(1), maximum(100), optional=True)
INT64_LIMIT = 2**63


def checked_page(
    rows: Sequence[Row], query: Row, table: str, render: Optional[Callable[[Row], Row]] = None
) -> Row:
    """Page and limit out of a query that a `Body` with PAGE and LIMIT has checked."""
    page, limit = query.get("page"), query.get("limit")
    return _page(rows, page or 1, limit or 20, table, render)


def unchecked_page(
    rows: Sequence[Row],
    query: Query,
    table: str,
    render: Optional[Callable[[Row], Row]] = None,
    *,
    limit: int = 20,
    read: Callable[[str], Number] = js.to_number,
    limit_name: str = "limit",
) -> Row:
    """Page and limit as they come: nonsense and 0 mean the default, negatives work.

    `read=js.parse_int` for the lists that read the digits at the beginning alone: "1.5", "1e1" and
    "1,2" as 1.
    """
    page = _or_default(read(js.to_string(query.get("page", ""))), 1)
    size = _or_default(read(js.to_string(query.get(limit_name, ""))), limit)
    answer = _page(rows, page, size, table, render)
    if limit_name != "limit":
        meta = answer["meta"]
        names = ("total", "page", "limit", "totalPages")
        answer["meta"] = {limit_name if name == "limit" else name: meta[name] for name in names}
    return answer


def _or_default(number: Number, default: int) -> Number:
    return default if number == 0 or number != number else number


def _page(
    rows: Sequence[Row],
    page: Number,
    limit: Number,
    table: str,
    render: Optional[Callable[[Row], Row]],
) -> Row:
    found = window(rows, (page - 1) * limit, limit, table)
    pages = len(rows) / limit
    meta = {
        "total": len(rows),
        "page": page,
        "limit": limit,
        "totalPages": math.ceil(pages) if math.isfinite(pages) else pages,
    }
    return {"data": [render(row) for row in found] if render else list(found), "meta": meta}


def window(rows: Sequence[Row], skip: Number, take: Number, table: str) -> Sequence[Row]:
    """`skip` and `take` of the ORM: a negative `take` counts from the other end."""
    call = DatabaseCall("db", table, "findMany")
    for field, value in (("skip", skip), ("take", take)):
        if not abs(value) < INT64_LIMIT:
            text = js.number_text(value)
            raise call.error(
                f"Unable to fit value {text} into a 64-bit signed integer for field `{field}`"
            )
    if skip < 0:
        text = js.number_text(math.trunc(skip))
        words = f"Invalid value for skip argument: Value can only be positive, found: {text}"
        raise call.error(f'AssertionError("{words}")')
    start, size = math.trunc(skip), math.trunc(take)
    if size < 0:
        end = len(rows) - start
        return rows[max(end + size, 0) : max(end, 0)]
    return rows[start : start + size]
