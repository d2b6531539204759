"""The content of an answer, decoded as it comes and never larger than the client takes."""

from __future__ import annotations

import zlib
from typing import Any


class TooLarge(Exception):
    """The answer is larger than the client takes."""


class BadEncoding(Exception):
    """The content is not what its Content-Encoding says."""


class ContentDecoder:
    """Undo gzip or deflate, if there is one, and count the bytes."""

    def __init__(self, encoding: str, most: int) -> None:
        self._left = most
        self._most = most
        self._inflate: Any = None
        self._begun = False
        if encoding in ("gzip", "x-gzip", "deflate"):
            self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, by its head
        elif encoding not in ("", "identity"):
            raise BadEncoding(f"Content-Encoding {encoding[:40]!r} was not asked for")

    def feed(self, data: bytes) -> bytes:
        """Return the next decoded bytes."""
        if self._inflate is not None:
            self._begun = True
            if self._inflate.eof:  # zlib would keep it, however much it is
                raise BadEncoding("there is more after the compressed content")
            try:
                data = self._inflate.decompress(data, self._left + 1)
            except zlib.error as exc:
                raise BadEncoding(str(exc)) from None
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge(self._most)
        return data

    def finish(self) -> None:
        """Refuse content that was cut off."""
        if self._begun and not self._inflate.eof:
            raise BadEncoding("the compressed content is cut off")
