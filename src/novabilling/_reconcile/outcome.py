"""What is known about a call whose answer was lost, as users get it."""

from __future__ import annotations

from typing import Any, Literal, Optional, Tuple

import msgspec

EvidenceKind = Literal["state", "key", "mark", "trace"]


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    applied: Optional[bool]
    """None if it cannot be known. False is "not there when we looked": `why` says when that was."""
    why: str
    """What was looked at, and what was seen."""
    evidence: Optional[EvidenceKind] = None
    data: Any = None
    """What the call would have returned, as it is now; None if that cannot be shown."""
    candidates: Tuple[Any, ...] = ()
    """Rows of which one may be the call's, where nothing tells them apart."""
    final: bool = False
    """Whether the call can change nothing any more, even if it is carried out late."""


class Outcome(_Known, frozen=True, kw_only=True):
    """Whether a write was carried out, and what shows it.

    `evidence` is "state" (an object holds what was asked for), "key" (a row has the natural key),
    "mark" (a row has the mark that was sent along) or "trace" (one row has the fields and was made
    at the time of the call; it may be somebody else's).
    """

    def __repr__(self) -> str:
        return f"Outcome(applied={self.applied}, evidence={self.evidence!r}, why={self.why!r})"


Outcome.__module__ = "novabilling"  # also in pickles


class Verdict(msgspec.Struct, frozen=True):
    """What one look has found; `ends` says that another one would find the same."""

    applied: Optional[bool]
    why: str
    evidence: Optional[EvidenceKind] = None
    row: Any = None
    candidates: Tuple[Any, ...] = ()
    ends: bool = False
    final: bool = False
