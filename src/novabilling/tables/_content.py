"""What a result holds by its public names, as JSON has it."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence, Type, cast

import msgspec

from ._columns import computed, is_masked

_encoder = msgspec.json.Encoder(decimal_format="string")
_encode = _encoder.encode


def content(row: msgspec.Struct) -> Dict[str, object]:
    """Return the fields of a result and those that it computes; secrets are masked."""
    return {name: _plain(value) for name, value in values(row).items()}


def values(row: Any) -> Dict[str, object]:
    """Return the same with the values as they are."""
    of = cast("Type[msgspec.Struct]", type(row))
    found: Dict[str, object] = (
        dict(row.__rich_repr__())
        if is_masked(of)
        else {name: getattr(row, name) for name in of.__struct_fields__}
    )
    return {**found, **{name: get(row) for name, get in computed(of).items()}}


def _plain(value: object) -> object:
    if type(value) is dict:  # free JSON, in which there is no result
        return value  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, msgspec.Struct):
        return content(value)
    if isinstance(value, list):
        return [_plain(item) for item in cast("List[object]", value)]
    return value


def json_text(value: object) -> bytes:
    """Write a value as JSON, amounts as text and times in ISO 8601."""
    return _encode(value if type(value) is dict else _plain(value))


def json_lines(rows: Sequence[msgspec.Struct]) -> bytes:
    """Write a line of JSON for each row."""
    return _encoder.encode_lines([content(row) for row in rows])
