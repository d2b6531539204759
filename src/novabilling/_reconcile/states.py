"""What the state of an object says about a call: reached, left again, refused, or gone."""

from __future__ import annotations

from typing import Any, List, Optional, Union

from .cases import PAGED, Ask, Case, Shown, fields_differ, looked_at, rows_of, when_made
from .comparing import at, shows
from .declared import Gone, Paid, Reached, Row
from .outcome import Verdict
from .times import Order, made_at

_OPEN = ("DRAFT", "PENDING", "FAILED")
"""The statuses of an invoice that can be marked as paid."""


def judge_reached(evidence: Reached, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look at a state."""
    if not seen:
        return case.ask(evidence.address)
    looked = looked_at(evidence.address)
    row = _object(evidence, case, seen[0])
    if row is None:
        if evidence.or_gone and case.same_token:
            return Verdict(True, f"{looked} finds nothing any more", "state", _gone(), ends=True)
        return _lost(looked)
    if evidence.test is not None:
        differ = [] if evidence.test(row, case.record.fields) else ["its state"]
        unknown: List[str] = []
    else:
        differ, unknown = fields_differ(case, row, evidence)
        differ += [n for n, value in evidence.want.items() if not shows(n, value, at(row, n))]
    order = _order(evidence, case, row)
    since = at(row, evidence.at) or at(row, "updatedAt")
    status = at(row, "status")
    lost = [n for n in differ if n in evidence.children and not row.get(n)]
    if lost:  # by a server that failed before it wrote the new ones, or by a later call
        return Verdict(None, f"{looked} shows no {', '.join(lost)}: those there were may be gone")
    if differ:
        return _not_reached(evidence, case, row, f"{looked} shows {_named(differ, status)}", order)
    if order == "before":
        why = f"{looked} shows what was asked for, but since {since}, before the call"
        return Verdict(False, why, final=evidence.once, ends=evidence.once)
    if order == "unclear" or since is None:
        return Verdict(None, f"{looked} shows it since {since}, perhaps before the call")
    if unknown or not (evidence.want or evidence.test or case.record.fields):
        why = f"{looked} was changed since, and does not show {', '.join(unknown) or 'anything'}"
        return Verdict(None, why)
    shown = _wrapped(evidence, row)
    return Verdict(
        True, f"{looked} shows what was asked for, since {since}", "state", shown, ends=True
    )


def _lost(looked: str) -> Verdict:
    return Verdict(None, f"{looked} does not find it: it may have been deleted since", ends=True)


def _order(evidence: Reached, case: Case, row: Row) -> Order:
    """Say whether the state is older than the call: by the new rows, if it replaced lists alone."""
    sent = case.record.fields
    lists = [_rows_in(row.get(name)) for name in evidence.children if name in sent]
    if not lists:
        return case.order(row, evidence.at, "updatedAt")
    made = [made_at(child.get("id")) for children in lists for child in children]
    if made:
        return case.times.order(max(time or case.record.ended for time in made))
    return (
        "unclear"
        if all(name in evidence.children for name in sent)
        else (case.order(row, "updatedAt"))
    )


def _rows_in(value: Any) -> List[Row]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def _wrapped(evidence: Reached, row: Row) -> Any:
    return {"coupon": row} if evidence.or_gone else row


def _gone() -> Row:
    return {"message": "Deleted"}


def _object(evidence: Reached, case: Case, shown: Shown) -> Optional[Row]:
    if not shown.is_there:
        return None
    if not evidence.inside:
        return shown.object
    *_, last = case.record.ids.values()
    rows = shown.rows("" if evidence.inside == "." else evidence.inside)
    return next((row for row in rows if row.get("id") == last), None)


def _named(differ: List[str], status: Any) -> str:
    return f"the status {status}" if isinstance(status, str) else f"other {', '.join(differ)}"


def _not_reached(evidence: Reached, case: Case, row: Row, why: str, order: Order) -> Verdict:
    """Say what another state means: not yet, refused, or hidden by a later call."""
    if at(row, "status") in evidence.before:
        led_back = evidence.hidden is not None and evidence.hidden(row, case.record.fields)
        if not led_back or order != "after":
            return Verdict(False, why)
    if order == "after":
        return Verdict(None, f"{why}, and was changed since: that may hide it")
    if evidence.before:
        if order == "unclear":
            return Verdict(None, f"{why}, since about the time of the call")
        return Verdict(False, f"{why}, since before the call: it is refused", final=True, ends=True)
    return Verdict(False, why)


def judge_gone(evidence: Gone, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look for what was deleted."""
    if not seen:
        return case.ask(evidence.address)
    looked = looked_at(evidence.address)
    first, later = seen[0], seen[1:]
    if not evidence.inside:
        if first.is_there:
            return Verdict(False, f"{looked} still finds it")
        return _is_gone(case, f"{looked} does not find it any more", False)
    if not first.is_there:
        return _is_gone(case, f"{looked} finds nothing any more", False)
    inside = "" if evidence.inside == "." else evidence.inside
    *_, wanted = case.record.ids.values()
    pages = [one for one in seen if one.address == first.address]
    rows = rows_of(pages, inside)
    if any(row.get("id") == wanted for row in rows):
        return Verdict(False, f"{looked} still shows it")
    total = first.total()
    if total is not None and total > len(rows):
        if PAGED in evidence.address and not later:
            return case.ask(evidence.address, page=2)
        return Verdict(None, f"{looked} shows only {len(rows)} of {total}")
    proven = bool(inside)
    if not (proven or case.same_token) and evidence.place:
        if not later:
            return case.ask(evidence.place)
        proven = later[0].is_there
    return _is_gone(case, f"{looked} does not show it any more", proven)


def _is_gone(case: Case, why: str, proven: bool) -> Verdict:
    if proven or case.same_token:
        return Verdict(True, why, "state", _gone(), ends=True)
    return Verdict(None, f"{why}, but this client has another token than the call had")


def judge_paid(evidence: Paid, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look for the payment that an invoice was marked as paid with."""
    if not seen:
        return case.ask(evidence.address)
    looked = looked_at(evidence.address)
    if not seen[0].is_there:
        return _lost(looked)
    invoice = seen[0].object
    status = invoice.get("status")
    if status in _OPEN:
        return Verdict(False, f"{looked} shows the status {status}")
    order = case.order(invoice, "paidAt" if status == "PAID" else "updatedAt", "updatedAt")
    since = at(invoice, "paidAt") or at(invoice, "updatedAt")
    if order == "before":
        why = f"{looked} shows the status {status} since {since}, before the call"
        if status != "PAID":  # the server takes a call that arrives late
            return Verdict(False, why)
        return Verdict(False, f"{why}: it is refused", final=True, ends=True)
    if status != "PAID" or order == "unclear":
        return Verdict(None, f"{looked} shows the status {status} since {since}")
    wanted = case.record.fields.get("paymentMethod") or "manual"
    rows = [row for row in seen[0].rows("payments") if row.get("provider") == wanted]
    ours = [row for row in rows if _is_new(case, row)]
    if not ours:
        why = f"{looked} shows it paid since {since}, without a payment by {wanted}"
        return Verdict(None, why)
    return Verdict(True, f"{looked} shows it paid by {wanted}", "state", invoice, ends=True)


def _is_new(case: Case, row: Row) -> bool:
    made = when_made(row, {})
    return made is not None and case.times.order(made) == "after"
