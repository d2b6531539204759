"""Request bodies and queries: conversion and checks of the server's validation pipe.

A `Body` is a table of fields by their wire names (see `field_types` for what fields are made of).
`check(value)` gives the converted fields that were sent (null included), or raises the 400. The
error of an element names its place: field "items.0.description", message "items.0.description
should not be empty".
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .._errors import validation_failed
from .._javascript import values as js
from .._javascript.values import Row


class Rule:
    """A check and the words after the field's name; `each` checks the elements of an array.

    `whole` marks words that stand for themselves, without the field's name.
    """

    def __init__(
        self, words: str, test: Callable[[Any], bool], *, each: bool = False, whole: bool = False
    ) -> None:
        self.words = words
        self.test = test
        self.each = each
        self.whole = whole

    def complaint(self, name: str, value: Any) -> Optional[str]:
        if not self.each:
            if self.test(value):
                return None
        elif all(map(self.test, js.as_list(value) if js.is_array(value) else [value])):
            return None
        text = self.words if self.whole else f"{name} {self.words}"
        return f"each value in {text}" if self.each else text


class Problem(NamedTuple):
    """What is wrong with a field: its own complaints, and those of the objects in it."""

    name: str
    complaints: List[str]
    children: List[Problem]

    def flat(self, path: str = "") -> List[str]:
        """List the messages as the server prints them; a parent of children loses its own."""
        if not self.children:
            return self.complaints
        path = f"{path}.{self.name}" if path else self.name
        messages: List[str] = []
        for child in self.children:
            if child.children:
                messages += child.flat(path)
            messages += [f"{path}.{text}" for text in child.complaints]
        return messages


class Field(NamedTuple):
    """A property of a body: the type it is converted to, and its rules."""

    type: str
    rules: Tuple[Rule, ...]
    optional: bool = False
    body: Optional[Body] = None

    def convert(self, value: Any) -> Any:
        if value is None:
            return None
        if self.body is not None:
            return _convert_nested(self.body, value)
        return _CONVERSIONS[self.type](value)

    def problem(self, name: str, value: Any, *, sent: bool = True) -> Optional[Problem]:
        if value is None and self.optional:
            return None
        complaints: List[str] = []
        for rule in reversed(self.rules):
            text = rule.complaint(name, value)
            if text:
                complaints.append(text)
        if self.body is None and not complaints:
            return None
        problem = Problem(name, complaints, [])
        if self.body is not None and sent:
            _check_nested(self.body, problem, value)
        return problem if problem.complaints or problem.children else None


class Body:
    """The fields that a request may have; all others are refused."""

    def __init__(self, **fields: Field) -> None:
        self.fields = fields

    def partial(self) -> Body:
        """Make the same fields optional."""
        fields = {name: field._replace(optional=True) for name, field in self.fields.items()}
        return Body(**fields)

    def check(self, value: Any) -> Row:
        row = self.convert(value)
        messages = [text for problem in self.problems(row) for text in problem.flat()]
        if messages:
            raise validation_failed(messages)
        return row

    def convert(self, value: Any) -> Row:
        """Convert the fields; an array is an object with the keys 0, 1 and so on."""
        items = enumerate(js.as_list(value)) if js.is_array(value) else ()
        row = {str(index): item for index, item in items} or js.as_object(value)
        return {
            name: self.fields[name].convert(item) if name in self.fields else item
            for name, item in row.items()
        }

    def problems(self, row: Row) -> List[Problem]:
        unknown = [name for name in row if name not in self.fields]
        found: List[Optional[Problem]] = [
            Problem(name, [f"property {name} should not exist"], []) for name in unknown
        ]
        found += [
            field.problem(name, row.get(name), sent=name in row)
            for name, field in self.fields.items()
        ]
        return [problem for problem in found if problem]


def _convert_nested(body: Body, value: Any) -> Any:
    if js.is_array(value):
        return [_convert_nested(body, item) for item in js.as_list(value)]
    return body.convert(value) if js.is_object(value) else value


def _check_nested(body: Body, problem: Problem, value: Any, of: Optional[str] = None) -> None:
    of = of or problem.name
    if js.is_object(value):
        problem.children.extend(body.problems(js.as_object(value)))
    elif not js.is_array(value):
        words = f"each value in nested property {of} must be either object or array"
        problem.complaints.append(words)
    for index, item in enumerate(js.as_list(value)):
        child = Problem(str(index), [], [])
        _check_nested(body, child, item, of)
        if child.complaints or child.children:
            problem.children.append(child)


def _convert_elements(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Arrays keep their shape under any type: it is their elements that are converted."""

    def converted(value: Any) -> Any:
        if js.is_array(value):
            return [None if item is None else converted(item) for item in js.as_list(value)]
        return convert(value)

    return converted


def _to_array(value: Any) -> Any:
    # The server makes `new Array()` of an object and loses its keys.
    return [] if js.is_object(value) else value


_CONVERSIONS: Dict[str, Callable[[Any], Any]] = {
    "String": _convert_elements(js.to_string),
    "Number": _convert_elements(js.to_number),
    "Boolean": _convert_elements(js.to_boolean),
    "Array": _convert_elements(_to_array),
    "Object": _convert_elements(lambda value: value),
}
