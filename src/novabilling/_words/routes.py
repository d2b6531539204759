"""Where an operation lives: its path with the ids filled in."""

from __future__ import annotations

from functools import lru_cache
from typing import Tuple
from urllib.parse import quote

from .checks import identifier


class Route:
    """A path with its ids filled in, and the template that logs show."""

    __slots__ = ("path", "template")

    def __init__(self, template: str, *ids: str) -> None:
        self.template: str = template
        if ids:
            texts, names = _split(template)
            filled = [
                texts[i] + quote(identifier(names[i], ids[i]), safe="") for i in range(len(ids))
            ]
            self.path: str = "".join(filled) + texts[-1]
        else:
            self.path = template

    def __repr__(self) -> str:
        return f"Route({self.template!r})"


@lru_cache(maxsize=None)
def _split(template: str) -> Tuple[Tuple[str, ...], Tuple[str, ...]]:
    parts = template.replace("}", "{").split("{")
    return tuple(parts[0::2]), tuple(parts[1::2])
