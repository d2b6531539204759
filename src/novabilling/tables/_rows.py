"""Rows on their way into a table or a file, in chunks; both colours hand them in one by one."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Callable, List, Optional, Sized, cast

import msgspec

from .._network.downloads import Sink
from .._words.warnings import warn
from ..types._common import PaginatedResponse, Response
from ._formats import Csv, Format, JsonLines, Parquet
from ._progress import Progress, is_watched

_CHUNK = 500
_FORMATS = (".parquet", ".csv", ".jsonl")


def _is_struct(of: object) -> bool:
    return isinstance(of, type) and issubclass(of, msgspec.Struct)


class Rows:
    """Takes rows, pages of them, or answers; says when there are enough to be worked on."""

    def __init__(self, rows: object, of: Optional[type]) -> None:
        if isinstance(rows, (str, bytes, dict, Response, msgspec.Struct)) or not (
            hasattr(rows, "__iter__") or hasattr(rows, "__aiter__")
        ):
            raise TypeError("rows must be what an iter() returns, a page, or a list of results")
        if of is not None and not _is_struct(of):
            raise TypeError(f"of must be a type of results, such as Invoice, not {of!r}")
        self.of: Optional[type] = of or getattr(rows, "of", None)
        self.count = 0
        self._rows = rows
        self._chunk: List[Any] = []
        self._total: Optional[int] = None
        if isinstance(rows, PaginatedResponse):
            _warn_of_others(cast("Any", rows))

    def add(self, item: object) -> bool:
        """Take an item; say whether there is a whole chunk now."""
        if isinstance(item, PaginatedResponse):
            self._total = item.total
            self._chunk += item.data  # pyright: ignore[reportUnknownMemberType]
        else:
            self._chunk.append(item)
        return len(self._chunk) >= _CHUNK

    def take(self, mixed: bool = False) -> List[Any]:
        """Return the rows that were added; all must be of one type, unless they may be mixed."""
        chunk, self._chunk = self._chunk, []
        kinds = dict.fromkeys(map(type, chunk))
        if Response in kinds:
            chunk = [_data_of(row) for row in chunk]
            kinds = dict.fromkeys(map(type, chunk))
        for of in kinds:
            if not _is_struct(of):
                raise TypeError(f"rows must be results of the SDK, not {of.__name__}")
            self.of = self.of or of
            if of is not self.of and not mixed:
                names = f"{self.of.__name__} and {of.__name__}"
                raise TypeError(f"rows must be of one type, not {names}; .jsonl takes any")
        self.count += len(chunk)
        return chunk

    def known_type(self) -> type:
        """Return the type of the rows, once there are some."""
        if self.of is None:
            raise ValueError(
                "there are no rows, and nothing says what their columns would be: "
                "give their type, such as of=Invoice"
            )
        return self.of

    @property
    def so_far(self) -> int:
        """Return the number of all rows that were added."""
        return self.count + len(self._chunk)

    @property
    def total(self) -> Optional[int]:
        """Return how many there will be, if that is known."""
        rows = self._rows
        found = len(rows) if isinstance(rows, Sized) else getattr(rows, "total", None)
        return found if self._total is None and isinstance(found, int) else self._total


def _warn_of_others(page: Any) -> None:
    if page.has_more:
        warn(
            f"this is one page, {len(page)} of {page.total} rows: give what iter() returns for all "
            "of them, or the page's data for only these"
        )


def _data_of(row: Any) -> Any:
    return row.data if isinstance(row, Response) else row  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


class Table:
    """A table of Arrow in the making."""

    def __init__(self, rows: object, of: Optional[type]) -> None:
        from ._arrow import Converter

        self._rows = Rows(rows, of)
        self._make: Callable[[type], Converter] = Converter
        self._converter: Optional[Converter] = None
        self._batches: List[Any] = []
        self.add = self._rows.add

    def flush(self) -> None:
        """Convert the rows that were added."""
        chunk = self._rows.take()
        if self._converter is None:
            self._converter = self._make(self._rows.known_type())
        if chunk:
            self._batches.append(self._converter.batch(chunk))

    def finish(self) -> Any:
        self.flush()
        assert self._converter is not None  # noqa: S101
        return self._converter.table(self._batches)


class Export:
    """A file in the making; it appears in its place when it is whole."""

    def __init__(
        self,
        rows: object,
        path: object,
        of: Optional[type],
        escape_formulas: bool,
        progress: Optional[bool],
    ) -> None:
        self._rows = Rows(rows, of)
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(f"path must be a str or a path, not {type(path).__name__}")
        name = os.path.basename(os.fsdecode(path))  # pyright: ignore[reportUnknownArgumentType]
        self._suffix = os.path.splitext(name)[1].lower()
        if self._suffix not in _FORMATS:
            raise ValueError(f"path must end in {', '.join(_FORMATS)}, not {name!r}")
        if self._suffix == ".parquet":
            from . import _arrow as _arrow  # missing: said before anything is read
        self._escape_formulas = escape_formulas
        self._sink = Sink(path)
        self._format: Optional[Format] = None
        watched = is_watched() if progress is None else progress
        self._progress = Progress(name) if watched else None
        self._done = False

    def open(self) -> None:
        """Make the file beside its place."""
        self._sink.restart()

    def add(self, item: object) -> bool:
        """Take an item; say whether it is time for `flush()`."""
        full = self._rows.add(item)
        if self._progress is not None:
            self._progress.show(self._rows.so_far, self._rows.total)
        return full

    def flush(self) -> None:
        """Write the rows that were added."""
        chunk = self._rows.take(mixed=self._suffix == ".jsonl")
        if self._format is None:
            self._format = self._make_format()
        if chunk:
            self._format.write(chunk)

    def _make_format(self) -> Format:
        out = self._sink.write
        if self._suffix == ".jsonl":
            return JsonLines(out)
        make: Any = Parquet
        if self._suffix == ".csv":
            make = partial(Csv, escape_formulas=self._escape_formulas)
        found: Format = make(out, self._rows.known_type())
        return found

    def finish(self) -> int:
        """Write the rest, and put the file in its place."""
        self.flush()
        if self._format is not None:
            self._format.finish()
        self._sink.commit()
        self._done = True
        return self._rows.count

    def close(self) -> None:
        """Remove what is not whole."""
        self._sink.discard()
        if self._progress is not None:
            self._progress.end(self._rows.so_far, self._done)
