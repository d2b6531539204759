"""The tables of one schema: what the ORM and PostgreSQL do for the server.

Rows are plain dicts, never changed in place: an update puts a new dict in. Decimals are
`Decimal`, times are aware `datetime`s; `_javascript.stringify` turns both into wire form.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Callable, Dict, Generator, Iterable, List, NamedTuple, Optional, Set, Tuple

from .._errors import QueryError
from .._javascript.values import Row
from .clock import Clock
from .columns import DatabaseCall
from .schema import Model, references_to
from .table import Table

Key = Tuple[str, str]
"""A table's name and a row's id."""


class _Fall(NamedTuple):
    """What a deletion takes along, and the foreign keys that it clears."""

    rows: Dict[Key, None]
    cleared: Set[Tuple[str, str, str]]


class Database:
    """The tables by name: `database["customer"]`."""

    def __init__(self, models: Dict[str, Model], clock: Clock, client: str = "db") -> None:
        self.clock = clock
        self.client = client
        self._tables = {name: Table(self, model) for name, model in models.items()}
        # What rows were before the transaction that is under way, if there is one.
        self._before: Optional[Dict[Key, Optional[Row]]] = None

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def save(self) -> Callable[[], None]:
        """Return a function that brings back the rows of now, as often as it is called."""
        restores = [restore for table in self._tables.values() for restore in table.save()]

        def restore() -> None:
            for one in restores:
                one()

        return restore

    def dump(self) -> Any:
        """Return the rows of the tables that have some."""
        return {name: table.dump() for name, table in self._tables.items() if table.rows}

    def load(self, dumped: Any) -> None:
        """Have these rows, and no others."""
        for name, table in self._tables.items():
            table.load(*dumped.get(name, ((), {})))

    def note(self, table: Table, row_id: str, old: Optional[Row]) -> None:
        """Remember what a row was before its first change in a transaction."""
        if self._before is not None:
            self._before.setdefault((table.model.name, row_id), old)

    @contextmanager
    def transaction(self, invocation: Optional[str] = None) -> Generator[None, None, None]:
        """All or nothing. A QueryError within names `invocation`, if that is given."""
        outer, self._before = self._before, {}
        try:
            yield
        except BaseException as error:
            before, self._before = self._before, None
            # What is new goes first: it may have the unique keys of what comes back.
            for (table, row_id), row in sorted(before.items(), key=lambda one: bool(one[1])):
                self._tables[table].bring_back(row_id, row)
            self._before = outer
            if invocation and isinstance(error, QueryError):
                raise QueryError(invocation, error.detail) from None
            raise
        before, self._before = self._before, outer
        if outer is not None:
            for key, row in before.items():
                outer.setdefault(key, row)

    def forget(self, query: DatabaseCall, model: Model, row_id: str) -> None:
        """Remove a row and follow the foreign keys that point at it, or do nothing at all."""
        fall = _Fall({}, set())
        self._follow(query, model, row_id, fall)
        for table, pointing, column in fall.cleared:
            if (table, pointing) not in fall.rows:
                self[table].clear_reference(pointing, column)
        for table, fallen in fall.rows:
            self[table].drop(fallen)

    def _follow(self, query: DatabaseCall, model: Model, row_id: str, fall: _Fall) -> None:
        fall.rows[model.name, row_id] = None
        pointing = [
            (other, column, reference.on_delete, row["id"])
            for other, column, reference in references_to(model.name)
            if other.name in self._tables
            for row in self[other.name].find(**{column: row_id})
            if (other.name, row["id"]) not in fall.rows
        ]
        for other, column, on_delete, _ in pointing:
            if on_delete == "restrict":
                raise self[other.name].violation(query, column)
        for other, column, on_delete, found in pointing:
            if on_delete == "null":
                fall.cleared.add((other.name, found, column))
            elif (other.name, found) not in fall.rows:
                self._follow(query, other, found, fall)


def newest_first(rows: Iterable[Row], column: str = "createdAt") -> List[Row]:
    """Sort in the server's usual order; ids break ties, as they grow with time."""
    return sorted(rows, key=lambda row: (row[column], row["id"]), reverse=True)


def as_stored(rows: Iterable[Row]) -> List[Row]:
    """Sort in the order in which rows were last written, which is that of the database's file.

    A look at the whole table finds them so; one by an index (`Table.find`) does not.
    """
    return sorted(rows, key=lambda row: (row["updatedAt"], row["id"]))
