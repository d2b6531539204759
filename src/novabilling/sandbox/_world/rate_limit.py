"""The rate limit: a number of calls per handler and minute, then a block of a minute."""

from __future__ import annotations

import math
from collections import deque
from copy import deepcopy
from datetime import datetime
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .._errors import HttpError

WINDOW = 60.0


class _Count:
    """The calls of one handler."""

    def __init__(self) -> None:
        self.hits: Deque[float] = deque()
        self.kept = 0  # hits that are never given back
        self.window_ends = 0.0
        self.blocked_until: Optional[float] = None


class RateLimit:
    """Counts calls; `limit` None lets everything through and says nothing."""

    def __init__(self, limit: Optional[int]) -> None:
        self.limit: Optional[int] = limit
        self._counts: Dict[str, _Count] = {}

    def save(self) -> Callable[[], None]:
        limit, counts = self.limit, deepcopy(self._counts)

        def restore() -> None:
            self.limit, self._counts = limit, deepcopy(counts)

        return restore

    def dump(self) -> Any:
        counts = {
            handler: (list(one.hits), one.kept, one.window_ends, one.blocked_until)
            for handler, one in self._counts.items()
        }
        return (self.limit, counts)

    def load(self, dumped: Any) -> None:
        self.limit, counts = dumped
        self._counts = {}
        for handler, (hits, *rest) in counts.items():
            count = self._counts[handler] = _Count()
            count.hits, (count.kept, count.window_ends, count.blocked_until) = deque(hits), rest

    def hit(self, handler: str, moment: datetime) -> List[Tuple[str, str]]:
        """Count a call: headers for the answer, or the 429 beyond the limit."""
        if self.limit is None:
            return []
        now, count = moment.timestamp(), self._counts.setdefault(handler, _Count())
        if count.window_ends <= now:
            count.window_ends = now + WINDOW
        if count.blocked_until is not None and count.blocked_until <= now:
            self._end_block(count, now)
        _forget_old(count, now)
        if count.blocked_until is None:
            count.hits.append(now)
            if count.kept + len(count.hits) > self.limit:
                count.blocked_until = now + WINDOW
        if count.blocked_until is not None:
            raise _too_many(math.ceil(count.blocked_until - now))
        return [
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.limit - count.kept - len(count.hits))),
            ("X-RateLimit-Reset", str(math.ceil(count.window_ends - now))),
        ]

    def _end_block(self, blocked: _Count, now: float) -> None:
        """Begin to count anew; the server stops all clocks then, also those of other handlers."""
        for count in self._counts.values():
            _forget_old(count, now)
            count.kept += len(count.hits)
            count.hits.clear()
        blocked.kept, blocked.blocked_until = 0, None


def _forget_old(count: _Count, now: float) -> None:
    while count.hits and count.hits[0] <= now - WINDOW:
        count.hits.popleft()


def _too_many(seconds: int) -> HttpError:
    error = HttpError(429, "ThrottlerException: Too Many Requests")
    error.headers.append(("Retry-After", str(seconds)))
    return error
