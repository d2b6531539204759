"""The content of an answer, decoded as it comes and never larger than the client takes."""

from __future__ import annotations

import zlib
from typing import Any, Iterable, Iterator

_INPUT = 1 << 14  # bytes at a time: zlib copies what is left of them at each step
_OUTPUT = 1 << 16
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class TooLarge(Exception):
    """The answer is larger than the client takes."""


class BadEncoding(Exception):
    """The content is not what its Content-Encoding says."""


class ContentDecoder:
    """Undo gzip or deflate, if there is one, and count the bytes.

    Codings one upon another are refused: each may make a thousand bytes of one.
    """

    def __init__(self, encoding: str, most: int, undone: bool = False) -> None:
        """Take the value of Content-Encoding; `undone` content is only counted."""
        self._left = self._most = most
        self._coded_left = 2 * most + 1024  # coded content without end may hold nothing at all
        self._inflate: Any = None
        self._coded = encoding != "" and self._is_coded(encoding) and not undone

    def _is_coded(self, encoding: str) -> bool:
        codings = [name.strip() for name in encoding.lower().split(",") if name.strip()]
        coding = codings[0] if codings else "identity"
        if len(codings) > 1 or coding not in ("gzip", "x-gzip", "deflate", "identity"):
            raise BadEncoding(f"Content-Encoding {encoding[:40]!r} was not asked for")
        self._deflate = coding == "deflate"
        return coding != "identity"

    def feed(self, data: bytes) -> Iterable[bytes]:
        """Give the next decoded bytes, a few at a time."""
        if self._coded:
            return map(self._counted, self._decoded(data))
        return (self._counted(data),)

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge(self._most)
        return piece

    def finish(self) -> None:
        """Refuse content that was cut off."""
        if self._inflate is not None and not self._inflate.eof:
            raise BadEncoding("the compressed content is cut off")

    def _decoded(self, data: bytes) -> Iterator[bytes]:
        self._coded_left -= len(data)
        if self._coded_left < 0:
            raise TooLarge(self._most)
        for start in range(0, len(data), _INPUT):
            rest, full = data[start : start + _INPUT], False
            while rest or full:  # what was read may hold more than came out
                member = self._member(rest)
                try:
                    piece = member.decompress(rest, _OUTPUT)
                except zlib.error as exc:
                    raise BadEncoding(str(exc)) from None
                yield piece
                rest = member.unused_data if member.eof else member.unconsumed_tail
                full = len(piece) == _OUTPUT and not member.eof

    def _member(self, head: bytes) -> Any:
        """Return what decodes the next bytes: gzip may have several members."""
        if self._inflate is None:
            bare = self._deflate and head[0] & 15 != 8  # some servers leave out what is around it
            kind = _RAW if bare else _ZLIB if self._deflate else _GZIP
            self._inflate = zlib.decompressobj(kind)
        elif self._inflate.eof:
            if self._deflate:
                raise BadEncoding("there is more after the compressed content")
            self._inflate = zlib.decompressobj(_GZIP)
        return self._inflate
