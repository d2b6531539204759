"""The two vocabularies, the user's and the server's, and the way between them.

Names: `external_id` <-> `externalId`. Words: `successful` <-> `SUCCEEDED`. A resource declares what
its arguments are (`Arguments(amount=money, status=word(PaymentStatus))`); a result struct what its
fields are (`status: Word[PaymentStatus]`). Nothing else translates.
"""

from __future__ import annotations

import re
import sys
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Mapping,
    Optional,
    Tuple,
    TypeVar,
    Union,
    cast,
    get_args,
)

import msgspec
from msgspec import UNSET

from ._arguments import Convert, count, encode, identifier, query_text
from ._secrets import Secret
from .types._words import (
    EventStatus,
    GroupBy,
    InvoiceStatus,
    PaymentStatus,
    SortOrder,
    WebhookEventType,
)

if sys.version_info >= (3, 9):
    from typing import Annotated
else:
    from typing_extensions import Annotated

T = TypeVar("T")

# Words that are not simply the wire's in lower case.
_DIFFERENT: Dict[Any, Dict[str, str]] = {
    InvoiceStatus: {"finalized": "PENDING", "void": "CANCELED"},
    PaymentStatus: {"successful": "SUCCEEDED"},
    WebhookEventType: {"payment.successful": "payment.succeeded"},
}
# Vocabularies whose words are lower case on the wire as well.
_LOWER = (EventStatus, GroupBy, SortOrder, WebhookEventType)
# Vocabularies that other words may be added to at any time: unknown ones pass both ways.
_OPEN = (WebhookEventType,)


class Vocabulary:
    """The words of one Literal alias in both spellings."""

    def __init__(self, literal: Any) -> None:
        different = _DIFFERENT.get(literal, {})
        self.public: Tuple[str, ...] = get_args(literal)
        lower = literal in _LOWER
        self.open = literal in _OPEN
        self.to_wire = {w: different.get(w, w if lower else w.upper()) for w in self.public}
        self.from_wire = {wire: word for word, wire in self.to_wire.items()}
        self._in_any_case = {wire.lower(): wire for wire in self.from_wire}

    def encode(self, name: str, value: Any) -> str:
        if isinstance(value, str):
            wire = self.to_wire.get(value) or self._in_any_case.get(value.lower())
            if wire is not None and value.isascii():  # the sign for kelvin is no K
                return wire
            if self.open:
                return value
        raise ValueError(f"{name} must be one of {', '.join(self.public)}; not {value!r}")

    def decode(self, value: Any) -> str:
        known = self.from_wire.get(_text(value))
        return known or (value if self.open else value.lower())


vocabulary = lru_cache(maxsize=None)(Vocabulary)


def word(literal: Any) -> Convert:
    """Declare an argument that takes the words of a Literal alias."""
    return vocabulary(literal).encode


def words(literal: Any) -> Convert:
    """Declare an argument that takes a list of the words of a Literal alias."""

    def convert(name: str, value: Any) -> Any:
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            raise TypeError(f"{name} must be a list of str")
        return [vocabulary(literal).encode(name, item) for item in value]

    return convert


def sort_field(literal: Any) -> Convert:
    """Declare an argument that takes the Python name of a column."""
    columns = get_args(literal)

    def convert(name: str, value: Any) -> str:
        if value not in columns:
            raise ValueError(f"{name} must be one of {', '.join(columns)}; not {value!r}")
        return camel(value)

    return convert


def credentials(name: str, value: Secret[Any]) -> Secret[Any]:
    """Take masked provider credentials: their keys are sent in camel case."""
    if not isinstance(value.reveal(), Mapping):
        raise TypeError(f"{name} must be a dict, not {type(value.reveal()).__name__}")
    return Secret({camel(str(key)): item for key, item in value.reveal().items()})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"Expected `str`, got `{type(value).__name__}`")
    return value


def _percentage(value: Any) -> Decimal:
    if isinstance(value, str) and re.match(r"^-?[0-9]+(\.[0-9]+)?%?\Z", value):
        return Decimal(value.rstrip("%"))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    raise ValueError(f"Expected a percentage, got {value!r}")


