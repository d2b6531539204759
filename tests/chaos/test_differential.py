"""Our parser of answers beside h11 and llhttp: `tests.chaos.differential` counts further."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Optional

import pytest

from novabilling._network.http1 import _only_value
from tests.chaos.differential import KINDS, check, run

DOCS = Path(__file__).resolve().parents[2] / "docs" / "development.md"
OK = b"HTTP/1.1 200 OK\r\n"


def _without_length(head: bytes, name: bytes) -> Optional[bytes]:
    """Read a field as a parser does that lets a coding decide alone."""
    if b"length" in name and b"\ntransfer-encoding:" in head:
        return None
    return _only_value(head, name)


def test_no_difference_from_other_parsers_is_unknown():
    ends = run("answers", 50_000)

    print(dict(ends))  # noqa: T201
    assert ends["read"] > 15_000
    assert ends["refused"] > 5_000
    assert set(ends) - {"read", "refused"} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "instead", "says"),
    [
        ("ResponseParser.receive", lambda self, data: None, "waits behind the end"),
        ("ResponseParser.is_reusable", True, "both others would close"),
        ("ResponseParser._take", lambda self, then: self._rest(), "something else than h11"),
        ("_CHUNK", re.compile(rb"([0-9A-Fa-f]+) *(;.*)?"), "both others refuse"),
        ("_FRAMING", re.compile(rb"(?!)"), "reads a length or a coding behind the content"),
        ("_only_value", _without_length, "reads a coding beside a length"),
    ],
)
def test_a_parser_that_reads_otherwise_is_found(monkeypatch, name, instead, says):
    monkeypatch.setattr(f"novabilling._network.http1.{name}", instead)

    with pytest.raises(AssertionError, match=says):
        run("answers", 5000)


def test_a_refusal_without_a_reason_is_found(monkeypatch):
    monkeypatch.setattr("novabilling._network.http1.MAX_HEAD", 20)

    with pytest.raises(AssertionError, match="no kind of difference fits"):
        check(OK + b"\r\n", [OK + b"Content-Length: 0\r\n\r\n"])


@pytest.mark.parametrize("version", [b"HTTP/0.9", b"HTTP/1.0"])
def test_a_version_in_the_value_of_a_header_is_none(version):
    head = OK + b"Via: " + version + b" proxy\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert check(head + b"0\r\n\r\n", [head, b"0\r\n\r\n"]) == "read"


def test_each_kind_of_difference_is_explained_to_developers():
    text = DOCS.read_text("utf-8")
    rows = text.partition("| h11 reads it")[2].partition("\n\n")[0].splitlines()[2:]

    assert rows == [f"| {name} | {kind.why} |" for name, kind in KINDS.items()]
