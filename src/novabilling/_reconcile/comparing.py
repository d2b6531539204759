"""Whether a row shows what was sent: the server writes numbers, times and codes in its own way."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Dict, List, Optional, cast

from .times import moment

_FOLDED = ("code", "currency", "email", "country", "provider", "providerName")
_DAYS = ("dueDate", "startDate")
"""Times of which the server keeps the day in UTC."""
_TIME = re.compile(r"(At|Date|End|Start|timestamp)\Z")
_HALF_A_UNIT = Decimal("0.00005")  # four decimals are kept


def at(row: Any, path: str) -> Any:
    """Return what stands at a path of names in a row; None if nothing does."""
    for name in path.split("."):
        if not isinstance(row, dict):
            return None
        row = cast("Dict[str, Any]", row).get(name)
    return row


def shows(name: str, sent: Any, shown: Any, grows: bool = False) -> bool:
    """Say whether a value is what was sent; with `grows`, others may have added to it."""
    if sent is None:
        return shown is None or shown in ("", [], {})
    if isinstance(sent, bool) or isinstance(shown, bool):
        return sent is shown
    if isinstance(sent, (int, float)):
        return same_number(sent, shown)
    if isinstance(sent, str):
        return isinstance(shown, str) and _same_text(name, sent, shown)
    if isinstance(sent, dict):
        return isinstance(shown, dict) and _holds(sent, shown, grows)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(sent, list):
        return isinstance(shown, list) and _all_found(sent, shown)  # pyright: ignore[reportUnknownArgumentType]
    return bool(sent == shown)


def _holds(sent: Dict[str, Any], shown: Dict[str, Any], grows: bool) -> bool:
    if not grows and len(sent) != len(shown):
        return False
    return all(name in shown and shows(name, sent[name], shown[name], grows) for name in sent)


def _all_found(sent: List[Any], shown: List[Any]) -> bool:
    """Compare lists whose rows have got ids, and perhaps another order."""
    left = list(shown)
    for one in sent:
        places = (n for n, row in enumerate(left) if shows("", one, row, grows=True))
        place = next(places, None)
        if place is None:
            return False
        del left[place]
    return not left


def _same_text(name: str, sent: str, shown: str) -> bool:
    if sent.strip() == shown.strip() or (name in _FOLDED and sent.casefold() == shown.casefold()):
        return True
    return bool(_TIME.search(name)) and _same_time(name, moment(sent), moment(shown))


def _same_time(name: str, sent: Optional[datetime], shown: Optional[datetime]) -> bool:
    if sent is None or shown is None:
        return False
    if name in _DAYS and sent.date() == shown.date():
        return True
    return abs((sent - shown).total_seconds()) < 0.0015  # milliseconds are kept


def _decimal(value: Any) -> Optional[Decimal]:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            return None
        return found if found.is_finite() else None
    return None


def same_number(sent: Any, shown: Any) -> bool:
    """Say whether two values are one number, as such or as text."""
    one, other = _decimal(sent), _decimal(shown)
    return one is not None and other is not None and abs(one - other) <= _HALF_A_UNIT
