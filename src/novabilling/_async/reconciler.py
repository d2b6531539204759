"""Looks at the server for what became of a write: reads through the client, and waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, List, Optional, Tuple, Union

import msgspec
from msgspec import structs

from .._call.call import Call, Trail
from .._call.configuration import check_timeout
from .._call.envelopes import decode_object
from .._call.errors import (
    ClientClosedError,
    ForbiddenError,
    MissingTokenError,
    NotFoundError,
    NovaBillingError,
    UnauthorizedError,
    mark_as_ruled_out,
)
from .._call.free_requests import needs_of
from .._call.status_errors import has_no_route
from .._network.answer import Answer, header
from .._reconcile.cases import Ask, Case, Shown
from .._reconcile.declared import DECLARED, Evidence, Unknown
from .._reconcile.judge import judge
from .._reconcile.outcome import Outcome, Verdict
from .._reconcile.record import CallRecord
from .._reconcile.times import UNHEARD, Bounds, Times, bounds_of, narrowed
from .._runtime import concurrency
from .._runtime.lazy_httpx import httpx
from .._words.decoders import UNREADABLE, without_bom
from .._words.routes import Route
from ..types._common import Response
from .caller import AsyncCaller

SETTLE = 5.0
"""Seconds after an attempt in which a server may still carry it out."""
LOOKS_TAKE = 30.0
_EARLY = 0.4
"""The part of the time until the last look at which there is one in between."""


AnswerOfLook = Tuple[Union[httpx.Response, Answer], Optional[str]]

NOT_APPLIED = Outcome(
    applied=False,
    why="the call certainly was not carried out: nothing was sent, or it was refused",
    final=True,
)
UNRECORDED = Outcome(
    applied=None,
    why="a call by client.request has no record: how its effect shows is not known; look yourself",
)


class _Problem(msgspec.Struct):
    """What the server says of an error; a gateway says less."""

    statusCode: int
    message: str
    timestamp: str


class AsyncReconciler:
    """Find out what became of one write."""

    def __init__(self, caller: AsyncCaller, record: CallRecord, settle: float) -> None:
        if record.base_url != caller.config.server.root:
            raise ValueError(
                f"the call went to {record.base_url}, and this client asks "
                f"{caller.config.server.root}: reconcile with a client of that base_url"
            )
        self._caller = caller
        self._record = record
        self._settle = settle
        self._clocks: List[Optional[Bounds]] = [record.clock]
        self._by_this_clock = record.is_by_this_clock()
        self.answer: Optional[AnswerOfLook] = None
        """The last one that was read, and its request id."""

    async def outcome(self) -> Outcome:
        """Look up to three times: at once, in between, and when the call has settled."""
        record, evidence = self._record, evidence_of(self._record)
        if not record.may_have_been_applied:
            return NOT_APPLIED
        verdict = await self._look(evidence)
        age = self._age()
        for share in (_EARLY, 1 - _EARLY):
            if verdict.ends or age >= self._settle:
                break
            wait = (self._settle - age) * share
            if not self._has_time(wait):
                return self._conclude(evidence, verdict, None)
            await self._caller.transport.waits.wait(wait)
            verdict = await self._look(evidence)
        return self._conclude(evidence, verdict, max(age, self._settle))

    def _age(self) -> float:
        """Count the seconds since the attempt ended, at least; 0 if nobody knows the clocks."""
        age = (self._caller.config.now() - self._record.ended).total_seconds()
        theirs, ours = self._record.clock or UNHEARD, narrowed(self._clocks[1:])
        if not self._by_this_clock or theirs[1] < ours[0] or ours[1] < theirs[0]:
            age += ours[0] - theirs[1]
        return max(age, 0.0)

    @property
    def _clock(self) -> Bounds:
        """How far the server's clock is from the one that told the times of the call."""
        return narrowed(self._clocks if self._by_this_clock else self._clocks[:1])

    def _has_time(self, wait: float) -> bool:
        ends = self._caller.ends
        return ends is None or concurrency.monotonic() + wait < ends

    async def _look(self, evidence: Evidence) -> Verdict:
        """Read what is needed, with at most two requests, and judge it."""
        seen: List[Shown] = []
        same_token = False
        while True:
            ended = self._record.ended
            started = min(self._record.started, ended)  # the clock may have been set back
            times = Times(started, ended, self._clock, self._settle)
            case = Case(self._record, times, same_token)
            found = judge(evidence, case, seen)
            if isinstance(found, Verdict):
                return found
            if len(seen) == 2:
                return Verdict(None, "two requests do not show it")
            trail = Trail()
            read = await self._read(found, trail)
            if isinstance(read, Verdict):
                return read
            if not seen:
                same_token = self._record.knows_token(trail.token)
            seen.append(read)

    async def _read(self, ask: Ask, trail: Trail) -> Union[Shown, Verdict]:
        call = Call("GET", Route(ask.template, *ask.ids), "read", dict(ask.query) or None)
        caller = self._caller.with_needs(needs_of(call.route.path))
        sent = caller.config.now()
        problem = ""
        try:
            with caller.watch(structs.replace(call, trail=trail)) as watched:
                answer = await caller.send(watched)
            self._hear(header(answer.raw_headers, b"date"), sent)
            self.answer = answer, answer.request_id
            return Shown(ask.template, True, msgspec.json.decode(without_bom(answer.content)))
        except ClientClosedError:
            raise
        except NotFoundError as error:
            if _is_of_the_server(error.http.content):
                self._hear(error.http.headers.get("date"), sent)
                self.answer = error.http, error.request_id
                return Shown(ask.template, False)
            problem = str(error)
        except NovaBillingError as error:
            final = isinstance(error, (ForbiddenError, MissingTokenError, UnauthorizedError))
            return Verdict(None, f"the look failed: {error}", ends=final)
        except UNREADABLE as error:
            problem = str(error)
        return Verdict(
            None, f"GET {ask.template} was answered with what nobody can read: {problem}"
        )

    def _hear(self, date: Optional[str], sent: datetime) -> None:
        self._clocks.append(bounds_of(date, sent, self._caller.config.now()))

    def _conclude(self, evidence: Evidence, verdict: Verdict, age: Optional[float]) -> Outcome:
        """Say what all looks together have found; `age` is None if the time was over before."""
        applied, why = verdict.applied, verdict.why
        if age is None:
            applied, why = None, f"{why}; there was no time to look again after {self._settle:g} s"
        elif applied is False and not verdict.final:
            why = f"{why}, {age:.0f} s after the attempt ended"
        of = None if isinstance(evidence, Unknown) else evidence.of
        row_of = getattr(evidence, "row_of", None) or of
        return Outcome(
            applied=applied,
            why=why,
            evidence=verdict.evidence if applied else None,
            data=self._typed(verdict.row, of) if applied else None,
            candidates=tuple(self._typed(row, row_of) for row in verdict.candidates),
            final=verdict.final,
        )

    def _typed(self, row: Any, of: Any) -> Any:
        if row is None or of is None:
            return None
        try:
            return decode_object(msgspec.json.encode(row), of, self._caller.config.server.root)
        except UNREADABLE:  # of a newer server: what was seen is true all the same
            return None


