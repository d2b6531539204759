"""Credentials that change while a client lives: tokens of a callable, and those of a login.

A token that stays the same needs none of this.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, ContextManager, Optional, Protocol, Union

from .._call.call import Call
from .._call.configuration import DEFAULT_TIMEOUT, Config, Timeout, check_token_text
from .._call.errors import ClientClosedError, NovaBillingError, NovaBillingTimeoutError
from .._call.login_failures import failure_of, fate_of, problem_of, read_tokens, timeout_failure
from .._call.outcomes import (
    Failure,
    asks_itself_failure,
    closed_failure,
    deadline_failure,
    no_token_failure,
)
from .._login.renewals import Renewals
from .._login.session import renewals_of
from .._login.state import Login, Problem, Step
from .._network.answer import Answer
from .._runtime import concurrency, loops
from .._runtime.reentry import is_running, running
from .._runtime.secrets import Secret
from .._runtime.waits import AsyncWait
from .._words.routes import Route
from ..types._tenants import TokenPair
from .transport.transport import AsyncTransport

LONGEST_AHEAD = 10.0
"""Seconds for a renewal while the token that it replaces can still be sent."""

MOST_REFUSALS = 5
"""401s in a row of one call, if others had answers by the same tokens: they end while it waits."""


class AsyncCredential(Protocol):
    """What gives the tokens for one call."""

    @property
    def sent(self) -> Optional[Secret[str]]:
        """The token of the last attempt."""
        ...

    @property
    def is_stale(self) -> Optional[Callable[[], bool]]:
        """Whether the token has become useless since it was given; None if nobody can know."""
        ...

    async def token(self, call: Call, ends: Optional[float]) -> Union[Secret[str], Failure, None]:
        """Return the token for an attempt, or why there is none."""
        ...

    async def another(self, refusals: int, ends: Optional[float]) -> bool:
        """Say, after one or more 401 in a row, whether there may be another token."""
        ...

    def accept(self) -> None:
        """Note that the server has taken the token."""
        ...


class AsyncLoginCaller(Protocol):
    """What sends the requests of a login."""

    config: Config
    transport: AsyncTransport

    def for_login(self, timeout: Timeout, ends: Optional[float]) -> AsyncLoginCaller:
        """Return a copy that sends once, without a credential."""
        ...

    def watch(self, call: Call) -> ContextManager[Call]: ...

    async def send(self, call: Call) -> Answer: ...


def credential_of(caller: AsyncLoginCaller) -> Callable[[], AsyncCredential]:
    """Return what makes the credential of each call."""
    config = caller.config
    if config.goes_by_login and config.login is not None:
        return partial(AsyncLoginToken, renewals_of(config.login), caller)
    return partial(AsyncAskedToken, config.token.reveal())


class AsyncAskedToken:
    """The tokens of the user's callable."""

    __slots__ = ("_ask", "_next", "sent")
    is_stale = None

    def __init__(self, ask: Any) -> None:
        self._ask = ask
        self._next: Optional[Secret[str]] = None
        self.sent: Optional[Secret[str]] = None

    async def token(self, call: Call, ends: Optional[float]) -> Union[Secret[str], Failure, None]:
        found, self._next = self._next, None
        if found is None:  # else it was asked after a 401
            if is_running(self._ask):
                return asks_itself_failure("the callable that was given as token")
            try:
                found = await self._asked(ends)
            except TimeoutError:  # the deadline's, or the user's own
                if ends is None or ends > concurrency.monotonic():
                    raise
                return deadline_failure(call)
        self.sent = found
        return no_token_failure() if found is None else found

    async def another(self, refusals: int, ends: Optional[float]) -> bool:
        sent = self.sent
        if refusals > 1:
            return False
        try:
            self._next = await self._asked(ends)
        except TimeoutError:
            if ends is None or ends > concurrency.monotonic():
                raise
            return False
        if self._next is None or sent is None or self._next.reveal() == sent.reveal():
            self._next = None
        return self._next is not None

    def accept(self) -> None: ...

    async def _asked(self, ends: Optional[float]) -> Optional[Secret[str]]:
        left = None if ends is None else ends - concurrency.monotonic()
        with concurrency.async_time_limit(left), running(self._ask):
            found = Secret(await concurrency.async_resolve(self._ask()))
        return None if found.reveal() is None else check_token_text(found)


