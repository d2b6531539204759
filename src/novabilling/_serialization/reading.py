"""Structs from dicts, as `to_dict` writes them in either mode."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, Dict, List, Mapping, cast

import msgspec

from .._runtime.real_time import real_datetime
from .shapes import Kind, Plan, Shape, plan_of

_Read = Callable[[str, Any, Any], Any]


def read_struct(where: str, data: Any, of: Any) -> Any:
    """Make a struct of a dict; one that is made already stays as it is."""
    if isinstance(data, of):
        return data
    if not isinstance(data, Mapping):
        is_text = isinstance(data, (str, bytes)) and "." not in where
        parse = ": parse JSON by json.loads() first" if is_text else ""
        raise TypeError(f"{where} must be a dict, not {type(data).__name__}{parse}")
    given = cast("Mapping[str, Any]", data)
    plan = plan_of(of)
    if plan.sent:
        _refuse_unknown(where, given, plan)
    found: Dict[str, Any] = {}
    for field in plan.fields:
        if field.name in given:
            found[field.name] = read(f"{where}.{field.name}", given[field.name], field.shape)
        elif field.required:
            raise ValueError(f"{where}.{field.name} is missing: give what to_dict() writes")
    return made(where, found, of)


def made(where: str, fields: Dict[str, Any], of: Any) -> Any:
    """Make a struct of its fields; what it refuses is said of where it stands."""
    try:
        return of(**fields)
    except ValueError as exc:
        raise ValueError(f"{where}: {exc}") from None


def _refuse_unknown(where: str, given: Mapping[str, Any], plan: Plan) -> None:
    known = [field.name for field in plan.fields]
    unknown = sorted(str(key) for key in given if key not in known)
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(unknown)}; it takes {', '.join(known)}")


def read(where: str, value: Any, shape: Shape) -> Any:
    """Read what a field of a shape holds."""
    if value is None and shape.optional:
        return None
    return _READERS[shape.kind](where, value, shape.of)


def in_utc(where: str, moment: datetime) -> datetime:
    """Move a time to UTC; refuse one without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"{where} must have a time zone, such as Z at its end")
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{where} must lie in the years 1 to 9999 of UTC") from None


def _instance_of(*classes: type) -> _Read:
    names = " or ".join(of.__name__ for of in classes)

    def read_instance(where: str, value: Any, _: Any) -> Any:
        if not isinstance(value, classes) or (isinstance(value, bool) and bool not in classes):
            raise TypeError(f"{where} must be {names}, not {type(value).__name__}")
        return value

    return read_instance


_number = _instance_of(Decimal, str, int, float)
_text = _instance_of(str)
_moment = _instance_of(datetime, date, str)


def _decimal(where: str, value: Any, _: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    number = _number(where, value, None)
    try:
        return Decimal(repr(number) if isinstance(number, float) else number)
    except InvalidOperation:
        raise ValueError(f"{where} must be a number, not {value!r}") from None


def _amount(where: str, value: Any, _: Any) -> Any:
    return _decimal(where, value, None) if isinstance(value, str) else _number(where, value, None)


def _time(where: str, value: Any, _: Any) -> datetime:
    if isinstance(value, datetime):
        return in_utc(where, value)
    try:
        return in_utc(where, msgspec.convert(_text(where, value, None), real_datetime()))
    except msgspec.ValidationError:
        raise ValueError(f"{where} must be a time of ISO 8601, not {value!r}") from None


def _time_or_text(where: str, value: Any, _: Any) -> Any:
    try:
        return _time(where, value, None)
    except ValueError:
        return value


def moment_in(value: Any) -> Any:
    """Read the time of a request; a text that no datetime writes is the user's own."""
    if not isinstance(value, str):
        return value
    try:
        moment = real_datetime().fromisoformat(value)
    except ValueError:
        return value
    own = moment.utcoffset() is None or moment.isoformat() != value
    return value if own else moment


def _list(where: str, value: Any, of: Shape) -> List[Any]:
    items: List[Any] = _instance_of(list, tuple)(where, value, None)
    return [read(f"{where}[{index}]", item, of) for index, item in enumerate(items)]


def _copy(_: str, value: Any, __: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy("", item, None) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_copy("", item, None) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


def _map(where: str, value: Any, _: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} must be a dict, not {type(value).__name__}")
    return _copy(where, value, None)


def _literal(where: str, value: Any, words: Any) -> Any:
    if value not in words:
        raise ValueError(f"{where} must be one of {', '.join(words)}; not {value!r}")
    return value


def content_in(where: str, value: Any) -> bytes:
    """Read a file that was written as base64."""
    if isinstance(value, bytes):
        return value
    try:
        return base64.b64decode(_text(where, value, None), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{where} must be base64") from None


def _utf8(where: str, value: Any, _: Any) -> bytes:
    text = _instance_of(bytes, str)(where, value, None)
    return text.encode() if isinstance(text, str) else cast("bytes", text)


_READERS: Dict[Kind, _Read] = {
    "amount": _amount,
    "any": _copy,
    "bytes": lambda where, value, _: content_in(where, value),
    "decimal": _decimal,
    "flag": _instance_of(bool),
    "list": _list,
    "literal": _literal,
    "map": _map,
    "moment": lambda where, value, _: moment_in(_moment(where, value, None)),
    "open_words": _text,
    "struct": lambda where, value, of: read_struct(where, value, of),
    "text": _text,
    "time": _time,
    "time_or_text": _time_or_text,
    "utf8": _utf8,
    "whole": _instance_of(int),
    "word": lambda where, value, of: of.read(_text(where, value, None), ""),
}
