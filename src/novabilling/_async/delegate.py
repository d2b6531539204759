"""Requests through a client of httpx: the user's own, or one that honours proxies."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Optional

from .. import _concurrency
from .._calls import MARK, Attempt, Progress, no_cookies
from .._families import AsyncHttpClient, family_of
from .._homes import PerHome
from .._http import Answer
from .._httpx import httpx
from .body import AsyncBody
from .pool import MAX_IDLE_ONCE
from .slots import AsyncSlots


async def hold_location(response: httpx.Response) -> None:
    """Keep httpx from parsing Location: where a redirect leads is decided elsewhere."""
    if response.request.extensions.get(MARK) and "location" in response.headers:
        response.extensions[MARK] = response.headers.pop("location")


class AsyncLane:
    """What the requests of one event loop share: slots, and the client that they go through."""

    def __init__(self, size: int, http: Any) -> None:
        self.slots = AsyncSlots(size)
        self.http = http

    def forget(self) -> None:
        """Leave the connections to the loop or process that they belong to."""


class AsyncDelegate:
    """Leave the connections to httpx, and never ask it for more than it can serve at once."""

    grace = 0.05  # httpx's own timeouts say what they waited for, so they may come first

    def __init__(
        self,
        http_client: Optional[AsyncHttpClient],
        max_connections: int,
        max_response_bytes: int,
    ) -> None:
        self._max_connections = max_connections
        self._max_response_bytes = max_response_bytes
        self._http: Any = http_client
        # Made here: what the environment says of proxies and certificates may be wrong.
        self._first: Any = http_client or self._client()
        self._family = family_of(self._first)
        self._lanes = PerHome(self._lane)

    def _client(self) -> Any:
        limits = httpx.Limits(
            max_connections=self._max_connections,
            max_keepalive_connections=self._max_connections,
            keepalive_expiry=MAX_IDLE_ONCE,  # the server announces 5 s
        )
        return httpx.AsyncClient(cookies=no_cookies(), limits=limits)

    def _lane(self, _: bool) -> AsyncLane:
        http = self._first or self._client()
        self._first = self._http  # no two loops or processes may share connections of ours
        hooks = http.event_hooks["response"]
        if hold_location not in hooks:
            hooks.append(hold_location)
        return AsyncLane(self._max_connections, http)

    @property
    def is_closed(self) -> bool:
        return self._http is not None and bool(self._http.is_closed)

    def slots(self) -> AsyncSlots:
        """Return the slots for requests from here; `exchange` is for holders of one."""
        return self._lanes.get(_concurrency.async_home()).slots

    async def exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        """Send a request, to its own address or to where a redirect leads, and read the answer."""
        progress.sent = None  # only httpx knows
        url = url or httpx.URL(attempt.address)
        request = attempt.request(url, self._family)
        http = self._lanes.get(_concurrency.async_home()).http
        response = await http.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            progress.status = response.status_code
            location = response.extensions.pop(MARK, None)
            if location is not None:
                response.headers["location"] = location
            progress.headers = response.headers.raw
            body = AsyncBody("", self._max_response_bytes, attempt.call.sink, progress)
            await body.start()
            chunks = response.aiter_bytes()
            try:
                async for chunk in chunks:
                    await body.take(chunk)
            finally:
                await chunks.aclose()  # it is a generator
        finally:
            await response.aclose()
        return Answer(
            attempt.call.method,
            url,
            response.status_code,
            response.headers.raw,
            body.finish(),
            response.extensions,
            self._family,
        )

    async def aclose(self) -> None:
        """Close the clients, unless it is the user's own."""
        if self._http is not None:
            return
        for lane in self._lanes.close():
            with suppress(RuntimeError):  # some of its connections belong to another loop
                await lane.http.aclose()
