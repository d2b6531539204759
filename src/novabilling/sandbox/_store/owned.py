"""Rows that are written together with the row they belong to: filters and ranges of prices."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Tuple

from .._errors import type_error
from .._javascript import values as js
from .._javascript.values import Row
from .database import Database
from .rows import delete_all, given, only


class Owned(NamedTuple):
    """A table of such rows, the column with their owner, and the columns that requests fill."""

    table: str
    owner: str
    fields: Tuple[str, ...]

    def of(self, db: Database, owner_id: str) -> List[Row]:
        return db[self.table].find(**{self.owner: owner_id})

    def add(self, db: Database, owner_id: str, items: List[Any]) -> None:
        for item in items:
            row = given(only(js.as_object(item), *self.fields))
            db[self.table].create({**row, self.owner: owner_id})

    def clear(self, db: Database, owner_id: str) -> None:
        delete_all(db, self.table, **{self.owner: owner_id})


METRIC_FILTERS = Owned("billableMetricFilter", "billableMetricId", ("key", "values"))
CHARGE_FILTERS = Owned("chargeFilter", "chargeId", ("key", "values", "properties"))
RANGES = Owned(
    "graduatedRange", "chargeId", ("fromValue", "toValue", "perUnitAmount", "flatAmount", "order")
)


def replacement(changes: Row, name: str) -> List[Any]:
    """Return the new list in a PATCH; the server stumbles over null, once the old list is gone."""
    if changes.get(name, ()) is None:
        raise type_error("map", "null")
    return js.as_list(changes.get(name))
