"""JavaScript's values in Python: conversions, number and date text, and JSON.stringify.

A JSON number is an int when it is whole and exact, else a float; None is null.
"""

from __future__ import annotations

import json.encoder
import math
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any, Callable, Dict, Iterable, List, Optional, Union, cast

from .loose_dates import parse_loosely

Number = Union[int, float]
Row = Dict[str, Any]

MAX_SAFE_INTEGER = 2**53
SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What `\\s` is in JavaScript, for a class of characters."""


class Undefined:
    """What JavaScript reads where nothing is: not the same as null."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"


class InvalidDate:
    """What `new Date("nonsense")` gives; the database refuses it."""

    def __bool__(self) -> bool:
        return True


UNDEFINED = Undefined()
INVALID_DATE = InvalidDate()
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def as_object(value: object) -> Row:
    """Take the value as a dict; an empty one if it is something else."""
    return cast(Row, value) if isinstance(value, dict) else {}


def as_list(value: Any) -> List[Any]:
    """Take the value as a list; an empty one if it is something else."""
    return cast("List[Any]", value) if is_array(value) else []


def is_array(value: object) -> bool:
    """`Array.isArray(value)`."""
    return isinstance(value, list)


def is_object(value: object) -> bool:
    """Tell objects from arrays and primitives."""
    return isinstance(value, dict)


def is_number(value: object) -> bool:
    """`typeof value === "number"`."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: float) -> Number:
    """Keep a float as JavaScript does: 1.0 is 1, and nothing is exact beyond 2^53."""
    whole = math.isfinite(value) and value == int(value) and abs(value) <= MAX_SAFE_INTEGER
    return int(value) if whole else value


def add_up(values: Iterable[float]) -> float:
    """`values.reduce((a, b) => a + b, 0)`; `sum()` rounds otherwise from Python 3.12 on."""
    return reduce(add, values, 0.0)


def number_text(value: Number) -> str:
    """`String(value)` of a number: shortest digits, exponents from 1e21 and below 1e-6."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    value = number(value)
    if isinstance(value, int):
        return str(value)
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    point = len(digits) + int(exponent)
    if -6 < point <= 21:
        return format(Decimal(repr(value)).normalize(), "f")
    mantissa = "".join(map(str, digits))
    fraction = "." + mantissa[1:] if len(mantissa) > 1 else ""
    return f"{'-' * sign}{mantissa[0]}{fraction}e{point - 1:+d}"


