"""The client: settings and connections."""

from __future__ import annotations

from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ContextManager,
    Literal,
    Mapping,
    NoReturn,
    Optional,
    Type,
    TypeVar,
    Union,
    overload,
)

from msgspec import UNSET, UnsetType, structs

from .._call.configuration import (
    DEFAULT_MAX_CONNECTIONS,
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_MAX_RETRIES,
    Config,
    Timeout,
    by_name,
    check_count,
    check_flag,
    check_headers,
    check_http_client,
    check_login,
    check_timeout,
    check_token,
)
from .._call.hooks import AttemptHook, Hooks
from .._call.records import TrackedCalls, track
from .._call.retries import RetryBudget
from .._call.server import DEFAULT_BASE_URL, check_base_url
from .._runtime.concurrency import AsyncToken
from .._runtime.copies import copy_of
from .._runtime.httpx_modules import AsyncHttpClient
from .._runtime.secrets import Secret
from ..types._common import Response
from .caller import AsyncCaller
from .rate_limiter import AsyncRateLimiter
from .resource import AsyncResource, copy_if_changed
from .resources import AsyncResources
from .transport.transport import AsyncTransport

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._call.errors import NovaBillingError
    from .._login.session import LoginSession
    from .._reconcile.outcome import Outcome
    from .._reconcile.record import CallRecord

T = TypeVar("T")


