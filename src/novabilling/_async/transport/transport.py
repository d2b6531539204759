"""One attempt at a call; what goes over the network goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

from ..._call.attempt import Attempt, Progress
from ..._call.outcomes import (
    STALE,
    Outcome,
    closed_failure,
    failure_from,
    transport_errors,
    unread_answer,
)
from ..._call.redirects import MAX_REDIRECTS, REDIRECTS, next_url
from ..._call.retries import Fate
from ..._call.server import Server
from ..._network.answer import Answer
from ..._network.proxies import proxy_for
from ..._runtime import concurrency
from ..._runtime.forks import RenewedLock
from ..._runtime.http_mocks import httpx_is_mocked
from ..._runtime.httpx_modules import AsyncHttpClient
from ..._runtime.lazy_httpx import httpx
from ..._runtime.waits import AsyncWaits
from .pool_sender import AsyncPoolSender

if TYPE_CHECKING:
    from .sender import AsyncSender


class AsyncTransport:
    """Send attempts over connections of its own, or through a client of httpx."""

    def __init__(
        self,
        server: Server,
        http_client: Optional[AsyncHttpClient],
        max_connections: int,
        max_response_bytes: int,
    ) -> None:
        self.closed: bool = False
        self.waits: AsyncWaits = AsyncWaits()
        self._limits = (max_connections, max_response_bytes)
        self._sender = self._choose(server, http_client, max_connections, max_response_bytes)
        self._for_mocks: Optional[AsyncSender] = None
        self._lock = RenewedLock()

    def _choose(
        self, server: Server, http_client: Optional[AsyncHttpClient], *limits: int
    ) -> AsyncSender:
        """Decide how all requests of the client are sent; most clients load nothing of httpx."""
        proxy = None if http_client else proxy_for(server.scheme, server.host, server.port)
        if http_client is None and proxy is None:
            return AsyncPoolSender(server, *limits)
        from .httpx_sender import AsyncHttpxSender

        return AsyncHttpxSender(http_client, *limits)

    def _sender_now(self) -> AsyncSender:
        """Return what sends the next request: httpx while it is mocked, as with an http_client."""
        if not isinstance(self._sender, AsyncPoolSender) or not httpx_is_mocked():
            return self._sender
        from .httpx_sender import AsyncHttpxSender

        with self._lock.held:  # two threads must not make two of them
            if self._for_mocks is None:
                self._for_mocks = AsyncHttpxSender(None, *self._limits)
        return self._for_mocks

    async def attempt(self, attempt: Attempt) -> Outcome:
        """Send a request once, following redirects, and read the answer to its end.

        How it may end, by the numbers in the code:

        1. The client was closed before: nothing is sent.
        2. An answer, of whatever status; if the client was closed meanwhile, an error all the same.
        3. Its time is over, while it waits for a slot or in the sender: TimeoutError.
        4. The user cancels the task: the exception passes through. Slot and connection are given
           back on its way, and a connection whose answer was not read to its end is closed.
        5. Anything else of the network: `progress` says how far the request had come.
        6. The user's own file failed while a download was written to it: their error, as it is.
        7. The token has become useless while the attempt waited for its slot: nothing is sent.
        """
        sender = self._sender_now()
        if self.closed or sender.is_closed:
            return closed_failure("unsent")  # 1
        progress = Progress(attempt.limits())
        slots = sender.slots()
        try:
            await slots.acquire(progress.limits)
            try:
                if attempt.is_stale is not None and attempt.is_stale():
                    return STALE  # 7
                attempt.turn.limit.start(attempt.turn, whatever_remains=True)  # without retries
                await concurrency.async_give_way()
                answer = await self._follow(sender, attempt, progress)
                return self._unless_closed(answer, "unknown")  # 2
            finally:
                slots.release()  # 4
        except transport_errors() as exc:  # 3, 5
            if progress.on_disk:  # 6
                raise
            failure = failure_from(exc, attempt, progress)
            outcome = unread_answer(exc, attempt, progress) or failure
            return self._unless_closed(outcome, failure.fate)

    def _unless_closed(self, outcome: Outcome, fate: Fate) -> Outcome:
        return closed_failure(fate) if self.closed else outcome

    async def _follow(self, sender: AsyncSender, attempt: Attempt, progress: Progress) -> Answer:
        url: Optional[httpx.URL] = None
        history: List[Answer] = []
        while True:
            progress.status = 0
            progress.limits.check()  # a redirect does not start it again
            progress.started = concurrency.monotonic()
            answer = await sender.exchange(attempt, url, progress)
            answer.elapsed = concurrency.monotonic() - progress.started
            if history:
                answer.history = list(history)
            if url is not None or attempt.call.url is not None:
                answer.hides_query = True
            if answer.status_code not in REDIRECTS or not attempt.config.follow_redirects:
                return answer
            location = answer.headers.get("location", "")
            target = next_url(attempt.call.method, answer.url, answer.status_code, location)
            if target is None or len(history) == MAX_REDIRECTS:
                return answer
            history.append(answer)
            url = target
            progress.address = str(target.copy_with(query=None))

    async def aclose(self) -> None:
        """Close the connections, unless they are the user's own."""
        self.closed = True
        self.waits.end()
        await self._sender.aclose()
        if self._for_mocks is not None:
            await self._for_mocks.aclose()
