"""Results as tables of Arrow and as files, for pandas, polars, DuckDB and spreadsheets.

Parquet and Arrow need `novabilling[tables]`; CSV and JSON lines need nothing.
"""

# pyarrow has no types of its own:
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false, reportUnknownVariableType=false

from __future__ import annotations

from os import PathLike
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterable,
    Coroutine,
    Iterable,
    Optional,
    Type,
    Union,
    overload,
)

import msgspec

from .._runtime.concurrency import async_run
from ._rows import Export, Table

if TYPE_CHECKING:
    import pyarrow

__all__ = ["export", "to_arrow"]


@overload
def to_arrow(
    rows: AsyncIterable[object], *, of: Optional[Type[msgspec.Struct]] = None
) -> Coroutine[Any, Any, pyarrow.Table]: ...
@overload
def to_arrow(
    rows: Iterable[object], *, of: Optional[Type[msgspec.Struct]] = None
) -> pyarrow.Table: ...
def to_arrow(
    rows: Union[Iterable[object], AsyncIterable[object]],
    *,
    of: Optional[Type[msgspec.Struct]] = None,
) -> Union[pyarrow.Table, Coroutine[Any, Any, pyarrow.Table]]:
    """Make a table of Arrow from an `iter()`, from a page, from pages, or from a list of results.

    What an async client iterates over is read by `await to_arrow(...)`. The columns follow from the
    type of the results: amounts are `decimal128(38, 20)`, times are in UTC, metadata is JSON text.
    All rows are held in memory.

    Args:
        rows: The results, all of one type.
        of: Their type, such as `Invoice`: needed where there may be none of them, unless `rows` is
            an `iter()`, which knows it.

    Raises:
        ImportError: `novabilling[tables]` is not installed.
        ValueError: An amount has more digits than the column; nothing is rounded.
    """
    table = Table(rows, of)
    if isinstance(rows, AsyncIterable):
        return _read(table, rows)
    for item in rows:
        if table.add(item):
            table.flush()
    return table.finish()


async def _read(table: Table, rows: AsyncIterable[object]) -> pyarrow.Table:
    async for item in rows:
        if table.add(item):
            await async_run(table.flush)
    return await async_run(table.finish)


@overload
def export(
    rows: AsyncIterable[object],
    path: Union[str, PathLike[str]],
    *,
    of: Optional[Type[msgspec.Struct]] = None,
    escape_formulas: bool = True,
    progress: Optional[bool] = None,
) -> Coroutine[Any, Any, int]: ...
@overload
def export(
    rows: Iterable[object],
    path: Union[str, PathLike[str]],
    *,
    of: Optional[Type[msgspec.Struct]] = None,
    escape_formulas: bool = True,
    progress: Optional[bool] = None,
) -> int: ...
def export(
    rows: Union[Iterable[object], AsyncIterable[object]],
    path: Union[str, PathLike[str]],
    *,
    of: Optional[Type[msgspec.Struct]] = None,
    escape_formulas: bool = True,
    progress: Optional[bool] = None,
) -> Union[int, Coroutine[Any, Any, int]]:
    """Write results to a file whose name ends in .parquet, .csv or .jsonl; return their number.

    What an async client iterates over is written by `await export(...)`. The memory does not grow
    with the rows. The file appears when it is whole: after an error, a full disk or Ctrl-C, what
    was there before is there still.

    Args:
        rows: An `iter()`, a page, pages, or a list of results, all of one type.
        path: The file; one that is there is replaced, and its mode kept.
        of: The type of the results, such as `Invoice`: needed where there may be none of them,
            unless `rows` is an `iter()`, which knows it.
        escape_formulas: Put a quote before text in CSV that a spreadsheet takes for a formula: what
            begins with `=`, `+`, `-`, `@`, a tab or a carriage return.
        progress: Show rows, rate and time left on stderr; by default, if that is a terminal.

    Raises:
        ImportError: The file is Parquet, and `novabilling[tables]` is not installed.
        ValueError: The name ends otherwise; or an amount has more digits than a column of Parquet.
    """
    made = Export(rows, path, of, escape_formulas, progress)
    if isinstance(rows, AsyncIterable):
        return _write(made, rows)
    try:
        made.open()
        for item in rows:
            if made.add(item):
                made.flush()
        return made.finish()
    finally:
        made.close()


async def _write(made: Export, rows: AsyncIterable[object]) -> int:
    try:
        await async_run(made.open)
        async for item in rows:
            if made.add(item):
                await async_run(made.flush)
        return await async_run(made.finish)
    finally:
        made.close()
