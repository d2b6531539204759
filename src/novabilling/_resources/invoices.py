"""Notes of invoices, and PDFs, which the server sends as the file itself or as its address."""

from __future__ import annotations

from typing import List, Sequence, TypeVar, Union

import msgspec
from msgspec import UNSET

from .._call.envelopes import decode_object
from .._call.redirects import is_web_address
from .._runtime.lazy_httpx import httpx
from .._words.fields import AbsoluteUrl, Model
from ..types._billing import NOTE_PREFIX
from ..types._inputs import InvoiceItemDto

T = TypeVar("T")

ACCEPT_PDF = "application/pdf, application/json;q=0.9"
PDF_HEAD = b"%PDF-"


class _Address(Model, frozen=True, kw_only=True):
    url: AbsoluteUrl


def read_address(content: bytes, root: str) -> str:
    """Read where the file can be fetched."""
    url: str = decode_object(content, _Address, root).url
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if not is_web_address(parsed) or parsed.userinfo:
        raise msgspec.ValidationError("Expected the address of a file")
    return url


def with_note(items: Sequence[T], notes: object) -> Sequence[Union[T, InvoiceItemDto]]:
    """Add a note as a last line of amount 0: the server has no other place for it."""
    if notes is UNSET or notes is None or notes == "":
        return items
    if not isinstance(notes, str):
        raise TypeError(f"notes must be a str, not {type(notes).__name__}")
    lines: List[Union[T, InvoiceItemDto]] = [*items]
    return [*lines, InvoiceItemDto(description=NOTE_PREFIX + notes, amount=0)]
