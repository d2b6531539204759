"""The formats of files: each takes chunks of rows, and writes bytes."""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Dict, Iterable, Iterator, List, Protocol, Sequence

from ._columns import Column, columns_of, is_masked
from ._content import json_lines, json_text, values

Out = Callable[[bytes], None]

_ROW_GROUP = 16 << 20
"""Bytes of columns that are held before they are written."""


class Format(Protocol):
    """What writes rows of one type."""

    def write(self, rows: Sequence[Any]) -> None:
        """Write rows, or hold a bounded number of them."""

    def finish(self) -> None:
        """Write what is held, and what ends the file."""


class JsonLines:
    """A line of JSON for each row, nested as the result is."""

    def __init__(self, out: Out) -> None:
        self._out = out

    def write(self, rows: Sequence[Any]) -> None:
        self._out(json_lines(rows))

    def finish(self) -> None:
        """Do nothing: all is written."""


class Csv:
    """A line of text for each row, in UTF-8: an object becomes a column for each of its fields."""

    def __init__(self, out: Out, of: Any, escape_formulas: bool) -> None:
        self._out = out
        self._columns = columns_of(of)
        self._masked = is_masked(of)
        self._cells = {**_CELLS, **_ESCAPED} if escape_formulas else _CELLS
        self._write([list(_names(self._columns))])

    def write(self, rows: Sequence[Any]) -> None:
        lines: List[List[str]] = []
        for row in rows:
            lines.append([])
            self._add(self._columns, row, self._masked, lines[-1])
        self._write(lines)

    def _add(self, columns: Iterable[Column], row: Any, masked: bool, line: List[str]) -> None:
        shown = values(row) if masked else {}
        for column in columns:
            value = shown[column.name] if masked else getattr(row, column.name, None)
            if column.kind == "object":
                self._add(column.parts, value, column.masked and value is not None, line)
            else:
                line.append("" if value is None else self._cells[column.kind](value))

    def _write(self, lines: Iterable[Iterable[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(lines)
        self._out(text.getvalue().encode())

    def finish(self) -> None:
        """Do nothing: all is written."""


def _names(columns: Iterable[Column], prefix: str = "") -> Iterator[str]:
    for column in columns:
        if column.kind == "object":
            yield from _names(column.parts, f"{prefix}{column.name}.")
        else:
            yield prefix + column.name


def _time(value: datetime) -> str:
    return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def _decimal(value: Decimal) -> str:
    return format(value, "f")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _base64(value: bytes) -> str:
    return b64encode(value).decode()


def _json(value: object) -> str:
    return json_text(value).decode()


def _escaped(value: str) -> str:
    """Put a quote before what a spreadsheet would take for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _escaped_json(value: object) -> str:
    return _escaped(_json(value))


_Cells = Dict[str, Callable[[Any], str]]
_ESCAPED: _Cells = {"text": _escaped, "json": _escaped_json, "list": _escaped_json}
_CELLS: _Cells = {
    "text": str,
    "integer": str,
    "number": repr,
    "flag": _flag,
    "decimal": _decimal,
    "time": _time,
    "bytes": _base64,
    "json": _json,
    "list": _json,
}


class Parquet:
    """Columns in groups of rows, compressed."""

    def __init__(self, out: Out, of: Any) -> None:
        from ._arrow import Converter, parquet

        self._converter = Converter(of)
        self._writer = parquet.ParquetWriter(_File(out), self._converter.schema)
        self._held: List[Any] = []
        self._bytes = 0

    def write(self, rows: Sequence[Any]) -> None:
        self._held.append(self._converter.batch(rows))
        self._bytes += self._held[-1].nbytes
        if self._bytes >= _ROW_GROUP:
            self._write_held()

    def _write_held(self) -> None:
        held, self._held, self._bytes = self._converter.table(self._held), [], 0
        if held.num_rows:
            self._writer.write_table(held, row_group_size=held.num_rows)

    def finish(self) -> None:
        self._write_held()
        self._writer.close()


class _File:
    """The file that pyarrow needs to write to."""

    closed = False

    def __init__(self, out: Out) -> None:
        self._out = out

    def write(self, data: Any) -> int:
        self._out(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: the file is flushed at its end."""