class _FieldType(type):
    """A class that msgspec hands to `read_field`, whose values are of a plain type."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, (str, Decimal))


if TYPE_CHECKING:
    Word = Union[T, str]
    AbsoluteUrl = str
    Percentage = Decimal
    Timestamp = datetime
else:

    class Word:
        """A result field that holds a public word as a plain str."""

        @classmethod
        @lru_cache(maxsize=None)
        def __class_getitem__(cls, literal):
            read = vocabulary(literal).decode
            return _FieldType("Word", (), {"read": staticmethod(lambda value, _: read(value))})

    class AbsoluteUrl(metaclass=_FieldType):
        """A result field that holds the absolute form of a path on the server."""

        @staticmethod
        def read(value, root):
            return root + value if _text(value).startswith("/") else value

    class Percentage(metaclass=_FieldType):
        """A result field that holds the number of a percentage such as "25.00%"."""

        @staticmethod
        def read(value, _):
            return _percentage(value)

    Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]


def field_reader(root: str) -> Callable[[Any, Any], Any]:
    """Make the hook that reads the field types above for answers of one server."""

    def read_field(field_type: Any, value: Any) -> Any:
        return field_type.read(value, root)

    return read_field


def check_amounts(*amounts: Optional[Decimal]) -> None:
    """Refuse what a Decimal can hold and money cannot: NaN, infinity, absurd exponents."""
    for amount in amounts:
        if amount is not None and not (amount.is_finite() and -31 < amount.adjusted() < 31):
            raise ValueError("Expected a finite amount")


def camel(name: str) -> str:
    """Write a Python name as the wire spells it; the one rule for arguments and results."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


_wire_name = lru_cache(maxsize=4096)(camel)


class Model(msgspec.Struct, frozen=True, kw_only=True, rename=camel):
    """Base of all results: read-only, unknown fields ignored."""


class Arguments:
    """What the arguments of one resource are, by their public names.

    What is not declared is not sent, so a method with many arguments passes `**locals()`. `wire`
    names those whose wire name is not the public one in camel case.
    """

    def __init__(self, wire: Optional[Mapping[str, str]] = None, **converts: Convert) -> None:
        self._wire = dict(wire or {})
        self._converts: Dict[str, Convert] = {"page": count(1), "limit": count(1, 100), **converts}

    def fields(self, values: Mapping[str, Any], prefix: str = "") -> Dict[str, Any]:
        """Translate to wire names and values: what is UNSET is left out, None is null."""
        fields: Dict[str, Any] = {}
        for name, value in values.items():
            convert = self._converts.get(name)
            if convert is None or value is UNSET:
                continue
            if value is not None or convert is identifier:
                value = convert(prefix + name, value)
            fields[self._wire.get(name) or _wire_name(name)] = value
        return fields

    def body(self, /, **values: Any) -> Secret[bytes]:
        """Write the JSON body of a request."""
        return encode(self.fields(values))

    def query(self, /, **values: Any) -> Dict[str, str]:
        """Write the query of a request: what is UNSET or None is not sent."""
        given = {name: value for name, value in values.items() if value is not None}
        return {name: query_text(name, value) for name, value in self.fields(given).items()}


NO_ARGUMENTS = Arguments()


def structs(of: Any, arguments: Arguments, **aliases: str) -> Convert:
    """Declare an argument that takes a list of request structs, or of dicts with their keys.

    `aliases` names other keys that such a dict may use for a field.
    """
    known = of.__struct_fields__

    def convert_one(name: str, value: Any) -> Dict[str, Any]:
        if not isinstance(value, of):
            if not isinstance(value, Mapping):
                raise TypeError(f"{name} must be {of.__name__} or a dict")
            given = cast("Mapping[str, Any]", value)
            fields = {aliases.get(key, key): item for key, item in given.items()}
            if len(fields) < len(given):
                raise ValueError(f"{name}: two of its keys mean the same")
            value = _struct_from(name, fields)
        return arguments.fields({f: getattr(value, f) for f in known}, prefix=f"{name}.")

    def _struct_from(name: str, given: Dict[str, Any]) -> Any:
        unknown = sorted(str(key) for key in given if key not in known)
        if unknown:
            raise ValueError(f"{name}: unknown {', '.join(unknown)}; it takes {', '.join(known)}")
        try:
            return of(**given)
        except TypeError as exc:
            raise ValueError(f"{name}: {exc}") from None

    def convert(name: str, value: Any) -> Any:
        if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
            raise TypeError(f"{name} must be a list")
        return [convert_one(f"{name}[{index}]", item) for index, item in enumerate(value)]

    return convert
