"""The client's own line for each operation of which the server takes no more at the moment."""

from __future__ import annotations

from typing import Optional

from .._call.call import Call
from .._call.errors import RateLimitError
from .._call.log_lines import fields, logger
from .._call.outcomes import Failure, Outcome, closed_failure
from .._call.rate_limits import OperationLimit, RateLimits, Turn, blocks, limit_headers
from .._call.records import Heard
from .._call.retries import retry_after
from .._network.answer import Answer, header
from .._runtime import concurrency
from .._runtime.waits import AsyncWait, AsyncWaits

WORTH_A_WARNING = 1.0  # seconds
_GUARDS = (401, 403)
"""What may be answered before the calls are counted."""


class AsyncRateLimiter:
    """Let calls wait for their turn; a client and its copies share one."""

    def __init__(self, waits: AsyncWaits) -> None:
        self._waits = waits
        self.limits: RateLimits = RateLimits()
        self.closed: bool = False
        self.heard: Optional[Heard] = None
        """The latest answer: its `Date` compares the server's clock with ours."""

    async def wait(
        self, call: Call, turn: Turn, ends: Optional[float], first: bool
    ) -> Optional[Failure]:
        """Stand in the line until a call may be sent; return a failure if it cannot in its time."""
        limit = turn.limit
        turn.wait, turn.ends = AsyncWait(), ends
        limit.join(turn, first)
        try:
            while not limit.start(turn):
                if self.closed:
                    return closed_failure("unsent")
                now = concurrency.monotonic()
                seconds = limit.seconds_until(turn, now)
                left = None if ends is None else ends - now
                if left is not None and (seconds >= left or left <= 0):
                    return Failure(too_late(call, seconds), "unsent")
                if limit.watches_clock(turn):
                    self._warn(call, limit, seconds)
                    left = seconds
                await self._waits.wait(left, turn.wait)
        except BaseException:
            if turn.given:  # it came too late for us
                limit.unanswered(turn, False)
            raise
        finally:
            limit.leave(turn)
        return None

    def forget(self) -> None:
        """Forget all limits: a sandbox has moved its time on."""
        self.limits.forget()

    def _warn(self, call: Call, limit: OperationLimit, seconds: float) -> None:
        if seconds >= WORTH_A_WARNING:
            logger.warning(
                "%s %s: the rate limit is used up, %s for %.0f s",
                call.method,
                call.route.template,
                "1 call waits" if limit.waiting == 1 else f"{limit.waiting} calls wait, the first",
                seconds,
                extra=fields(call, waiting=limit.waiting, wait=seconds),
            )

    def note(self, turn: Turn, outcome: Optional[Outcome]) -> None:
        """Note how an attempt ended; None is a cancellation, or one that was not sent at all."""
        if not isinstance(outcome, Answer):
            if outcome is None and not turn.given:
                return
            counted = not isinstance(outcome, Failure) or outcome.fate != "unsent"
            turn.limit.unanswered(turn, counted)
        elif outcome.status_code == 429:
            self._refused(turn, outcome)
        else:
            headers = limit_headers(outcome.raw_headers)
            if headers is not None or _says_all(outcome.status_code, turn):
                turn.limit.answered(turn, headers)
            else:  # of a gateway, or of a guard that stands before the one that counts
                turn.limit.unanswered(turn, outcome.status_code >= 500)

    def _refused(self, turn: Turn, answer: Answer) -> None:
        seconds = retry_after(header(answer.raw_headers, b"retry-after") or None)
        if seconds is not None and blocks(seconds):
            turn.limit.refused(turn, seconds)
        else:  # not the server's own limit
            turn.limit.unanswered(turn, False)


def _says_all(status: int, turn: Turn) -> bool:
    """Say whether an answer without headers of a limit means that there is none."""
    return status < 300 or (status < 500 and status not in _GUARDS and not turn.limit.names_limit)


def too_late(call: Call, seconds: float) -> RateLimitError:
    """Make the error of a call that would get its turn after its deadline."""
    error = RateLimitError(
        f"the rate limit of {call.method} {call.route.template} is used up, and the call would get "
        f"its turn after its deadline, in about {seconds:.0f} s"
    )
    error.retry_after = seconds
    return error
