"""How many calls of one operation the server takes now: pure state, no waits, no I/O.

The server counts the calls of each operation and address: a call counts for 60 seconds from its own
time, and one above the limit blocks the operation for 60 seconds, after which the count starts
anew. `X-RateLimit-Remaining` of its answers is the truth, as others may call from the same address;
the times of our own calls only say when it is worth asking again.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Deque, Dict, Optional, Protocol, Set, Tuple

import msgspec

from .._network.answer import RawHeaders
from .._runtime import concurrency
from .._runtime.forks import Renewed, RenewedLock

if TYPE_CHECKING:
    from .call import Call

WINDOW = 60.0
"""Seconds that a call counts, and that a block lasts; a longer one is not the server's limit."""

FIRST_BURST = 100
"""Calls of one operation that go before its first answer; the server takes so many in a minute."""

_next_number = count().__next__


class Wakeable(Protocol):
    """The wait of one task or thread, which others may end."""

    def wake(self) -> None: ...


class LimitHeaders(msgspec.Struct, frozen=True):
    """What an answer says of the limit; `reset` is in seconds."""

    limit: int
    remaining: int
    reset: int


_MOST_DIGITS = 9


def blocks(retry_after: Optional[float]) -> bool:
    """Say whether a 429 with this Retry-After is of a limit that ends by itself: the server's."""
    return retry_after is not None and 1 <= retry_after <= WINDOW


def limit_headers(raw: RawHeaders) -> Optional[LimitHeaders]:
    """Read the three headers of the limit; None if one is missing or no number."""
    limit = remaining = reset = b""
    for name, value in raw:  # every answer comes by here: their lengths tell most names apart
        if len(name) == 17:
            name = name.lower()
            if name == b"x-ratelimit-limit":
                limit = value
            elif name == b"x-ratelimit-reset":
                reset = value
        elif len(name) == 21 and name.lower() == b"x-ratelimit-remaining":
            remaining = value
    if not (limit.isdigit() and remaining.isdigit() and reset.isdigit()):
        return None
    if len(limit) > _MOST_DIGITS or len(remaining) > _MOST_DIGITS or len(reset) > _MOST_DIGITS:
        return None
    return LimitHeaders(int(limit), int(remaining), int(reset))


class Turn:
    """The turn of one call at its operation."""

    __slots__ = ("ends", "given", "limit", "number", "since", "wait")

    def __init__(self, limit: OperationLimit) -> None:
        self.limit: OperationLimit = limit
        self.given: bool = False
        """Whether it is counted as being on its way; without a limit, none is."""
        self.number: int = -1
        """Its place among all that were given."""
        self.since: float = 0.0
        """When it was given."""
        self.wait: Optional[Wakeable] = None
        self.ends: Optional[float] = None
        """When its call is over, once it stands in the line."""

    def wake(self) -> None:
        if self.wait is not None:
            self.wait.wake()


