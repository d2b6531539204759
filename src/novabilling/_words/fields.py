"""What the fields of results are: words, addresses and percentages as their users know them."""

from __future__ import annotations

import re
import sys
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

import msgspec

from .._runtime.real_time import real_datetime
from .._serialization.serializable import Serializable
from .stripe_names import hint_for
from .vocabulary import camel, text_of, vocabulary

if sys.version_info >= (3, 9):
    from typing import Annotated
else:
    from typing_extensions import Annotated

T = TypeVar("T")

_HASHED = (str, bytes, int, float, Decimal, datetime, bool, type(None))


def _percentage(value: object) -> Decimal:
    if isinstance(value, str) and re.match(r"^-?[0-9]+(\.[0-9]+)?%?\Z", value):
        return Decimal(value.rstrip("%"))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    raise ValueError(f"Expected a percentage, got {value!r}")


class _FieldType(type):
    """A class that msgspec hands to `read_field`, whose values are of a plain type.

    msgspec checks what a hook returns by `isinstance`, and what arrives here is a plain str or
    Decimal on purpose: f-strings, JSON and pickles then behave as users expect. So this class says
    that it has such instances. A subclass of str would do without, at 4 to 25 % of all decoding.
    """

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (str, Decimal))


if TYPE_CHECKING:
    Word = Annotated[T, "another word from a newer server is a plain str as well"]
    AbsoluteUrl = str
    Percentage = Decimal
    Timestamp = datetime
    Utf8 = bytes
else:

    class Word:
        """A result field that holds a public word as a plain str."""

        @classmethod
        @lru_cache(maxsize=None)
        def __class_getitem__(cls, literal):
            words = vocabulary(literal)
            read = staticmethod(lambda value, _: words.decode(value))
            return _FieldType("Word", (), {"read": read, "kind": "word", "words": words.public})

    class AbsoluteUrl(metaclass=_FieldType):
        """A result field that holds the absolute form of a path on the server."""

        kind = "text"

        @staticmethod
        def read(value, root):
            return root + value if text_of(value).startswith("/") else value

    class Percentage(metaclass=_FieldType):
        """A result field that holds the number of a percentage such as "25.00%"."""

        kind = "decimal"

        @staticmethod
        def read(value, _):
            return _percentage(value)

    Timestamp = Annotated[real_datetime(), msgspec.Meta(tz=True)]
    Utf8 = Annotated[bytes, "utf8"]


def field_reader(root: str) -> Callable[[Any, Any], Any]:
    """Make the hook that reads the field types above for answers of one server."""

    def read_field(field_type: Any, value: object) -> object:
        return field_type.read(value, root)

    return read_field


def value_type(hint: object) -> object:
    """Return the type of the values of a field type above; any other type as it is."""
    if hint is Percentage:
        return Decimal
    return str if isinstance(hint, _FieldType) else hint


def check_amounts(*amounts: Optional[Decimal]) -> None:
    """Refuse what a Decimal can hold and money cannot: NaN, infinity, absurd exponents."""
    for amount in amounts:
        if amount is not None and not (amount.is_finite() and -31 < amount.adjusted() < 31):
            raise ValueError("Expected a finite amount")


def hash_of(result: msgspec.Struct) -> int:
    """Hash a result by type and id, or without an id by what of its fields can be hashed."""
    row_id: object = getattr(result, "id", None)
    if isinstance(row_id, str):
        return hash((type(result), row_id))
    fields = (getattr(result, name) for name in result.__struct_fields__)
    return hash((type(result), *(field for field in fields if isinstance(field, _HASHED))))


class Model(Serializable, frozen=True, kw_only=True, rename=camel):
    """Base of all results: read-only, unknown fields ignored."""

    def __hash__(self) -> int:
        return hash_of(self)

    if not TYPE_CHECKING:

        def __getattr__(self, name):  # asked for what is not there
            of = type(self)
            raise AttributeError(
                f"{of.__name__!r} object has no attribute {name!r}{hint_for(of, name)}"
            )
