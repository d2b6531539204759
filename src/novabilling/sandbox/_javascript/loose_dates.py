"""Dates as V8 reads them in no form of ISO 8601: "5", "Jan 1 2026", "1/2/26 3:30 pm GMT+1"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import List, NamedTuple, Optional, Tuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_HALVES = {"am": 0, "pm": 12}
_ZONES = {"z": 0, "ut": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5}
_ZONES.update({"mst": -7, "mdt": -6, "pst": -8, "pdt": -7})
_SIGNS = {"+": 1, "-": -1}
_DIGITS_READ = 9
_TOKENS = re.compile(
    r"(?P<number>[0-9]+)|(?P<space>\s+)|(?P<word>(?:(?!\s)[A-\U0010ffff])+)|(?P<sign>.)", re.DOTALL
)


class _NoDate(Exception):
    """The text is not a date."""


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def value(self) -> int:
        return int(self.text.lstrip("0")[:_DIGITS_READ] or "0")


_END = _Token("end", "")


def parse_loosely(text: str) -> Optional[datetime]:
    """Return the date in UTC, the zone of the server's clock; None if V8 finds none."""
    try:
        return _Reader(text).read()
    except (_NoDate, ValueError, OverflowError):
        return None


def _tokens(text: str) -> List[_Token]:
    tokens: List[_Token] = []
    depth = 0
    for match in _TOKENS.finditer(text):
        if not depth:
            tokens.append(_Token(str(match.lastgroup), match[0]))
        # What stands in parentheses is passed over.
        depth += (match[0] == "(") - (match[0] == ")" and depth > 0)
    return tokens


class _Reader:
    """Takes a date apart, number by number and word by word."""

    def __init__(self, text: str) -> None:
        self._left = _tokens(text)[::-1]
        self._day: List[int] = []
        self._month: Optional[int] = None
        self._time: List[int] = []
        self._half: Optional[int] = None
        self._sign: Optional[int] = None
        self._zone_hour: Optional[int] = None
        self._zone_minute: Optional[int] = None
        self._read_number = False

    def _peek(self) -> _Token:
        return self._left[-1] if self._left else _END

    def _skip(self, sign: str) -> bool:
        found = self._peek().text == sign
        if found:
            self._left.pop()
        return found

    def read(self) -> datetime:
        self._leading_iso_date()
        while self._left:
            token = self._left.pop()
            if token.kind == "number":
                self._read_number = True
                self._number(token)
            elif token.kind == "word":
                self._word(token)
            elif token.text in _SIGNS and (self._is_utc() or self._time):
                self._zone(_SIGNS[token.text])
            elif token.text in ("+", "-", ")") and self._read_number:
                raise _NoDate
        return self._moment()

    def _leading_iso_date(self) -> None:
        """Take year, month and day in the order of ISO 8601, as far as they are of its widths."""
        if len(self._peek().text) != 4 or self._peek().kind != "number":
            return
        self._read_number = True
        self._day.append(self._left.pop().value)
        for limit in (12, 31):
            if not self._skip("-"):
                break
            part = self._peek()
            if part.kind != "number" or len(part.text) != 2 or not 1 <= part.value <= limit:
                break
            self._day.append(self._left.pop().value)
        if self._peek().text.lower() == "t":
            raise _NoDate  # what follows a T is in ISO 8601 or nothing

    def _number(self, token: _Token) -> None:
        value = token.value
        if self._skip(":"):
            self._hour_or_minute(value)
        elif self._skip(".") and self._expects_time(value):
            self._time.append(value)
            if self._peek().kind != "number":
                raise _NoDate
            self._finish_time(int(f"{self._left.pop().text}00"[:3]))
        elif self._expects_zone(value):
            self._zone_minute = value
        elif self._expects_time(value):
            self._finish_time(value)
            after = self._peek()
            if after.kind not in ("end", "space") and after.text.lower() not in ("z", "+", "-"):
                raise _NoDate
        else:
            if len(self._day) == 3:
                raise _NoDate
            self._day.append(value)
            self._skip("-")

    def _hour_or_minute(self, value: int) -> None:
        if self._skip(":"):
            if self._time:
                raise _NoDate
            self._time += [value, 0]
            return
        if len(self._time) == 4:
            raise _NoDate
        self._time.append(value)
        self._skip(".")

    def _expects_time(self, value: int) -> bool:
        return {1: value < 60, 2: value < 60, 3: value < 1000}.get(len(self._time), False)

    def _finish_time(self, value: int) -> None:
        self._time = [*self._time, value, 0, 0][:4] if len(self._time) < 3 else [*self._time, value]

    def _expects_zone(self, value: int) -> bool:
        return self._zone_hour is not None and self._zone_minute is None and value < 60

    def _is_utc(self) -> bool:
        return self._zone_hour == 0 and self._zone_minute == 0

    def _word(self, token: _Token) -> None:
        word = token.text.lower()
        if word in _HALVES and self._time:
            self._half = _HALVES[word]
        elif word[:3] in _MONTHS:
            self._month = _MONTHS.index(word[:3]) + 1
            self._skip("-")
        elif word in _ZONES and self._read_number:
            hours = _ZONES[word]
            self._sign, self._zone_hour, self._zone_minute = (-1 if hours < 0 else 1), abs(hours), 0
        elif self._read_number or self._peek().kind == "number":
            raise _NoDate

    def _zone(self, sign: int) -> None:
        self._sign, self._read_number = sign, True
        token = self._left.pop() if self._peek().kind == "number" else _Token("number", "")
        if self._peek().text == ":":
            self._zone_hour, self._zone_minute = token.value, None
        elif len(token.text) in (1, 2):
            self._zone_hour, self._zone_minute = token.value, 0
        elif len(token.text) in (3, 4):
            self._zone_hour, self._zone_minute = divmod(token.value, 100)
        else:
            raise _NoDate

    def _moment(self) -> datetime:
        year, month, day = self._date()
        hour, minute, second, millisecond = self._clock()
        start = datetime(year, month, 1, tzinfo=timezone.utc)
        span = timedelta(
            days=day - 1, hours=hour, minutes=minute, seconds=second, milliseconds=millisecond
        )
        zone = timedelta(hours=self._zone_hour or 0, minutes=self._zone_minute or 0)
        return start + span - zone * (self._sign or 0)

    def _date(self) -> Tuple[int, int, int]:
        if not self._day:
            raise _NoDate
        first, second, third = [*self._day, 1, 1][:3]
        if self._month is not None:
            is_day = 1 <= first <= 31
            year, month, day = (
                (second, self._month, first) if is_day else (first, self._month, second)
            )
            if len(self._day) == 1:
                year = 1 if is_day else first
        elif 1 <= first <= 31:
            year, month, day = third, first, second
        else:
            year, month, day = first, second, third
        if not (1 <= month <= 12 and 1 <= day <= 31):
            raise _NoDate
        return year + (2000 if year <= 49 else 1900 if year <= 99 else 0), month, day

    def _clock(self) -> Tuple[int, int, int, int]:
        hour, minute, second, millisecond = [*self._time, 0, 0, 0, 0][:4]
        if self._half is not None:
            if hour > 12:
                raise _NoDate
            hour = hour % 12 + self._half
        in_day = hour <= 23 and minute <= 59 and second <= 59 and millisecond <= 999
        if not in_day and (hour, minute, second, millisecond) != (24, 0, 0, 0):
            raise _NoDate
        return hour, minute, second, millisecond
