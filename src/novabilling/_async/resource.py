"""What all resources do: send a call and read its answer, an object or a list."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Callable,
    Dict,
    Mapping,
    Optional,
    Type,
    TypeVar,
)

from .._call.call import Call, Trail
from .._call.configuration import Needs
from .._call.envelopes import decode_list, decode_object, prepare_list, prepare_object
from .._call.errors import (
    NotFoundError,
    NovaBillingError,
    ResponseDecodeError,
    name_operation,
    plain_cause,
)
from .._call.records import keep_record
from .._call.retries import Repeat
from .._network.answer import Answer, header
from .._reconcile.marks import marked
from .._runtime.copies import copy_of
from .._runtime.secrets import Secret
from .._words.arguments import NO_ARGUMENTS, Arguments
from .._words.checks import Omittable, identifier
from .._words.decoders import without_bom
from .._words.routes import Route
from ..types._common import Message, PaginatedResponse, Response
from .caller import AsyncAgain, AsyncCaller
from .pagination import PAGE_SIZE, AsyncPaginator, Item

if TYPE_CHECKING:
    from typing_extensions import Self

ALREADY_DELETED = "Deleted by an earlier attempt of this call"

_RESOURCES = f"{__name__}s."  # the modules of our own ones

Query = Dict[str, str]
Body = Secret[bytes]


T = TypeVar("T")


class AsyncResource:
    """Base of the resources: one method for each verb, named after it."""

    _login_only = False
    _needs_token = True

    def __init__(self, session: AsyncCaller) -> None:
        needs: Needs = "token" if self._needs_token else "nothing"
        self._caller = session.with_needs("login" if self._login_only else needs)
        if session.config.reconcile:  # there may be no file left when it is needed
            from . import reconciler  # noqa: F401  # pyright: ignore[reportUnusedImport]

    def __repr__(self) -> str:
        methods = ", ".join(name for name in dir(type(self)) if not name.startswith("_"))
        return f"<{type(self).__name__}: {methods}>"

    def _with_one_deadline(self) -> Self:
        """Return a copy for a call that makes several requests."""
        return type(self)(self._caller.with_one_deadline())

    def _marked(self, metadata: Omittable[Optional[Mapping[str, Any]]]) -> Any:
        """Add a mark to the metadata of a new row, if the client has `marks=True`."""
        return marked(metadata) if self._caller.config.marks else metadata

    async def _get(self, of: Type[T], route: Route, query: Optional[Query] = None) -> Response[T]:
        return await self._object(of, Call("GET", route, "read", query))

    async def _list(
        self,
        of: Type[T],
        route: Route,
        filters: Optional[Query] = None,
        paging: Arguments = NO_ARGUMENTS,
        *,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[T]:
        query = {**(filters or {}), **paging.query(page=page, limit=limit)}
        prepare_list(of, self._caller.config.server.root)
        with self._caller.watch(Call("GET", route, "read", query)) as call:
            answer = await self._caller.send(call)
            data, meta = self._read(call, answer, decode_list, of)
        return PaginatedResponse(data, meta, answer)

    async def _post(
        self,
        of: Type[T],
        route: Route,
        body: Optional[Body] = None,
        *,
        repeat: Repeat,
        timeout: Optional[float] = None,
        keys_first: bool = False,
        again: Optional[AsyncAgain] = None,
    ) -> Response[T]:
        body = body or NO_ARGUMENTS.body()  # some routes answer 500 without one
        call = Call(
            "POST", route, repeat, None, body, None, timeout, keys_first=keys_first, trail=Trail()
        )
        return await self._object(of, call, again)

    async def _patch(
        self, of: Type[T], route: Route, body: Body, *, keys_first: bool = False
    ) -> Response[T]:
        call = Call("PATCH", route, "idempotent", body=body, keys_first=keys_first, trail=Trail())
        return await self._object(of, call)

    async def _delete(self, route: Route) -> Response[Message]:
        call = Call("DELETE", route, "idempotent", gone_is_done=True, trail=Trail())
        try:
            with self._caller.watch(call) as watched:
                answer = await self._caller.send(watched)
                if answer.status_code == 404:
                    return Response(Message(message=ALREADY_DELETED), answer)
                return Response(self._read(watched, answer, decode_object, Message), answer)
        except BaseException as exc:
            if not self._is_lost(call, exc):
                raise
            return await self._found(exc)

    async def _object(
        self, of: Type[T], call: Call, again: Optional[AsyncAgain] = None
    ) -> Response[T]:
        prepare_object(of, self._caller.config.server.root)
        try:
            with self._caller.watch(call) as watched:
                answer = await self._caller.send(watched, again)
                return Response(self._read(watched, answer, decode_object, of), answer)
        except BaseException as exc:
            if not self._is_lost(call, exc):
                raise
            return await self._found(exc)

    def _is_lost(self, call: Call, exc: BaseException) -> bool:
        """Keep the record of a write that ends so; say whether to find out what became of it."""
        if call.trail is None:
            return False
        keep_record(call, self._caller.config, exc, self._caller.limiter.heard)
        return self._caller.config.reconcile and isinstance(exc, NovaBillingError)

    async def _found(self, error: BaseException) -> Response[Any]:
        """Return what a call has done whose answer was lost, or raise its error."""
        from .reconciler import async_found  # most programs are never in doubt

        return await async_found(self._caller, error)

    def _iter(
        self,
        of: Type[Item],
        route: Route,
        filters: Optional[Query] = None,
        paging: Arguments = NO_ARGUMENTS,
    ) -> AsyncPaginator[Item]:
        return AsyncPaginator(
            lambda page: self._list(of, route, filters, paging, page=page, limit=PAGE_SIZE), of
        )

    async def _one(self, rows: AsyncIterator[Item], route: Route, name: str, key: str) -> Item:
        """Return the row whose field is a key; reads as many pages as it takes."""
        identifier(name, key)
        async for row in rows:
            if getattr(row, name) == key:
                return row
        raise not_found(route, name, key)

    def _read(self, call: Call, answer: Answer, decode: Callable[..., T], *of: object) -> T:
        try:
            content = without_bom(answer.content)
            return decode(content, *of, self._caller.config.server.root)
        except Exception as exc:  # whatever breaks: the request was sent, and that must be said
            problem = plain_cause(exc)
        raise unreadable(call, answer, str(problem)) from problem


def not_found(route: Route, name: str, key: str) -> NotFoundError:
    """Make the error of a lookup in a list that the key is not in."""
    kind = route.template[1:-1]  # of "/plans", a plan
    error = NotFoundError(f"no {kind} has the {name.replace('_', ' ')} {key!r}")
    name_operation(error, "GET", route.template)
    return error


def unreadable(call: Call, answer: Answer, problem: str) -> ResponseDecodeError:
    """Make the error of a 2xx answer that is not what the operation returns."""
    kind = header(answer.raw_headers, b"content-type").partition(";")[0].strip()
    named = f" ({kind})" if kind and "json" not in kind else ""
    page = (
        f"; {answer.url.netloc.decode()} sent a page: is base_url right, or does one log in there?"
    )
    hint = page if kind.lower() == "text/html" else ""
    error = ResponseDecodeError(
        f"the {answer.status_code} answer{named} to {call.method} {call.route.template} "
        f"is not what it returns: {problem[:200]}{hint}",
        request_id=answer.request_id,
        may_have_been_applied=call.repeat != "read",
    )
    error.http = answer.http
    name_operation(error, call.method, call.route.template)
    return error


def copy_if_changed(
    resource: AsyncResource, original: AsyncCaller, caller: AsyncCaller, is_kept: bool
) -> Optional[AsyncResource]:
    """Copy a resource for a copy of its client, if there is something of others in it.

    One that is not made so, is made when it is used; one of another client stays as it is.
    """
    own = type(resource).__module__.startswith(_RESOURCES) and not is_kept
    of = resource._caller  # pyright: ignore[reportPrivateUsage]
    if (own and len(vars(resource)) == 1) or of.transport is not original.transport:
        return None
    copy = copy_of(resource)
    AsyncResource.__init__(copy, caller)
    return copy
