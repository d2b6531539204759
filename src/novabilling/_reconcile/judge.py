"""The one way in: what all that was read says about a call, by what its operation declares."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Union

from .cases import Ask, Case, Shown, looked_at, names_an_object
from .declared import Counted, Evidence, Gone, Made, Paid, Reached, Unknown, shown_inside
from .outcome import Verdict
from .rows import judge_filled, judge_made
from .states import judge_gone, judge_paid, judge_reached
from .times import moment


def judge(evidence: Evidence, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Say what is known after these answers, or what to ask for."""
    if isinstance(evidence, Unknown):
        return Verdict(None, evidence.why, ends=True)
    if seen and not (case.same_token or names_an_object(evidence.address)):
        why = f"{looked_at(evidence.address)} shows those of another token than the call had"
        return Verdict(None, why, ends=True)
    for one in seen:
        if not one.is_readable(shown_inside(evidence, one.address)):
            return Verdict(None, f"{looked_at(one.address)} was answered with something else")
    if isinstance(evidence, Reached):
        return judge_reached(evidence, case, seen)
    if isinstance(evidence, Gone):
        return judge_gone(evidence, case, seen)
    if isinstance(evidence, Made):
        return judge_made(evidence, case, seen)
    if isinstance(evidence, Paid):
        return judge_paid(evidence, case, seen)
    if isinstance(evidence, Counted):
        return judge_counted(evidence, case, seen)
    return judge_filled(evidence, case, seen)


def judge_counted(evidence: Counted, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look for events, all of them in one list."""
    fields = case.record.fields
    events: List[Dict[str, Any]] = fields.get("events", [fields])
    subscriptions = {event.get("subscriptionId") for event in events}
    if len(subscriptions) != 1:
        why = "the events are of several subscriptions; sending them again counts none twice"
        return Verdict(None, why, ends=True)
    named = str(subscriptions.pop())
    if not seen:
        times = [time for time in (moment(one.get("timestamp")) for one in events) if time]
        if not times:
            return Verdict(None, "the time of the events is not known", ends=True)
        first, last = _milliseconds(min(times)), _milliseconds(max(times))
        return case.ask(evidence.address, subscriptionId=named, first=first, last=last)
    shown = {row.get("transactionId"): row for row in seen[0].rows()}
    found = [shown.get(event.get("transactionId")) for event in events]
    there = [row for row in found if row is not None]
    looked = f"{looked_at(evidence.address)} shows {len(there)} of {len(events)} events"
    if len(there) == len(events):
        shown_as = _batch(case, there) if "events" in fields else there[0]
        return Verdict(True, looked, "key", shown_as, ends=True)
    total = seen[0].total()
    if there or (total is not None and total > len(shown)):
        return Verdict(None, f"{looked}; sending them again counts none twice")
    if len(seen) < 2:
        return case.ask(evidence.place, subscriptionId=named)
    if not seen[1].is_there:
        return Verdict(None, f"{looked}, as for every external id; sending them again is safe")
    return case.absent(looked, proven=True)


def _milliseconds(time: datetime) -> str:
    """Write a time as the server keeps it."""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _batch(case: Case, rows: List[Dict[str, Any]]) -> Dict[str, Any]:
    old = [case.times.order(moment(row.get("createdAt"))) == "before" for row in rows]
    states = ["duplicate" if one else "created" for one in old]
    results = [
        {"transactionId": row["transactionId"], "status": state} for row, state in zip(rows, states)
    ]
    created = states.count("created")
    counts = {"total": len(rows), "created": created, "duplicates": len(rows) - created}
    return {**counts, "errors": 0, "results": results}
