"""Columns of Arrow: `pyarrow` is imported here, and this module when it is needed."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from ._columns import Column, Kind, columns_of, is_masked
from ._content import json_text, values

try:
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
except ImportError as _error:
    raise ImportError('pyarrow is missing: pip install "novabilling[tables]"') from _error

# Amounts of the server have at most 15 digits before the point and 4 behind it. What it computes in
# floats, such as the items of usage, has up to 17 digits in all, wherever the point is.
DECIMAL = pa.decimal128(38, 20)
_TYPES: Dict[Kind, Any] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "flag": pa.bool_(),
    "decimal": DECIMAL,
    "time": pa.timestamp("us", tz="UTC"),
    "bytes": pa.binary(),
    "json": pa.string(),
}


class Converter:
    """Makes record batches of rows of one type."""

    def __init__(self, of: Any) -> None:
        self._columns: Tuple[Column, ...] = columns_of(of)
        self._masked = is_masked(of)
        self.schema: Any = pa.schema(_fields(self._columns))

    def batch(self, rows: Sequence[Any]) -> Any:
        """Convert rows; nothing is rounded or cut off."""
        try:
            arrays = _arrays(self._columns, rows, self._masked)
        except (ValueError, OverflowError) as error:
            self._explain(rows)
            raise error
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def table(self, batches: Sequence[Any]) -> Any:
        """Join record batches."""
        return pa.Table.from_batches(batches, self.schema)

    def _explain(self, rows: Sequence[Any]) -> None:
        """Find the row and the column that a batch fails at."""
        for row in rows:
            for column in self._columns:
                problem = _problem(_arrays, (column,), [row], self._masked)
                if problem is not None:
                    where = f"{type(row).__name__} {getattr(row, 'id', '')}, {column.name}"
                    advice = "nothing is rounded; .csv and .jsonl hold every value"
                    raise ValueError(f"{where}: {problem}: {advice}")


def _problem(convert: Callable[..., Any], *values: Any) -> Optional[Exception]:
    try:
        convert(*values)
    except (ValueError, OverflowError) as error:
        return error
    return None


def _type_of(column: Column) -> Any:
    if column.kind == "object":
        return pa.struct(_fields(column.parts))
    if column.kind == "list":
        return pa.list_(_type_of(column.parts[0]))
    return _TYPES[column.kind]


def _fields(columns: Iterable[Column]) -> List[Any]:
    return [pa.field(column.name, _type_of(column)) for column in columns]


def _arrays(columns: Sequence[Column], rows: Sequence[Any], masked: bool) -> List[Any]:
    names = [column.name for column in columns]
    if masked:
        shown = [values(row) for row in rows]
        found: Iterable[Sequence[Any]] = ([row[name] for row in shown] for name in names)
    elif len(names) == 1:
        found = [list(map(attrgetter(names[0]), rows))]
    else:
        found = zip(*map(attrgetter(*names), rows))
    return [_array(column, held) for column, held in zip(columns, found)]


def _array(column: Column, held: Sequence[Any]) -> Any:
    if not held or (held[0] is None and held.count(None) == len(held)):
        return pa.nulls(len(held), _type_of(column))
    return _MAKERS.get(column.kind, _leaves)(column, held)


def _leaves(column: Column, held: Sequence[Any]) -> Any:
    return pa.array(held, _TYPES[column.kind])


def _decimals(column: Column, held: Sequence[Any]) -> Any:
    try:
        return _leaves(column, held)
    except ValueError:
        odd = next((value for value in held if _problem(_leaves, column, [value])), None)
        raise ValueError(f"{column.name} {odd} does not fit {DECIMAL}") from None


def _texts_of_json(column: Column, held: Sequence[Any]) -> Any:
    texts = [None if value is None else json_text(value) for value in held]
    return pa.array(texts, _TYPES[column.kind])


def _lists(column: Column, held: Sequence[Optional[Sequence[Any]]]) -> Any:
    (item,) = column.parts
    offsets: List[Optional[int]] = []
    flat: List[Any] = []
    for value in held:
        offsets.append(None if value is None else len(flat))
        flat += value or ()
    offsets.append(len(flat))
    inner = _array(item, flat)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, type=_type_of(column))


def _objects(column: Column, held: Sequence[Any]) -> Any:
    present = [value for value in held if value is not None]
    arrays = _arrays(column.parts, present, column.masked)
    made = pa.StructArray.from_arrays(arrays, fields=_fields(column.parts))
    if len(present) == len(held):
        return made
    numbers = iter(range(len(present)))
    places = [None if value is None else next(numbers) for value in held]
    return made.take(pa.array(places, pa.int32()))


_MAKERS: Dict[Kind, Callable[[Column, Sequence[Any]], Any]] = {
    "decimal": _decimals,
    "json": _texts_of_json,
    "list": _lists,
    "object": _objects,
}
