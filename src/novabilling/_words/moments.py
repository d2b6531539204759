"""The moment that an argument means, where it matters before it is sent."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timezone
from typing import Optional

import msgspec

from .._runtime.real_time import real_date, real_datetime
from .checks import Date, timestamp
from .warnings import warn


def moment_of(value: Date) -> Optional[datetime]:
    """Return the moment as the server takes it; None for a text that is not ISO 8601."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), timezone.utc)
    text = re.sub(r"^(\d{4})\Z", r"\1-01", value)
    text = re.sub(r"^(\d{4}-\d\d)\Z", r"\1-01", text)
    text = re.sub(r"([T ]\d\d:\d\d)(?=Z|[+-]|\Z)", r"\1:00", text)
    text = re.sub(r"([T ]\S+[+-]\d\d)\Z", r"\1:00", text)
    try:
        moment = msgspec.convert(text, real_datetime())
    except msgspec.ValidationError:
        try:
            return moment_of(msgspec.convert(text, real_date()))
        except msgspec.ValidationError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def calendar_day(name: str, value: object) -> str:
    """Take a time of which the server reads the day, in UTC: warn if that is another one."""
    sent = timestamp(name, value)
    moment = moment_of(value) if isinstance(value, (str, datetime)) else None
    try:
        if moment is not None and moment.date() != moment.astimezone(timezone.utc).date():
            day = moment.astimezone(timezone.utc).date()
            meant = repr(moment.date()).partition(".")[2]
            warn(f"{name}: in UTC, {value} is of {day}, the day that counts; give {meant}")
    except OverflowError:
        pass  # of no year from 1 to 9999: the server may say what it is
    return sent
