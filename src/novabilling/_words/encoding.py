"""What is sent: JSON bodies and queries, as the server reads them."""

from __future__ import annotations

import re
from typing import Mapping
from urllib.parse import quote, urlencode

import msgspec

from .._runtime.secrets import Secret
from .numbers import builtin_of, type_of

MAX_BODY = 102_400


def query_text(name: str, value: object) -> str:
    """Write a value as a query parameter."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if re.search("[\ud800-\udfff]", value):
            raise ValueError(f"{name} must not hold lone surrogates")
        return value
    return str(value)


def query_string(query: Mapping[str, str]) -> str:
    """Write a query with everything percent-encoded that is not plain."""
    return urlencode(query, quote_via=quote, safe="")


def _as_json(value: object) -> object:
    if isinstance(value, Secret):
        return value.reveal()  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, Mapping):
        return dict(value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    found = builtin_of(value)
    if found is value:
        raise TypeError(f"an argument of type {type_of(value)} cannot be sent as JSON")
    return found


_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=_as_json)


def can_be_sent(value: object) -> bool:
    """Say whether JSON can hold a value."""
    try:
        _encoder.encode(value)
    except (TypeError, ValueError, RecursionError, msgspec.EncodeError):
        return False
    return True


def encode(fields: object) -> Secret[bytes]:
    """Write a JSON body; it may hold a password, so it is masked at once."""
    problem = ""
    try:
        body = Secret(_encoder.encode(fields))
    except UnicodeEncodeError:
        problem = "the arguments must not hold lone surrogates: they are not text"
    else:
        if len(body.reveal()) <= MAX_BODY:
            return body
        problem = f"the request is larger than {MAX_BODY:,} bytes: the server refuses it"
    # Raised here and not above: the first error holds the text that could not be written.
    raise ValueError(problem)
