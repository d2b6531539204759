"""Rows of a table, the newest first, that are looked up when they are read."""

from __future__ import annotations

from typing import Iterator, List, Mapping, Sequence, Union, overload

from .._javascript.values import Row
from .indexes import Entry


class Newest(Sequence[Row]):
    """A part of an index, read backwards; good until the next write."""

    def __init__(self, rows: Mapping[str, Row], entries: List[Entry], start: int, end: int) -> None:
        self._rows = rows
        self._entries = entries
        self._start = start
        self._end = end

    def __len__(self) -> int:
        return self._end - self._start

    def __iter__(self) -> Iterator[Row]:
        rows, entries = self._rows, self._entries
        return (rows[entries[n][1]] for n in range(self._end - 1, self._start - 1, -1))

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> List[Row]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Row, List[Row]]:
        places = range(self._end - 1, self._start - 1, -1)[index]
        if isinstance(places, int):
            return self._rows[self._entries[places][1]]
        return [self._rows[self._entries[place][1]] for place in places]
