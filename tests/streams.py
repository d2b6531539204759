"""The body of an answer that arrives in parts, and what can happen between them."""

from __future__ import annotations

from typing import Any, AsyncIterator, Iterator

import httpx
import pytest

# httpx leaves generators that it has not exhausted to the garbage collector, which trio mentions.
gives_up_reading = pytest.mark.filterwarnings(
    "ignore:Async generator '(httpx|httpcore|tests):ResourceWarning"
)


class Parts(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Give bytes, raise exceptions and call functions, in this order, for both clients."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts
        self.given = 0
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            if callable(part):
                part()
                continue
            self.given += 1
            yield part

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self:
            yield part

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True
