"""How the server hands out a PDF: the file itself, or its address as JSON."""

from __future__ import annotations

import msgspec

from .._call.envelopes import decode_object
from .._call.redirects import is_web_address
from .._runtime.lazy_httpx import httpx
from .._words.fields import AbsoluteUrl, Model

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
