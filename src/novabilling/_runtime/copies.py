"""Copies of objects of classes that others may have extended."""

from __future__ import annotations

import functools
from typing import Dict, TypeVar

from .forks import cached_property

T = TypeVar("T")

_COMPUTED = (cached_property, functools.cached_property)


def copy_of(original: T) -> T:
    """Copy an object without calling `__init__`, whose arguments a subclass may have changed.

    What a `cached_property` has computed is left out: it belongs to the original.
    """
    of = type(original)
    copy = object.__new__(of)
    for name, value in {**vars(original), **_in_slots(original)}.items():
        if not any(isinstance(vars(base).get(name), _COMPUTED) for base in of.__mro__):
            object.__setattr__(copy, name, value)
    return copy


def _in_slots(original: object) -> Dict[str, object]:
    found: Dict[str, object] = {}
    for of in type(original).__mro__:
        slots = vars(of).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name.startswith("__") and not name.endswith("__"):
                name = f"_{of.__name__.lstrip('_')}{name}"
            if name not in ("__dict__", "__weakref__") and hasattr(original, name):
                found[name] = getattr(original, name)
    return found
