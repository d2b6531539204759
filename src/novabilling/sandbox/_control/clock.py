"""Time: how late it is, moving it on, and what each night did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Callable, List

from .._doors.timetable import ALL_JOBS
from .._javascript.values import Row
from .._served.sandbox import NIGHTS, Night
from .control import Control, on, refused
from .guard import Refusal
from .router import Asked

FARTHEST = timedelta(days=3700)
"""How far the time goes in one request."""


@on("GET /clock")
def get_clock(control: Control, asked: Asked) -> Row:
    limit = asked.query.integer("limit", 100, least=1, most=NIGHTS)
    asked.query.done()
    nights = list(control.sandbox.nights)[::-1][:limit]
    return {"now": control.sandbox.now(), "nights": [_night(one) for one in nights]}


def _night(night: Night) -> Row:
    return {"at": night.at, "jobs": list(night.jobs), "did": night.did}


def _moved(control: Control, move: Callable[[], None]) -> Row:
    known = set(map(id, control.sandbox.nights))
    refused(move)
    done = [one for one in control.sandbox.nights if id(one) not in known]
    return {"now": control.sandbox.now(), "nights": [_night(one) for one in done]}


@on("POST /clock/advance")
def advance(control: Control, asked: Asked) -> Row:
    parts = {name: asked.body.number(name, 0) for name in ("days", "hours", "minutes", "seconds")}
    jobs = asked.body.texts("jobs")
    asked.body.done()
    try:
        span = timedelta(**parts)
    except OverflowError:
        span = timedelta.max
    if span > FARTHEST:
        raise Refusal(400, f"at most {FARTHEST.days} days in one request")
    chosen: Any = ALL_JOBS if jobs is None else tuple(jobs)
    return _moved(control, lambda: control.sandbox.advance(span, jobs=chosen))


@on("POST /clock/advance_period")
def advance_period(control: Control, asked: Asked) -> Row:
    asked.body.done()
    return _moved(control, control.sandbox.advance_period)


@on("POST /jobs")
def run_jobs(control: Control, asked: Asked) -> Row:
    jobs: List[Any] = asked.body.texts("jobs") or []
    asked.body.done()
    return _moved(control, lambda: control.sandbox.run_jobs(*jobs))
