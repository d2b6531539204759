"""The columns of a result type. They follow from the type alone, never from what the rows hold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Literal,
    Tuple,
    Type,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from .._words.fields import value_type

Kind = Literal[
    "text", "integer", "number", "flag", "decimal", "time", "bytes", "json", "list", "object"
]
_KINDS: Dict[type, Kind] = {
    str: "text",
    bool: "flag",
    int: "integer",
    float: "number",
    Decimal: "decimal",
    datetime: "time",
    bytes: "bytes",
}


class Column(msgspec.Struct, frozen=True):
    """A field of a result, or one that it computes.

    An object has `parts`, one for each of its own, and a list has one for its items.
    """

    name: str
    kind: Kind
    parts: Tuple[Column, ...] = ()
    masked: bool = False
    """Whether the object has fields that are shown masked."""
    stored: int = 0
    """How many of the parts, the first, are fields that the object holds: others it computes."""


def _columns_of(of: Type[msgspec.Struct], inside: bool = False) -> Tuple[Column, ...]:
    if getattr(of, "__is_sent__", False):
        raise TypeError(f"{of.__name__} is no result and has no columns: .jsonl takes it")
    return tuple(_column(name, hint, inside) for name, hint in _fields(of))


_Columns = Callable[..., Tuple[Column, ...]]
columns_of: _Columns = lru_cache(maxsize=None)(_columns_of)
"""Return the columns of a type; in an object that is `inside` of another, circles are JSON."""


def _column(name: str, of: object, inside: bool) -> Column:
    hint = _bare(of)
    kind = _kind_of(hint)
    if get_origin(hint) is list:
        item = _column("item", get_args(hint)[0], inside)
        return Column(name, item.kind) if item.kind == "json" else Column(name, "list", (item,))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        if inside and _is_circular(hint):
            return Column(name, "json")
        return object_column(name, hint, inside=True)
    if get_origin(hint) is Literal:
        return Column(name, "text")
    return Column(name, kind)


def object_column(name: str, of: Type[msgspec.Struct], inside: bool = False) -> Column:
    """Return the column of objects of a type."""
    stored = len(of.__struct_fields__)
    return Column(name, "object", columns_of(of, inside), is_masked(of), stored)


def _kind_of(hint: object) -> Kind:
    for of, kind in _KINDS.items():
        if isinstance(hint, type) and issubclass(hint, of):
            return kind
    return "json"


def _bare(hint: Any) -> Any:
    """Take away what says how a field is read, and that it may be None."""
    if hasattr(hint, "__metadata__"):
        hint = hint.__origin__
    given = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) is Union and len(given) == 1:
        return _bare(given[0])
    return value_type(hint)


def _fields(of: Type[msgspec.Struct]) -> List[Tuple[str, object]]:
    """Return the names and types of all fields, the computed ones behind the others."""
    fields = [(field.name, field.type) for field in msgspec.structs.fields(of)]
    return fields + [(name, get_type_hints(get)["return"]) for name, get in computed(of).items()]


def _computed(of: type) -> Dict[str, Any]:
    return {
        name: value.fget
        for cls in reversed(of.__mro__)
        for name, value in vars(cls).items()
        if isinstance(value, property) and not name.startswith("_")
    }


computed: Callable[[type], Dict[str, Any]] = lru_cache(maxsize=None)(_computed)
"""Return what computes the fields of a type that the server does not send, by their names."""


def is_masked(of: type) -> bool:
    """Say whether a type shows some of its fields masked: they are secrets."""
    return getattr(of, "__rich_repr__", None) is not getattr(msgspec.Struct, "__rich_repr__", None)


def _is_circular(of: Type[msgspec.Struct]) -> bool:
    """Say whether objects of a type can hold one another, as customers and their invoices."""
    seen: List[type] = []
    todo = list(_held_by(of))
    while todo:
        held = todo.pop()
        if held is of:
            return True
        if held not in seen:
            seen.append(held)
            todo += _held_by(held)
    return False


def _held_by(of: Type[msgspec.Struct]) -> Iterator[Type[msgspec.Struct]]:
    for _, hint in _fields(of):
        bare = _bare(hint)
        bare = _bare(get_args(bare)[0]) if get_origin(bare) is list else bare
        if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
            yield bare
