"""What the fields of a struct hold, found out once for each class."""

from __future__ import annotations

from collections import abc
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import (
    Any,
    Dict,
    FrozenSet,
    List,
    Literal,
    Optional,
    Tuple,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from msgspec import UNSET, UnsetType

Kind = Literal[
    "amount",  # of a request: int, float or Decimal
    "any",
    "bytes",
    "decimal",
    "flag",
    "list",
    "literal",
    "map",
    "moment",  # of a request: datetime, date or text
    "open_words",
    "struct",
    "text",
    "time",
    "time_or_text",
    "utf8",  # bytes that are text
    "whole",
    "word",
]


class Shape(msgspec.Struct, frozen=True):
    """What a field holds: `of` is the class of a struct, the shape in a list, or the words."""

    kind: Kind
    of: Any = None
    optional: bool = False


class Field(msgspec.Struct, frozen=True):
    """A field of a struct; one without a default is required."""

    name: str
    shape: Shape
    required: bool
    default: Any


class Computed(msgspec.Struct, frozen=True):
    """A property of a struct that is written like a field, and never read."""

    name: str
    shape: Shape
    about: str


class Plan(msgspec.Struct, frozen=True):
    """What is written and read of a class: `sent` if it is a request, of which nothing is lost."""

    fields: List[Field]
    computed: List[Computed]
    secrets: FrozenSet[str]
    sent: bool


_SIMPLE: Dict[Any, Kind] = {
    Any: "any",
    Decimal: "decimal",
    bool: "flag",
    bytes: "bytes",
    int: "whole",
    object: "any",
    str: "text",
}
_AMOUNT = {int, float, Decimal}


@lru_cache(maxsize=None)
def plan_of(of: Any) -> Plan:
    """Return the plan of a struct class, which may be a user's own: `client.request(of=...)`."""
    fields = [
        Field(
            field.name,
            shape_of(field.type),
            field.required and field.default_factory is msgspec.NODEFAULT,
            field.default,
        )
        for field in msgspec.structs.fields(of)
    ]
    secrets, sent = getattr(of, "__secret_fields__", ()), getattr(of, "__is_sent__", False)
    return Plan(fields, _computed(of), frozenset(secrets), sent)


def _computed(of: Any) -> List[Computed]:
    found: Dict[str, Computed] = {}
    for base in reversed(of.__mro__):
        members = cast("Dict[str, Any]", dict(base.__dict__))
        for name, value in members.items():
            if isinstance(value, property) and not name.startswith("_"):
                hint = get_type_hints(value.fget).get("return", Any)
                found[name] = Computed(name, shape_of(hint), (value.__doc__ or "").strip())
    return list(found.values())


def shape_of(hint: Any) -> Shape:
    """Say what a type means for who writes and reads its values."""
    if hint in _SIMPLE:
        return Shape(_SIMPLE[hint])
    metadata: Optional[Tuple[Any, ...]] = getattr(hint, "__metadata__", None)
    if metadata is not None:  # Annotated, also that of typing_extensions
        return Shape("utf8") if metadata == ("utf8",) else shape_of(hint.__origin__)
    origin = get_origin(hint)
    if origin is Union:
        return _shape_of_union(get_args(hint))
    if origin is list:
        return Shape("list", shape_of(get_args(hint)[0]))
    if origin in (dict, abc.Mapping):
        return Shape("map")
    if origin is Literal:
        return Shape("literal", get_args(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return Shape("struct", hint)
    if isinstance(hint, type) and issubclass(hint, datetime):
        return Shape("time")
    kind: Any = getattr(cast("Any", hint), "kind", "any")  # that of `_words.fields`, if any
    return Shape(kind, hint)


def _shape_of_union(hints: Tuple[Any, ...]) -> Shape:
    held = [hint for hint in hints if hint not in (type(None), UnsetType)]
    optional = type(None) in hints
    if len(held) == 1:
        return msgspec.structs.replace(shape_of(held[0]), optional=optional)
    if set(held) == _AMOUNT:
        return Shape("amount", optional=optional)
    if any(isinstance(hint, type) and issubclass(hint, date) for hint in held):
        return Shape("moment", optional=optional)
    words = [word for hint in held for word in get_args(hint)]
    return Shape("open_words", tuple(words), optional)


def words_of(shape: Shape) -> Tuple[str, ...]:
    """Return the words that a field holds as far as they are known, if it holds words."""
    words: Tuple[str, ...] = ()
    if shape.kind in ("literal", "open_words", "word"):
        words = shape.of.words if shape.kind == "word" else shape.of
    return words


def is_unset(value: object) -> bool:
    """Say whether a value is that of an argument that was not given."""
    return value is cast("object", UNSET)
