"""The validation tables: conversion, the validator's messages and their order."""

from __future__ import annotations

from typing import Any, List

import pytest

from novabilling.sandbox._errors import HttpError
from novabilling.sandbox._http.field_types import (
    array,
    boolean,
    code_format,
    each_string,
    integer,
    max_length,
    max_size,
    maximum,
    min_size,
    minimum,
    nested,
    not_empty,
    num,
    obj,
    string,
)
from novabilling.sandbox._http.validation import Body
from novabilling.sandbox._javascript.formats import is_email, is_iso_8601, is_url

ITEM = Body(name=string(not_empty, max_length(3)), values=array(each_string, optional=True))
BODY = Body(
    code=string(not_empty, code_format, optional=True),
    count=integer(minimum(0.5), maximum(10), optional=True),
    price=num(optional=True),
    on=boolean(optional=True),
    data=obj(optional=True),
    tags=array(min_size(1), max_size(2), optional=True),
    items=nested(ITEM, optional=True),
)


def refused(value: Any) -> List[str]:
    with pytest.raises(HttpError) as caught:
        BODY.check(value)
    return [error["message"] for error in caught.value.errors or []]


def test_values_are_converted() -> None:
    sent = {"code": 42, "count": "7", "price": "1.50", "on": "false", "tags": [{"a": 1}, "x"]}
    expected = {"code": "42", "count": 7, "price": 1.5, "on": True, "tags": [[], "x"]}
    assert BODY.check(sent) == expected


def test_null_and_no_body_pass_where_all_is_optional() -> None:
    assert BODY.check({"data": None}) == {"data": None}
    assert BODY.check(None) == {}


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ({"zz": 1, "on": 1}, ["property zz should not exist"]),
        ([1], ["property 0 should not exist"]),
        (
            {"code": ""},
            [
                "Code must contain only lowercase letters, numbers, and underscores",
                "code should not be empty",
            ],
        ),
        (
            {"count": "x"},
            [
                "count must not be greater than 10",
                "count must not be less than 0.5",
                "count must be an integer number",
            ],
        ),
        ({"data": []}, ["data must be an object"]),
        ({"tags": []}, ["tags must contain at least 1 elements"]),
        ({"tags": [1, 2, 3]}, ["tags must contain no more than 2 elements"]),
        (
            {"items": "x"},
            [
                "items must be an array",
                "each value in nested property items must be either object or array",
            ],
        ),
        (
            {"items": ["x"]},
            ["items.each value in nested property items must be either object or array"],
        ),
        ({"items": {"name": ""}}, ["items.name should not be empty"]),
        (
            {"items": [{"name": "a"}, {"zz": 1, "name": "long", "values": [1]}]},
            [
                "items.1.property zz should not exist",
                "items.1.name must be shorter than or equal to 3 characters",
                "items.1.each value in values must be a string",
            ],
        ),
        (
            {"items": [[{"name": "long"}]]},
            [
                "items.0.0.name must be shorter than or equal to 3 characters",
            ],
        ),
    ],
)
def test_messages(value: Any, messages: List[str]) -> None:
    assert refused(value) == messages


@pytest.mark.parametrize(
    "text", ["a@b.co", "a.b+c@example.com", '"a b"@example.com', "ü@exä.de", "a@\U0001f4a5b.de"]
)
def test_email(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["a", "a@b", "a@b.c", "a..b@c.de", "@c.de", "a" * 65 + "@c.de", "a@b.c\uff0ed", 5]
)
def test_no_email(text: Any) -> None:
    assert not is_email(text)


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:1/x", "ftp://a.de/x", "a.de", "https://u:p@a.de?q", "http://[::1]/"]
)
def test_url(text: str) -> None:
    assert is_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost/",
        "mailto:a@b.de",
        "gopher://a.de",
        "http://a.de:0",
        "a b.de",
        "://",
        1,
        "a.de:",
        "@a.de",
    ],
)
def test_no_url(text: Any) -> None:
    assert not is_url(text)


@pytest.mark.parametrize(
    "text", ["2027", "2027-W09", "20270101", "2027-01-01T10:00:00.5Z", "2027-01-01 10:00+02"]
)
def test_iso_8601(text: str) -> None:
    assert is_iso_8601(text)


@pytest.mark.parametrize("text", ["soon", "2027-1-1", "2027-13-01", "4102444800000", 5, ""])
def test_no_iso_8601(text: Any) -> None:
    assert not is_iso_8601(text)
