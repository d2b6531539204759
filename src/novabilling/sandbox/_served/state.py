"""The state of a sandbox in a file: JSON, with a version, for its owner's eyes only."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from base64 import b64decode, b64encode
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Dict, Generator, List, Tuple, cast

from .._javascript.values import Row, as_list, as_object, is_array, is_object
from .sandbox import ServedSandbox

VERSION = 1
KIND = "novabilling-sandbox"
LIMIT = 1 << 28
"""Bytes of a file that are read: 256 MiB."""


class StateError(Exception):
    """A file that is no state of a sandbox, or not one for this version."""


def save(sandbox: ServedSandbox, path: Path) -> None:
    """Write the state: whole or not at all, readable by its owner alone."""
    with _nested_deep():
        document = {"kind": KIND, "version": VERSION, "state": _encode(sandbox.dump())}
        text = json.dumps(document, separators=(",", ":"))
    # A file of mkstemp has the mode 0600 from the start.
    number, name = tempfile.mkstemp(dir=str(path.parent), prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def load(sandbox: ServedSandbox, path: Path) -> None:
    """Go on from what `save()` wrote.

    Raises:
        StateError: The file is no such state, is of another version, or of another seed.
    """
    if path.stat().st_size > LIMIT:
        raise StateError(f"{path} is no state of a sandbox: it is too large")
    try:
        with _nested_deep():
            document = json.loads(path.read_bytes())
        if document["kind"] != KIND:
            raise ValueError(document["kind"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise StateError(f"{path} is no state of a sandbox") from None
    version = document.get("version")
    if version != VERSION:
        raise StateError(
            f"{path} has the version {version!r}, and this server reads {VERSION}: "
            "use the novabilling that wrote it, or delete it to start empty"
        )
    try:
        with _nested_deep():
            dumped = _decode(document["state"])
        sandbox.load(dumped)
    except ValueError as error:
        raise StateError(f"{path} cannot be used: {error}") from None
    except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
        raise StateError(f"{path} is incomplete: {error!r}") from None


@contextmanager
def _nested_deep() -> Generator[None, None, None]:
    """Let values be nested as deep as the sandbox takes them: each level is several calls here."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 5000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _encode(value: Any) -> Any:
    """Write a value in JSON: what JSON has no word for is an object with one name and a `$`."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if is_object(value):
        row = as_object(value)
        if any(name.startswith("$") for name in row):
            return {"$object": [[name, _encode(one)] for name, one in row.items()]}
        return {name: _encode(one) for name, one in row.items()}
    if is_array(value):
        return [_encode(one) for one in as_list(value)]
    return _encode_other(value)


def _encode_other(value: Any) -> Any:
    if isinstance(value, tuple):
        return {"$tuple": [_encode(one) for one in cast("List[Any]", value)]}
    if isinstance(value, datetime):
        return {"$time": value.isoformat()}
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode()}
    raise TypeError(f"a state cannot hold a {type(value).__name__}")


def _read_object(pairs: List[Any]) -> Row:
    return {name: _decode(one) for name, one in pairs}


def _read_tuple(items: List[Any]) -> Tuple[Any, ...]:
    return tuple(map(_decode, items))


_READERS: Dict[str, Any] = {
    "$object": _read_object,
    "$tuple": _read_tuple,
    "$time": datetime.fromisoformat,
    "$decimal": Decimal,
    "$bytes": b64decode,
}


def _decode(value: Any) -> Any:
    if is_array(value):
        return [_decode(one) for one in as_list(value)]
    if not is_object(value):
        return value
    row = as_object(value)
    if len(row) == 1:
        name, inner = next(iter(row.items()))
        if name in _READERS:
            return _READERS[name](inner)
    return {name: _decode(one) for name, one in row.items()}