def _is_of_the_server(content: bytes) -> bool:
    """Say whether a 404 is of the server's for an object, and not of a gateway or of a route."""
    try:
        body = msgspec.json.decode(content, type=_Problem)
    except UNREADABLE:
        return False
    return body.statusCode == 404 and not has_no_route("GET", content)


def evidence_of(record: CallRecord) -> Evidence:
    """Return what shows the effect of a call."""
    try:
        return DECLARED[record.operation]
    except KeyError:
        raise ValueError(f"{record.operation} is no write operation of this API") from None


def record_of(error_or_call: object) -> Optional[CallRecord]:
    """Return the record of a write; None if an error says that none was sent."""
    if isinstance(error_or_call, CallRecord):
        return error_or_call
    if not isinstance(error_or_call, NovaBillingError):
        kind = type(error_or_call).__name__
        hint = ": read it with CallRecord.from_dict()" if kind == "dict" else ""
        raise TypeError(f"reconcile takes an error of this SDK or a CallRecord, not {kind}{hint}")
    if error_or_call.call is None and error_or_call.may_have_been_applied:
        if error_or_call.route is not None:
            return None
        raise ValueError("the error holds no record of its call: look at the server yourself")
    return error_or_call.call


async def async_outcome(
    caller: AsyncCaller, error_or_call: object, settle: float, timeout: Optional[float]
) -> Outcome:
    """Find out what became of a write, within a time."""
    record = record_of(error_or_call)
    if record is None:
        return UNRECORDED if getattr(error_or_call, "may_have_been_applied", False) else NOT_APPLIED
    waits = 0.0 if settle == 0 else check_timeout(settle, "settle")
    if waits is None:
        raise TypeError("settle must be a number of seconds")
    within = caller.with_one_deadline(check_timeout(timeout))
    return await AsyncReconciler(within, record, waits).outcome()


async def async_found(caller: AsyncCaller, error: BaseException) -> Response[Any]:
    """Return what a call has done whose answer was lost, or raise its error with the outcome."""
    found: Optional[Response[Any]] = None
    if isinstance(error, NovaBillingError) and _is_in_doubt(error) and error.call:
        found = await _look_for(caller, error, error.call)
    if found is None:
        raise error
    return found


def _is_in_doubt(error: NovaBillingError) -> bool:
    known = error.call is not None and error.call.operation in DECLARED
    return known and error.may_have_been_applied


async def _look_for(
    caller: AsyncCaller, error: NovaBillingError, record: CallRecord
) -> Optional[Response[Any]]:
    spent = (caller.config.now() - record.started).total_seconds()
    looking = AsyncReconciler(caller.with_one_deadline(LOOKS_TAKE, spent), record, SETTLE)
    try:
        error.outcome = outcome = await looking.outcome()
    except NovaBillingError:  # the client was closed meanwhile
        return None
    if outcome.applied is False and outcome.final:
        mark_as_ruled_out(error)
    if not outcome.applied or outcome.data is None or looking.answer is None:
        return None
    http, request_id = looking.answer
    return Response(outcome.data, http, request_id, reconciled=True)
