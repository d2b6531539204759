"""JSON.parse as V8 does it: the same values, and the same words for what it refuses."""

from __future__ import annotations

import json
import re
import struct
from typing import Any, List, NoReturn, Tuple

from . import values as js

# Keys of Object.prototype are lost while the server copies a body.
LOST_KEYS = {
    "__proto__",
    "constructor",
    "toString",
    "toLocaleString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
}


_SPACE = " \t\n\r"


class JsonSyntaxError(Exception):
    """The text is not JSON; the message is V8's."""


def parse(text: str) -> Any:
    """Parse a request body: an object or an array."""
    first = text.lstrip(_SPACE)[:1]
    if first not in ("{", "["):
        _refuse_primitive(text, first)
    try:
        return _DECODER.decode(text)
    except ValueError:
        raise JsonSyntaxError(_text(_Scanner(_units(text)).complaint())) from None


def _object(pairs: List[Tuple[str, Any]]) -> js.Row:
    return {key: value for key, value in pairs if key not in LOST_KEYS}


def _number(text: str) -> js.Number:
    return js.number(float(text))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_number,
    parse_float=_number,
    parse_constant=_refuse_constant,
)


def _refuse_primitive(text: str, first: str) -> NoReturn:
    if not first:
        raise JsonSyntaxError("Unexpected end of JSON input")
    units = _units(text)
    position = len(text) - len(text.lstrip(_SPACE))
    raise JsonSyntaxError(_text(_unexpected(units[position], units, position)))


def _units(text: str) -> str:
    """Take UTF-16's halves of letters apart: V8 counts and quotes those."""
    if text.isascii():
        return text
    pairs = text.encode("utf-16-be", "surrogatepass")
    return "".join(map(chr, struct.unpack(f">{len(pairs) // 2}H", pairs)))


def _text(units: str) -> str:
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def _unexpected(token: str, text: str, position: int) -> str:
    """V8 quotes the whole of a short text, else ten characters on each side."""
    start, end = position - 10, position + 10
    if len(text) <= 20:
        quoted = f'"{text}"'
    elif position < 10:
        quoted = f'"{text[:end]}"...'
    elif position < len(text) - 10:
        quoted = f'..."{text[start:end]}"...'
    else:
        quoted = f'..."{text[start:]}"'
    return f"Unexpected token '{token}', {quoted} is not valid JSON"


class _Complaint(Exception):
    """Unwinds the scanner; carries the message."""


class _Scanner:
    """Walks over a text that json.loads refused, up to the first thing V8 complains about."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def complaint(self) -> str:
        try:
            self.value()
            if self.peek():
                self.fail("Unexpected non-whitespace character after JSON")
        except _Complaint as complaint:
            return str(complaint)
        return "Unexpected end of JSON input"

    def fail(self, words: str) -> NoReturn:
        raise _Complaint(f"{words} at position {self.at}")

    def peek(self) -> str:
        while self.text[self.at : self.at + 1] in (" ", "\t", "\n", "\r"):
            self.at += 1
        return self.text[self.at : self.at + 1]

    def unexpected(self) -> NoReturn:
        char = self.text[self.at : self.at + 1]
        if not char:
            raise _Complaint("Unexpected end of JSON input")
        if char == '"':
            self.fail("Unexpected string in JSON")
        if char in "-0123456789":
            self.fail("Unexpected number in JSON")
        raise _Complaint(_unexpected(char, self.text, self.at))

    def value(self) -> None:
        char = self.peek()
        if char == "{":
            self.members()
        elif char == "[":
            self.elements()
        elif char == '"':
            self.string()
        elif char == "-" or (char.isdigit() and char.isascii()):
            self.number()
        else:
            self.word({"t": "true", "f": "false", "n": "null"}.get(char, ""))

    def word(self, word: str) -> None:
        for expected in word:
            if self.text[self.at : self.at + 1] != expected:
                self.unexpected()
            self.at += 1
        if not word:
            self.unexpected()

    def members(self) -> None:
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return
        if self.peek() != '"':
            self.fail("Expected property name or '}' in JSON")
        first = True
        while True:
            self.string()
            self.colon(first)
            first = False
            self.value()
            if not self.another("}", "Expected ',' or '}' after property value in JSON"):
                return
            if self.peek() != '"':
                self.fail("Expected double-quoted property name in JSON")

    def colon(self, first: bool) -> None:
        if self.peek() != ":":
            # V8 has words of its own for the first property only.
            if first:
                self.fail("Expected ':' after property name in JSON")
            self.unexpected()
        self.at += 1

    def elements(self) -> None:
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            self.value()
            if not self.another("]", "Expected ',' or ']' after array element in JSON"):
                return

    def another(self, end: str, complaint: str) -> bool:
        char = self.peek()
        if char not in (",", end) or not char:
            self.fail(complaint)
        self.at += 1
        return char == ","

    def string(self) -> None:
        self.at += 1
        while True:
            char = self.text[self.at : self.at + 1]
            if not char:
                self.fail("Unterminated string in JSON")
            if char < " ":
                self.fail("Bad control character in string literal in JSON")
            if char == "\\":
                self.escape()
            self.at += 1
            if char == '"':
                return

    def escape(self) -> None:
        self.at += 1
        char = self.text[self.at : self.at + 1]
        if not char:
            self.unexpected()
        if char not in '"\\/bfnrtu':
            self.fail("Bad escaped character in JSON")
        for _ in range(4 if char == "u" else 0):
            self.at += 1
            if self.text[self.at : self.at + 1] not in tuple("0123456789abcdefABCDEF"):
                self.fail("Bad Unicode escape in JSON")

    def number(self) -> None:
        if self.text[self.at] == "-":
            self.at += 1
            self.digit("No number after minus sign in JSON")
        leading_zero = self.text[self.at] == "0"
        self.at = self.at + 1 if leading_zero else self.after_digits()
        if leading_zero and self.text[self.at : self.at + 1].isdigit():
            self.fail("Unexpected number in JSON")
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            self.digit("Unterminated fractional number in JSON")
            self.at = self.after_digits()
        if self.text[self.at : self.at + 1] in ("e", "E"):
            self.at += 2 if self.text[self.at + 1 : self.at + 2] in ("+", "-") else 1
            self.digit("Exponent part is missing a number in JSON")
            self.at = self.after_digits()

    def digit(self, complaint: str) -> None:
        if not re.match("[0-9]", self.text[self.at : self.at + 1]):
            self.fail(complaint)

    def after_digits(self) -> int:
        match = re.compile("[0-9]*").match(self.text, self.at)
        return match.end() if match else self.at
