"""What a column makes of a value: the ORM's checks and its storage (rounding, key order)."""

from __future__ import annotations

import math
import re
from datetime import datetime
from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    InvalidOperation,
    localcontext,
)
from typing import Any, Callable, ContextManager, List, NamedTuple, Pattern

from .._errors import HttpError, QueryError
from .._javascript import values as js
from .schema import ENUMS, Column

INTEGER_LIMIT = 2**31
DECIMAL_LIMIT = Decimal(10) ** 15


class DatabaseCall(NamedTuple):
    """The call that a complaint is about, e.g. `db.customer.update()`."""

    client: str
    table: str
    action: str

    def error(self, detail: str) -> QueryError:
        return QueryError(f"{self.client}.{self.table}.{self.action}()", detail)


def exact_context() -> ContextManager[Context]:
    """Make a block whose decimals mind neither the precision nor the traps of the user's."""
    return localcontext(Context(28, ROUND_HALF_EVEN, traps=[InvalidOperation]))


def store(query: DatabaseCall, column: Column, value: Any) -> Any:
    """Return the value as the column keeps it; QueryError if it cannot."""
    if column.type == "String" and type(value) is str:
        return check_text(value)
    if value is None:
        if column.nullable:
            return None
        raise query.error(f"Argument `{column.name}` must not be null.")
    if column.type in ENUMS:
        return _enum(query, column, value)
    if column.type == "Json":
        return jsonb(value)
    return _STORES[column.type](query, column, value)


def wrong_type(query: DatabaseCall, column: Column, value: Any) -> QueryError:
    expected = column.type
    if query.action == "update":
        prefix = "Nullable" if column.nullable else ""
        kind = "Bool" if column.type == "Boolean" else column.type
        expected += f" or {prefix}{kind}FieldUpdateOperationsInput"
    expected += " or Null" if column.nullable else ""
    return query.error(
        f"Argument `{column.name}`: Invalid value provided. "
        f"Expected {expected}, provided {_type_name(value)}."
    )


def _type_name(value: Any) -> str:
    if isinstance(value, bool):
        return "Boolean"
    if js.is_number(value):
        return "Int" if isinstance(value, int) else "Float"
    return "String" if isinstance(value, str) else "Object"


def check_text(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair."""
    if "\x00" in text:
        raise HttpError(500, 'invalid byte sequence for encoding "UTF8": 0x00')
    if not text.isascii() and js.SURROGATE.search(text):
        raise HttpError(500, "unexpected end of hex escape")
    return text


def _enum(query: DatabaseCall, column: Column, value: Any) -> Any:
    if value not in ENUMS[column.type]:
        raise query.error(f"Invalid value for argument `{column.name}`. Expected {column.type}.")
    return value


def _string(query: DatabaseCall, column: Column, value: Any) -> Any:
    if not isinstance(value, str):
        raise wrong_type(query, column, value)
    return check_text(value)


def _integer(query: DatabaseCall, column: Column, value: Any) -> Any:
    if not js.is_number(value) or not math.isfinite(value):
        raise wrong_type(query, column, value)
    if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        text = js.number_text(value)
        raise query.error(
            f"Unable to fit integer value '{text}' into an INT4 (32-bit signed integer)."
        )
    # A fraction is cut off without a word.
    return int(value)


def _boolean(query: DatabaseCall, column: Column, value: Any) -> Any:
    if not isinstance(value, bool):
        raise wrong_type(query, column, value)
    return value


def _decimal(query: DatabaseCall, column: Column, value: Any) -> Any:
    if isinstance(value, str):
        exact = _decimal_of_text(query, column, value)
    elif js.is_number(value):
        exact = decimal_of_number(value)
    elif isinstance(value, Decimal):
        exact = value
    else:
        raise wrong_type(query, column, value)
    if not exact.is_finite() or abs(exact) >= DECIMAL_LIMIT:
        raise query.error("Value out of range for the type: numeric field overflow")
    rounded = exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if abs(rounded) >= DECIMAL_LIMIT:
        raise query.error("Value out of range for the type: numeric field overflow")
    return rounded


def decimal_of_number(value: js.Number) -> Decimal:
    """Pass a float as the database gets it: with 16 significant digits."""
    return Decimal(format(float(value), ".15e"))


def _decimal_of_text(query: DatabaseCall, column: Column, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise query.error(
            f"Invalid value for argument `{column.name}`: invalid digit found in string. "
            "Expected decimal String."
        ) from None


def _date(query: DatabaseCall, column: Column, value: Any) -> Any:
    if isinstance(value, js.InvalidDate):
        raise query.error(
            f"Invalid value for argument `{column.name}`: "
            "Provided Date object is invalid. Expected Date."
        )
    if not isinstance(value, datetime):
        raise wrong_type(query, column, value)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


_STORES = {
    "String": _string,
    "Int": _integer,
    "Boolean": _boolean,
    "Decimal": _decimal,
    "DateTime": _date,
}


def jsonb(value: Any) -> Any:
    """Copy a value as PostgreSQL gives it back: keys by length, then by their bytes."""
    if isinstance(value, str):
        return _json_text(value)
    if js.is_array(value):
        return [jsonb(item) for item in js.as_list(value)]
    if js.is_object(value):
        row = js.as_object(value)
        if not row:
            return {}
        keys = sorted(map(_json_text, row), key=lambda key: (len(key.encode()), key.encode()))
        return {key: jsonb(row[key]) for key in keys if row[key] is not js.UNDEFINED}
    return value


def _json_text(text: str) -> str:
    # NUL comes as an escape here, and the database has other words for that.
    if "\x00" in text:
        raise HttpError(500, "unsupported Unicode escape sequence")
    return check_text(text)


def quoted(name: str) -> str:
    """PostgreSQL quotes the names that are not all lower case."""
    return name if name == name.lower() else f'"{name}"'


def containing(text: str) -> Callable[[str], bool]:
    r"""Compile the ORM's `contains` in any case, to which `%`, `_` and `\` are as in ILIKE."""
    pieces, escaped = [""], False
    for char in f"{text}%":
        if char == "\\" and not escaped:
            escaped = True
            continue
        if char == "%" and not escaped:
            pieces.append("")
        else:
            pieces[-1] += "." if char == "_" and not escaped else re.escape(char)
        escaped = False
    # What stands behind the last % is at the end of the value.
    pieces[-1] = f"(?:{pieces[-1]})\\Z" if pieces[-1] else ""
    sought = [re.compile(piece, re.IGNORECASE | re.DOTALL) for piece in pieces if piece]
    return lambda value: _has_in_order(value, sought)


def _has_in_order(value: str, pieces: List[Pattern[str]]) -> bool:
    place = 0
    for piece in pieces:
        found = piece.search(value, place)
        if not found:
            return False
        place = found.end()
    return True


FURTHEST = 3
"""Changes of a letter up to which the ORM takes one name for another."""


def unknown_argument(name: str, known: List[str]) -> str:
    """Say that there is no such argument, in the ORM's words, and which one may have been meant."""
    distances = [(_distance(name, other), other) for other in known]
    nearest = min(distances, key=lambda pair: pair[0])
    hint = f"Did you mean `{nearest[1]}`? " if nearest[0] <= FURTHEST else ""
    return f"Unknown argument `{name}`. {hint}Available options are marked with ?."


def _distance(left: str, right: str) -> int:
    """Count the number of single-letter changes between two words."""
    row = list(range(len(right) + 1))
    for index, char in enumerate(left, 1):
        previous, row[0] = row[0], index
        for column, other in enumerate(right, 1):
            changed = previous + (char != other)
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, changed)
    return row[-1]
