"""What every call returns: the answer, a page of answers, a message."""

from __future__ import annotations

from typing import Any, Generic, Iterator, List, Optional, Tuple, TypeVar, Union

import msgspec

from .._network.answer import Answer
from .._runtime.lazy_httpx import httpx
from .._words.fields import Model

T = TypeVar("T")


class RateLimit(msgspec.Struct, frozen=True, kw_only=True):
    """How many calls of an operation are left: `reset` is the seconds until all are back."""

    limit: int
    remaining: int
    reset: int


class PaginationMeta(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page stands in its list."""

    total: int
    page: int
    limit: int
    total_pages: int


class Message(Model, frozen=True, kw_only=True):
    """The text with which the server confirms an operation."""

    message: str


def rate_limit_of(http: httpx.Response) -> Optional[RateLimit]:
    names = ("limit", "remaining", "reset")
    values = [http.headers.get(f"x-ratelimit-{name}", "") for name in names]
    if not all(value.isascii() and value.isdigit() and len(value) < 19 for value in values):
        return None
    limit, remaining, reset = map(int, values)
    return RateLimit(limit=limit, remaining=remaining, reset=reset)


class _Answered:
    __slots__ = ("_http",)

    def __init__(self, http: Union[httpx.Response, Answer]) -> None:
        self._http = http

    @property
    def http(self) -> httpx.Response:
        """The HTTP answer: status, headers, raw bytes. Its request has only method and URL."""
        return self._http.http if isinstance(self._http, Answer) else self._http

    @property
    def rate_limit(self) -> Optional[RateLimit]:
        """Return the server's rate limit for this operation; None if it sent none."""
        return rate_limit_of(self.http)


class Response(_Answered, Generic[T]):
    """One object from the server."""

    __slots__ = ("data",)

    data: T

    def __init__(self, data: T, http: Union[httpx.Response, Answer]) -> None:
        super().__init__(http)
        self.data = data

    def __repr__(self) -> str:
        return f"Response(data={self.data!r}, status={self.http.status_code})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.data, self.http)


class PaginatedResponse(_Answered, Generic[T]):
    """A page of objects; iterating it gives the items of this page alone."""

    __slots__ = ("data", "meta")

    data: List[T]
    meta: PaginationMeta

    def __init__(
        self, data: List[T], meta: PaginationMeta, http: Union[httpx.Response, Answer]
    ) -> None:
        super().__init__(http)
        self.data = data
        self.meta = meta

    def __iter__(self) -> Iterator[T]:
        return iter(self.data)

    def __repr__(self) -> str:
        return f"PaginatedResponse(data={self.data!r}, meta={self.meta!r})"

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.data, self.meta, self.http)
