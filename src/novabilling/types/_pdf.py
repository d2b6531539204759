"""The PDF of an invoice."""

from __future__ import annotations

from typing import Optional

from .._serialization.serializable import Serializable


class InvoicePdf(Serializable, frozen=True, kw_only=True):
    """The PDF itself, and the address that it can be fetched from without a token.

    Attributes:
        url: Its address, open to whoever knows it; None for an invoice that the server keeps no
            file of.
        content: The file.
    """

    url: Optional[str]
    content: bytes

    def __repr__(self) -> str:
        return f"InvoicePdf(url={self.url!r}, content=<{len(self.content)} bytes>)"
