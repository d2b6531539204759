"""What may stand in an argument: the checks that come before any I/O."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    List,
    Mapping,
    Tuple,
    TypeVar,
    Union,
    cast,
)

from msgspec import UnsetType

from .._runtime.real_time import real_date, real_datetime
from .._runtime.secrets import Secret, refuse_mask
from .._serialization.serializable import Writable
from .encoding import can_be_sent
from .numbers import python_number, type_of

T = TypeVar("T")

Omittable = Union[T, UnsetType]
"""The type of an argument that is not sent unless it is given."""

if TYPE_CHECKING:
    Date = Union[datetime, date, str]
else:
    Date = Union[real_datetime(), real_date(), str]
"""An aware datetime, a date (midnight UTC), or an ISO 8601 string."""

Convert = Callable[[str, Any], Any]
"""Check one argument, given its name and value, and return what is sent."""

MAX_ID = 255
MAX_DEPTH = 100
_CONTROL_OR_SURROGATE = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"


def identifier(name: str, value: object) -> str:
    """Take an id: an empty one would turn "get" into "list", a dot would leave the path."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if not value or value in (".", ".."):
        raise ValueError(f"{name} must be an id, not {value!r}")
    if len(value) > MAX_ID:
        raise ValueError(f"{name} must have at most {MAX_ID} characters, not {len(value)}")
    if not value.isprintable() and re.search(_CONTROL_OR_SURROGATE, value):
        raise ValueError(f"{name} must not hold control characters or lone surrogates")
    return value


def identifiers(name: str, value: object) -> List[str]:
    """Take a list of ids."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a list of str")
    items = cast("Iterable[object]", value)
    return [identifier(f"{name}[{index}]", item) for index, item in enumerate(items)]


def money(name: str, value: object) -> Decimal:
    """Take an amount: int, Decimal, or float by its shortest repr; exact, or refused."""
    if isinstance(value, bool):
        raise ValueError(f"{name} must be a number, not {value}")
    given, value = value, python_number(name, value)
    if not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"{name} must be an int, Decimal or float, not {type_of(value)}")
    amount = Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite():
        raise ValueError(f"{name} must be a finite number")
    if not amount:
        return Decimal(0)
    if amount.adjusted() >= 15:
        raise ValueError(f"{name} must be below 10^15: the server cannot store more")
    text = format(amount, "f") if amount.adjusted() > -40 else "0.00001"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, _, fraction = text.partition(".")
    if len(fraction) > 4:
        holds = "" if value is given else f" (this {type_of(given)} holds {amount})"
        raise ValueError(f"{name} must have at most 4 decimals: the server would round it{holds}")
    if fraction and len(whole.lstrip("-0")) > 11:
        raise ValueError(f"{name} of 10^11 and above must be whole: the server would round it")
    return Decimal(text)


def positive_money(name: str, value: object) -> Decimal:
    """Take an amount above 0."""
    amount = money(name, value)
    if amount <= 0:
        raise ValueError(f"{name} must be above 0, not {amount}")
    return amount


def timestamp(name: str, value: object) -> str:
    """Take an aware datetime, a date, or an ISO 8601 string, which is passed on as it is."""
    if isinstance(value, datetime):
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError(
                f"{name} must have a time zone, e.g. datetime(..., tzinfo=timezone.utc)"
            )
        try:
            return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
        except OverflowError:
            raise ValueError(f"{name} must be of the years 1 to 9999 in UTC") from None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    raise TypeError(f"{name} must be a datetime, date or ISO 8601 str, not {type(value).__name__}")


def currency(name: str, value: object) -> str:
    """Take a currency code of three letters in any case."""
    return written_currency(name, value).upper()


def written_currency(name: str, value: object) -> str:
    """Take a currency code to search for: the server compares it as it is written."""
    if not isinstance(value, str) or not re.match(r"^[A-Za-z]{3}\Z", value):
        raise ValueError(f'{name} must be a code of three letters such as "NGN", not {value!r}')
    return value


def flag(name: str, value: object) -> bool:
    """Take True or False and nothing like them: the server reads "False" as true."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {type_of(value)}")
    return value


