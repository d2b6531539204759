"""Records of calls that somebody else has made, or damaged."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novabilling import CallRecord, NovaBilling
from novabilling._reconcile.cases import Case
from novabilling._reconcile.declared import DECLARED
from novabilling._reconcile.judge import judge
from novabilling._reconcile.times import UNHEARD, Times, moment
from novabilling._runtime.secrets import Secret

_ = NovaBilling(token="sk_live_x").events  # declares how its operations show

RECORD = {
    "version": 1,
    "method": "POST",
    "route": "/events/batch",
    "path": "/events/batch",
    "base_url": "https://billing.example.com",
    "fields": {},
    "started": "2026-11-29T10:00:00Z",
    "ended": "2026-11-29T10:00:01Z",
    "may_have_been_applied": True,
}
texts = st.text(st.characters(), max_size=3)
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | texts
    | st.just("2026-11-29T10:00:00Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
events = st.lists(
    st.dictionaries(st.sampled_from(["subscriptionId", "timestamp", "code"]), anything), max_size=3
)


@settings(deadline=None)
@given(
    fields=st.dictionaries(st.sampled_from([*RECORD, "clock", "token", "salt", "x"]), anything),
    inside=st.dictionaries(st.just("events"), events | anything),
)
def test_whatever_is_given_is_a_record_that_can_be_judged_or_a_clear_error(fields, inside):
    odd = {**RECORD, "fields": inside, **fields}
    try:
        record = CallRecord.from_dict(odd)
    except ValueError:
        with pytest.raises(ValueError, match="record of a call"):
            CallRecord.from_dict(odd)
        return
    json.dumps(record.to_dict(), allow_nan=True).encode()
    assert record.knows_token(Secret("t\u00f6k")) is False
    if record.operation in DECLARED:
        times = Times(record.started, record.ended, UNHEARD, 5.0)
        judge(DECLARED[record.operation], Case(record, times, True), [])


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"events": 5}},
        {"fields": {"events": "ab"}},
        {"fields": {"events": [5]}},
        {"fields": {"events": [{"subscriptionId": []}]}},
        {"fields": {"name": "\ud800"}},
        {"path": "/events"},
        {"path": "/plans/batch"},
        {"route": "/plans/{plan_id}", "path": "/plans"},
        {"token": "t\u00f6k"},
    ],
)
def test_an_odd_record_is_refused_before_anybody_looks(change):
    with pytest.raises(ValueError, match="not the record of a call"):
        CallRecord.from_dict({**RECORD, **change})


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_program_that_used_no_resource_reconciles_a_record_of_another(colour):
    now = datetime.now(timezone.utc).isoformat()
    fields = {"externalId": "usr_1", "email": "ada@example.com", "currency": "NGN"}
    at = {"base_url": "http://sandbox.local", "started": now, "ended": now}
    route = {"route": "/customers", "path": "/customers"}
    record = json.dumps({**RECORD, **at, **route, "fields": fields})
    ask = {
        "sync": "print(sandbox.client().reconcile(record, settle=0))",
        "async": "print(asyncio.run(sandbox.async_client().reconcile(record, settle=0)))",
    }
    program = f"""
import asyncio
from novabilling import CallRecord
from novabilling.sandbox import Sandbox
record, sandbox = CallRecord.from_dict({json.loads(record)!r}), Sandbox()
{ask[colour]}
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert found.stdout.startswith("Outcome(applied=None, "), found.stderr
    assert "another token than the call had" in found.stdout


def test_a_time_that_no_clock_shows_is_none():
    assert moment("0001-01-01T00:00:00+10:00") is None
    assert moment("2026-11-29T12:00:00+02:00") == datetime(2026, 11, 29, 10, tzinfo=timezone.utc)
