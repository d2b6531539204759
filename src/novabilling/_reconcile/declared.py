"""What shows afterwards that a write was carried out: declared beside each operation.

An address is a GET with names in braces: of the ids in the call's path, or of the fields in its
body. Names of fields are those of the wire; `a.b` is the field b of the object a.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, TypeVar, Union

import msgspec

from ..types._common import Message

Row = Dict[str, Any]


class Unknown(msgspec.Struct, frozen=True):
    """Nothing shows it: the answer is None, without a request."""

    why: str


class Reached(msgspec.Struct, frozen=True):
    """A state: an object holds what the call asked for, and has changed since."""

    address: str
    of: Any
    inside: str = ""
    """The list in the answer that holds the object, which the last id of the call's path names."""
    want: Mapping[str, Any] = {}
    """What it holds then, beside the fields that were sent."""
    test: Optional[Callable[[Row, Row], bool]] = None
    """Says of an object and the fields of the call whether that state is reached."""
    same: Mapping[str, str] = {}
    """Where the object shows a field that it has under another name."""
    skip: Tuple[str, ...] = ()
    """Fields that the server does not take."""
    grows: Tuple[str, ...] = ()
    """Objects that others write into as well."""
    adds: Tuple[str, ...] = ()
    """What the server writes into them; nothing if it keeps all that stood there before."""
    at: str = "updatedAt"
    """When the state was reached."""
    before: Tuple[str, ...] = ()
    """The statuses that the call changes: in any other, it is refused."""
    hidden: Optional[Callable[[Row, Row], bool]] = None
    """Says of an object in one of those statuses whether a later call may have led back to it."""
    once: bool = False
    """Whether the call is refused where the state is reached."""
    or_gone: bool = False
    children: Tuple[str, ...] = ()
    """Lists that the call replaces: their rows are new, and may be all that is."""


class Gone(msgspec.Struct, frozen=True):
    """A state: an object is not there any more."""

    address: str
    of: Any = Message
    inside: str = ""
    """The list in the answer; "." is the answer itself."""
    place: str = ""
    """What shows that the list is that of the call."""


class Made(msgspec.Struct, frozen=True):
    """A row: known by a natural key, by a mark, or by its fields and the time it was made."""

    address: str
    of: Any
    inside: str = ""
    key: Tuple[str, ...] = ()
    """The fields that only one row can have, if the call gave all of them."""
    same: Mapping[str, str] = {}
    skip: Tuple[str, ...] = ()
    grows: Tuple[str, ...] = ()
    drifts: Tuple[str, ...] = ()
    """Fields that may have gone on since the row was made."""
    want: Mapping[str, Any] = {}
    total: str = ""
    """Where the answer says how many rows there are; a page says it in `meta`."""
    place: str = ""
    detail: str = ""
    """What shows the whole row, by its id."""
    timeless: bool = False
    """Whether the row may be older than the call."""
    parts: Mapping[str, str] = {}
    """Amounts of the call that become rows of their own, by what kind of credits they are."""
    row_of: Any = None
    """What a row is, where the call returns something else."""


class Filled(msgspec.Struct, frozen=True):
    """A top-up: one row in a wallet for each kind of credits."""

    address: str
    wallet: str
    of: Any
    parts: Mapping[str, str]
    row_of: Any = None


class Paid(msgspec.Struct, frozen=True):
    """An invoice that was marked as paid, and the payment that this records."""

    address: str
    of: Any


class Counted(msgspec.Struct, frozen=True):
    """One event, or those of a batch if one subscription has all of them."""

    address: str
    place: str
    of: Any


Evidence = Union[Unknown, Reached, Gone, Made, Filled, Paid, Counted]

Method = TypeVar("Method", bound=Callable[..., Any])

DECLARED: Dict[str, Evidence] = {}
"""The evidence of all operations whose resource was used, by method and route."""


def shown_by(operation: str, evidence: Evidence) -> Callable[[Method], Method]:
    """Declare how the effect of an operation shows, above its method."""
    DECLARED[operation] = evidence
    return _itself


def _itself(method: Method) -> Method:
    return method


def shown_inside(evidence: Evidence, address: str) -> str:
    """Return what a path of an operation shows: "." rows, a part of an object, "" an object."""
    if address.endswith("/transactions"):
        return "."
    if address != str(getattr(evidence, "address", "")).partition("?")[0]:
        return ""
    if isinstance(evidence, (Made, Counted)):
        return getattr(evidence, "inside", "") or "."
    return getattr(evidence, "inside", "")


def addresses_of(evidence: Evidence) -> List[str]:
    """Return all GETs that a look at an operation may make."""
    names = ("address", "wallet", "detail", "place")
    found = [str(getattr(evidence, name, "")) for name in names]
    if getattr(evidence, "parts", None) and isinstance(evidence, Made):
        found.append("/wallets/{id}/transactions")
    return [one for one in found if one]
