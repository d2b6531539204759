"""Faults to come: errors, broken connections, slowness, a rate limit."""

from __future__ import annotations

from .._javascript.values import Row
from .._served.views import fault_row
from .._world.faults import Fault
from .control import Control, on, refused
from .guard import Refusal
from .router import Asked

MOST_FAULTS = 10_000


def _faults(control: Control) -> Row:
    faults = control.sandbox.world.faults
    return {
        "waiting": [fault_row(fault) for fault in faults.waiting],
        "latency": faults.latency,
        "overlap": faults.overlap,
        "rate_limit": control.sandbox.rate_limit,
    }


@on("GET /faults")
def get_faults(control: Control, asked: Asked) -> Row:
    asked.query.done()
    return _faults(control)


@on("POST /faults/fail_next")
def fail_next(control: Control, asked: Asked) -> Row:
    body = asked.body
    fault = Fault(
        body.integer("status", 503, most=999),
        body.flag("after_apply"),
        body.integer("retry_after") if body.has("retry_after") else None,
    )
    return _plan(control, asked, fault)


@on("POST /faults/drop_next")
def drop_next(control: Control, asked: Asked) -> Row:
    late = asked.body.number("late", 0.0)
    return _plan(control, asked, Fault(None, asked.body.flag("after_apply"), late=late))


def _plan(control: Control, asked: Asked, fault: Fault) -> Row:
    body = asked.body
    times = body.integer("times", 1, most=1000)
    method = body.text("method") if body.has("method") else None
    route = body.text("route") if body.has("route") else None
    body.done()
    if len(control.sandbox.planned_faults) + times > MOST_FAULTS:
        raise Refusal(400, f"at most {MOST_FAULTS} faults wait at a time")
    refused(lambda: control.sandbox.plan(fault, times, method, route))
    return _faults(control)


@on("POST /faults")
def set_faults(control: Control, asked: Asked) -> Row:
    """Set what holds for every request; null is no rate limit."""
    body, sandbox = asked.body, control.sandbox
    if body.has("latency"):
        sandbox.latency = body.number("latency", most=600)
    if body.has("overlap"):
        sandbox.overlap = body.number("overlap", most=600)
    if body.names("rate_limit"):
        sandbox.rate_limit = body.integer("rate_limit") if body.has("rate_limit") else None
    body.done()
    return _faults(control)


@on("POST /faults/clear")
def clear_faults(control: Control, asked: Asked) -> Row:
    asked.body.done()
    control.sandbox.clear_faults()
    return _faults(control)
