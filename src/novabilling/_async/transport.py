"""One attempt over the network; nothing else in the package sends anything."""

from __future__ import annotations

from typing import Callable, List, Optional

import httpx

from .. import _concurrency
from .._calls import (
    MARK,
    TRANSPORT_ERRORS,
    Attempt,
    Outcome,
    Progress,
    TooLarge,
    bare_response,
    closed_failure,
    failure_from,
    no_cookies,
)
from .._downloads import Sink
from .._pdfs import is_file
from .._redirects import MAX_REDIRECTS, REDIRECTS, next_url

IDLE_SECONDS = 4.0  # the server closes idle connections after 5 s
GRACE = 0.05  # httpx's own timeouts say what they waited for, so they may come first


async def hold_location(response: httpx.Response) -> None:
    """Keep httpx from parsing Location: where a redirect leads is decided here."""
    if response.request.extensions.get(MARK) and "location" in response.headers:
        response.extensions[MARK] = response.headers.pop("location")


class AsyncTransport:
    """Send attempts with httpx: the default client, or the user's own."""

    def __init__(
        self,
        http_client: Optional[httpx.AsyncClient],
        max_connections: int,
        max_response_bytes: int,
    ) -> None:
        self.closed = False
        self._max_response_bytes = max_response_bytes
        self._owned = http_client is None
        self._http = http_client or httpx.AsyncClient(
            cookies=no_cookies(),
            limits=httpx.Limits(
                max_connections=max_connections,
                max_keepalive_connections=max_connections,
                keepalive_expiry=IDLE_SECONDS,
            ),
        )
        hooks = self._http.event_hooks["response"]
        if hold_location not in hooks:
            hooks.append(hold_location)

    async def attempt(self, attempt: Attempt) -> Outcome:
        """Send a request once, following redirects, and read the answer to its end."""
        if self.closed or self._http.is_closed:
            return closed_failure("unsent")
        progress = Progress(attempt.limit)
        guard = None if attempt.limit is None else attempt.limit + GRACE
        try:
            with _concurrency.async_time_limit(guard):
                return await self._follow(attempt, progress)
        except (*TRANSPORT_ERRORS, TooLarge) as exc:
            if progress.on_disk:  # the user's file, not the network
                raise
            failure = failure_from(exc, attempt, progress)
        return closed_failure(failure.fate) if self.closed else failure

    async def _follow(self, attempt: Attempt, progress: Progress) -> httpx.Response:
        url = attempt.url
        history: List[httpx.Response] = []
        while True:
            response = await self._exchange(attempt, url, progress)
            response.history = list(history)
            if response.status_code not in REDIRECTS or not attempt.follow_redirects:
                return response
            location = response.headers.get("location", "")
            target = next_url(attempt.method, url, response.status_code, location)
            if target is None or len(history) == MAX_REDIRECTS:
                return response
            history.append(response)
            url = target

    async def _exchange(
        self, attempt: Attempt, url: httpx.URL, progress: Progress
    ) -> httpx.Response:
        progress.status = 0
        progress.check_time()  # a redirect does not start it again
        request = attempt.request(url)
        response = await self._http.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            progress.status = response.status_code
            location = response.extensions.pop(MARK, None)
            if location is not None:
                response.headers["location"] = location
            takes_file = response.is_success and is_file(response)
            content = await self._read(response, progress, attempt.sink if takes_file else None)
        finally:
            await response.aclose()
        return bare_response(response, content)

    async def _read(
        self, response: httpx.Response, progress: Progress, sink: Optional[Sink]
    ) -> bytes:
        chunks: List[bytes] = []
        size = 0
        if sink is not None:
            await self._on_disk(progress, sink.restart)
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > self._max_response_bytes:
                raise TooLarge(self._max_response_bytes)
            progress.check_time()
            if sink is None:
                chunks.append(chunk)
            else:
                await self._on_disk(progress, sink.write, chunk)
        return b"".join(chunks)

    async def _on_disk(self, progress: Progress, work: Callable[..., None], *args: bytes) -> None:
        progress.on_disk = True
        await _concurrency.async_run(work, *args)
        progress.on_disk = False

    async def aclose(self) -> None:
        """Close the connections, unless they are the user's own."""
        self.closed = True
        if self._owned:
            await self._http.aclose()
