"""Marks: texts that nothing else is, sent along with new rows so that they can be found again."""

from __future__ import annotations

import os
from typing import Any, Mapping, cast

from msgspec import UNSET

MARK = "novabilling_mark"
"""The key in `metadata`, and how a mark begins."""


def new_mark() -> str:
    """Make a mark."""
    return f"{MARK}_{os.urandom(12).hex()}"


def marked(metadata: Any) -> Any:
    """Add a mark to the metadata of a new row."""
    if metadata is UNSET or metadata is None:
        return {MARK: new_mark()}
    if not isinstance(metadata, Mapping):
        return metadata  # it will be refused
    return {**cast("Mapping[str, Any]", metadata), MARK: new_mark()}
