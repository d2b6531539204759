"""All items of a paginated list, one page after another."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any, AsyncIterator, Callable, Deque, Generic, Protocol, Set, Type, TypeVar

from .._runtime import concurrency

PAGE_SIZE = 100


class Identified(Protocol):
    """An object with an id of its own."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Identified)


class AsyncPaginator(AsyncIterator[Item], Generic[Item]):
    """Iterate over the items of all pages, each id once: rows shift while others write.

    A page is fetched when it is needed. After an error, the next step tries that page again.
    Several tasks may share the items: each goes to one of them.
    """

    def __init__(self, fetch: Callable[[int], Any], of: Type[Item]) -> None:
        self.of = of
        """The type of the items."""
        self._fetch = fetch
        self._page = 0
        self._ended = False
        self._items: Deque[Item] = deque()
        self._seen: Set[str] = set()
        self._turns = concurrency.async_turns()

    def __aiter__(self) -> AsyncPaginator[Item]:
        return self

    async def __anext__(self) -> Item:
        while True:
            if self._items:
                with suppress(IndexError):  # another thread may have been faster
                    return self._items.popleft()
            async with self._turns:
                if not self._items:
                    if self._ended:
                        raise StopAsyncIteration
                    await self._read_page()

    async def aclose(self) -> None:
        """End the iteration; nothing has to be closed, but generators have this method."""
        self._ended = True
        self._items.clear()

    async def _read_page(self) -> None:
        answer = await self._fetch(self._page + 1)
        self._page += 1
        found = len(self._seen)
        for item in answer.data:
            if item.id not in self._seen:
                self._seen.add(item.id)
                self._items.append(item)
        self._ended = len(self._seen) == found or self._page >= answer.meta.total_pages
