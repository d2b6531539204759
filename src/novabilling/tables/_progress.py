"""A line on a terminal that says how far an export is."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from typing import Optional

from .._runtime.real_time import monotonic

_EVERY = 0.1  # seconds
_BAR = 20


class Progress:
    """Write the line again and again: rows, rate, and the time left where the total is known."""

    def __init__(self, name: str) -> None:
        self._name = name if name.isprintable() else repr(name)
        self._started = self._painted = monotonic()
        self._width = 0

    def show(self, rows: int, total: Optional[int]) -> None:
        """Show how many rows there are, if the line has stood for a while."""
        now = monotonic()
        if now - self._painted >= _EVERY:
            self._painted = now
            self._paint(self._line(rows, total, now - self._started))

    def end(self, rows: int, done: bool) -> None:
        """Show the whole, and leave the line."""
        seconds = monotonic() - self._started
        state = f"in {_clock(seconds)}" if done else "and stopped"
        self._paint(f"{self._name}  {_rate(rows, seconds)}  {state}", "\n")

    def _line(self, rows: int, total: Optional[int], seconds: float) -> str:
        if not total or rows > total:
            return f"{self._name}  {_rate(rows, seconds)}"
        full = _BAR * rows // total
        left = f"  {_clock(seconds / rows * (total - rows))} left" if rows else ""
        bar = f"[{'#' * full}{'.' * (_BAR - full)}] {100 * rows // total:3} %"
        return f"{self._name}  {bar}  {_rate(rows, seconds, f' of {total:,}')}{left}"

    def _paint(self, line: str, end: str = "") -> None:
        line = line[: shutil.get_terminal_size().columns - 1]
        if sys.stderr is not None:
            with suppress(OSError, ValueError):  # the terminal was closed: the export goes on
                sys.stderr.write("\r" + line.ljust(self._width) + end)
                sys.stderr.flush()
        self._width = len(line)


def is_watched() -> bool:
    """Say whether somebody looks at stderr."""
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):  # none, as on Windows without a console, or a closed one
        return False


def _rate(rows: int, seconds: float, of: str = "") -> str:
    return f"{rows:,}{of} rows  {rows / max(seconds, 0.001):,.0f} rows/s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
