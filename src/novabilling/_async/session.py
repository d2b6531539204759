"""One call from its first attempt to its last: waits, retries, deadline, budget, log lines."""

from __future__ import annotations

import logging
import secrets
from typing import ContextManager, Optional

import httpx

from .. import _concurrency
from .._arguments import query_string
from .._calls import Attempt, Call, Failure, Outcome, is_answer, judge
from .._config import STANDARD_HEADERS, Config, check_token_text
from .._errors import NovaBillingTimeoutError
from .._hooks import Hooks
from .._retries import MAX_RETRY_AFTER, RetryBudget, backoff, may_repeat
from .._secrets import Secret
from .transport import AsyncTransport

logger = logging.getLogger("novabilling")


class AsyncSession:
    """Send calls with one configuration; copies of a client share all but that."""

    def __init__(
        self, transport: AsyncTransport, config: Config, budget: RetryBudget, hooks: Hooks
    ) -> None:
        self.transport = transport
        self.config = config
        self.budget = budget
        self.hooks = hooks
        self._home = httpx.URL(config.root)

    def watch(self, call: Call) -> ContextManager[Call]:
        """Make the block in which a call is sent and its answer read; send the call it gives."""
        return self.hooks.watch(call, self.config.root)

    async def send(self, call: Call) -> httpx.Response:
        """Return the answer to a call, or raise what became of it.

        The answer is a 2xx, or the 404 to a repeated DELETE whose first attempt may have worked.
        """
        deadline = self.config.deadline
        ends = None if deadline is None else _concurrency.monotonic() + deadline
        request_id = self.config.headers.get("x-request-id") or secrets.token_hex(16)
        tried_in_doubt = False
        retries = 0
        while True:
            call.watch.begin(retries + 1, request_id)
            outcome = await self._attempt(call, request_id, retries, ends)
            if is_answer(outcome, call, tried_in_doubt):
                self.budget.refund()
                outcome.extensions["request_id"] = request_id
                call.watch.answer(outcome)
                return outcome
            failure = judge(call, outcome)
            failure.error.request_id = request_id
            failure.error.may_have_been_applied |= tried_in_doubt
            wait = self._wait(call, failure, retries, _left(ends))
            call.watch.end(None if isinstance(outcome, Failure) else outcome, failure.error, wait)
            if wait is None:
                raise failure.error
            tried_in_doubt |= failure.fate == "unknown" and call.repeat != "read"
            retries += 1
            await self.transport.pauses.wait(wait)

    async def _attempt(
        self, call: Call, request_id: str, retries: int, ends: Optional[float]
    ) -> Outcome:
        started = _concurrency.monotonic()
        token = await self._token()
        left = _left(ends)
        if left is not None and left <= 0:
            return Failure(NovaBillingTimeoutError("the deadline is over"), "unsent")
        outcome = await self.transport.attempt(self._request(call, token, request_id, left))
        if logger.isEnabledFor(logging.DEBUG):
            result: object = getattr(outcome, "status_code", None)
            if isinstance(outcome, Failure):
                result = type(outcome.error).__name__
            logger.debug(
                "%s %s -> %s in %.0f ms (attempt %d, request %s)",
                call.method,
                call.route.template,
                result,
                (_concurrency.monotonic() - started) * 1000,
                retries + 1,
                request_id,
            )
        return outcome

    async def _token(self) -> Optional[Secret[str]]:
        token = self.config.token
        if token.reveal() is None:
            return None
        if not callable(token.reveal()):  # it was checked when the client was made
            return token
        return check_token_text(Secret(await _concurrency.async_resolve(token.reveal()())))

    def _request(
        self, call: Call, token: Optional[Secret[str]], request_id: str, left: Optional[float]
    ) -> Attempt:
        config = self.config
        timeout = config.timeout_for(call.timeout)
        limits = [t for t in (timeout, left) if isinstance(t, (int, float))]
        headers = {**STANDARD_HEADERS, "x-request-id": request_id}
        if call.accept is not None:
            headers["accept"] = call.accept
        if call.body is not None:
            headers["content-type"] = "application/json"
        address = call.address(config.root)
        return Attempt(
            method=call.method,
            address=f"{address}?{query_string(call.query)}" if call.query else address,
            headers=headers,
            extra_headers=call.watch.add_headers(config.headers),
            token=token,
            home=self._home,
            body=call.body,
            timeout=timeout,
            limit=min(limits) if limits else None,
            follow_redirects=config.follow_redirects,
            once=call.repeat == "once",
            sink=call.sink,
        )

    def _wait(
        self, call: Call, failure: Failure, retries: int, left: Optional[float]
    ) -> Optional[float]:
        """Return the seconds to wait before the next attempt; None if there is to be none."""
        if retries >= self.config.max_retries or not may_repeat(failure.fate, call.repeat):
            return None
        if self.transport.closed or (call.sink is not None and not call.sink.can_restart):
            return None
        asked: Optional[float] = getattr(failure.error, "retry_after", None)
        wait = backoff(retries) if asked is None else asked
        if wait > MAX_RETRY_AFTER or (left is not None and wait >= left):
            return None
        return wait if self.budget.spend() else None


def _left(ends: Optional[float]) -> Optional[float]:
    return None if ends is None else ends - _concurrency.monotonic()
