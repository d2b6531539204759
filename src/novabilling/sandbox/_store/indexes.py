"""Indexes of a table: where the rows with certain values are, without a look at all the others."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import itemgetter
from typing import Any, Callable, Dict, List, Optional, Set, Tuple, cast

from .._javascript.values import Row
from .shared import Shared

Entry = Tuple[Any, str]
"""The time that orders a table, and a row's id."""


Where = Dict[str, Any]
"""Columns, and the values that they are to have."""


def matches(row: Row, wanted: Where) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def _reader(columns: Tuple[str, ...]) -> Callable[[Row], Any]:
    """Return what reads a key: one value, a tuple of several, None for no column."""
    return cast("Callable[[Row], Any]", itemgetter(*columns)) if columns else _no_column


def _no_column(_row: Row) -> None:
    return None


class Groups:
    """The rows with the same values of some columns, each group in the order of time.

    Without columns there is one group: the whole table.
    """

    __slots__ = ("_groups", "_own", "columns", "key")

    def __init__(self, columns: Tuple[str, ...]) -> None:
        self.columns: Tuple[str, ...] = columns
        self.key: Callable[[Row], Any] = _reader(columns)
        self._groups: Shared[Dict[Any, List[Entry]]] = Shared({})
        # The groups that no snapshot has; None: there is no snapshot, so all of them.
        self._own: Optional[Set[Any]] = None

    def of(self, key: Any) -> List[Entry]:
        """Return a group to read, the oldest first."""
        return self._groups.value.get(key, _NOTHING)

    def add(self, row: Row, entry: Entry) -> None:
        group = self._writable(self.key(row))
        if not group or group[-1] < entry:
            group.append(entry)
        else:
            insort(group, entry)

    def remove(self, row: Row, entry: Entry) -> None:
        key = self.key(row)
        group = self._writable(key)
        del group[bisect_left(group, entry)]
        if not group:
            del self._groups.own()[key]

    def _writable(self, key: Any) -> List[Entry]:
        groups, own = self._groups.own(), self._own
        group = groups.get(key)
        if group is None:
            group = groups[key] = []
        elif own is not None and key not in own:
            group = groups[key] = list(group)
        if own is not None:
            own.add(key)
        return group

    def save(self) -> Callable[[], None]:
        restore_groups, self._own = self._groups.save(), set()

        def restore() -> None:
            restore_groups()
            self._own = set()

        return restore


_NOTHING: List[Entry] = []


class Unique:
    """The one row with certain values; null is as good as no value, and may be there twice."""

    __slots__ = ("_ids", "_is_single", "columns", "key")

    def __init__(self, columns: Tuple[str, ...]) -> None:
        self.columns = columns
        self.key = _reader(columns)
        self._is_single = len(columns) == 1
        self._ids: Shared[Dict[Any, str]] = Shared({})

    def of(self, key: Any) -> Optional[str]:
        """Return the id of the row with this key."""
        return self._ids.value.get(key)

    def add(self, row: Row) -> None:
        key = self.key(row)
        if not self._has_null(key):
            self._ids.own()[key] = row["id"]

    def remove(self, row: Row) -> None:
        key = self.key(row)
        if not self._has_null(key):
            del self._ids.own()[key]

    def _has_null(self, key: Any) -> bool:
        return key is None if self._is_single else None in key

    def save(self) -> Callable[[], None]:
        return self._ids.save()
