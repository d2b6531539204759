"""One table: what the ORM and PostgreSQL do to its rows, and how they are found."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Protocol, Tuple

from .._errors import QueryError
from .._javascript.values import UNDEFINED, Row
from .clock import Clock
from .columns import DatabaseCall, check_text, quoted, store
from .indexes import Entry, Groups, Unique, Where, matches
from .lookups import CLIENTS, INDEXED, LOOKUPS, ORDERS
from .newest import Newest
from .schema import NOW, REQUIRED, Column, Model
from .shared import Shared

_ID = Column("id", "String", False, REQUIRED, None)
_LAST = "\U0010ffff"  # greater than any id


class Tables(Protocol):
    """What a table needs of the database that it is in."""

    @property
    def clock(self) -> Clock: ...

    @property
    def client(self) -> str: ...

    def __getitem__(self, name: str) -> Table: ...

    def note(self, table: Table, row_id: str, old: Optional[Row]) -> None: ...

    def forget(self, query: DatabaseCall, model: Model, row_id: str) -> None: ...


class Table:
    """One table; a method is one call of the ORM and fails as that call does."""

    def __init__(self, database: Tables, model: Model) -> None:
        self._database = database
        self.model = model
        self._rows: Shared[Dict[str, Row]] = Shared({})
        self._order: Optional[str] = ORDERS[model.name]
        self._indexed = INDEXED[model.name]
        self._all = Groups(())
        self._groups = [self._all, *map(Groups, LOOKUPS[model.name])]
        self._unique = [Unique(key) for key in model.unique]
        # By the columns that a search names.
        self._keys = {frozenset(one.columns): one for one in self._unique}
        self._indexes = {frozenset(one.columns): one for one in self._groups}
        self._calls: Dict[str, DatabaseCall] = {}
        # Rows that stand behind others that are younger, and what they are sorted by instead.
        self._moved: Shared[Dict[str, str]] = Shared({})

    @property
    def rows(self) -> Mapping[str, Row]:
        """The rows by their ids, in the order of the database's file."""
        return self._rows.value

    def _query(self, action: str) -> DatabaseCall:
        call = self._calls.get(action)
        if call is None:
            client = CLIENTS.get(self.model.name, self._database.client)
            call = DatabaseCall(client, self.model.name, action)
            self._calls[action] = call
        return call

    def get(self, row_id: str) -> Optional[Row]:
        return self._rows.value.get(check_text(row_id))

    def find(self, **where: Any) -> List[Row]:
        """Find the rows whose columns have these values (UNDEFINED: any), oldest first."""
        wanted = self._wanted(where)
        rows = self._rows.value
        if not wanted:
            return list(rows.values())
        if "id" in wanted:
            return [row for row in (rows.get(wanted["id"]),) if row and matches(row, wanted)]
        group, rest = self._group(wanted)
        found = [rows[row_id] for _, row_id in group]
        if rest:
            found = [row for row in found if matches(row, rest)]
        return found if len(found) < 2 else sorted(found, key=self._place)

    def first(self, **where: Any) -> Optional[Row]:
        """Find the oldest row with these values, or the only one with a unique key."""
        unique = self._keys.get(frozenset(where))
        if unique and UNDEFINED not in where.values():
            row_id = unique.of(unique.key(self._wanted(where)))
            return None if row_id is None else self._rows.value[row_id]
        return next(iter(self.find(**where)), None)

    def count(self, **where: Any) -> int:
        group, rest = self._group(self._wanted(where))
        rows = self._rows.value
        return sum(matches(rows[row_id], rest) for _, row_id in group) if rest else len(group)

    def index(self, *columns: str) -> Groups:
        """Return what finds rows by these columns, for loops that look up many of them."""
        return self._indexes[frozenset(columns)]

    def with_key(self, column: str, value: str) -> Optional[Row]:
        """Return the row with a unique value that nobody has to check."""
        row_id = self._keys[frozenset((column,))].of(value)
        return None if row_id is None else self._rows.value[row_id]

    def newest(
        self, since: Optional[datetime] = None, until: Optional[datetime] = None, /, **where: Any
    ) -> Newest:
        """Find rows in the server's usual order, the newest first; ids break ties.

        `since` and `until` are of the column that orders the table: `timestamp` of usage events,
        `createdAt` elsewhere; both ends count.
        """
        group, rest = self._group(self._wanted(where))
        start = 0 if since is None else bisect_left(group, (since, ""))
        end = len(group) if until is None else bisect_right(group, (until, _LAST))
        rows = self._rows.value
        if rest:
            group = [entry for entry in group[start:end] if matches(rows[entry[1]], rest)]
            start, end = 0, len(group)
        return Newest(rows, group, start, max(start, end))

    def _wanted(self, where: Where) -> Where:
        query, columns = self._query("findMany"), self.model.columns
        return {
            name: store(query, columns.get(name) or self._column(query, name), value)
            for name, value in where.items()
            if value is not UNDEFINED
        }

    def _group(self, wanted: Where) -> Tuple[List[Entry], Where]:
        """Return the smallest group that has all these rows, and what remains to be compared."""
        exact = self._indexes.get(frozenset(wanted))
        if exact:
            return exact.of(exact.key(wanted)), {}
        best, known = self._all.of(None), self._all
        for groups in self._groups:
            if groups.columns and all(name in wanted for name in groups.columns):
                group = groups.of(groups.key(wanted))
                if known is self._all or len(group) < len(best):
                    best, known = group, groups
                elif len(group) == len(best) and len(groups.columns) > len(known.columns):
                    known = groups
        return best, {name: wanted[name] for name in wanted if name not in known.columns}

    def _place(self, row: Row) -> str:
        row_id: str = row["id"]
        return self._moved.value.get(row_id, row_id)

    # Writing

    def create(self, data: Row) -> Row:
        """Insert a row; columns left out or UNDEFINED get their defaults."""
        query, clock = self._query("create"), self._database.clock
        now = clock.now()
        row: Row = {"id": clock.cuid(now)}
        for name, column in self.model.columns.items():
            value = data.get(name, UNDEFINED)
            if value is not UNDEFINED:
                row[name] = store(query, column, value)
            elif column.default is REQUIRED:
                raise query.error(f"Argument `{name}` is missing.")
            else:
                row[name] = now if column.default is NOW else column.default
        self._check_keys(query, row, row)
        self._put(row)
        return row

    def update(self, row_id: str, data: Row) -> Row:
        """Return the changed row; nothing to change leaves `updatedAt` alone."""
        query, old = self._query("update"), self._rows.value[row_id]
        changes = {
            name: store(query, self._column(query, name), value)
            for name, value in data.items()
            if value is not UNDEFINED
        }
        if not changes:
            return old
        if "updatedAt" in old:
            changes.setdefault("updatedAt", self._database.clock.now())
        row = {**old, **changes}
        self._check_keys(query, row, changes)
        self._put(row, old)
        # With another value in an index, the database stores the row behind all others.
        if any(name in changes and row[name] != old[name] for name in self._indexed):
            self._move_to_end(row_id)
        return row

    def delete(self, row_id: str) -> Row:
        """Delete the row and what belongs to it; QueryError if something else needs it."""
        row = self._rows.value[row_id]
        self._database.forget(self._query("delete"), self.model, row_id)
        return row

    def _move_to_end(self, row_id: str) -> None:
        clock, rows = self._database.clock, self._rows.own()
        self._moved.own()[row_id] = clock.place(clock.now())
        rows[row_id] = rows.pop(row_id)

    def _column(self, query: DatabaseCall, name: str) -> Column:
        column = self.model.columns.get(name)
        if column is not None:
            return column
        if name == "id":
            return _ID
        raise query.error(f"Unknown argument `{name}`. Available options are marked with ?.")

    def _check_keys(self, query: DatabaseCall, row: Row, written: Iterable[str]) -> None:
        for unique in self._unique:
            if any(name in written for name in unique.columns):
                other = unique.of(unique.key(row))
                if other is not None and other != row["id"]:
                    fields = ", ".join(f"`{quoted(name)}`" for name in unique.columns)
                    raise query.error(f"Unique constraint failed on the fields: ({fields})")
        for name, target in self.model.references.items():
            value = row[name]
            if name in written and value is not None and value not in self._database[target].rows:
                raise self.violation(query, name)

    def violation(self, query: DatabaseCall, column: str) -> QueryError:
        constraint = self.model.constraint(column)
        return query.error(f"Foreign key constraint violated on the constraint: `{constraint}`")

    # Rows and their indexes, always together

    def _entry(self, row: Row) -> Entry:
        return (row[self._order] if self._order else None, row["id"])

    def _put(self, row: Row, old: Optional[Row] = None) -> None:
        """Write a row, in place of `old` if there is one."""
        row_id = row["id"]
        self._database.note(self, row_id, old)
        entry = self._entry(row)
        if old is None:
            for groups in self._groups:
                groups.add(row, entry)
            for unique in self._unique:
                unique.add(row)
        else:
            self._move_between_groups(row, entry, old)
        self._rows.own()[row_id] = row

    def _move_between_groups(self, row: Row, entry: Entry, old: Row) -> None:
        before = self._entry(old)
        for groups in self._groups:
            if before != entry or groups.key(row) != groups.key(old):
                groups.remove(old, before)
                groups.add(row, entry)
        for unique in self._unique:
            if unique.key(row) != unique.key(old):
                unique.remove(old)
                unique.add(row)

    def drop(self, row_id: str) -> None:
        """Take a row out, whatever points at it."""
        row = self._rows.own().pop(row_id)
        self._database.note(self, row_id, row)
        entry = self._entry(row)
        for groups in self._groups:
            groups.remove(row, entry)
        for unique in self._unique:
            unique.remove(row)
        if row_id in self._moved.value:
            del self._moved.own()[row_id]

    def clear_reference(self, row_id: str, column: str) -> None:
        """Set a foreign key to null, as the database does by itself."""
        row = self._rows.value[row_id]
        self._put({**row, column: None}, row)

    def bring_back(self, row_id: str, row: Optional[Row]) -> None:
        """Make a row what it was, None for one that was not there."""
        now = self._rows.value.get(row_id)
        if row is not None:
            self._put(row, now)
        elif now is not None:
            self.drop(row_id)
        if row is not None and now is None:
            rows = self._rows.own()
            for one in sorted(rows.values(), key=self._place):
                rows[one["id"]] = rows.pop(one["id"])

    def save(self) -> List[Callable[[], None]]:
        """Return functions that bring back the rows of now, as often as they are called."""
        indexes = [one.save() for one in self._groups] + [one.save() for one in self._unique]
        return [self._rows.save(), self._moved.save(), *indexes]

    def dump(self) -> Tuple[List[Row], Dict[str, str]]:
        return list(self.rows.values()), dict(self._moved.value)

    def load(self, rows: Iterable[Row], moved: Dict[str, str]) -> None:
        for row_id in list(self.rows):
            self.drop(row_id)
        for row in rows:
            self._put(row)
        self._moved.own().update(moved)
