"""The rows of the tables, as the page shows them: in wire form, linked, secrets masked."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Dict, List

from .._javascript import values as js
from .._javascript.values import Row
from .._store.database import Database
from .._store.schema import MODELS, Model
from .._store.table import Table
from .journal import masked
from .sandbox import ServedSandbox

FIRST = ("customer", "plan", "subscription", "invoice", "payment", "usageEvent", "wallet")
"""What people look for; the other tables follow in the order of the schema."""

NAMES = (*FIRST, *(name for name in MODELS if name not in FIRST))

REFERRERS_SHOWN = 20

_ALSO: Dict[str, str] = {
    "addOnId": "addOn",
    "customerId": "customer",
    "invoiceId": "invoice",
    "planId": "plan",
    "previousPlanId": "plan",
    "subscriptionId": "subscription",
}
"""Columns with ids that the database does not check."""


_TELLING = ("externalId", "invoiceNumber", "code", "name", "status", "amount", "currency")
"""Columns by which people know a row."""


def references(model: Model) -> Dict[str, str]:
    """Return the tables that columns point at."""
    also = {name: table for name, table in _ALSO.items() if name in model.columns}
    return {**also, **model.references}


def list_tables(sandbox: ServedSandbox) -> List[Row]:
    """Count the rows of each table."""
    return [{"name": name, "rows": len(sandbox.database[name].rows)} for name in NAMES]


def read_table(
    sandbox: ServedSandbox, name: str, *, limit: int, offset: int, text: str, reveal: bool
) -> Row:
    """Return rows, the newest first; those in which a text stands, if one is given.

    Raises:
        LookupError: There is no such table.
    """
    table = _table(sandbox.database, name)
    rows = sorted(table.rows.values(), key=lambda row: row["id"], reverse=True)
    if text:
        wanted = text.lower()
        rows = [row for row in rows if wanted in js.stringify(_shown(row, reveal=False)).lower()]
    return {
        "name": name,
        "total": len(rows),
        "columns": ["id", *table.model.columns],
        "references": references(table.model),
        "data": [_shown(row, reveal=reveal) for row in rows[offset : offset + limit]],
    }


def read_row(sandbox: ServedSandbox, name: str, row_id: str, *, reveal: bool) -> Row:
    """Return a row, and the rows of other tables that point at it.

    Raises:
        LookupError: There is no such table or row.
    """
    database = sandbox.database
    table = _table(database, name)
    row = table.rows.get(row_id)
    if row is None:
        raise LookupError(f"there is no {name} {row_id}")
    return {
        "name": name,
        "references": references(table.model),
        "row": _shown(row, reveal=reveal),
        "referrers": _referrers(database, name, row_id),
    }


def _referrers(database: Database, name: str, row_id: str) -> List[Row]:
    found: List[Row] = []
    for other in NAMES:
        table = database[other]
        for column, target in references(table.model).items():
            if target == name:
                rows = [row for row in table.rows.values() if row[column] == row_id]
                if rows:
                    shown = [_line(row) for row in rows[: -REFERRERS_SHOWN - 1 : -1]]
                    found.append(
                        {"table": other, "column": column, "total": len(rows), "rows": shown}
                    )
    return found


def _line(row: Row) -> Row:
    """Say in a few words which row it is."""
    values = [row[name] for name in _TELLING if row.get(name) is not None]
    words = [js.decimal_text(one) if isinstance(one, Decimal) else str(one) for one in values]
    return {"id": row["id"], "label": " ".join(words)}


def _table(database: Database, name: str) -> Table:
    if name not in MODELS:
        raise LookupError(f"there is no table {name!r}, only {', '.join(NAMES)}")
    return database[name]


def _shown(row: Row, *, reveal: bool) -> Any:
    plain = json.loads(js.stringify(row))
    return plain if reveal else masked(plain)
