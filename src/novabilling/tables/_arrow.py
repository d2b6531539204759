"""Columns of Arrow: `pyarrow` is imported here, and this module when it is needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Dict, List, Optional, Sequence, Type

from msgspec.structs import astuple

from ._columns import Column, Kind, object_column
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


class _Maker:
    """Makes the arrays of one column of plain values."""

    def __init__(self, column: Column) -> None:
        self.name = column.name
        self.type = self._type_of(column)
        self._nulls: Any = pa.nulls(0, self.type)

    def _type_of(self, column: Column) -> Any:
        return _TYPES[column.kind]

    def array(self, held: Sequence[Any]) -> Any:
        """Convert values, some of which may be None."""
        if held and (held[0] is not None or held.count(None) < len(held)):
            return self._convert(held)
        if len(self._nulls) != len(held):  # it is the same for all chunks but the last
            self._nulls = pa.nulls(len(held), self.type)
        return self._nulls

    def _convert(self, held: Sequence[Any]) -> Any:
        return pa.array(held, self.type)


class _Decimals(_Maker):
    def _convert(self, held: Sequence[Any]) -> Any:
        convert = super()._convert
        try:
            return convert(held)
        except ValueError:
            odd = next((value for value in held if _problem(convert, [value])), None)
            raise ValueError(f"{self.name} {odd} does not fit {DECIMAL}") from None


class _Json(_Maker):
    def _convert(self, held: Sequence[Any]) -> Any:
        return pa.array([None if value is None else json_text(value) for value in held], self.type)


class _Lists(_Maker):
    def _type_of(self, column: Column) -> Any:
        self._item = _maker(column.parts[0])
        return pa.list_(self._item.type)

    def _convert(self, held: Sequence[Optional[Sequence[Any]]]) -> Any:
        offsets: List[Optional[int]] = []
        flat: List[Any] = []
        for value in held:
            offsets.append(None if value is None else len(flat))
            flat += value or ()
        offsets.append(len(flat))
        inner = self._item.array(flat)
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), inner, type=self.type)


class _Objects(_Maker):
    def _type_of(self, column: Column) -> Any:
        self.parts = [_maker(part) for part in column.parts]
        self.fields = [pa.field(part.name, part.type) for part in self.parts]
        self._stored = column.stored
        self._masked = column.masked
        return pa.struct(self.fields)

    def arrays(self, rows: Sequence[Any]) -> List[Any]:
        """Convert objects, none of which is None, to an array for each of their fields."""
        if self._masked:
            shown = [values(row) for row in rows]
            return [part.array([row[part.name] for row in shown]) for part in self.parts]
        stored, computed = self.parts[: self._stored], self.parts[self._stored :]
        made = [part.array(held) for part, held in zip(stored, zip(*map(astuple, rows)))]
        return made + [part.array([getattr(row, part.name) for row in rows]) for part in computed]

    def _convert(self, held: Sequence[Any]) -> Any:
        present = [value for value in held if value is not None]
        made = pa.StructArray.from_arrays(self.arrays(present), fields=self.fields)
        if len(present) == len(held):
            return made
        numbers = iter(range(len(present)))
        places = [None if value is None else next(numbers) for value in held]
        return made.take(pa.array(places, pa.int32()))


_MAKERS: Dict[Kind, Type[_Maker]] = {
    "decimal": _Decimals,
    "json": _Json,
    "list": _Lists,
    "object": _Objects,
}


def _maker(column: Column) -> _Maker:
    return _MAKERS.get(column.kind, _Maker)(column)


class Converter:
    """Makes record batches of rows of one type."""

    def __init__(self, of: Any) -> None:
        self._row = _Objects(object_column(of.__name__, of))
        self.schema: Any = pa.schema(self._row.fields)

    def batch(self, rows: Sequence[Any]) -> Any:
        """Convert rows, at least one; nothing is rounded or cut off."""
        try:
            arrays = self._row.arrays(rows)
        except (ValueError, OverflowError) as error:
            for row in rows:
                problem = _problem(self._row.arrays, [row])
                if problem is not None:
                    where = f"{type(row).__name__} {getattr(row, 'id', '')}".strip()
                    advice = "nothing is rounded; .csv and .jsonl hold every value"
                    raise ValueError(f"{where}: {problem}: {advice}") from None
            raise error
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def table(self, batches: Sequence[Any]) -> Any:
        """Join record batches."""
        return pa.Table.from_batches(batches, self.schema)


def _problem(convert: Any, held: Sequence[Any]) -> Optional[Exception]:
    try:
        convert(held)
    except (ValueError, OverflowError) as error:
        return error
    return None
