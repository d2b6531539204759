"""The time of a sandbox in whole milliseconds, and all that it makes up: ids, keys, secrets."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any, Callable, Generator, Iterator, Optional, Union

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
HOUR = timedelta(hours=1)
START = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)  # of a sandbox with a seed
STEP = timedelta(milliseconds=1)

Seed = Union[int, str]


_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]


def base36(value: int, width: int = 1) -> str:
    digits = ""
    while value >= 36 or len(digits) + 1 < width:
        value, pair = divmod(value, 36 * 36)
        digits = _PAIRS[pair] + digits
    if value or len(digits) < width:
        digits = ALPHABET[value] + digits
    return digits


def hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the full hours after `start`, up to `end`."""
    moment = start.replace(minute=0, second=0, microsecond=0) + HOUR
    while moment <= end:
        yield moment
        moment += HOUR


class Chance:
    """Makes up ids and secrets; the same seed makes up the same ones."""

    def __init__(self, seed: Optional[Seed] = None) -> None:
        self._random = Random(seed)  # noqa: S311 -- what a sandbox hands out opens nothing else

    def noise(self, width: int) -> str:
        return base36(self._random.randrange(36**width), width)

    def secret(self) -> str:
        return f"{self._random.getrandbits(256):064x}"

    def save(self) -> Callable[[], None]:
        state = self._random.getstate()
        return lambda: self._random.setstate(state)

    def dump(self) -> Any:
        """Return what `load()` goes on from, also in another process."""
        return self._random.getstate()

    def load(self, dumped: Any) -> None:
        self._random.setstate(dumped)


class Clock:
    """The time, and cuids that grow in the order they are made.

    Without `read`, time starts at `START` and stands still but for a millisecond a tick.
    """

    def __init__(
        self, read: Optional[Callable[[], datetime]] = None, chance: Optional[Chance] = None
    ) -> None:
        self._read = read or (lambda: START)
        self._step = timedelta() if read else STEP
        self._offset = timedelta()
        self._standing: Optional[datetime] = None
        self._chance = chance or Chance()
        self._host = self._chance.noise(4)
        self._last = 0
        self._written = (0, "")
        self._count = 0

    def now(self) -> datetime:
        if self._standing is not None:
            return self._standing
        # In UTC before anything is added: in a zone with summer time, a day may have 23 hours.
        moment = self._read()
        if moment.tzinfo is not timezone.utc:
            moment = moment.astimezone(timezone.utc)
        if self._offset:
            moment += self._offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def tick(self) -> None:
        self._offset += self._step

    @contextmanager
    def standing_at(self, moment: datetime) -> Generator[None, None, None]:
        """Let it be a moment that has passed, for work that was due then."""
        self._standing = moment
        try:
            yield
        finally:
            self._standing = None

    def move_to(self, moment: datetime) -> None:
        self._offset = moment - self._read().astimezone(timezone.utc)

    def cuid(self, now: datetime) -> str:
        return f"{self.place(now)}{self._host}{self._chance.noise(8)}"

    def place(self, now: datetime) -> str:
        """Return what a cuid begins with: it is greater than all that were made before."""
        self._count = (self._count + 1) % 36**4
        # A clock that stands still or goes back must not make ids go back.
        self._last = max(self._last + (self._count == 0), int(now.timestamp() * 1000))
        if self._last != self._written[0]:
            self._written = (self._last, base36(self._last, 8))
        return f"c{self._written[1]}{base36(self._count, 4)}"

    def save(self) -> Callable[[], None]:
        state = (self._offset, self._last, self._count)

        def restore() -> None:
            self._offset, self._last, self._count = state

        return restore

    def dump(self) -> Any:
        microseconds = self._offset // timedelta(microseconds=1)
        return (microseconds, self._last, self._count, self._host)

    def load(self, dumped: Any) -> None:
        microseconds, self._last, self._count, self._host = dumped
        self._offset = timedelta(microseconds=microseconds)