class AsyncLoginToken(Secret[str]):
    """The token of a login session, as it is when a request is written."""

    __slots__ = ("_caller", "_last", "_renewals")

    def __init__(self, renewals: Renewals, caller: AsyncLoginCaller) -> None:
        self._renewals = renewals
        self._caller = caller
        self._last: Optional[Login] = None

    def reveal(self) -> str:
        self._last = self._renewals.current
        return "" if self._last is None else self._last.token.reveal()

    @property
    def sent(self) -> Optional[Secret[str]]:
        return None if self._last is None else self._last.token

    def is_stale(self) -> bool:
        return self._renewals.valid is None

    async def token(self, call: Call, ends: Optional[float]) -> Union[Secret[str], Failure, None]:
        self._last = None
        valid = self._renewals.valid
        if valid is not None and self._caller.config.seconds() < valid.renew_at:
            return self
        return await self._renewed(call, ends) or self

    async def another(self, refusals: int, ends: Optional[float]) -> bool:
        if self._last is None or (ends is not None and ends <= concurrency.monotonic()):
            return False  # it was not sent at all, as to another server than the client's own
        number = self._last.number
        if refusals > 1 and (refusals > MOST_REFUSALS or number > self._renewals.accepted):
            return False  # nobody has had an answer by this token: another would be refused alike
        return self._renewals.refuse(number)

    def accept(self) -> None:
        last = self._last
        if last is not None and last.number > self._renewals.accepted:
            self._renewals.accepted = last.number

    async def _renewed(self, call: Call, ends: Optional[float]) -> Optional[Failure]:
        """Renew the token, or wait until somebody has; return a failure if there is none."""
        renewals, transport = self._renewals, self._caller.transport
        wait = AsyncWait(loops.async_running_loop())
        until = _sooner(ends, self._caller.config.timeout_for(call.timeout))
        try:
            while True:
                decision = renewals.join(wait, self._caller.config.seconds())
                if decision == "go":
                    return None
                if isinstance(decision, Problem):
                    return failure_of(decision, renewals.rest)
                if decision == "lead":
                    return await self._lead(wait, call, ends)
                if is_running(renewals):
                    return asks_itself_failure("on_change of the LoginSession, or a hook,")
                if transport.closed:
                    return closed_failure("unsent")
                left = None if until is None else until - concurrency.monotonic()
                if left is not None and left <= 0:
                    return _too_late(call, ends)
                await transport.waits.wait(left, wait)
        finally:
            renewals.leave(wait)

    async def _lead(
        self, leader: AsyncWait, call: Call, ends: Optional[float]
    ) -> Optional[Failure]:
        """Renew the token for all; whatever ends this lets the next one lead."""
        renewals, config = self._renewals, self._caller.config
        try:
            with running(renewals):
                failure = await self._renew(leader, call, ends)
        finally:
            renewals.release(leader)
        return None if renewals.is_usable(config.seconds()) else failure

    async def _renew(
        self, leader: AsyncWait, call: Call, ends: Optional[float]
    ) -> Optional[Failure]:
        renewals, config = self._renewals, self._caller.config
        problem: Optional[Problem] = None
        while True:
            step = renewals.credentials.step
            if step is None:
                break
            try:
                pair = await self._ask(step, ends)
            except ClientClosedError as error:
                renewals.spend(step, fate_of(error))
                return closed_failure("unsent")
            except NovaBillingTimeoutError as error:  # ours: others may have more time
                renewals.spend(step, fate_of(error))
                renewals.fail(leader, None)
                return _too_late(call, ends)
            except NovaBillingError as error:
                fate, problem = fate_of(error), problem_of(error, step)
                renewals.spend(step, fate)
                if fate != "refused" or step == "login":
                    break
            except BaseException:  # canceled: the server may have carried it out
                renewals.spend(step, "unknown")
                raise
            else:
                renewals.install(pair, config.seconds())
                return None
        renewals.fail(leader, problem)
        return None if problem is None else failure_of(problem, renewals.rest)

    async def _ask(self, step: Step, ends: Optional[float]) -> TokenPair:
        credentials, config = self._renewals.credentials, self._caller.config
        body = credentials.login if step == "login" else credentials.refresh
        timeout = config.timeout_for(None)
        if self._renewals.is_usable(config.seconds()):
            half = None if ends is None else (ends - concurrency.monotonic()) / 2
            timeout = LONGEST_AHEAD if half is None else min(LONGEST_AHEAD, half)
        elif timeout is None or isinstance(timeout, (int, float)):
            timeout = min(timeout or DEFAULT_TIMEOUT, DEFAULT_TIMEOUT)
        caller = self._caller.for_login(timeout, ends)
        with caller.watch(Call("POST", Route(f"/auth/{step}"), "once", body=body)) as asked:
            answer = await caller.send(asked)
            return read_tokens(answer, config.server.root)


def _sooner(ends: Optional[float], timeout: Timeout) -> Optional[float]:
    """Return when a call waits no longer: at its deadline, or after its timeout."""
    if timeout is None:
        return ends
    seconds = timeout if isinstance(timeout, (int, float)) else DEFAULT_TIMEOUT
    until = concurrency.monotonic() + seconds
    return until if ends is None else min(until, ends)


def _too_late(call: Call, ends: Optional[float]) -> Failure:
    if ends is not None and ends <= concurrency.monotonic():
        return deadline_failure(call)
    return timeout_failure(call.method, call.route.template)
