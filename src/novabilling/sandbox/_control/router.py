"""The control API as a table of operations: their paths, and the fields that their bodies have."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import parse_qsl, unquote

from .._javascript.values import Row, as_list, as_object, is_object
from .guard import Refusal

BODY_LIMIT = 1 << 16
"""Bytes of a body of the control API."""

PREFIX = "/_sandbox"


class Fields:
    """The fields of a body or a query, each read once; what nobody has read is refused."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def text(self, name: str, default: str = "", *, most: int = 2000) -> str:
        value = self._values.pop(name, default)
        if not isinstance(value, str) or len(value) > most:
            raise Refusal(400, f"{name} must be a text of at most {most} characters")
        return value

    def number(
        self, name: str, default: Any = None, *, least: float = 0, most: float = 1e9
    ) -> float:
        value = self._values.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Refusal(400, f"{name} must be a number")
        if not least <= value <= most:  # nor is it NaN
            raise Refusal(400, f"{name} must be {least:g} to {most:g}")
        return value

    def integer(self, name: str, default: Any = None, *, least: int = 0, most: int = 10**9) -> int:
        value = self._values.pop(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
            value = int(value)  # out of a query
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Refusal(400, f"{name} must be a whole number, {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        value = self._values.pop(name, False)
        if value in ("true", "false"):
            value = value == "true"  # out of a query
        if not isinstance(value, bool):
            raise Refusal(400, f"{name} must be true or false")
        return value

    def texts(self, name: str) -> Optional[List[str]]:
        value = self._values.pop(name, None)
        if value is None:
            return None
        texts = as_list(value)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in texts):
            raise Refusal(400, f"{name} must be a list of texts")
        return texts

    def has(self, name: str) -> bool:
        """Say whether a field is there and not null; null is as good as left out."""
        if self._values.get(name) is None:
            self._values.pop(name, None)
            return False
        return True

    def names(self, name: str) -> bool:
        """Say whether a field is there, even if it is null."""
        return name in self._values

    def done(self) -> None:
        if self._values:
            raise Refusal(400, f"there is no field {next(iter(self._values))!r} here")


class Page(NamedTuple):
    """An answer that is a file."""

    content: bytes
    content_type: str


class Asked(NamedTuple):
    """A request to the control API: what its path names, and its query and body."""

    params: Dict[str, str]
    query: Fields
    body: Fields


Answer = Union[Row, List[Any], Page]
Handler = Callable[[Any, Asked], Any]
"""Answers a request, perhaps a little later; what it raises of `Refusal` is answered too."""


class Router:
    """Finds who answers; paths are below `/_sandbox`."""

    def __init__(self) -> None:
        self._handlers: Dict[Tuple[str, Tuple[str, ...]], Handler] = {}

    def on(self, name: str) -> Callable[[Handler], Handler]:
        """Register a handler for `POST /snapshots/{name}`."""
        method, _, path = name.partition(" ")

        def register(handler: Handler) -> Handler:
            self._handlers[method, tuple(path.split("/"))] = handler
            return handler

        return register

    @property
    def operations(self) -> List[Tuple[str, Tuple[str, ...]]]:
        """The methods and paths that somebody answers."""
        return list(self._handlers)

    def find(self, method: str, path: str) -> Tuple[Handler, Dict[str, str]]:
        """Return the handler of a request, and what stands in its path.

        Raises:
            Refusal: There is none.
        """
        given = path[len(PREFIX) :].split("/")
        wanted = "GET" if method == "HEAD" else method
        others: List[str] = []
        for (known, parts), handler in self._handlers.items():
            params = _match(parts, given)
            if params is not None:
                if known == wanted:
                    return handler, params
                others.append(known)
        if others:
            raise Refusal(405, f"{method} is not for {path}, but {' and '.join(others)}")
        raise Refusal(404, f"there is no {path}")


def _match(parts: Tuple[str, ...], given: List[str]) -> Optional[Dict[str, str]]:
    if len(parts) != len(given):
        return None
    params: Dict[str, str] = {}
    for part, text in zip(parts, given):
        if part.startswith("{") and text:
            params[part[1:-1]] = unquote(text)
        elif part != text:
            return None
    return params


def read_query(query: str) -> Fields:
    return Fields(dict(parse_qsl(query, keep_blank_values=True)))


def read_body(content: bytes) -> Fields:
    """Read a body: an object, or nothing at all.

    Raises:
        Refusal: It is something else.
    """
    if not content:
        return Fields({})
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is no JSON") from None
    if not is_object(value):
        raise Refusal(400, "the body must be a JSON object")
    return Fields(as_object(value))
