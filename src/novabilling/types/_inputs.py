"""The structured arguments: small structs; a dict with the same keys is accepted as well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, List, Mapping, Sequence, Union

import msgspec

from ._words import Currency

Amount = Union[int, float, Decimal]
"""An amount of money; sent exactly, with at most 4 decimals."""

Fields = Mapping[str, Any]
"""A dict with the keys of a struct."""

NOTE_PREFIX = "Note: "


class InvoiceItemDto(msgspec.Struct, frozen=True):
    """A line of a new invoice; `amount` is the price of one unit, `quantity` at least 1."""

    description: str
    amount: Amount
    quantity: Amount = 1


class PriceInput(msgspec.Struct, frozen=True):
    """What a new plan costs for one billing interval in one currency."""

    currency: Union[Currency, str]
    amount: Amount


def with_note(items: Sequence[Union[InvoiceItemDto, Fields]], notes: Any) -> Any:
    """Add a note as a last line of amount 0: the server has no other place for it."""
    if notes is msgspec.UNSET or notes is None or notes == "":
        return items
    if not isinstance(notes, str):
        raise TypeError(f"notes must be a str, not {type(notes).__name__}")
    lines: List[Any] = list(items)
    return [*lines, InvoiceItemDto(description=NOTE_PREFIX + notes, amount=0)]
