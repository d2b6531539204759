"""What users give to an outbox, checked."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Iterable, List, Sequence, Tuple, TypeVar, Union, cast

from .._resources.events import complete, prepare, sealed
from ..types._inputs import UsageEventInput, UsageEventParam

S = TypeVar("S")

LONGEST_CALL = 300.0
"""Seconds after which a request is over in any case: while it hangs, no other process may send."""


def check_seconds(name: str, value: object) -> float:
    """Take seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number of seconds, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"{name} must be 0 seconds or more")
    return float(min(value, 1e9))


def check_store(store: S) -> S:
    """Refuse what is no store, such as the path of one."""
    if not all(callable(getattr(store, name, None)) for name in ("add", "claim", "settle")):
        raise TypeError(f"store must be a store such as SQLiteStore, not {type(store).__name__}")
    return store


def completed_and_sealed(
    events: Sequence[Union[UsageEventInput, UsageEventParam]], now: datetime
) -> Tuple[List[UsageEventInput], List[bytes]]:
    """Give events their ids and times, check them, and write them as they are sent."""
    given: object = events
    if isinstance(given, list) and all(type(event) is UsageEventInput for event in events):
        found = [complete(event, now) for event in cast("List[UsageEventInput]", events)]
    else:  # dicts are checked before they are read
        found = prepare(events, now)
    return found, [sealed(event, f"events[{number}]") for number, event in enumerate(found)]


def write_lines(path: str, lines: Iterable[bytes]) -> None:
    """Write a file that nobody else can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.writelines(lines)
