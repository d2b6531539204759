"""All rows of a paginated list, one page after another."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any, AsyncIterator, Callable, Deque, Generic, Protocol, Set, TypeVar

from .. import _concurrency

PAGE_SIZE = 100


class Identified(Protocol):
    """An object with an id of its own."""

    @property
    def id(self) -> str: ...


Row = TypeVar("Row", bound=Identified)


class AsyncRows(AsyncIterator[Row], Generic[Row]):
    """Iterate over the rows of all pages, each id once: rows shift while others write.

    A page is fetched when it is needed. After an error, the next step tries that page again.
    Several tasks may share the rows: each row goes to one of them.
    """

    def __init__(self, fetch: Callable[[int], Any]) -> None:
        self._fetch = fetch
        self._page = 0
        self._ended = False
        self._rows: Deque[Row] = deque()
        self._seen: Set[str] = set()
        self._turns = _concurrency.async_turns()

    def __aiter__(self) -> AsyncRows[Row]:
        return self

    async def __anext__(self) -> Row:
        while True:
            if self._rows:
                with suppress(IndexError):  # another thread may have been faster
                    return self._rows.popleft()
            async with self._turns:
                if not self._rows:
                    if self._ended:
                        raise StopAsyncIteration
                    await self._read_page()

    async def aclose(self) -> None:
        """End the iteration; nothing has to be closed, but generators have this method."""
        self._ended = True
        self._rows.clear()

    async def _read_page(self) -> None:
        answer = await self._fetch(self._page + 1)
        self._page += 1
        found = len(self._seen)
        for row in answer.data:
            if row.id not in self._seen:
                self._seen.add(row.id)
                self._rows.append(row)
        self._ended = len(self._seen) == found or self._page >= answer.meta.total_pages
