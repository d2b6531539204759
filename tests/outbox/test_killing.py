"""No event is lost and none counted twice, whoever is killed: counted by another process."""

from __future__ import annotations

import os

import pytest

from tests.outbox.killing import run, settings

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no kill -9")


def test_of_killed_writers_and_senders_nothing_is_lost_or_counted_twice(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    options = settings(["--events", "5000", "--kills", "8", "--folder", str(tmp_path)])

    result = run(options)

    assert (result["lost"], result["twice"]) == (0, 0)
    assert result["kills"] == 8
    assert result["recorded"] >= 4500
    assert result["duplicates refused"] > 0


def test_nor_on_a_small_disk_that_is_full_most_of_the_time(tmp_path, small_disk, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    few = ["--events", "10000", "--kills", "6", "--pause", "0", "--spools", str(small_disk)]

    result = run(settings([*few, "--folder", str(tmp_path)]))

    assert (result["lost"], result["twice"]) == (0, 0)
    assert result["kills"] == 6
    assert result["recorded"] >= 9_000


@pytest.mark.slow
def test_of_a_million_events_and_200_kills_nothing_is_lost_or_counted_twice(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    full = ["--events", "1000000", "--kills", "200", "--writers", "8", "--seconds", "1800"]

    result = run(settings([*full, "--folder", str(tmp_path)]))

    with capsys.disabled():
        print(result)
    assert (result["lost"], result["twice"]) == (0, 0)
    assert result["recorded"] >= 1_000_000
