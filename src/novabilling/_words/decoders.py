"""Decoders of typed JSON, made one at a time.

msgspec (0.22.0 and older) crashes the process where two threads meet in a type that is new to it.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional, Type, TypeVar

import msgspec

from .._runtime.forks import RenewedLock

T = TypeVar("T")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises when the JSON is not of its type."""

_BOM = b"\xef\xbb\xbf"

_lock = RenewedLock(threading.Lock)  # nor twice on one thread


def decoder(
    of: Type[T], dec_hook: Optional[Callable[[Any, Any], Any]] = None
) -> msgspec.json.Decoder[T]:
    """Make what decodes a type; its use needs no lock."""
    with _lock.held:
        return msgspec.json.Decoder(of, dec_hook=dec_hook)


def without_bom(content: bytes) -> bytes:
    """Return JSON without the mark that some gateways and proxies write before it."""
    return content[len(_BOM) :] if content.startswith(_BOM) else content
