"""What new rows say about a call: their key, their mark, or their fields and time."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple, Union

import msgspec

from .cases import (
    PAGED,
    Ask,
    Case,
    Shown,
    carries,
    fields_differ,
    looked_at,
    row_kind,
    rows_of,
    when_made,
)
from .comparing import at, shows
from .declared import Filled, Made, Row
from .outcome import Verdict
from .times import Order, moment

_KINDS = {
    "voidedCredits": "voided credits",
    "grantedCredits": "granted credits",
    "paidCredits": "paid credits",
}


class _Rows(msgspec.Struct):
    """Rows that may be the call's: surely of its time, or perhaps."""

    sure: List[Row]
    doubtful: List[Row]


def judge_made(evidence: Made, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look for a row."""
    if not seen:
        return case.ask(evidence.address)
    first = seen[0]
    looked = looked_at(evidence.address)
    if not first.is_there:
        return case.absent(f"{looked} finds nothing")
    pages = [one for one in seen if one.address == first.address]
    rows = rows_of(pages, evidence.inside)
    given = [name for name in evidence.key if case.record.fields.get(name) is not None]
    if evidence.key and len(given) == len(evidence.key):
        found = _by_key(evidence, case, rows, seen)
    else:
        found = _by_trace(evidence, case, rows)
    if found is None:
        return _absent(evidence, case, seen, rows)
    if isinstance(found, Verdict) and found.applied and _parts(evidence, case):
        return _with_parts(evidence, case, seen, found)
    return found


def _by_key(
    evidence: Made, case: Case, rows: List[Row], seen: List[Shown]
) -> Union[Ask, Verdict, None]:
    ids = case.record.ids
    sent = {**case.record.fields, **{n: ids[n] for n in evidence.key if n in ids}}
    wanted = {evidence.same.get(name, name): (name, sent[name]) for name in evidence.key}
    found = [r for r in rows if _has_key(evidence, case, r)]
    if not found:
        return None
    named = " and ".join(name for name, _ in wanted.values())
    looked = f"{looked_at(evidence.address)} shows a row with this {named}"
    if evidence.timeless:
        return Verdict(True, looked, "key", found[0], ends=True)
    old = [row for row in found if _order(case, row) == "before"]
    if old:
        why = f"{looked}, which is older than the call: it is refused"
        return Verdict(False, why, final=True, ends=True)
    row = found[-1]
    if evidence.detail:
        if len(seen) < 2:
            return case.ask(evidence.detail, id=str(row.get("id")))
        row = seen[1].object or row
    if _order(case, row) == "unclear":
        return Verdict(None, f"{looked}, made about when the call began", candidates=(row,))
    if carries(row, case.record.mark):
        return Verdict(True, f"{looked} and the mark", "mark", row, ends=True)
    differ, _ = fields_differ(case, row, evidence)
    differ = [name for name in differ if name not in evidence.drifts]
    if not differ:
        return Verdict(True, looked, "key", row, ends=True)
    why = f"{looked} and other {', '.join(differ)}: somebody else has made or changed it"
    return Verdict(None, why, candidates=(row,), ends=True)


def _has_key(evidence: Made, case: Case, row: Row) -> bool:
    key = msgspec.structs.replace(evidence, skip=())
    fields = {name: case.record.fields[name] for name in evidence.key}
    only = msgspec.structs.replace(case, record=msgspec.structs.replace(case.record, fields=fields))
    there = all(at(row, evidence.same.get(name, name)) is not None for name in fields)
    return there and not fields_differ(only, row, key)[0]


def _by_trace(evidence: Made, case: Case, rows: List[Row]) -> Optional[Verdict]:
    looked = looked_at(evidence.address)
    marked = [row for row in rows if carries(row, case.record.mark)]
    if marked:
        return Verdict(True, f"{looked} shows a row with the mark", "mark", marked[0], ends=True)
    found = _sorted_out(case, [r for r in rows if _may_be(evidence, case, r)], evidence)
    if not found.sure and not found.doubtful:
        return None
    return _one_of(found, looked)


def _one_of(found: _Rows, looked: str) -> Verdict:
    rows = (*found.sure, *found.doubtful)
    if len(rows) == 1 and found.sure:
        why = f"{looked} shows one row with these fields, made at the time of the call"
        return Verdict(True, why, row_kind(None), rows[0], ends=True)
    if len(rows) == 1:
        return Verdict(None, f"{looked} shows a row that may be the call's", candidates=rows)
    why = f"{looked} shows {len(rows)} rows with these fields: which one is the call's is not shown"
    return Verdict(None, why, candidates=rows, ends=len(found.sure) > 1)


def _may_be(evidence: Made, case: Case, row: Row) -> bool:
    differ = _differ(evidence, case, row)
    return not differ or (_was_changed(row) and not set(differ) - set(evidence.drifts))


def _differ(evidence: Made, case: Case, row: Row) -> List[str]:
    differ, _ = fields_differ(case, row, evidence)
    invoice = case.record.ids.get("invoice_id")
    if invoice is not None and row.get("invoiceId") not in (None, invoice):
        differ.append("invoiceId")  # the filter of the list was ignored
    return differ + [n for n, value in evidence.want.items() if not shows(n, value, at(row, n))]


def _sorted_out(case: Case, rows: List[Row], evidence: Made) -> _Rows:
    found = _Rows([], [])
    for row in rows:
        made, order = when_made(row, case.record.fields), _order(case, row)
        drifted, late = bool(_differ(evidence, case, row)), case.times.is_late(made)
        if order == "before" or (drifted and late):
            continue
        sure = order == "after" and not late and not drifted
        (found.sure if sure else found.doubtful).append(row)
    return found


def _order(case: Case, row: Row) -> Order:
    """Say whether a row is older than the call: unclear if nothing shows when it was made."""
    made = when_made(row, case.record.fields)
    return "unclear" if made is None else case.times.order(made)


def _was_changed(row: Row) -> bool:
    made, changed = when_made(row, {}), moment(row.get("updatedAt"))
    return made is not None and changed is not None and (changed - made).total_seconds() > 0.05


def _absent(evidence: Made, case: Case, seen: List[Shown], rows: List[Row]) -> Union[Ask, Verdict]:
    """Say that there is no such row, if all were seen that it could be among."""
    what = f"{looked_at(evidence.address)} shows no such row"
    paged = PAGED in evidence.address
    total = seen[0].total(evidence.total)
    if total is not None and total > len(rows) and not _reaches_back(case, rows):
        if paged and len(seen) < 2 and (case.same_token or not evidence.place):
            return case.ask(evidence.address, page=2)
        return Verdict(None, f"{what} among {len(rows)} of {total}")
    proven = bool(evidence.inside) and not evidence.detail
    if evidence.place and not (proven or case.same_token):
        if len(seen) < 2:
            return case.ask(evidence.place)
        if not seen[1].is_there:
            return Verdict(None, f"{what}, and {looked_at(evidence.place)} finds nothing")
        proven = True
    return case.absent(what, proven)


def _reaches_back(case: Case, rows: List[Row]) -> bool:
    """Say whether all rows since the call are among these, the newest first."""
    oldest = moment(rows[-1].get("createdAt")) if rows else None
    given = case.record.fields.get("createdAt") is not None
    return oldest is not None and not given and case.times.order(oldest) == "before"


def _parts(evidence: Made, case: Case) -> List[Tuple[str, str]]:
    return [(n, kind) for n, kind in evidence.parts.items() if case.record.fields.get(n)]


def _with_parts(
    evidence: Made, case: Case, seen: List[Shown], found: Verdict
) -> Union[Ask, Verdict]:
    """Look for the credits of a new wallet: a server that failed may have left them out."""
    address = "/wallets/{id}/transactions?limit=100"
    if len(seen) < 2:
        return case.ask(address, id=str(found.row.get("id")))
    rows = seen[1].rows()
    left_out = [
        _KINDS[name]
        for name, kind in _parts(evidence, case)
        if not any(_is_part(row, kind, case.record.fields[name]) for row in rows)
    ]
    if left_out:
        why = f"the wallet was made, without its {' and '.join(left_out)}"
        return Verdict(None, why, candidates=(found.row,))
    return found


def _is_part(row: Row, kind: str, amount: Any) -> bool:
    return row.get("transactionStatus") == kind and shows("", amount, row.get("creditAmount"))


def judge_filled(evidence: Filled, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look for the rows of a top-up: one for each kind of credits."""
    if not seen:
        return case.ask(evidence.address)
    if not seen[0].is_there:
        return case.absent(f"{looked_at(evidence.address)} finds nothing")
    looked = looked_at(evidence.address)
    fields, mark = case.record.fields, case.record.mark
    parts = [(n, kind, fields[n]) for n, kind in evidence.parts.items() if fields.get(n)]
    found: List[_Rows] = []
    for _, kind, amount in parts:
        rows = [row for row in seen[0].rows() if _is_part(row, kind, amount)]
        if mark is not None:
            found.append(_Rows([row for row in rows if carries(row, mark)], []))
            continue
        rows = [r for r in rows if shows("metadata", fields.get("metadata"), r.get("metadata"))]
        found.append(_sorted_out(case, rows, Made(evidence.address, evidence.of)))
    missing = [_KINDS[p[0]] for p, rows in zip(parts, found) if not rows.sure]
    everything = tuple(row for rows in found for row in (*rows.sure, *rows.doubtful))
    if not everything:
        return _no_part(evidence, case, seen)
    if any(len(rows.sure) + len(rows.doubtful) > 1 for rows in found):
        why = f"{looked} shows more rows than one with these fields"
        return Verdict(None, why, candidates=everything, ends=not missing)
    if missing:
        doubtful = f"{looked} shows a part: no {' and no '.join(missing)} at the time of the call"
        return Verdict(None, doubtful, candidates=everything)
    if len(seen) < 2:
        return case.ask(evidence.wallet)
    why = f"{looked} shows one row for each kind of credits"
    top_up = {"transactions": list(everything), "wallet": seen[1].object}
    return Verdict(True, why, row_kind(mark), top_up, ends=True)


def _no_part(evidence: Filled, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    rows, total = seen[0].rows(), seen[0].total()
    what = f"{looked_at(evidence.address)} shows no such row"
    if total is not None and total > len(rows) and not _reaches_back(case, rows):
        return Verdict(None, f"{what} among {len(rows)} of {total}")
    # The list of a wallet that is not there is a 404.
    return case.absent(what, proven=True)
