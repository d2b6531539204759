"""Time as it is, whatever a test library has put in the place of its classes and clocks.

Libraries that freeze time replace `datetime` in every module that has it as an attribute, and
`time.monotonic` as well. Classes are looked up here when they are needed, below what replaces them.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from functools import partial
from typing import Callable, Type


def real_datetime() -> Type[datetime]:
    """Return the class that JSON decoders know; a replacement is derived from it."""
    return next(cls for cls in datetime.__mro__ if cls.__module__ == "datetime")


def real_date() -> Type[date]:
    """Return the class that JSON decoders know; a replacement is derived from it."""
    return next(cls for cls in date.__mro__ if cls.__module__ == "datetime")


monotonic: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_MONOTONIC)
    if hasattr(time, "clock_gettime")  # not on Windows
    else time.monotonic
)
"""A clock that nobody freezes: how long connections were idle, and how long attempts take."""


def boot_time() -> float:
    """Return when the machine was started, by its clock: it is another time once that was set."""
    if not hasattr(time, "clock_gettime"):  # Windows
        return time.time() - monotonic()
    now = time.clock_gettime(time.CLOCK_REALTIME)
    try:
        return now - time.clock_gettime(time.CLOCK_BOOTTIME)
    except (AttributeError, OSError):  # macOS has none, and a browser only its name
        return now - monotonic()  # which stops while the machine sleeps
