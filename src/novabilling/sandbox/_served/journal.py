"""What the app has sent: the latest requests with their answers, and secrets made unreadable."""

from __future__ import annotations

import json
import re
from collections import deque
from datetime import datetime
from typing import Any, Deque, Dict, List, NamedTuple, Optional, Tuple

from .._javascript.values import Row, as_list, as_object, is_object

KEPT = 500
"""Requests that are remembered."""

BODY_SHOWN = 1 << 17
"""Bytes that are shown of a body."""

BUDGET = 1 << 25
"""Bytes that all bodies may have together: 32 MiB."""

Headers = List[Tuple[str, str]]

_NAMES = re.compile(
    "pass(word|wd)|secret|token|api.?key|authorization|cookie|credential|safekey|^jwt$",
    re.IGNORECASE,
)
_KEYS = re.compile(r"sk_\w+|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_PAIRS = re.compile(
    r"""((?:password|secret|token|api_?key|credential)\w*["']?\s*[=:]\s*)"""
    r"""("[^"]*|'[^']*|[^"'&\s,}]+)""",
    re.IGNORECASE,
)
_ADDRESSES = re.compile(
    r"([?&][^=&#\s]*(?:password|secret|token|api_?key|credential)\w*=)[^&#\s]+"
    r"|(://[^/\s:@]*:)[^/\s@]+(?=@)",
    re.IGNORECASE,
)
MASK = "••••••••"


class Exchange(NamedTuple):
    """A request and its answer; without a status, its connection was broken."""

    id: int
    at: datetime
    method: str
    target: str
    status: Optional[int]
    milliseconds: float
    request_headers: Headers
    request_body: bytes
    response_headers: Headers
    response_body: bytes

    def __repr__(self) -> str:
        return f"Exchange({self.id}, {self.method}, {self.status})"

    @property
    def size(self) -> int:
        """Return the bytes of its bodies."""
        return len(self.request_body) + len(self.response_body)

    def summary(self) -> Row:
        path, mark, query = self.target.partition("?")
        return {
            "id": self.id,
            "at": self.at,
            "method": self.method,
            "path": masked_address(path),
            "query": mark + masked_text(query),
            "status": self.status,
            "milliseconds": round(self.milliseconds, 1),
        }

    def details(self, *, reveal: bool) -> Row:
        """Return all of it; secrets only if they are asked for."""
        return {
            **self.summary(),
            "request": _message(self.request_headers, self.request_body, reveal),
            "response": _message(self.response_headers, self.response_body, reveal),
        }

    def has(self, text: str) -> bool:
        """Say whether a text stands in its line or in one of its bodies, secrets left aside."""
        line = f"{self.method} {self.target} {self.status}".lower()
        if text in line:
            return True
        bodies = (self.request_body, self.response_body)
        return any(text in masked_text(body.decode("utf-8", "replace")).lower() for body in bodies)


class Journal:
    """The latest exchanges; `version` grows with each."""

    def __init__(self) -> None:
        self._exchanges: Deque[Exchange] = deque()
        self._size = 0
        self.version = 0

    def add(self, exchange: Exchange) -> None:
        """Remember an exchange, and forget those that are too many or too much."""
        if len(self._exchanges) == KEPT:
            self._forget()
        self._exchanges.append(exchange)
        self._size += exchange.size
        while self._size > BUDGET:
            self._forget()

    def _forget(self) -> None:
        self._size -= self._exchanges.popleft().size

    def next_id(self) -> int:
        self.version += 1
        return self.version

    def clear(self) -> None:
        """Forget all; numbers go on."""
        self._exchanges.clear()
        self._size = 0
        self.version += 1

    def get(self, number: int) -> Optional[Exchange]:
        return next((one for one in self._exchanges if one.id == number), None)

    def find(self, after: int, limit: int, text: str, status: str) -> List[Exchange]:
        """Return the newest first; `status` is 404, a class such as 4xx, or `errors`."""
        found: List[Exchange] = []
        for one in reversed(self._exchanges):
            if len(found) == limit or one.id <= after:
                break
            if _is_like(one.status, status) and (not text or one.has(text.lower())):
                found.append(one)
        return found


def _is_like(status: Optional[int], wanted: str) -> bool:
    if not wanted:
        return True
    if wanted == "errors":
        return status is None or status >= 400
    digits = "000" if status is None else str(status)
    return all(ours in ("x", digit) for ours, digit in zip(wanted.lower(), digits))


def _message(headers: Headers, body: bytes, reveal: bool) -> Row:
    known: Dict[str, str] = {}
    for name, value in headers:
        secret = not reveal and _NAMES.search(name)
        known[name] = MASK if secret else value if reveal else masked_address(value)
    text = body[:BODY_SHOWN].decode("utf-8", "replace")
    kind = known.get("content-type", "")
    if "pdf" in kind:
        return {"headers": known, "body": f"a PDF of {len(body)} bytes"}
    try:
        value = json.loads(text)
        value = value if reveal else masked(value)
    except (ValueError, RecursionError):
        value = text if reveal else masked_text(text)
    return {"headers": known, "body": value, "is_cut": len(body) > BODY_SHOWN}


def masked(value: Any, *, is_secret: bool = False) -> Any:
    """Copy JSON with a mask in the place of everything that opens something."""
    if is_object(value):
        return {
            _KEYS.sub(MASK, name): masked(one, is_secret=is_secret or bool(_NAMES.search(name)))
            for name, one in as_object(value).items()
        }
    if isinstance(value, list):
        return [masked(one, is_secret=is_secret) for one in as_list(value)]
    if is_secret and value is not None and not isinstance(value, bool):
        return MASK
    return masked_address(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """Return a text with a mask in the place of keys and tokens."""
    return _PAIRS.sub(rf"\1{MASK}", _KEYS.sub(MASK, text))


def masked_address(text: str) -> str:
    """Return a text with a mask for keys, and for what URLs in it have of secrets."""
    return _ADDRESSES.sub(lambda found: f"{found[1] or found[2]}{MASK}", _KEYS.sub(MASK, text))
