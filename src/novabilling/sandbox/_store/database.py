"""Tables of rows in memory: what the ORM and PostgreSQL do for the server.

Rows are plain dicts, never changed in place: an update puts a new dict in. Decimals are
`Decimal`, times are aware `datetime`s; `_javascript.stringify` turns both into wire form.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from typing import Any, Callable, Dict, Generator, Iterable, List, Optional

from .._errors import QueryError
from .._javascript.values import UNDEFINED, Row
from .clock import Clock
from .columns import DatabaseCall, check_text, store
from .schema import NOW, REQUIRED, Column, Model, references_to

Where = Dict[str, Any]


class Table:
    """One table; a method is one call of the ORM and fails as that call does."""

    def __init__(self, database: Database, model: Model) -> None:
        self._database = database
        self.model = model
        self.rows: Dict[str, Row] = {}

    def _query(self, action: str) -> DatabaseCall:
        return DatabaseCall(self._database.client, self.model.name, action)

    def get(self, row_id: str) -> Optional[Row]:
        return self.rows.get(check_text(row_id))

    def find(self, **where: Any) -> List[Row]:
        """Find the rows whose columns have these values (UNDEFINED: any), oldest first."""
        query = self._query("findMany")
        wanted = {
            name: store(query, self._column(query, name), value)
            for name, value in where.items()
            if value is not UNDEFINED
        }
        return [row for row in self.rows.values() if _matches(row, wanted)]

    def first(self, **where: Any) -> Optional[Row]:
        return next(iter(self.find(**where)), None)

    def create(self, data: Row) -> Row:
        """Insert a row; columns left out or UNDEFINED get their defaults."""
        query, now = self._query("create"), self._database.clock.now()
        row: Row = {"id": self._database.clock.cuid()}
        for column in self.model.columns.values():
            value = data.get(column.name, UNDEFINED)
            row[column.name] = store(query, column, self._given(query, column, value, now))
        self._check_keys(query, row)
        self.rows[row["id"]] = row
        return row

    def update(self, row_id: str, data: Row) -> Row:
        """Return the changed row; nothing to change leaves `updatedAt` alone."""
        query, row = self._query("update"), self.rows[row_id]
        changes = {
            name: store(query, self._column(query, name), value)
            for name, value in data.items()
            if value is not UNDEFINED
        }
        if changes and "updatedAt" in row:
            changes.setdefault("updatedAt", self._database.clock.now())
        row = {**row, **changes}
        self._check_keys(query, row)
        self.rows[row_id] = row
        return row

    def delete(self, row_id: str) -> Row:
        """Delete the row and what belongs to it; QueryError if something else needs it."""
        row = self.rows[row_id]
        with self._database.transaction(f"{self._database.client}.{self.model.name}.delete()"):
            self._database.forget(self._query("delete"), self.model, row_id)
        return row

    def _given(self, query: DatabaseCall, column: Column, value: Any, now: datetime) -> Any:
        if value is not UNDEFINED:
            return value
        if column.default is REQUIRED:
            raise query.error(f"Argument `{column.name}` is missing.")
        return now if column.default is NOW else column.default

    def _column(self, query: DatabaseCall, name: str) -> Column:
        if name == "id":
            return Column("id", "String", False, REQUIRED, None)
        if name not in self.model.columns:
            raise query.error(f"Unknown argument `{name}`. Available options are marked with ?.")
        return self.model.columns[name]

    def _check_keys(self, query: DatabaseCall, row: Row) -> None:
        for key in self.model.unique:
            wanted = {name: row[name] for name in key}
            if None in wanted.values():
                continue
            if any(_matches(other, wanted) and other["id"] != row["id"] for other in self._all()):
                fields = ", ".join(f"`{_quoted(name)}`" for name in key)
                raise query.error(f"Unique constraint failed on the fields: ({fields})")
        for column in self.model.columns.values():
            target, value = column.reference, row[column.name]
            if target and value is not None and value not in self._database[target.table].rows:
                raise self.violation(query, column.name)

    def _all(self) -> Iterable[Row]:
        return self.rows.values()

    def violation(self, query: DatabaseCall, column: str) -> QueryError:
        constraint = self.model.constraint(column)
        return query.error(f"Foreign key constraint violated on the constraint: `{constraint}`")


def _matches(row: Row, wanted: Where) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def _quoted(name: str) -> str:
    """PostgreSQL quotes the names that are not all lower case."""
    return name if name == name.lower() else f'"{name}"'


class Database:
    """The tables of one schema, by name: `database["customer"]`."""

    def __init__(self, models: Dict[str, Model], clock: Clock, client: str = "db") -> None:
        self.clock = clock
        self.client = client
        self._tables = {name: Table(self, model) for name, model in models.items()}

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def save(self) -> Callable[[], None]:
        """Return a function that brings back the rows of now, as often as it is called."""
        saved = {name: dict(table.rows) for name, table in self._tables.items()}

        def restore() -> None:
            for name, rows in saved.items():
                self._tables[name].rows = dict(rows)

        return restore

    @contextmanager
    def transaction(self, invocation: Optional[str] = None) -> Generator[None, None, None]:
        """All or nothing. A QueryError within names `invocation`, if that is given."""
        restore = self.save()
        try:
            yield
        except BaseException as error:
            restore()
            if invocation and isinstance(error, QueryError):
                raise QueryError(invocation, error.detail) from None
            raise

    def forget(self, query: DatabaseCall, model: Model, row_id: str) -> None:
        """Remove a row and follow the foreign keys that point at it."""
        self[model.name].rows.pop(row_id, None)
        pointing = [
            (other, column, reference.on_delete, row)
            for other, column, reference in references_to(model.name)
            if other.name in self._tables
            for row in self[other.name].find(**{column: row_id})
        ]
        for other, column, on_delete, _ in pointing:
            if on_delete == "restrict":
                raise self[other.name].violation(query, column)
        for other, column, on_delete, row in pointing:
            if on_delete == "null":
                self[other.name].rows[row["id"]] = {**row, column: None}
            else:
                self.forget(query, other, row["id"])


def newest_first(rows: Iterable[Row], column: str = "createdAt") -> List[Row]:
    """Sort in the server's usual order; ids break ties, as they grow with time."""
    return sorted(rows, key=lambda row: (row[column], row["id"]), reverse=True)
