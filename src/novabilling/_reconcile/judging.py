"""What the rows that a look has found say about the call: pure functions of what was read."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union, cast

import msgspec

from .comparing import at, shows
from .declared import Gone, Made, Reached, Row
from .marks import MARK
from .outcome import EvidenceKind, Verdict
from .record import HASHED, CallRecord, keyed_hash
from .times import Order, Times, made_at, moment

PAGED = "limit=100"


def looked_at(address: str) -> str:
    """Write an address as an outcome names it."""
    return f"GET {re.sub('.(limit|perPage)=100', '', address)}"


def names_an_object(address: str) -> bool:
    """Say whether an address holds an id of the server's, which no two tenants have."""
    return re.search("{(?!externalId)", address) is not None


def _filled(text: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(values.get(found[1], "")), text)


class Ask(msgspec.Struct, frozen=True):
    """A GET that is needed to say more."""

    template: str
    ids: Tuple[str, ...]
    query: Mapping[str, str]


class Shown(msgspec.Struct, frozen=True):
    """What the server answered to one: 200 and JSON, or a 404 of its own."""

    address: str
    """The template of its path."""
    is_there: bool
    body: Any = None

    @property
    def object(self) -> Row:
        """Return the object, bare or inside `data`."""
        body: object = self.body
        if not isinstance(body, dict):
            return {}
        row = cast("Row", body)
        inner: Any = row.get("data")
        return cast("Row", inner) if "id" not in row and isinstance(inner, dict) else row

    def rows(self, inside: str = "") -> List[Row]:
        """Return the rows of an array or a page, or of a list inside an object."""
        found: Any = at(self.object, inside) if inside else self.body
        while isinstance(found, dict) and "data" in found:
            found = cast("Row", found)["data"]
        if isinstance(found, dict):
            found = [found]
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]

    def total(self, path: str = "") -> Optional[int]:
        found = at(self.object, path) if path else at(self.body, "meta.total")
        return found if isinstance(found, int) else None


class Case(msgspec.Struct, frozen=True):
    """A call, and what is known by now of the place and the time."""

    record: CallRecord
    times: Times
    same_token: bool

    def ask(self, address: str, page: int = 1, **more: str) -> Ask:
        """Fill in what the call named."""
        values = {**self.record.fields, **self.record.ids, **more}
        path, _, query = address.partition("?")
        ids = tuple(str(values.get(name, "")) for name in re.findall(r"{(\w+)}", path))
        pairs = (pair.partition("=") for pair in query.split("&") if pair)
        filled = {name: _filled(text, values) for name, _, text in pairs}
        if page > 1:
            filled["page"] = str(page)
        return Ask(path, ids, filled)

    def absent(self, what: str, proven: bool = False) -> Verdict:
        """Say that there is no effect, if this is the place to look for it."""
        if proven or self.same_token:
            return Verdict(False, what)
        return Verdict(None, f"{what}, but this client has another token than the call had")

    def order(self, row: Row, *names: str) -> Order:
        """Say whether a row was in its state before the call."""
        for name in names:
            found = moment(at(row, name))
            if found is not None:
                return self.times.order(found)
        return "after"


def fields_differ(
    case: Case, row: Row, evidence: Union[Reached, Made]
) -> Tuple[List[str], List[str]]:
    """Return the fields that a row shows otherwise, and those that cannot be compared."""
    differ: List[str] = []
    unknown = [n for n in case.record.hidden if isinstance(evidence, Reached)]
    for name, sent in case.record.fields.items():
        path = evidence.same.get(name, name)
        if name in evidence.skip or (path not in row and "." not in path):
            continue
        shown = at(row, path)
        if name in HASHED and isinstance(shown, str):
            shown = keyed_hash(shown, case.record.salt)
        grows = name in evidence.grows or name in case.record.hidden
        if not shows(name, sent, shown, grows):
            differ.append(name)
    return differ, unknown


def judge_reached(evidence: Reached, case: Case, seen: List[Shown]) -> Union[Ask, Verdict]:
    """Look at a state."""
    if not seen:
        return case.ask(evidence.address)
    looked = looked_at(evidence.address)
    row = _object(evidence, case, seen[0])
    if row is None:
        if evidence.or_gone and case.same_token:
            return Verdict(True, f"{looked} finds nothing any more", "state", _gone(), ends=True)
        return case.absent(f"{looked} does not find it", bool(evidence.inside) and seen[0].is_there)
    if evidence.test is not None:
        differ = [] if evidence.test(row, case.record.fields) else ["its state"]
        unknown: List[str] = []
    else:
        differ, unknown = fields_differ(case, row, evidence)
        differ += [n for n, value in evidence.want.items() if not shows(n, value, at(row, n))]
    order = _order(evidence, case, row)
    since = at(row, evidence.at) or at(row, "updatedAt")
    status = at(row, "status")
    lost = [n for n in differ if evidence.emptied and n in evidence.children and not row.get(n)]
    if lost:
        return Verdict(None, f"{looked} shows no {', '.join(lost)}: the old ones may be gone")
    if differ:
        return _not_reached(evidence, f"{looked} shows {_named(differ, status)}", order, status)
    if order == "before":
        why = f"{looked} shows what was asked for, but since {since}, before the call"
        return Verdict(False, why, final=evidence.once, ends=evidence.once)
    if order == "unclear":
        return Verdict(None, f"{looked} shows it since {since}, perhaps before the call")
    if unknown or not (evidence.want or evidence.test or case.record.fields):
        why = f"{looked} was changed since, and does not show {', '.join(unknown) or 'anything'}"
        return Verdict(None, why)
    shown = _wrapped(evidence, row)
    return Verdict(
        True, f"{looked} shows what was asked for, since {since}", "state", shown, ends=True
    )


def _order(evidence: Reached, case: Case, row: Row) -> Order:
    """Say whether the state is older than the call: by the new rows, if it replaced lists alone."""
    sent = case.record.fields
    lists: List[List[Row]] = [row.get(name) or [] for name in evidence.children if name in sent]
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


def _not_reached(evidence: Reached, why: str, order: Order, status: Any) -> Verdict:
    """Say what another state means: not yet, refused, or hidden by a later call."""
    if evidence.before and status in evidence.before:
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
    rows = [row for page in pages for row in page.rows(inside)]
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


def row_kind(mark: Optional[str]) -> EvidenceKind:
    return "trace" if mark is None else "mark"


def carries(row: Row, mark: Optional[str]) -> bool:
    """Say whether a row has a mark."""
    found = (at(row, f"metadata.{MARK}"), row.get("providerTransactionId"))
    return mark is not None and mark in found


def when_made(row: Row, sent: Dict[str, Any]) -> Any:
    """Return when the server made a row; the caller may have given another time."""
    found = made_at(row.get("id"))
    if found is None and "createdAt" not in sent:
        found = moment(row.get("createdAt"))
    return found
