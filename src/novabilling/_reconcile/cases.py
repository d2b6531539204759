"""A call, what was read about it, and what is compared: the ground of all judgements."""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union, cast

import msgspec

from .comparing import at, shows
from .declared import Made, Reached, Row
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

    def is_readable(self, inside: str) -> bool:
        """Say whether it is what this address shows: rows (inside "."), a part, or an object."""
        if not self.is_there:
            return True
        if inside != ".":
            found = at(self.object, inside) if inside else self.object
            return isinstance(found, list) or (isinstance(found, dict) and "id" in found)
        found = self.body
        if isinstance(found, dict):
            found = cast("Row", found).get("data")
        return isinstance(found, list) and all("id" in row for row in self.rows())

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
        if name in evidence.skip:
            continue
        if path not in row and "." not in path:
            if sent is not None and isinstance(evidence, Reached):
                unknown.append(name)
            continue
        shown = at(row, path)
        if name in HASHED and isinstance(shown, str):
            shown = keyed_hash(shown, case.record.salt)
        grows = name in evidence.grows or name in case.record.hidden
        if not shows(name, sent, shown, grows) or _has_more(evidence, name, sent, shown):
            differ.append(name)
    return differ, unknown


def rows_of(pages: List[Shown], inside: str) -> List[Row]:
    """Return the rows of pages; once, where one slid from page to page meanwhile."""
    found = [row for page in pages for row in page.rows(inside)]
    return list({str(row.get("id", number)): row for number, row in enumerate(found)}.values())


def _has_more(evidence: Union[Reached, Made], name: str, sent: Any, shown: Any) -> bool:
    """Say whether an object that a call replaces holds what it did not send."""
    if not isinstance(evidence, Reached) or not evidence.adds or name not in evidence.grows:
        return False
    return isinstance(sent, dict) and bool({*shown} - {*sent} - {*evidence.adds})


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
