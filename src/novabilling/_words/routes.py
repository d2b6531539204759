"""Where an operation lives: its path with the ids filled in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Tuple
from urllib.parse import quote

from .checks import identifier

_is_plain = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}").fullmatch


class Route:
    """A path with its ids filled in, and the template that logs show."""

    __slots__ = ("path", "template")

    def __init__(self, template: str, *ids: str) -> None:
        self.template: str = template
        if ids:
            texts, names = _split(template)
            filled = [texts[i] + _in_path(names[i], ids[i]) for i in range(len(ids))]
            self.path: str = "".join(filled) + texts[-1]
        else:
            self.path = template

    def __repr__(self) -> str:
        return f"Route({self.template!r})"


def _in_path(name: str, value: str) -> str:
    """Check an id and write it as part of a path."""
    if isinstance(value, str) and _is_plain(value):  # pyright: ignore[reportUnnecessaryIsInstance]
        return value
    return quote(identifier(name, value), safe="")


@lru_cache(maxsize=None)
def _split(template: str) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    parts = template.replace("}", "{").split("{")
    return tuple(parts[0::2]), tuple(parts[1::2])
