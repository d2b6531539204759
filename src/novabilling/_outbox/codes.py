"""Events that the server would take and never bill, by the metrics that are known."""

from __future__ import annotations

from typing import Any, Dict, Optional, Sequence

import msgspec

from .._resources.events import KnownMetrics, not_counted
from .._words.decoders import decoder
from .verdicts import Item, Outcome

LOOK_AGAIN = 10.0
"""Seconds between two looks at the metrics, at least."""


class _Properties(msgspec.Struct):
    properties: Any = None


_decode_properties = decoder(_Properties).decode


def judge_codes(
    items: Sequence[Item], known: Optional[KnownMetrics], now: float
) -> Dict[int, Outcome]:
    """Return what becomes of events that no metric counts.

    They are dead if the metrics were read after they came, and just now: how old an event is, a
    clock may tell that was wrong. Else they are held until the metrics may be read again.
    """
    if known is None:
        return {}
    found: Dict[int, Outcome] = {}
    for number, item in enumerate(items):
        metric = known.by_code.get(item.head.code)
        if metric is not None and metric.field_name is None:
            continue
        properties = None if metric is None else _decode_properties(item.body).properties
        problem = not_counted(item.head.code, properties, metric)
        if problem is None:
            continue
        if min(now, item.recorded) <= known.read_at and now < known.read_at + LOOK_AGAIN:
            found[number] = Outcome("dead", problem)
        else:
            wait = max(0.0, known.read_at + LOOK_AGAIN - now)
            found[number] = Outcome("hold", problem, "event", wait)
    return found


def may_look(known: Optional[KnownMetrics], found: Dict[int, Outcome], now: float) -> bool:
    """Say whether the metrics are to be read now: for the first time, or once more."""
    if known is None:
        return True
    held = any(outcome.status == "hold" for outcome in found.values())
    return held and now >= known.read_at + LOOK_AGAIN
