"""One attempt at a call; what goes over the network goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional, Union

from .. import _concurrency
from .._base_url import Home
from .._calls import (
    Attempt,
    Outcome,
    Progress,
    closed_failure,
    failure_from,
    transport_errors,
    unread_answer,
)
from .._families import AsyncHttpClient
from .._http import Answer
from .._httpx import httpx
from .._pauses import AsyncPauses
from .._proxies import is_proxied
from .._redirects import MAX_REDIRECTS, REDIRECTS, next_url
from .._retries import Fate
from .pooled import AsyncPooled

if TYPE_CHECKING:
    from .delegate import AsyncDelegate


class AsyncTransport:
    """Send attempts over connections of its own, or through a client of httpx."""

    def __init__(
        self,
        home: Home,
        http_client: Optional[AsyncHttpClient],
        max_connections: int,
        max_response_bytes: int,
    ) -> None:
        self.closed = False
        self.pauses = AsyncPauses()
        self._wire: Union[AsyncDelegate, AsyncPooled]
        if http_client is not None or is_proxied(home.scheme, home.host):
            from .delegate import AsyncDelegate

            # A client may know a shorter way than through httpx: that of aiohttp does.
            delegate = getattr(http_client, "delegate", AsyncDelegate)
            self._wire = delegate(http_client, max_connections, max_response_bytes)
        else:
            self._wire = AsyncPooled(home, max_connections, max_response_bytes)

    async def attempt(self, attempt: Attempt) -> Outcome:
        """Send a request once, following redirects, and read the answer to its end."""
        if self.closed or self._wire.is_closed:
            return closed_failure("unsent")
        progress = Progress(attempt.limits())
        slots = self._wire.slots()
        try:
            await slots.acquire(progress.limits)
            try:
                await _concurrency.async_give_way()
                with _concurrency.async_time_limit(self._guard(progress)):
                    answer = await self._follow(attempt, progress)
                    return self._unless_closed(answer, "unknown")
            finally:
                slots.release()
        except transport_errors() as exc:
            if progress.on_disk:  # the user's file, not the network
                raise
            failure = failure_from(exc, attempt, progress)
            outcome = unread_answer(exc, attempt, progress) or failure
            return self._unless_closed(outcome, failure.fate)

    def _unless_closed(self, outcome: Outcome, fate: Fate) -> Outcome:
        return closed_failure(fate) if self.closed else outcome

    def _guard(self, progress: Progress) -> Optional[float]:
        until = progress.limits.until
        return None if until is None else until - _concurrency.monotonic() + self._wire.grace

    async def _follow(self, attempt: Attempt, progress: Progress) -> Answer:
        url: Optional[httpx.URL] = None
        history: List[Answer] = []
        while True:
            progress.status = 0
            progress.limits.check()  # a redirect does not start it again
            answer = await self._wire.exchange(attempt, url, progress)
            answer.history = list(history)
            if answer.status_code not in REDIRECTS or not attempt.config.follow_redirects:
                return answer
            location = answer.headers.get("location", "")
            target = next_url(attempt.call.method, answer.url, answer.status_code, location)
            if target is None or len(history) == MAX_REDIRECTS:
                return answer
            history.append(answer)
            url = target

    async def aclose(self) -> None:
        """Close the connections, unless they are the user's own."""
        self.closed = True
        self.pauses.end()
        await self._wire.aclose()
