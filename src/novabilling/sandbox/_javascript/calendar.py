"""Calendar arithmetic as JavaScript's `Date` does it, on a server whose clock runs in UTC."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any, Dict, Union

from . import values as js
from .values import INVALID_DATE, InvalidDate

Moment = Union[datetime, InvalidDate]

DAY = timedelta(days=1)
_MONTHS: Dict[str, int] = {"MONTHLY": 1, "QUARTERLY": 3, "YEARLY": 12}
_SPANS: Dict[str, timedelta] = {"HOURLY": timedelta(hours=1), "DAILY": DAY, "WEEKLY": 7 * DAY}


def period_end(start: Moment, interval: str) -> Moment:
    """Add one billing interval."""
    if isinstance(start, InvalidDate):
        return start
    try:
        if interval in _SPANS:
            return start + _SPANS[interval]
        year, month = divmod(start.year * 12 + start.month - 1 + _MONTHS[interval], 12)
        # The day may run over the month's end: 31 January + 1 month is 3 March.
        return start.replace(year=year, month=month + 1, day=1) + (start.day - 1) * DAY
    except (ValueError, OverflowError):
        return INVALID_DATE


def after_days(start: Moment, days: float) -> Moment:
    """Add a number of 24-hour days, in whole milliseconds."""
    if isinstance(start, InvalidDate):
        return start
    try:
        return start + timedelta(milliseconds=int(days * 86_400_000))
    except OverflowError:
        return INVALID_DATE


def days_later(start: datetime, days: Any) -> Moment:
    """Add whole days, as many as a free-form setting says."""
    number = js.to_number(days)
    return after_days(start, math.trunc(number)) if math.isfinite(number) else INVALID_DATE


def days_between(start: datetime, end: datetime) -> int:
    """Count whole days, to the nearest; none if `end` is earlier."""
    return max(0, math.floor((end - start) / DAY + 0.5))
