"""Every input that the fuzzer has kept is read on each run, and a broken reader is noticed."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import CORPUS, keep, write
from tests.fuzz.targets import TARGETS

pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_kept_is_read_or_refused_as_promised(name):
    inputs = [path.read_bytes() for path in (CORPUS / name).iterdir()]

    assert len(inputs) >= 15
    for data in inputs:
        TARGETS[name].read(data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_recorded_answers_that_it_starts_from_are_read(name):
    seeds = list(TARGETS[name].seeds())

    assert len(seeds) > 100
    for data in seeds:
        TARGETS[name].read(data)


BODY = b'{"event":"a.b","data":{},"timestamp":"2026-11-22T18:54:51Z"}'
BROKEN = {
    "answers": (
        "novabilling._network.http1._only_value",
        None,
        b"\1HTTP/1.1 200\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200\r\n\r\n",
    ),
    "deliveries": ("novabilling.webhooks.matches", True, b"0" * 64 + b"\n" + BODY),
    "errors": ("novabilling._call.status_errors._message", "a\nb", b"400\n{}"),
    "results": ("novabilling._serialization.reading.read_struct", {}, b'Message\n{"message":"x"}'),
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_broken_reader_is_found(monkeypatch, name):
    place, value, data = BROKEN[name]
    TARGETS[name].read(data)

    monkeypatch.setattr(place, lambda *_: value)

    with pytest.raises(AssertionError):
        TARGETS[name].read(data)


def test_the_smallest_inputs_of_all_branches_are_kept(tmp_path):
    read, folder, found = TARGETS["errors"].read, tmp_path / "corpus", tmp_path / "found"
    found.mkdir()
    for data in (b"400\n{}", b"400\n{ }", b"500\n{}", b"400\n" + b"{" * 5000):
        write(found, data)

    said = keep(read, folder, found)

    kept = {path.read_bytes() for path in folder.iterdir()}
    assert kept == {b"400\n{}", b"500\n{}"}
    assert said.startswith("2 of 4 inputs run ")
