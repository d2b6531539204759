"""What every call returns: the answer, a page of answers, a message."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Generic,
    Iterable,
    Iterator,
    List,
    Optional,
    Tuple,
    TypeVar,
    Union,
    get_args,
    overload,
)

from .._network.answer import Answer
from .._runtime.lazy_httpx import httpx
from .._serialization.serializable import Serializable, Writable
from .._words.fields import Model
from .._words.stripe_names import hint_for

T = TypeVar("T")

_MISSING = object()

# What `dict(page)` asks for: these very objects. Other texts are no index of a page, so that
# templates, which try an index first, read its attributes.
_DATA, _META = (str(name, "ascii") for name in (b"data", b"meta"))


class RateLimit(Serializable, frozen=True, kw_only=True):
    """How many calls of an operation are left.

    Attributes:
        limit: How many are allowed in a minute.
        remaining: How many are left.
        reset: The seconds until all are back.
    """

    limit: int
    remaining: int
    reset: int


class PaginationMeta(Serializable, frozen=True, kw_only=True):
    """Where a page stands in its list.

    Attributes:
        total: How many objects there are on all pages.
        page: The number of this page, from 1.
        limit: How many objects a page may hold.
        total_pages: How many pages there are; 0 if there is no object.
    """

    total: int
    page: int
    limit: int
    total_pages: int


class Message(Model, frozen=True, kw_only=True):
    """The text with which the server confirms an operation.

    Attributes:
        message: The text, in English; it may change.
    """

    message: str


def rate_limit_of(http: httpx.Response) -> Optional[RateLimit]:
    names = ("limit", "remaining", "reset")
    values = [http.headers.get(f"x-ratelimit-{name}", "") for name in names]
    if not all(value.isascii() and value.isdigit() and len(value) < 19 for value in values):
        return None
    limit, remaining, reset = map(int, values)
    return RateLimit(limit=limit, remaining=remaining, reset=reset)


class _Answered(Writable):
    __slots__ = ("_http", "_request_id")

    def __init__(
        self, http: Union[httpx.Response, Answer], request_id: Optional[str] = None
    ) -> None:
        self._http = http
        self._request_id = request_id

    @property
    def http(self) -> httpx.Response:
        """The HTTP answer: status, headers, raw bytes. Its request has only method and URL."""
        return self._http.http if isinstance(self._http, Answer) else self._http

    @property
    def status_code(self) -> int:
        """Return the status of the HTTP answer, such as 200."""
        return self._http.status_code

    @property
    def request_id(self) -> Optional[str]:
        """Return the `X-Request-Id` that was sent, which the server's log has as well."""
        return self._http.request_id if isinstance(self._http, Answer) else self._request_id

    @property
    def rate_limit(self) -> Optional[RateLimit]:
        """Return the server's rate limit for this operation; None if it sent none."""
        return rate_limit_of(self.http)


class Response(_Answered, Generic[T]):
    """One object from the server.

    At run time its fields can be read here as well (`response.id` is `response.data.id`); type
    checkers know them only in `data`.

    With `reconcile=True`, `reconciled` says that the answer was lost: `data` was looked up, and
    `http` is the answer to that.
    """

    __slots__ = ("data", "reconciled")

    data: T
    """The object."""
    reconciled: bool
    """Whether the answer was lost and `data` looked up."""

    def __init__(
        self,
        data: T,
        http: Union[httpx.Response, Answer],
        request_id: Optional[str] = None,
        reconciled: bool = False,
    ) -> None:
        super().__init__(http, request_id)
        self.data = data
        self.reconciled = reconciled

    def _content(self) -> Dict[str, Any]:
        return {"data": self.data}

    def __repr__(self) -> str:
        return f"Response(data={self.data!r}, status={self.status_code})"

    def __reduce__(self) -> Tuple[Any, ...]:
        more = (True,) if self.reconciled else ()  # older versions read what is as it was
        return type(self), (self.data, self.http, self.request_id, *more)

    if not TYPE_CHECKING:

        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            from .._serialization.pydantic_schemas import schema_of_answer

            (of,) = get_args(source) or (Any,)
            return schema_of_answer(cls, source, {"data": of}, handler)

        def __getattr__(self, name: str) -> Any:  # asked for what is not found here
            if name.startswith("_") or name == "keys" or hasattr(type(self), name):
                return object.__getattribute__(self, name)  # raises what it raised before
            value = getattr(self.data, name, _MISSING)
            if value is _MISSING:
                mine, data = type(self).__name__, type(self.data).__name__
                hint = hint_for(type(self.data), name)
                raise AttributeError(f"neither {mine} nor its data, {data}, has {name!r}{hint}")
            return value

        def __dir__(self) -> Iterable[str]:
            names = dir(getattr(self, "data", None))
            own = set(object.__dir__(self)) - {"__structlog__"}  # for machines alone
            return {*own, *(n for n in names if not n.startswith("_"))}


class PaginatedResponse(_Answered, Generic[T]):
    """A page of objects: what it is iterated, counted and indexed by are the items of this page.

    It is false when it holds none.
    """

    __slots__ = ("data", "meta")

    data: List[T]
    """The objects on this page."""
    meta: PaginationMeta
    """Where the page stands in its list."""

    def __init__(
        self,
        data: List[T],
        meta: PaginationMeta,
        http: Union[httpx.Response, Answer],
        request_id: Optional[str] = None,
    ) -> None:
        super().__init__(http, request_id)
        self.data = data
        self.meta = meta

    @property
    def total(self) -> int:
        """Return the number of objects on all pages."""
        return self.meta.total

    @property
    def has_more(self) -> bool:
        """Say whether there is a page behind this one."""
        return self.meta.page < self.meta.total_pages

    def __iter__(self) -> Iterator[T]:
        """Iterate over the items of this page; `iter()` of the resource goes through all pages."""
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> List[T]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[T, List[T]]:
        part: Any = index
        if part is _DATA or part is _META:
            return self.to_dict(mode="json")[part]  # type: ignore[no-any-return]
        return self.data[index]

    if not TYPE_CHECKING:

        def keys(self) -> List[str]:
            """Name the parts of `to_dict()`: `dict()` of a page is that."""
            return [_DATA, _META]

        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            from .._serialization.pydantic_schemas import schema_of_answer

            (of,) = get_args(source) or (Any,)
            return schema_of_answer(
                cls, source, {"data": List[of], "meta": PaginationMeta}, handler
            )

    def _content(self) -> Dict[str, Any]:
        return {"data": self.data, "meta": self.meta}

    def __repr__(self) -> str:
        names = [str(getattr(i, "id", getattr(i, "code", type(i).__name__))) for i in self.data[:3]]
        shown = ", ".join([*names, "..."] if len(self) > 3 else names)
        meta = self.meta
        return (
            f"PaginatedResponse({len(self)} of {meta.total}, page {meta.page} of "
            f"{meta.total_pages}{': ' if shown else ''}{shown})"
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.data, self.meta, self.http, self.request_id)