class OperationLimit:
    """The calls of one operation: those on their way, and the line of those that wait.

    A call goes, by the numbers in the code:

    1. at once, if answers name no limit: servers without one cost nothing. Before the first answer
       it may be one of 100, which is what the server takes in a minute;
    2. while fewer are on their way than remain by the newest answer: it may have been written
       before any of them was counted;
    3. alone, as a probe, when a call of our own has ceased to count, the window has ended, or the
       block is over: its answer says how many others may follow;
    4. after the others: first come, first served. The first of the line watches the clock; the
       others are woken by the answer that makes room for them.
    """

    def __init__(self) -> None:
        self.is_open: bool = False
        """Whether answers have come, and name no limit: nothing is counted (1)."""
        self.names_limit: bool = False
        """Whether the server's own headers have named it: its refusals then end by themselves."""
        self._lock = RenewedLock()
        self._line: Deque[Turn] = deque()
        self._on_their_way: Set[int] = set()
        self._remaining: Optional[int] = None
        self._last_given = -1
        self._known_since = -1  # the last call that was given its turn before `_remaining` was
        self._heard = False
        self._limit = FIRST_BURST
        self._times: Deque[float] = deque()  # of the answers to our own calls that count
        self._resumes_at = 0.0
        self._blocked_until = 0.0

    @property
    def is_known(self) -> bool:
        """Whether an answer has named a limit."""
        return self._remaining is not None

    @property
    def waiting(self) -> int:
        """How many calls stand in the line."""
        return len(self._line)

    def start(self, turn: Turn, whatever_remains: bool = False) -> bool:
        """Let a call go if it may."""
        if turn.given or self.is_open:  # 1
            return True
        now = concurrency.monotonic()
        if whatever_remains:
            self._give(turn, now)
            return True
        with self._lock.held:
            if (self._line and self._line[0] is not turn) or not self._may_go(now):
                return False  # 4
            if self._line:
                self._line.popleft()
            self._give(turn, now)
            return True

    def join(self, turn: Turn, first: bool) -> None:
        """Stand in the line: at its end, or in front after a refusal."""
        with self._lock.held:
            if first:
                self._line.appendleft(turn)
            else:
                self._line.append(turn)

    def leave(self, turn: Turn) -> None:
        """Give up a place in the line."""
        with self._lock.held:
            watched = bool(self._line) and self._line[0] is turn
            if turn in self._line:
                self._line.remove(turn)
            if watched and self._line:
                self._line[0].wake()  # it watches the clock from now on

    def watches_clock(self, turn: Turn) -> bool:
        """Say whether a call has to wake by itself, because no answer is awaited that would."""
        with self._lock.held:
            return bool(self._line) and self._line[0] is turn and not self._on_their_way

    def seconds_until(self, turn: Turn, now: float) -> float:
        """Estimate how long a call of the line has to wait; 0 if awaited answers may tell."""
        with self._lock.held:
            place = self._line.index(turn) if turn in self._line else len(self._line)
            full_windows = place // self._limit
            if self._on_their_way and self._blocked_until <= now:
                return max(0, full_windows - 1) * WINDOW
            return max(0.0, self._resumes(now) - now) + full_windows * WINDOW

    def answered(self, turn: Turn, headers: Optional[LimitHeaders]) -> None:
        """Note an answer of the server, and what it says of the limit."""
        if headers is None and self.is_open and not turn.given:
            return
        now = concurrency.monotonic()
        with self._lock.held:  # at once: a call is on its way, or counted in what remains
            self._end(turn)
            self._heard = True
            if headers is None:  # the server knows no limit any more
                self._remaining = None
            else:
                self._learn(turn, headers, now)
            self._let_go(now)

    def refused(self, turn: Turn, retry_after: float) -> None:
        """Note a 429: nothing goes until the block is over."""
        now = concurrency.monotonic()
        with self._lock.held:
            self._end(turn)
            self._heard = True
            self._blocked_until = max(self._blocked_until, now + retry_after)
            self._remaining, self._known_since = 0, self._last_given
            self._times.clear()  # after a block, the server counts anew
            self._let_go(now)

    def unanswered(self, turn: Turn, counted: bool) -> None:
        """Note that a call ended without an answer of the server, which may have counted it."""
        now = concurrency.monotonic()
        with self._lock.held:
            self._end(turn)
            if counted and self._remaining:
                self._remaining -= 1
            self._let_go(now)

    def forget(self) -> None:
        """Begin a new window: as many of those that wait go as the limit lets."""
        now = concurrency.monotonic()
        with self._lock.held:
            self._remaining = self._limit if self.names_limit else None
            self._known_since, self._blocked_until = self._last_given, 0.0
            self._times.clear()
            self._let_go(now)

    def _give(self, turn: Turn, now: float) -> None:
        turn.number = self._last_given = _next_number()
        turn.given, turn.since = True, now
        self._on_their_way.add(turn.number)

    def _end(self, turn: Turn) -> None:
        if turn.given:
            turn.given = False
            self._on_their_way.discard(turn.number)

    def _may_go(self, now: float) -> bool:
        if self._blocked_until > now:
            return False
        if self._remaining is None:  # 1
            return self._heard or len(self._on_their_way) < FIRST_BURST
        if self._remaining > len(self._on_their_way):  # 2
            return True
        return not self._on_their_way and self._resumes(now) <= now  # 3

    def _resumes(self, now: float) -> float:
        """Return when a probe makes sense: the first moment at which some call counts no more."""
        if self._blocked_until > now:
            return self._blocked_until
        if self._remaining or not self._times:
            return now
        return min(self._times[0] + WINDOW, self._resumes_at)

    def _learn(self, turn: Turn, headers: LimitHeaders, now: float) -> None:
        self._limit, self.names_limit = max(1, headers.limit), True
        # Answers overtake each other, and within a window less and less remains. So only a call
        # that went after the last lesson can teach that there is more again.
        later = turn.number > self._known_since
        if later or self._remaining is None or headers.remaining < self._remaining:
            self._remaining = headers.remaining
            self._known_since = self._last_given
            self._resumes_at = now + headers.reset
        self._times.append(now)
        # Those that the server counts are, if nobody else calls, the newest of our own.
        counted = max(1, self._limit - self._remaining)
        while len(self._times) > counted or self._times[0] <= turn.since - WINDOW:
            self._times.popleft()

    def _let_go(self, now: float) -> None:
        self.is_open = self._heard and self._remaining is None
        while self._line and self._may_go(now):
            turn = self._line.popleft()
            self._give(turn, now)
            turn.wake()
        if self._line and not self._on_their_way:
            self._line[0].wake()  # it watches the clock from now on
            for turn in self._line:
                if turn.ends is not None:  # it may see now that its time does not suffice
                    turn.wake()


class RateLimits:
    """The limits of all operations of a client, in this process: a forked child starts anew."""

    def __init__(self) -> None:
        self._operations: Renewed[Dict[Tuple[str, str], OperationLimit]] = Renewed(dict)

    def turn(self, call: Call) -> Turn:
        """Return the turn of a call; an address that the server named has no limit."""
        if call.url is not None:
            return Turn(OperationLimit())
        operations, name = self._operations.held, (call.method, call.route.template)
        found = operations.get(name)
        return Turn(found or operations.setdefault(name, OperationLimit()))

    def forget(self) -> None:
        """Forget what is known, after a sandbox has moved its time on."""
        for limit in list(self._operations.held.values()):
            limit.forget()
