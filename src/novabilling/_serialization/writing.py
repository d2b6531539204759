"""Structs as dicts: with the values of Python, or with what JSON can hold."""

from __future__ import annotations

import base64
import operator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

import msgspec

from .._runtime.secrets import MASK
from .shapes import Kind, is_unset, plan_of

_Write = Callable[[Any, bool], Any]


def to_plain(value: Any, json: bool, secrets: bool) -> Any:
    """Write a value and all that it holds: structs become dicts, and their secrets are masked."""
    return _json(value, secrets) if json else _python(value, secrets)


def to_text(value: Any, secrets: bool) -> str:
    """Write a value as JSON."""
    return msgspec.json.encode(_json(value, secrets)).decode()


def check_mode(mode: object) -> bool:
    """Say whether a mode is that of JSON; refuse what is none."""
    if mode not in ("json", "python"):
        raise ValueError(f"mode must be 'python' or 'json', not {mode!r}")
    return mode == "json"


def amount_text(amount: Decimal) -> str:
    """Write an amount with all of its digits and no exponent, as far as that is readable."""
    if amount.is_finite() and -40 < amount.adjusted() < 40:
        return format(amount, "f")
    return str(amount)


def time_text(moment: datetime) -> str:
    """Write a time as ISO 8601; that of UTC ends with a Z."""
    text = moment.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def moment_text(value: Any) -> Any:
    """Write the time of a request so that it is told from a text that was given as one."""
    return value.isoformat() if isinstance(value, date) else value


def base64_text(content: bytes) -> str:
    """Write a file as JSON can hold it."""
    return base64.b64encode(content).decode("ascii")


def number_text(amount: Any) -> Any:
    """Write the amount of a request, which may be an int or a float, as its digits."""
    if isinstance(amount, (int, float)) and not isinstance(amount, bool):
        amount = Decimal(repr(amount))
    return amount_text(amount) if isinstance(amount, Decimal) else amount


def _python(value: Any, secrets: bool) -> Any:
    if isinstance(value, msgspec.Struct):
        return _python_struct(value, secrets)
    if isinstance(value, dict):
        return {key: _python(item, secrets) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_python(item, secrets) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _python_struct(struct: Any, secrets: bool) -> Dict[str, Any]:
    fields, masked = _written(struct.__class__)
    found: Dict[str, Any] = {}
    for name, _ in fields:
        value = getattr(struct, name)
        if type(value) in _AS_IT_IS:
            found[name] = value
        elif not is_unset(value):
            found[name] = _python(value, secrets)
    return found if secrets else _mask(found, masked)


def _json(value: Any, secrets: bool) -> Any:
    write = _BY_TYPE.get(type(value), _other)
    return value if write is None else write(value, secrets)


def _json_struct(struct: Any, secrets: bool) -> Dict[str, Any]:
    fields, masked = _written(struct.__class__)
    found: Dict[str, Any] = {}
    for name, special in fields:
        value = getattr(struct, name)
        write = special or _BY_TYPE.get(type(value), _other)
        if write is None or value is None:
            found[name] = value
        elif not is_unset(value):
            found[name] = write(value, secrets)
    return found if secrets else _mask(found, masked)


def _mask(found: Dict[str, Any], masked: List[str]) -> Dict[str, Any]:
    for name in masked:
        if found[name] is not None:
            found[name] = MASK
    return found


@lru_cache(maxsize=None)
def _written(of: Any) -> Tuple[List[Tuple[str, Optional[_Write]]], List[str]]:
    """Return the names that are written, each with its own way into JSON if any; and the masked."""
    plan = plan_of(of)
    fields = [(field.name, _BY_KIND.get(field.shape.kind)) for field in plan.fields]
    if plan.sent:
        fields = [
            (field.name, _sent if field.shape.kind == "map" else write)
            for field, (_, write) in zip(plan.fields, fields)
        ]
    return fields + [(one.name, None) for one in plan.computed], sorted(plan.secrets)


def sent_text(value: Any) -> Any:
    """Write JSON of the user that is yet to be sent: what is a number there stays one."""
    if isinstance(value, Decimal):
        number = float(value)
        exact = value.is_finite() and Decimal(repr(number)) == value
        return number if exact else amount_text(value)
    if isinstance(value, Mapping):
        return {key: sent_text(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [sent_text(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return _json(value, secrets=False)


def _sent(value: Any, _: bool) -> Any:
    return sent_text(value)


def _items(values: Any, secrets: bool) -> List[Any]:
    return [_json(item, secrets) for item in values]


def _map(values: Mapping[Any, Any], secrets: bool) -> Dict[Any, Any]:
    return {key: _json(item, secrets) for key, item in values.items()}


def _other(value: Any, secrets: bool) -> Any:
    """Write what is of none of the usual classes, but of one derived from them."""
    if isinstance(value, msgspec.Struct):
        return _json_struct(value, secrets)
    if isinstance(value, Mapping):
        return _map(value, secrets)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Integral):
        return operator.index(value)
    if isinstance(value, Real):
        return float(value)
    raise TypeError(f"JSON has no form for {type(value).__name__}")


_AS_IT_IS = (str, Decimal, datetime, type(None), bool, int)
_BY_TYPE: Dict[Any, Optional[_Write]] = {
    str: None,
    int: None,
    bool: None,
    float: None,
    type(None): None,
    Decimal: lambda value, _: amount_text(value),
    datetime: lambda value, _: time_text(value),
    bytes: lambda value, _: base64_text(value),
    dict: _map,
    list: _items,
    tuple: _items,
    set: _items,
    frozenset: _items,
}
_BY_KIND: Dict[Kind, _Write] = {
    "amount": lambda value, _: number_text(value),
    "decimal": lambda value, _: number_text(value),
    "moment": lambda value, _: moment_text(value),
    "utf8": lambda value, _: value.decode("utf-8", "replace"),
}
