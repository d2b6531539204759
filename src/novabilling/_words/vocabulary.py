"""Where a word is translated: each vocabulary in both spellings, the user's and the server's.

Names: `external_id` <-> `externalId`. Words: `successful` <-> `SUCCEEDED`. A resource declares what
its arguments are (`Arguments(amount=money, status=word(PaymentStatus))`); a result struct what its
fields are (`status: Word[PaymentStatus]`). Nothing else translates.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Iterable, List, Tuple, cast, get_args

from .checks import Convert
from .literals import (
    CancelAt,
    EventStatus,
    GroupBy,
    InvoiceStatus,
    PaymentStatus,
    SortOrder,
    WebhookEventType,
)

# Words that are not simply the wire's in lower case.
_DIFFERENT: Dict[object, Dict[str, str]] = {
    InvoiceStatus: {"finalized": "PENDING", "void": "CANCELED"},
    PaymentStatus: {"successful": "SUCCEEDED"},
    WebhookEventType: {"payment.successful": "payment.succeeded"},
}
# Vocabularies whose words are lower case on the wire as well.
_LOWER = (CancelAt, EventStatus, GroupBy, SortOrder, WebhookEventType)
# Vocabularies that other words may be added to at any time: unknown ones pass both ways.
_OPEN = (WebhookEventType,)


class Vocabulary:
    """The words of one Literal alias in both spellings."""

    def __init__(self, literal: object) -> None:
        different = _DIFFERENT.get(literal, {})
        self.public: Tuple[str, ...] = get_args(literal)
        lower = literal in _LOWER
        self.open = literal in _OPEN
        self.to_wire = {w: different.get(w, w if lower else w.upper()) for w in self.public}
        self.from_wire = {wire: word for word, wire in self.to_wire.items()}
        self._in_any_case = {wire.lower(): wire for wire in self.from_wire}

    def encode(self, name: str, value: object) -> str:
        if isinstance(value, str):
            wire = self.to_wire.get(value) or self._in_any_case.get(value.lower())
            if wire is not None and value.isascii():  # the sign for kelvin is no K
                return wire
            if self.open:
                return value
        raise ValueError(f"{name} must be one of {', '.join(self.public)}; not {value!r}")

    def decode(self, value: object) -> str:
        text = text_of(value)
        return self.from_wire.get(text) or (text if self.open else text.lower())


vocabulary = lru_cache(maxsize=None)(Vocabulary)


def word(literal: object) -> Convert:
    """Declare an argument that takes the words of a Literal alias."""
    return vocabulary(literal).encode


def words(literal: object) -> Convert:
    """Declare an argument that takes a list of the words of a Literal alias."""

    def convert(name: str, value: object) -> List[str]:
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise TypeError(f"{name} must be a list of str")
        items = cast("Iterable[object]", value)
        return [vocabulary(literal).encode(name, item) for item in items]

    return convert


def sort_field(literal: object) -> Convert:
    """Declare an argument that takes the Python name of a column."""
    columns = get_args(literal)

    def convert(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in columns:
            raise ValueError(f"{name} must be one of {', '.join(columns)}; not {value!r}")
        return camel(value)

    return convert


def text_of(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"Expected `str`, got `{type(value).__name__}`")
    return value


def camel(name: str) -> str:
    """Write a Python name as the wire spells it; the one rule for arguments and results."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