class AsyncNovaBilling(AsyncResources):
    """Call the NovaBilling API; close it, or use it in a `with` block, to close its connections.

    Args:
        token: An API key or login token, or a callable that returns one, asked before each
            attempt. Without one, `auth` and `currencies` work and all else is refused before it is
            sent, unless there is an `http_client`, which may add one.
        login: A `LoginSession`, which keeps a login: `tenants`, `api_keys`, `webhooks` and
            `payment_methods` go by it, and without a token everything does.
        base_url: The server; a path prefix is kept, a trailing `/api` is not needed.
        timeout: Seconds for one attempt as a whole (default 60, `auth.register` 120); None is no
            limit; an `httpx.Timeout` limits each network operation instead. Looking up a host name
            cannot be interrupted in the sync client.
        follow_redirects: GET anywhere; a write only on 307 and 308 within the same origin.
        max_retries: Attempts after the first, where repeating cannot apply anything twice.
        deadline: Seconds for a call with all its attempts and waits; None means no limit.
        http_client: A client of httpx or httpx2, for proxies, TLS, tests; it is never closed here.
        max_connections: Connections at the same time (default 100); not with `http_client`.
        max_response_bytes: The largest answer that is read (default 64 MiB).
        headers: Extra headers for every request to the server, not to other origins.
        reconcile: A write whose answer is lost looks for its effect, and returns as if answered.
        marks: New subscriptions, wallets, top-ups, payments, notes and overrides get a mark.

    Raises:
        ValueError, TypeError: An argument is not usable; the message never shows the token.
    """

    @by_name
    def __init__(
        self,
        *,
        token: AsyncToken = None,
        login: Optional[LoginSession] = None,
        base_url: str = DEFAULT_BASE_URL,
        timeout: Union[Timeout, UnsetType] = UNSET,
        follow_redirects: bool = True,
        max_retries: int = DEFAULT_MAX_RETRIES,
        deadline: Optional[float] = None,
        http_client: Optional[AsyncHttpClient] = None,
        max_connections: Union[int, UnsetType] = UNSET,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        headers: Optional[Mapping[str, str]] = None,
        reconcile: bool = False,
        marks: bool = False,
    ) -> None:
        masked = Secret(token)
        del token  # so that no traceback with local variables shows it
        config = Config(
            token=check_token(masked),
            server=check_base_url(base_url),
            timeout=check_timeout(timeout),
            follow_redirects=check_flag(follow_redirects, "follow_redirects"),
            max_retries=check_count(max_retries, "max_retries", 0),
            deadline=check_timeout(deadline, "deadline"),
            headers=check_headers(headers),
            token_optional=http_client is not None,
            reconcile=check_flag(reconcile, "reconcile"),
            marks=check_flag(marks, "marks"),
        )
        check_http_client(http_client, "AsyncClient")
        if http_client is not None and max_connections is not UNSET:
            raise ValueError("max_connections cannot be set for an http_client of your own")
        connections = DEFAULT_MAX_CONNECTIONS if max_connections is UNSET else max_connections
        transport = AsyncTransport(
            config.server,
            http_client,
            check_count(connections, "max_connections", 1),
            check_count(max_response_bytes, "max_response_bytes", 1),
        )
        config = structs.replace(config, login=check_login(login, config.server))
        limiter = AsyncRateLimiter(transport.waits)
        self._caller = AsyncCaller(transport, config, limiter, RetryBudget(), Hooks())

    def with_options(
        self,
        *,
        timeout: Union[Timeout, UnsetType] = UNSET,
        max_retries: Union[int, UnsetType] = UNSET,
        deadline: Union[float, UnsetType, None] = UNSET,
        headers: Union[Mapping[str, str], UnsetType] = UNSET,
        token: Union[AsyncToken, UnsetType] = UNSET,
        login: Union[LoginSession, UnsetType, None] = UNSET,
        reconcile: Union[bool, UnsetType] = UNSET,
        marks: Union[bool, UnsetType] = UNSET,
    ) -> Self:
        """Return a copy with other options on the same connections and retry budget.

        `headers` are added to those of the client. Closing the copy or the original closes both.
        Attributes that a subclass has set are in the copy as well, and so is what a test has put
        in the place of a resource or of its methods.
        """
        config = self._caller.config
        if token is not UNSET:
            masked = Secret(token)
            del token
            config = structs.replace(config, token=check_token(masked))
        if timeout is not UNSET:
            config = structs.replace(config, timeout=check_timeout(timeout))
        if max_retries is not UNSET:
            config = structs.replace(config, max_retries=check_count(max_retries, "max_retries", 0))
        if deadline is not UNSET:
            config = structs.replace(config, deadline=check_timeout(deadline, "deadline"))
        if headers is not UNSET:
            config = structs.replace(config, headers={**config.headers, **check_headers(headers)})
        if reconcile is not UNSET:
            config = structs.replace(config, reconcile=check_flag(reconcile, "reconcile"))
        if marks is not UNSET:
            config = structs.replace(config, marks=check_flag(marks, "marks"))
        if login is not UNSET:
            config = structs.replace(config, login=check_login(login, config.server))
        copy = copy_of(self, AsyncResource)
        copy._caller = self._caller.copy(config=config)
        for name, value in vars(self).items():
            if isinstance(value, AsyncResource):
                changed = copy_if_changed(value, self._caller, copy._caller, name in vars(copy))
                if changed is not None:
                    vars(copy)[name] = changed
        return copy

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        repeat: Literal["once", "safe"] = "once",
        of: None = None,
    ) -> Response[Any]: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        repeat: Literal["once", "safe"] = "once",
        of: Type[T],
    ) -> Response[T]: ...
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        repeat: Literal["once", "safe"] = "once",
        of: Optional[Type[Any]] = None,
    ) -> Response[Any]:
        """Send a request to the server that this version has no method for.

        It has the token, retries, deadline, hooks and errors of all calls. Names and words are the
        server's own, in what is sent and in `data`, whose fractions are Decimals; secrets in it are
        masked only if it is read as one of this SDK's types.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: Where on the client's own server, without `/api`: `/customers/cus_1`.
            query: Texts, numbers, flags and times; None is left out.
            body: What is sent as JSON, at most 100 KB.
            repeat: "safe" says that it may be sent again after an attempt of which nobody knows
                what it did; a GET always may.
            of: What `data` is to be: a type of `novabilling.types` such as `Customer`,
                `List[Customer]` for a list or a page, or bytes.

        Raises:
            ValueError, TypeError: An argument is not usable; nothing was sent.
        """
        from .free_requests import AsyncFreeRequests, free_call  # few programs need them

        call = free_call(method, path, query, body, repeat, of)
        return await AsyncFreeRequests(self._caller).send(of, call)

    def on_attempt(self, hook: AttemptHook) -> Callable[[], None]:
        """Call a function with an `AttemptInfo` after each attempt; return what ends that.

        It sees the attempts of this client and its copies, in the order in which they end. What it
        raises is logged as an error by the logger `novabilling`, and the call goes on.

        Raises:
            TypeError: It cannot be called, or is a coroutine function.
        """
        return self._caller.hooks.add_for_attempts(hook)

    async def reconcile(
        self,
        error_or_call: Union[NovaBillingError, CallRecord],
        *,
        settle: float = 5.0,
        timeout: Optional[float] = 30.0,
    ) -> Outcome:
        """Find out whether a write was carried out whose answer was lost; it only reads.

        It looks at most three times, with one or two requests each, until `settle` seconds after
        the attempt ended: the server finishes what has arrived. `timeout` are the seconds in all.

        Raises:
            ValueError: The call went to another base_url, or was no write.
        """
        from .reconciler import async_outcome  # most programs are never in doubt

        self._load_all()
        return await async_outcome(self._caller, error_or_call, settle, timeout)

    @staticmethod
    def track() -> ContextManager[TrackedCalls]:
        """Record the writes of a block that end without an answer, also by a cancellation.

        It sees those of all clients in this task or thread, and in the tasks that it starts.
        """
        return track()

    async def aclose(self) -> None:
        """Close the connections; calls after this raise `ClientClosedError`."""
        self._caller.limiter.closed = True
        await self._caller.transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        caller: Optional[AsyncCaller] = getattr(self, "_caller", None)
        if caller is None:  # the arguments were refused, and a debugger asks
            return f"{type(self).__name__}()"
        return f"{type(self).__name__}(base_url={caller.config.server.root!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a token and connections: it cannot be pickled or copied")
