"""Copies of objects of classes that others may have extended."""

from __future__ import annotations

import functools
from typing import Dict, TypeVar

from .forks import cached_property, resource

T = TypeVar("T")

_COMPUTED = (cached_property, functools.cached_property)
_MOCKS = ("mock", "unittest.mock")


def copy_of(original: T, resources: type = object) -> T:
    """Copy an object without calling `__init__`, whose arguments a subclass may have changed.

    What a `cached_property` has computed is left out: it belongs to the original. What a test has
    put in its place is none of that: a mock, or in place of one of the `resources` anything else.
    """
    of = type(original)
    copy = object.__new__(of)
    for name, value in {**vars(original), **_in_slots(original)}.items():
        found = attribute_of(of, name)
        computed = isinstance(found, _COMPUTED) and type(value).__module__ not in _MOCKS
        if not computed or (isinstance(found, resource) and not isinstance(value, resources)):
            object.__setattr__(copy, name, value)
    return copy


def attribute_of(of: type, name: str) -> object:
    """Return an attribute of a class as it stands there: a descriptor is not asked."""
    for base in of.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


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
