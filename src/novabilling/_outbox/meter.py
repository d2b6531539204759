"""What a sender says of itself: how much it has sent, and how fast."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import Deque, Optional, Tuple

from .._runtime import concurrency
from .entries import Counts, OutboxStats, Report

WINDOW = 60.0
REPORT_EVERY = 1.0


class Meter:
    """Count what was sent, in all and in the last minute."""

    def __init__(self) -> None:
        self._report = Report()
        self._lately: Deque[Tuple[float, int]] = deque()
        self._since = concurrency.monotonic()
        self._reported_at = 0.0
        self.begun: bool = False
        """Whether it goes on from what an earlier sender has said."""

    def go_on_from(self, report: Report) -> None:
        """Add up with what earlier senders of the folder have sent."""
        self._report.sent += report.sent
        self._report.duplicates += report.duplicates
        self.begun = True

    def count(self, sent: int, duplicates: int) -> None:
        """Note what the server has taken."""
        self._report.sent += sent
        self._report.duplicates += duplicates
        now = concurrency.monotonic()
        second = int(now)
        if self._lately and self._lately[-1][0] == second:
            self._lately[-1] = (second, self._lately[-1][1] + sent + duplicates)
        else:
            self._lately.append((second, sent + duplicates))

    def report(self, problem: Optional[str]) -> Report:
        """Return what to say now."""
        now = concurrency.monotonic()
        while self._lately and self._lately[0][0] < now - WINDOW:
            self._lately.popleft()
        seconds = max(1.0, min(WINDOW, now - self._since))
        self._report.rate = sum(count for _, count in self._lately) / seconds
        self._report.pid, self._report.at = os.getpid(), time.time()
        self._report.problem = problem
        return self._report

    def is_due(self) -> bool:
        """Say whether it is time to tell others, once a second."""
        now = concurrency.monotonic()
        if now < self._reported_at + REPORT_EVERY:
            return False
        self._reported_at = now
        return True


def stats_of(counts: Counts, report: Report) -> OutboxStats:
    """Put together what a store has and what its sender says."""
    now = time.time()
    depth = counts.due + counts.waiting
    stale = now - report.at > WINDOW
    rate = 0.0 if stale else report.rate
    return OutboxStats(
        depth=depth,
        held=counts.waiting,
        dead=counts.dead,
        sent=report.sent,
        duplicates=report.duplicates,
        rate=rate,
        oldest=None if counts.oldest is None else max(0.0, now - counts.oldest),
        seconds_left=counts.due / rate if rate > 0 else None,
        problem=None if stale else report.problem,
    )
