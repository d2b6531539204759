"""What a result holds by its public names, as JSON has it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, Sequence

import msgspec

from .._serialization.shapes import plan_of
from .._serialization.writing import to_plain
from ._columns import computed

_encoder = msgspec.json.Encoder(decimal_format="string")
_encode = _encoder.encode


def values(row: Any) -> Dict[str, Any]:
    """Return the fields of a result that has secrets, masked, and what it computes."""
    found: Dict[str, Any] = dict(row.__rich_repr__())
    found.update((name, get(row)) for name, get in computed(row.__class__).items())
    return found


def json_text(value: object) -> bytes:
    """Write a value as JSON, amounts as text and times in ISO 8601."""
    return _encode(value if type(value) is dict else _plain(value))


def json_lines(rows: Sequence[object]) -> bytes:
    """Write a line of JSON for each row."""
    return _encoder.encode_lines([_plain(row) for row in rows])


def _plain(value: Any) -> Any:
    return to_plain(value, json=_has_text_in_bytes(value.__class__), secrets=False)


@lru_cache(maxsize=None)
def _has_text_in_bytes(of: type) -> bool:
    """Say whether a type has what the encoder would not write as `to_json` does: a raw body."""
    return issubclass(of, msgspec.Struct) and any(
        field.shape.kind == "utf8" for field in plan_of(of).fields
    )
