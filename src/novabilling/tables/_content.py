"""What a result holds by its public names, as JSON has it."""

from __future__ import annotations

from typing import Any, Dict, Sequence

import msgspec

from .._serialization.writing import to_plain
from ._columns import computed

_encoder = msgspec.json.Encoder(decimal_format="string")
_encode = _encoder.encode


def values(row: Any) -> Dict[str, Any]:
    """Return the fields of a result that has secrets, masked, and what it computes."""
    shown = dict(row.__rich_repr__())
    return {**shown, **{name: get(row) for name, get in computed(type(row)).items()}}


def json_text(value: object) -> bytes:
    """Write a value as JSON, amounts as text and times in ISO 8601."""
    return _encode(value if type(value) is dict else _plain(value))


def json_lines(rows: Sequence[object]) -> bytes:
    """Write a line of JSON for each row."""
    return _encoder.encode_lines([_plain(row) for row in rows])


def _plain(value: object) -> Any:
    return to_plain(value, json=False, secrets=False)
