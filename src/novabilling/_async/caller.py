"""The loop of attempts at one call, first to last: waits, retries, deadline, budget, log lines.

Whether a call may be repeated is decided in `_call.retries`; here is when, and how often.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Callable, ContextManager, Dict, Optional, Protocol, Tuple, cast

from msgspec import structs

from .._call.attempt import Attempt
from .._call.call import Call
from .._call.configuration import Config, Needs, Timeout
from .._call.errors import (
    APIStatusError,
    MissingTokenError,
    NovaBillingError,
    RateLimitError,
    mark_as_applied,
    name_operation,
)
from .._call.hooks import Hooks
from .._call.log_lines import log_attempt, log_retry, logger
from .._call.outcomes import (
    STALE,
    Failure,
    Outcome,
    deadline_failure,
    is_answer,
    is_past_the_token,
    is_unauthorized,
    judge,
)
from .._call.rate_limits import Turn, blocks
from .._call.retries import MAX_RETRY_AFTER, RetryBudget, backoff, may_repeat
from .._call.warm_up import load_explanations
from .._network.answer import Answer
from .._runtime import concurrency
from .._runtime.secrets import Secret
from .rate_limiter import AsyncRateLimiter
from .transport.transport import AsyncTransport

if TYPE_CHECKING:
    from .._runtime.lazy_httpx import httpx
    from .credentials import AsyncCredential


class AsyncAgain(Protocol):
    """What knows more than the loop about the errors of one call."""

    async def __call__(self, error: NovaBillingError, ends: Optional[float]) -> Optional[float]:
        """Return the seconds to wait before one more attempt; None if there is to be none.

        Such attempts are none of `max_retries`, and the budget does not pay for them.
        """
        ...


class AsyncCaller:
    """Send calls with one configuration; copies of a client share all but that."""

    def __init__(
        self,
        transport: AsyncTransport,
        config: Config,
        limiter: AsyncRateLimiter,
        budget: RetryBudget,
        hooks: Hooks,
        ends: Optional[float] = None,
    ) -> None:
        self.transport = transport
        self.config = config
        self.limiter = limiter
        self.budget = budget
        self.hooks = hooks
        self._ends = ends
        self._heads: Dict[Tuple[Optional[str], bool], Secret[bytes]] = {}
        has_none, sends = config.token.reveal() is None, config.needs != "nothing"
        by_login = config.goes_by_login
        self._has_none = has_none and sends and not by_login
        self._lacks_token = self._has_none and not config.token_optional
        self._token = config.token if sends and not has_none else None  # checked by the client
        self._credential: Optional[Callable[[], AsyncCredential]] = None
        if sends and (by_login or callable(config.token.reveal())):
            from .credentials import credential_of  # a plain token needs none of it

            self._credential = credential_of(self)

    def copy(self, *, config: Optional[Config] = None, ends: Optional[float] = None) -> AsyncCaller:
        """Return a copy on the same connections, limits, budget and hooks."""
        copy = AsyncCaller(
            self.transport,
            config or self.config,
            self.limiter,
            self.budget,
            self.hooks,
            self._ends if ends is None else ends,
        )
        if config is None:
            copy._heads = self._heads
        return copy

    def with_needs(self, needs: Needs) -> AsyncCaller:
        """Return a copy for operations that need another credential."""
        if needs == self.config.needs:
            return self
        return self.copy(config=structs.replace(self.config, needs=needs))

    def for_login(self, timeout: Timeout, ends: Optional[float]) -> AsyncCaller:
        """Return a copy that sends once, without a credential: what is renewed is none yet."""
        changed = {"needs": "nothing", "timeout": timeout, "max_retries": 0, "deadline": None}
        return self.copy(config=structs.replace(self.config, **changed), ends=ends)

    @property
    def ends(self) -> Optional[float]:
        """When the call of several requests is over; None if it has no end."""
        return self._ends

    def with_one_deadline(self, at_most: Optional[float] = None, spent: float = 0.0) -> AsyncCaller:
        """Return a copy for a call of several requests: they share a deadline, from now on.

        `at_most` are seconds after which it is over in any case, `spent` those that the call has
        taken before.
        """
        ends = self._end()
        if ends is not None and self._ends is None:
            ends -= spent
        if at_most is not None:
            last = concurrency.monotonic() + at_most
            ends = last if ends is None else min(last, ends)
        return self.copy(ends=ends)

    def _end(self) -> Optional[float]:
        if self._ends is not None or self.config.deadline is None:
            return self._ends
        return concurrency.monotonic() + self.config.deadline

    def watch(self, call: Call) -> ContextManager[Call]:
        """Make the block in which a call is sent and its answer read; send the call it gives."""
        return self.hooks.watch(call, self.config.server.root) if self.hooks.all else call

    async def send(self, call: Call, again: Optional[AsyncAgain] = None) -> Answer:
        """Return the answer to a call, or raise what became of it.

        The answer is a 2xx, or the 404 to a repeated DELETE whose first attempt may have worked.
        `again` is asked about errors that are not tried again here.
        """
        if self._lacks_token:
            from .._login.tokens import no_token

            missing = MissingTokenError(no_token(self.config.needs == "login"))
            name_operation(missing, call.method, call.route.template)
            raise missing
        if call.trail is not None:
            load_explanations()
        ends = self._end()
        request_id = self.config.headers.get("x-request-id", os.urandom(16).hex())
        tried_in_doubt = False
        retries = others = refusals = 0
        turn = self.limiter.limits.turn(call)
        refused = False
        credential = None if self._credential is None else self._credential()
        while True:
            too_late: Optional[Failure] = None
            # Without retries, no call stands in the line, unless it says for how long.
            limited = self.config.max_retries or call.patience is not None
            if limited and not turn.limit.is_open and (refused or not turn.limit.start(turn)):
                too_late = await self.limiter.wait(call, turn, call.ends_in_line(ends), refused)
            refused = False
            call.watch.begin(retries + 1, request_id)
            outcome: Outcome
            if too_late is not None:
                outcome = too_late
            else:
                ended: Optional[Outcome] = None
                try:
                    outcome = ended = await self._attempt(
                        call, request_id, retries, ends, turn, credential
                    )
                finally:
                    self.limiter.note(turn, ended)
            if is_answer(outcome, call, tried_in_doubt):
                self.budget.refund()
                if credential is not None:
                    credential.accept()
                outcome.request_id = request_id
                call.watch.answer(outcome)
                if call.trail is not None:
                    at = concurrency.monotonic()
                    self.limiter.heard = (outcome.raw_headers, outcome.elapsed, at)
                return outcome
            sent = self._token if credential is None else credential.sent
            failure = judge(call, outcome, sent)
            failure.error.request_id = request_id
            if credential is not None and is_past_the_token(outcome):
                credential.accept()
            if tried_in_doubt:
                mark_as_applied(failure.error)
            # A refusal by the server's own limit is no retry: it ends when the minute does.
            limit = isinstance(failure.error, RateLimitError) and blocks(failure.error.retry_after)
            unauthorized = is_unauthorized(outcome, self.config.server)
            own = limit and turn.limit.names_limit
            wait = self._wait(call, failure, 0 if own else retries - others, _left(ends))
            # A 401 did nothing: a call is sent once more with another token, whatever it is.
            refusals = refusals + 1 if unauthorized else 0
            if refusals and credential is not None and await credential.another(refusals, ends):
                wait = 0.0
                others += 1
            if wait is None and again is not None:
                wait = await again(failure.error, ends)
                others += 1
            call.watch.end(None if isinstance(outcome, Failure) else outcome, failure.error, wait)
            if wait is None:
                if unauthorized:
                    self._explain(failure.error, credential)
                raise failure.error
            tried_in_doubt |= failure.fate == "unknown" and call.repeat != "read"
            retries += 1
            others += own
            refused = limit and turn.limit.is_known
            log_retry(call, failure.error, None if refused else wait, retries, request_id)
            if not refused:  # else it waits in the line
                await self.transport.waits.wait(wait)

    def _explain(self, error: NovaBillingError, credential: Optional[AsyncCredential]) -> None:
        """Say what to do about a 401: the server does not tell what is wrong with a token."""
        from .._login.tokens import hint_for, no_token

        if self.config.needs == "nothing":
            return
        sent = self._token if credential is None else credential.sent
        said = error.timestamp if isinstance(error, APIStatusError) else None
        now = self.config.seconds() if said is None else said.timestamp()
        by_login, place = self.config.needs == "login", self.config.server.netloc.decode()
        hint = hint_for(sent, by_login, now, place, error.message)
        hint = no_token(by_login) if self._has_none else hint
        if hint:
            error.add_hint(hint)

    async def _attempt(
        self,
        call: Call,
        request_id: str,
        retries: int,
        ends: Optional[float],
        turn: Turn,
        credential: Optional[AsyncCredential],
    ) -> Outcome:
        logs = logger.isEnabledFor(logging.DEBUG)
        started = concurrency.monotonic() if logs else 0.0
        outcome: Outcome = STALE
        while outcome is STALE:
            token, is_stale = self._token, None
            if credential is not None:
                found = await credential.token(call, ends)
                if isinstance(found, Failure):
                    return found
                token, is_stale = found, credential.is_stale
            left = _left(ends)
            if left is not None and left <= 0:
                return deadline_failure(call)
            limits = self._limits(call, left)
            attempt = Attempt(
                call, self.config, token, request_id, *limits, turn, self._heads, is_stale
            )
            trail = call.trail
            if trail is not None:
                trail.token = token
                trail.started = trail.started or self.config.now()
            outcome = await self.transport.attempt(attempt)
        if logs:
            elapsed = concurrency.monotonic() - started
            log_attempt(call, outcome, elapsed, retries + 1, request_id)
        return outcome

    def _limits(
        self, call: Call, left: Optional[float]
    ) -> Tuple[Optional[float], Optional[httpx.Timeout]]:
        """Return the seconds of one attempt, and the user's for single operations."""
        timeout = self.config.timeout_for(call.timeout)
        if isinstance(timeout, (int, float)):
            return (timeout if left is None else min(timeout, left)), None
        return left, cast("Optional[httpx.Timeout]", timeout)

    def _wait(
        self, call: Call, failure: Failure, retries: int, left: Optional[float]
    ) -> Optional[float]:
        """Return the seconds to wait before the next attempt; None if there is to be none."""
        if retries >= self.config.max_retries or not may_repeat(failure.fate, call.repeat):
            return None
        if self.transport.closed or (call.sink is not None and not call.sink.can_restart):
            return None
        asked: Optional[float] = getattr(failure.error, "retry_after", None)
        wait = max(backoff(retries) if asked is None else asked, failure.rest)
        if wait > MAX_RETRY_AFTER or (left is not None and wait >= left):
            return None
        # The budget is for outages: a server that counts calls is none.
        costs = not isinstance(failure.error, RateLimitError)
        return wait if not costs or self.budget.spend() else None


def _left(ends: Optional[float]) -> Optional[float]:
    return None if ends is None else ends - concurrency.monotonic()
