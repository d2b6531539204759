"""The rules and field types of the validation tables, with the validator's own words.

The rules of a field stand in the order of the server's source; messages come in reverse:
`name=string(not_empty, max_length(200), optional=True)`.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Pattern

from .._javascript import values as js
from .._javascript.formats import is_email, is_iso_8601, is_url
from .validation import Body, Field, Rule


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_object(value: Any) -> bool:
    return js.is_object(value)


def _is_finite(value: Any) -> bool:
    return js.is_number(value) and abs(value) < float("inf")


is_string = Rule("must be a string", _is_string)
each_string = Rule("must be a string", _is_string, each=True)
is_object = Rule("must be an object", _is_object)
is_array = Rule("must be an array", js.is_array)
is_boolean = Rule("must be a boolean value", lambda value: isinstance(value, bool))
is_number = Rule("must be a number conforming to the specified constraints", _is_finite)
is_integer = Rule("must be an integer number", lambda v: _is_finite(v) and v == int(v))
not_empty = Rule("should not be empty", lambda value: value is not None and value != "")


def minimum(limit: float) -> Rule:
    text = js.number_text(limit)
    return Rule(f"must not be less than {text}", lambda v: js.is_number(v) and v >= limit)


def maximum(limit: float) -> Rule:
    text = js.number_text(limit)
    return Rule(f"must not be greater than {text}", lambda v: js.is_number(v) and v <= limit)


def min_length(limit: int) -> Rule:
    words = f"must be longer than or equal to {limit} characters"
    return Rule(words, lambda value: _is_string(value) and len(value) >= limit)


def max_length(limit: int) -> Rule:
    words = f"must be shorter than or equal to {limit} characters"
    return Rule(words, lambda value: _is_string(value) and len(value) <= limit)


def min_size(limit: int) -> Rule:
    words = f"must contain at least {limit} elements"
    return Rule(words, lambda value: js.is_array(value) and len(js.as_list(value)) >= limit)


def max_size(limit: int) -> Rule:
    words = f"must contain no more than {limit} elements"
    return Rule(words, lambda value: js.is_array(value) and len(js.as_list(value)) <= limit)


def one_of(*words: str, listed: bool = True) -> Rule:
    """`listed=False` for the enumerations whose refusal names no values."""
    shown = ", ".join(words) if listed else ""
    return Rule(f"must be one of the following values: {shown}", lambda value: value in words)


def matches(pattern: Pattern[str], message: str) -> Rule:
    """`message` is printed alone, without the field's name."""
    test: Callable[[Any], bool] = lambda v: _is_string(v) and bool(pattern.search(v))  # noqa: E731
    return Rule(message, test, whole=True)


CODE = re.compile(r"^[a-z0-9_]+\Z")
code_format = matches(
    CODE,
    "Code must contain only lowercase letters, numbers, and underscores",
)


def string(*rules: Rule, optional: bool = False) -> Field:
    return Field("String", (is_string, *rules), optional)


def email(*rules: Rule, optional: bool = False) -> Field:
    return Field("String", (Rule("must be an email", is_email), *rules), optional)


def url(*rules: Rule, optional: bool = False) -> Field:
    return Field("String", (Rule("must be a URL address", is_url), *rules), optional)


def date_string(*rules: Rule, optional: bool = False) -> Field:
    rule = Rule("must be a valid ISO 8601 date string", is_iso_8601)
    return Field("String", (rule, *rules), optional)


def enum(*words: str, optional: bool = False, listed: bool = True) -> Field:
    return Field("String", (one_of(*words, listed=listed),), optional)


def num(*rules: Rule, optional: bool = False) -> Field:
    return Field("Number", (is_number, *rules), optional)


def integer(*rules: Rule, optional: bool = False) -> Field:
    return Field("Number", (is_integer, *rules), optional)


def boolean(*rules: Rule, optional: bool = False) -> Field:
    return Field("Boolean", (is_boolean, *rules), optional)


def obj(*rules: Rule, optional: bool = False) -> Field:
    return Field("Object", (is_object, *rules), optional)


def array(*rules: Rule, optional: bool = False) -> Field:
    """Describe an array without a declared element type: objects in it become empty arrays."""
    return Field("Array", (is_array, *rules), optional)


def nested(body: Body, *rules: Rule, optional: bool = False) -> Field:
    """Describe an array of objects, each of them checked against `body`."""
    return Field("Array", (is_array, *rules), optional, body)
