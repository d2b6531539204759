"""Requests through a client of httpx: the user's own, or one that honours proxies."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Mapping, Optional

from ..._call.attempt import MARK, Attempt, Progress
from ..._network.answer import Answer
from ..._network.read_ahead import end_if_unclean
from ..._network.time_limits import TimeLimits
from ..._runtime import concurrency, loops
from ..._runtime.httpx_modules import AsyncHttpClient, classes, httpx_module_of, no_cookies
from ..._runtime.lazy_httpx import httpx
from ..._runtime.loops import PerLoop
from .body import AsyncBody
from .pool import MAX_IDLE_ONCE
from .proxy_routes import AsyncProxyRoutes, place_of_proxy
from .slots import AsyncSlots

_GRACE = 0.05  # seconds: httpx's own timeouts say what they waited for, so they may come first


async def hold_location(response: httpx.Response) -> None:
    """Keep httpx from parsing Location: where a redirect leads is decided elsewhere."""
    if response.request.extensions.get(MARK) and "location" in response.headers:
        response.extensions[MARK] = response.headers.pop("location")


class AsyncSteps:
    """What httpx tells of its steps, for one exchange."""

    def __init__(self, progress: Progress, own: bool) -> None:
        self._progress = progress
        self._own = own

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        self._progress.note(event, info, self._own)


class AsyncLoopClient:
    """The client of httpx for one event loop, and the slots for requests through it."""

    def __init__(self, size: int, http: Any) -> None:
        self.slots = AsyncSlots(size)
        self.http = http

    def forget(self) -> None:
        """Leave the connections to the loop or process that they belong to."""


class AsyncHttpxSender:
    """The sender through httpx, which is never asked for more than it can serve at once."""

    def __init__(
        self,
        http_client: Optional[AsyncHttpClient],
        max_connections: int,
        max_response_bytes: int,
    ) -> None:
        self._max_connections = max_connections
        self._max_response_bytes = max_response_bytes
        self._http: Any = http_client
        self._first: Any = http_client or self._own_client()
        self._httpx = httpx_module_of(self._first)
        self._clients = PerLoop(self._client_for_loop)

    def _own_client(self) -> Any:
        # How many there are is a matter of the slots; the server announces that it waits for 5 s.
        routes = AsyncProxyRoutes(httpx.Limits(keepalive_expiry=MAX_IDLE_ONCE))
        return httpx.AsyncClient(cookies=no_cookies(), transport=routes, trust_env=False)

    def _client_for_loop(self, _: bool) -> AsyncLoopClient:
        http = self._first or self._own_client()
        self._first = self._http  # no two loops or processes may share connections of ours
        hooks = http.event_hooks["response"]
        if hold_location not in hooks:
            hooks.append(hold_location)
        return AsyncLoopClient(self._max_connections, http)

    @property
    def is_closed(self) -> bool:
        return self._http is not None and bool(self._http.is_closed)

    def slots(self) -> AsyncSlots:
        """Return the slots for requests from here; `exchange` is for holders of one."""
        return self._clients.get(loops.async_running_loop()).slots

    async def exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        """Send a request, to its own address or to where a redirect leads, and read the answer."""
        with concurrency.async_time_limit(_seconds(progress.limits)):
            return await self._exchange(attempt, url, progress)

    async def _exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        url = url or httpx.URL(attempt.address)
        own = self._http is None
        progress.begin(place_of_proxy(url) if own else None)
        request = attempt.request(url, self._httpx)
        request.extensions["trace"] = AsyncSteps(progress, own)
        response = await self._send(request, progress)
        try:
            progress.status = response.status_code
            if progress.status == 407 and progress.proxy is not None:
                progress.sent = False  # to the server
                raise httpx.ProxyError(f"407 {response.reason_phrase}")  # as through a tunnel
            location = response.extensions.pop(MARK, None)
            if location is not None:
                response.headers["location"] = location
            progress.headers = response.headers.raw
            # Read by a hook of the user's, or it was never a stream.
            undone = response.is_stream_consumed
            body = AsyncBody(self._max_response_bytes, attempt.call.sink, progress, undone)
            await body.start()
            if undone or response.is_closed:
                await body.take(response.content)
            else:
                await self._read(response, body)
        finally:
            await response.aclose()
        return Answer(
            attempt.call.method,
            url,
            response.status_code,
            response.headers.raw,
            body.finish(),
            response.extensions,
            self._httpx,
        )

    async def _send(self, request: Any, progress: Progress) -> Any:
        http = self._clients.get(loops.async_running_loop()).http
        try:
            return await http.send(request, stream=True, auth=None, follow_redirects=False)
        except Exception as exc:
            known = isinstance(exc, (*classes("HTTPError"), OSError, RuntimeError))
            if known or progress.stage != "tunnel" or not progress.is_of_network(exc):
                raise
            # What httpx uses for SOCKS has errors of its own, down to assertions.
            raise httpx.ProxyError(f"it does not speak SOCKS ({type(exc).__name__})") from exc

    async def _read(self, response: Any, body: AsyncBody) -> None:
        """Read what was sent, before httpx decodes it, which would be without a limit."""
        chunks = response.stream.__aiter__()
        try:
            async for chunk in chunks:
                await body.take(chunk)
        finally:
            await chunks.aclose()  # it is a generator
        end_if_unclean(response)

    async def aclose(self) -> None:
        """Close the clients, unless it is the user's own."""
        if self._http is not None:
            return
        for client in self._clients.close():
            with suppress(RuntimeError, TypeError):  # some of its connections are of another loop
                await client.http.aclose()


def _seconds(limits: TimeLimits) -> Optional[float]:
    """Return how long an exchange on an event loop may take."""
    return None if limits.until is None else limits.until - concurrency.monotonic() + _GRACE
