"""All items of a paginated list, one page after another, and the pages themselves."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import (
    Any,
    AsyncIterator,
    Callable,
    Deque,
    Generic,
    List,
    Optional,
    Protocol,
    Set,
    Type,
    TypeVar,
)

from .._runtime import concurrency
from .._words.checks import count
from ..types._common import PaginatedResponse

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
        self._first: Optional[Item] = None
        self._total: Optional[int] = None
        self._items: Deque[Item] = deque()
        self._seen: Set[str] = set()
        self._turns = concurrency.async_turns()

    @property
    def total(self) -> Optional[int]:
        """Return how many items the server counts, by the newest page; None before the first."""
        return self._total

    def __repr__(self) -> str:
        read = "no page read"
        if self._page:
            read = f"{self._page} page{'s' if self._page > 1 else ''} read, {self._total} in all"
        return f"{type(self).__name__}({self.of.__name__}: {read})"

    async def first(self) -> Optional[Item]:
        """Return the first item, or None if there is none; it is iterated over all the same.

        It makes one request, unless the first page is there already.
        """
        async with self._turns:
            if not self._page and not self._ended:
                await self._read_page()
        return self._first

    async def take(self, n: int) -> List[Item]:
        """Return the next items, at most so many: fewer if there are no more.

        It makes a request for every 100 items. After an error, none is taken: the next step gives
        the same items.

        Raises:
            ValueError: It is no int, or below 0.
        """
        count(0)("n", n)
        taken: List[Item] = []
        try:
            if n:
                async for item in self:
                    taken.append(item)
                    if len(taken) == n:
                        break
        except BaseException:
            self._items.extendleft(reversed(taken))
            raise
        return taken

    def pages(self) -> AsyncPages[Item]:
        """Iterate over the pages instead, from the first on, whatever was iterated over before.

        Each has its `.meta` and `.http`; fields that this version does not know are in
        `page.http.json()`. An id may come twice when rows shift between two pages.
        """
        return AsyncPages(self._fetch)

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
        answer: PaginatedResponse[Item] = await self._fetch(self._page + 1)
        self._page += 1
        self._total = answer.meta.total
        found = len(self._seen)
        for item in answer.data:
            if item.id not in self._seen:
                self._seen.add(item.id)
                self._items.append(item)
        if self._page == 1 and self._items:
            self._first = self._items[0]
        self._ended = len(self._seen) == found or self._page >= answer.meta.total_pages


class AsyncPages(AsyncIterator[PaginatedResponse[Item]], Generic[Item]):
    """Iterate over the pages of a list, each fetched when it is needed.

    After an error, the next step tries that page again.
    """

    def __init__(self, fetch: Callable[[int], Any]) -> None:
        self._fetch = fetch
        self._page = 0
        self._ended = False
        self._turns = concurrency.async_turns()

    def __aiter__(self) -> AsyncPages[Item]:
        return self

    async def __anext__(self) -> PaginatedResponse[Item]:
        async with self._turns:
            if self._ended:
                raise StopAsyncIteration
            page: PaginatedResponse[Item] = await self._fetch(self._page + 1)
            self._page += 1
            self._ended = not page.data or self._page >= page.meta.total_pages
        return page

    async def aclose(self) -> None:
        """End the iteration; nothing has to be closed, but generators have this method."""
        self._ended = True