def to_string(value: object) -> str:
    """`String(value)`."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if is_array(value):
        return ",".join("" if item is None else to_string(item) for item in as_list(value))
    return "undefined" if isinstance(value, Undefined) else "[object Object]"


_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?)", re.ASCII)
_ENDS = re.compile(rf"^[{SPACE}]+|[{SPACE}]+\Z")
_RADIX = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")


def to_number(value: object) -> Number:
    """`Number(value)`: NaN for what is not one."""
    if value is None:
        return 0
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, (dict, Undefined)):
        return math.nan
    text = _ENDS.sub("", to_string(value))
    if not text:
        return 0
    if _RADIX.fullmatch(text):
        return number(float(int(text, 0)))
    if _DECIMAL.fullmatch(text):
        return number(float(text))
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


_WHOLE = re.compile(rf"[{SPACE}]*([+-]?[0-9]+)")


def parse_int(text: str) -> Number:
    """`parseInt(text, 10)`: the digits at the beginning, NaN without any."""
    match = _WHOLE.match(text)
    return number(float(match[1])) if match else math.nan


def to_boolean(value: object) -> bool:
    """`Boolean(value)`: every string but the empty one is true, "false" included."""
    if isinstance(value, (dict, list)):
        return True
    return bool(value) and value == value


_DATE = re.compile(
    r"(\d{4}|\+\d{6})(?:-(\d\d)(?:-(\d\d))?)?"
    r"(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?([Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def to_date(value: object) -> Union[datetime, InvalidDate]:
    """Run `new Date(value)`, for a server whose clock runs in UTC; null is 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return date_of_milliseconds(to_number(value))
    match = _DATE.fullmatch(value)
    if not match:
        return parse_loosely(value) or INVALID_DATE
    year, month, day = (int(part or 1) for part in match.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    zone = _offset(match[8] or "Z")
    if zone is None or not _in_range(month, day, hour, minute, second):
        return INVALID_DATE
    # The day may run over the month's end: 30 February is 2 March.
    days = timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    milliseconds = int((match[7] or "0")[:3].ljust(3, "0"))
    try:
        start = datetime(year, month, 1, tzinfo=timezone.utc)
        return start + days + timedelta(milliseconds=milliseconds) - zone
    except (OverflowError, ValueError):  # beyond the years 1 to 9999
        return INVALID_DATE


def _in_range(month: int, day: int, hour: int, minute: int, second: int) -> bool:
    midnight = hour == 24 and minute == second == 0
    in_day = (hour <= 23 or midnight) and minute <= 59 and second <= 59
    return 1 <= month <= 12 and 1 <= day <= 31 and in_day


def _offset(zone: str) -> Optional[timedelta]:
    if zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def date_of_milliseconds(milliseconds: Number) -> Union[datetime, InvalidDate]:
    """Run `new Date(milliseconds)`."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except (ValueError, OverflowError):
        return INVALID_DATE


def iso(moment: datetime) -> str:
    """`date.toISOString()`."""
    if moment.tzinfo is not timezone.utc:
        moment = moment.astimezone(timezone.utc)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def decimal_text(value: Decimal) -> str:
    """Print a decimal column: no exponent and no trailing zeros."""
    return format(value.normalize(), "f") if value else "0"


def stringify(value: object) -> str:
    """`JSON.stringify(value)`, with dates and decimals as the server's objects print them."""
    text = _written(value)
    # A lone surrogate has no UTF-8 form: it stays an escape.
    return text if text.isascii() else SURROGATE.sub(lambda one: f"\\u{ord(one[0]):04x}", text)


SURROGATE = re.compile("[\ud800-\udfff]")

_quoted: Callable[[str], str] = json.encoder.encode_basestring


class _Keys(Dict[str, str]):
    """The names of members as they are written, with their colons."""

    def __missing__(self, name: str) -> str:
        if len(self) > MOST_KEYS:
            self.clear()
        self[name] = written = f"{_quoted(name)}:"
        return written


_KEYS = _Keys()
MOST_KEYS = 4096


def _written(value: object) -> str:
    return _WRITERS[type(value)](value)


def _written_object(row: Row) -> str:
    # The loop of the whole sandbox that runs most often.
    writers, keys = _WRITERS, _KEYS
    pairs: List[str] = []
    for key, item in row.items():
        if type(item) is str:
            pairs.append(keys[key] + _quoted(item))
        elif item is None:
            pairs.append(keys[key] + "null")
        elif item is not UNDEFINED:
            pairs.append(keys[key] + writers[type(item)](item))
    return "{" + ",".join(pairs) + "}"


def _written_array(items: List[Any]) -> str:
    return "[" + ",".join(map(_written, items)) + "]"


def _written_null(_value: object) -> str:
    return "null"


class _Writers(Dict[type, Callable[[Any], str]]):
    """What writes values of a type; one that is derived is written as what it is derived from."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        known = [write for base, write in self.items() if issubclass(kind, base)]
        self[kind] = write = known[0] if known else _written_null
        return write


_WRITERS = _Writers(
    {
        str: _quoted,
        bool: lambda value: "true" if value else "false",
        int: str,
        float: lambda value: number_text(value) if math.isfinite(value) else "null",
        datetime: lambda value: f'"{iso(value)}"',
        Decimal: lambda value: f'"{decimal_text(value)}"',
        dict: _written_object,
        list: _written_array,
    }
)
