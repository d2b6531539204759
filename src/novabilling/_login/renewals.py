"""Who renews the tokens of a session, and who waits for that: one at a time in each process."""

from __future__ import annotations

import logging
import random
from collections import deque
from inspect import iscoroutine
from typing import Callable, Deque, Literal, Optional, Protocol, Set, Union

from msgspec import structs

from .._runtime import concurrency
from .._runtime.forks import Renewed, RenewedLock
from .._runtime.secrets import Secret
from .._words.arguments import Arguments
from .._words.checks import secret
from ..types._tenants import TokenPair
from .state import Credentials, Login, Problem, Step, StepFate, login_of, rest_after

logger = logging.getLogger("novabilling")

OnChange = Callable[[TokenPair], object]

REFRESH = Arguments(refresh_token=secret)
LONGEST_RENEWAL = 300.0
"""Seconds after which a renewer is given up: each of its requests ends after 60 at most."""
MOST_IN_VAIN, PERIOD = 10, 60.0
"""After so many tokens in so many seconds that the server never took, a 401 asks for no other."""


class Wakeable(Protocol):
    """The wait of one task or thread, which others may end."""

    def wake(self) -> None: ...

    def is_lost(self) -> bool: ...


class _Line:
    """Who renews, and who waits for it; a forked child begins without either."""

    def __init__(self) -> None:
        self.leader: Optional[Wakeable] = None
        self.since: float = 0.0
        self.waiting: Set[Wakeable] = set()

    def is_lost(self) -> bool:
        """Say whether the renewer never comes back: its event loop has ended, or was stopped."""
        if self.leader is None:
            return False
        return self.leader.is_lost() or concurrency.monotonic() - self.since > LONGEST_RENEWAL

    def wake(self) -> None:
        for one in list(self.waiting):
            one.wake()


Decision = Union[Literal["go", "lead", "wait"], Problem]


class Renewals:
    """The tokens of one session, and the line of those that need them renewed.

    What a call does, by the numbers in the code:

    1. It goes: the token is not to be renewed yet, and the server has not refused it.
    2. It goes although the token is to be renewed: somebody does that, or it has just failed, and
       the token has not ended.
    3. It waits: somebody renews. It is woken by new tokens, by a failure, and by a renewer that
       gave up (canceled, out of time, closed); then it decides again.
    4. It fails: a renewal has just failed, and it is too early for another one.
    5. It renews.
    """

    def __init__(self, credentials: Credentials, on_change: Optional[OnChange] = None) -> None:
        self.current: Optional[Login] = None
        self.valid: Optional[Login] = None
        """The current one, unless the server has refused it."""
        self._credentials = credentials
        self._on_change = on_change
        self._lock = RenewedLock()
        self._line = Renewed(_Line)
        self.accepted: int = 0
        """The newest token that the server has taken."""
        self._problem: Optional[Problem] = None
        self._failures = 0
        self._rest_until = 0.0
        self._in_vain: Deque[float] = deque(maxlen=MOST_IN_VAIN)
        self._root: Optional[str] = None

    def bind(self, root: str) -> None:
        """Belong to the server of the first client: tokens of one are not shown to another."""
        with self._lock.held:
            if self._root not in (None, root):
                raise ValueError(
                    f"this LoginSession belongs to a client of {self._root}: make another one for "
                    f"{root}"
                )
            self._root = root

    def is_usable(self, now: float) -> bool:
        """Say whether the token can still be sent while it is being renewed."""
        return self.valid is not None and now < self.valid.ends

    def join(self, who: Wakeable, now: float) -> Decision:
        """Decide what a call does that needs a token."""
        with self._lock.held:
            if self.valid is not None and now < self.valid.renew_at:  # 1
                return "go"
            line, resting = self._line.held, self.rest > 0
            if line.is_lost():
                line.leader = None
            if self.is_usable(now) and (line.leader is not None or resting):  # 2
                return "go"
            if line.leader is not None:  # 3
                line.waiting.add(who)
                return "wait"
            if self._problem is not None and (resting or self._credentials.step is None):  # 4
                return self._problem
            line.waiting.discard(who)
            line.leader, line.since = who, concurrency.monotonic()  # 5
            return "lead"

    @property
    def rest(self) -> float:
        """The seconds until the next renewal after one that failed."""
        return self._rest_until - concurrency.monotonic()

    @property
    def credentials(self) -> Credentials:
        """What the renewer asks for tokens with."""
        return self._credentials

    def leave(self, who: Wakeable) -> None:
        """Wait no longer."""
        self._line.held.waiting.discard(who)

    def refuse(self, number: int) -> bool:
        """Note a 401 to one of the tokens; say whether another may do."""
        with self._lock.held:
            if self.valid is not None and self.valid.number == number:  # it is the first to say so
                if self.accepted < number and self._is_in_vain():
                    return False
                self.valid = None
            return True

    def _is_in_vain(self) -> bool:
        now, times = concurrency.monotonic(), self._in_vain
        if len(times) == MOST_IN_VAIN and now - times[0] < PERIOD:
            return True
        times.append(now)
        return False

    def spend(self, step: Step, fate: StepFate) -> None:
        """Note how a step ended that brought no tokens."""
        with self._lock.held:
            self._credentials = self._credentials.after(step, fate)

    def install(self, pair: TokenPair, now: float) -> None:
        """Take new tokens, let all go on that wait for them, and tell the user."""
        body = REFRESH.body(refresh_token=Secret(pair.refresh_token))
        access, chance = Secret(pair.access_token), random.uniform(0, 1)  # noqa: S311
        with self._lock.held:
            number = 1 if self.current is None else self.current.number + 1
            self._credentials = structs.replace(self._credentials, refresh=body, doubts=0)
            self.current = self.valid = login_of(access, number, now, chance)
            self._problem, self._failures, self._rest_until = None, 0, 0.0
            self._line.held.wake()
        if self._on_change is not None:
            try:
                stored = self._on_change(pair)
            except Exception as error:  # its text may be that of a database, with the tokens in it
                logger.error("on_change of a LoginSession failed: %s", type(error).__name__)
            else:
                if iscoroutine(stored):  # of a lambda, or of an object that is called
                    stored.close()
                    logger.error("on_change of a LoginSession did nothing: it must be no coroutine")

    def fail(self, leader: Wakeable, problem: Optional[Problem]) -> None:
        """End a renewal that brought nothing; without a problem, whoever waits tries it now."""
        with self._lock.held:
            if self._line.held.leader is not leader:
                return
            self._failures += 1
            self._problem = problem
            pause = rest_after(problem or Problem(""), self._failures, random.uniform(0, 1))  # noqa: S311
            self._rest_until = concurrency.monotonic() + pause
            self.release(leader)

    def release(self, leader: Wakeable) -> None:
        """Let another one renew: the renewal is over, or the renewer was canceled."""
        with self._lock.held:
            line = self._line.held
            if line.leader is leader:  # else this is a forked child, which has forgotten it
                line.leader = None
                line.wake()
