"""When a sender sends: backoff through outages, and one batch to try whether they are over."""

from __future__ import annotations

import logging
import math
import random
from collections import deque
from typing import Deque, Dict, List, Optional, Sequence

import msgspec

from .._runtime import concurrency
from .entries import Entry
from .verdicts import Outcome

logger = logging.getLogger("novabilling")

FIRST_BACKOFF = 0.5
MAX_BACKOFF = 60.0
LONGEST_PAUSE = 600.0
"""Seconds after which it is tried again, whatever a server or a proxy asks for."""
SAY_AGAIN = 60.0
"""Seconds after which what holds everything is logged once more."""
SPLIT_AFTER = 3
"""Failures of a batch after which it is sent in halves: one of its events may be the reason."""


class Batch(msgspec.Struct, eq=False):
    """Events that are sent together."""

    entries: List[Entry]
    failures: int = 0


class Schedule:
    """Say when the next batch may go, and remember those that have to go again.

    1. All is well: several batches at a time, `most` at most.
    2. A batch has failed: nothing goes until the backoff is over, then one batch alone. If it
       fails, the next time it is another one's turn; if it works, all is well.
    3. The rate limit: nothing goes until the client says that it has a turn.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.problem: Optional[str] = None
        """Why nothing is sent."""
        self.worked_at: float = -math.inf
        """When the server last took events."""
        self._again: Deque[Batch] = deque()
        self._on_their_way = 0
        self._failures = 0
        self._resumes_at = 0.0
        self._said_at: Dict[str, float] = {}
        self._has_said = False

    def seconds_until_next(self) -> Optional[float]:
        """Return how long nothing may go; None until a batch on its way comes back."""
        if self._on_their_way >= (1 if self._failures else self._most):  # 2, 1
            return None
        return max(0.0, self._resumes_at - concurrency.monotonic())

    def next_again(self) -> Optional[Batch]:
        """Take a batch that has to go again."""
        return self._again.popleft() if self._again else None

    def started(self) -> None:
        """Note that a batch is on its way."""
        self._on_their_way += 1

    def given_up(self, batch: Batch) -> None:
        """Note a batch that was interrupted: nothing is known of it."""
        self._on_their_way -= 1
        self.put_back(batch)

    def put_back(self, batch: Batch) -> None:
        """Keep a batch that could not start."""
        self._again.append(batch)

    def ended(self, batch: Batch, held: Sequence[Entry], outcome: Optional[Outcome]) -> None:
        """Note what became of a batch: which events have to go again, and why."""
        self._on_their_way -= 1
        if held:
            self._again.extend(_halves(batch, list(held), outcome))
        if outcome is None:
            if self._has_said:
                logger.warning("The outbox sends again")
            self._has_said = False
            self.worked_at = concurrency.monotonic()
            self.problem, self._failures, self._resumes_at = None, 0, 0.0
            return
        now = concurrency.monotonic()
        if outcome.cause == "limit":  # 3
            wait = 1.0 if outcome.retry_after is None else max(0.05, outcome.retry_after)
            self._resumes_at = max(self._resumes_at, now + min(wait, LONGEST_PAUSE))
            return
        self._failures += 1
        asked = min(outcome.retry_after or 0.0, LONGEST_PAUSE)
        self._resumes_at = now + max(_backoff(self._failures), asked)
        self.problem = outcome.reason
        self._say(outcome)

    def is_to_be_said(self, cause: str) -> bool:
        """Say whether it is time to log a cause: the first time, and then once a minute."""
        now = concurrency.monotonic()
        if now < self._said_at.get(cause, -math.inf) + SAY_AGAIN:
            return False
        self._said_at[cause] = now
        self._has_said = True
        return True

    def _say(self, outcome: Outcome) -> None:
        if not self.is_to_be_said(outcome.cause):
            return
        if outcome.cause == "refused":
            logger.error("The outbox holds all events until this is mended: %s", outcome.reason)
        else:
            logger.warning("The outbox waits and tries again: %s", outcome.reason)


def _backoff(failures: int) -> float:
    longest = min(MAX_BACKOFF, FIRST_BACKOFF * 2.0 ** min(failures - 1, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311  # no secret


def _halves(batch: Batch, entries: List[Entry], outcome: Optional[Outcome]) -> List[Batch]:
    failures = batch.failures + (outcome is not None and outcome.cause == "broken")
    if failures < SPLIT_AFTER or len(entries) == 1:
        return [Batch(entries, failures)]
    half = len(entries) // 2
    return [Batch(entries[:half]), Batch(entries[half:])]