def count(least: int, most: float = math.inf) -> Convert:
    """Declare a whole number within bounds."""

    def convert(name: str, value: object) -> int:
        value = python_number(name, value)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, int) or not whole or not least <= value <= most:
            bounds = f"at least {least}" if most == math.inf else f"from {least} to {most}"
            raise ValueError(f"{name} must be an int, {bounds}, not {value!r}")
        return value

    return convert


def number(name: str, value: object) -> object:
    """Take a finite number that is not money, such as a quantity."""
    value = python_number(name, value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise TypeError(f"{name} must be a number, not {type_of(value)}")
    return plain(name, value)


def whole(name: str, value: object) -> int:
    """Take an int: the server would silently cut off a fraction."""
    value = python_number(name, value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}")
    return value


def refuse_null(name: str, value: object, advice: str) -> None:
    """Refuse None where the server would destroy data: it does not clear the field."""
    if value is None:
        raise ValueError(f"{name} must not be None: {advice}")


def text(name: str, value: object) -> str:
    """Take a str that is passed on unchanged."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    return value


def secret(name: str, value: Secret[Any]) -> Secret[str]:
    """Take a masked str, which stays masked until it is sent."""
    if not isinstance(value.reveal(), str):
        raise TypeError(f"{name} must be a str, not {type(value.reveal()).__name__}")
    refuse_mask(name, value)
    return value


_LEAVES = frozenset({str, int, bool, type(None)})
_Keys = Tuple[Any, ...]
"""Where a value stands: its own key behind the keys of what holds it, or nothing."""


def plain(name: str, value: object) -> object:
    """Take any JSON value; NaN and infinity would silently become null, and keys text."""
    _check_plain(name, (), value, depth=0)
    return value


def _check_plain(name: str, keys: _Keys, value: object, depth: int) -> None:
    if type(value) in _LEAVES:
        return
    if depth > MAX_DEPTH:
        raise ValueError(f"{name} must not be nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, Mapping):
        for key, part in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str):
                raise TypeError(f"{name}: keys must be str, not {_short(key)}{_at(name, keys)}")
            _check_plain(name, (keys, key), part, depth + 1)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for index, part in enumerate(cast("Iterable[object]", value)):
            _check_plain(name, (keys, index), part, depth + 1)
    else:
        _check_leaf(name, keys, value)


def _check_leaf(name: str, keys: _Keys, value: object) -> None:
    if not isinstance(value, (float, Decimal)):
        value = python_number(name + _at(name, keys), value)
    if isinstance(value, (float, Decimal)) and not _is_finite(value):
        raise ValueError(f"{name} must not be NaN or infinite{_at(name, keys)}")
    if isinstance(value, Writable):  # it would go with the server's names, and secrets in clear
        kind = f"an object of type {type(value).__name__} is not sent here: give a dict"
        raise TypeError(f"{name}: {kind}{_at(name, keys)}")
    if type(value) not in (float, Decimal) and not can_be_sent(value):
        kind = f"a value of type {type_of(value)} cannot be sent as JSON"
        raise TypeError(f"{name}: {kind}{_at(name, keys)}")


def _is_finite(value: Union[float, Decimal]) -> bool:
    if isinstance(value, Decimal) and not value.is_finite():  # a signaling NaN has no float
        return False
    return math.isfinite(value)  # the server's numbers are floats, which end at 10^308


def _at(name: str, keys: _Keys) -> str:
    """Write the place of a value that is not the argument itself."""
    shown: List[str] = []
    while keys:
        keys, key = keys
        shown.append(f"[{_short(key)}]")
    return f", at {name}{''.join(reversed(shown))[:200]}" if shown else ""


def _short(key: object) -> str:
    return repr(key)[:50]
