"""No entry of a stream is lost and none counted twice, whoever is killed."""

from __future__ import annotations

import pytest

from tests.outbox.stream_killing import run, settings
from tests.outbox.stream_writer import EXAMPLE
from tests.services import missing, redis_program

pytestmark = pytest.mark.skipif(
    not EXAMPLE.exists(), reason="the examples are not part of the sdist"
)


@pytest.fixture(autouse=True)
def needs_redis(monkeypatch):
    """Skip where no Redis can be started: one that others use must not be killed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    try:
        redis_program()
    except RuntimeError as error:
        missing(str(error))


def test_of_killed_writers_consumers_and_redis_nothing_is_lost_or_counted_twice(tmp_path):
    result = run(settings(["--folder", str(tmp_path)]))

    assert (result["lost"], result["twice"]) == (0, 0)
    assert result["kills"] + result["stood still"] == 8
    assert result["kills of Redis"] == 1
    assert result["written"] >= 2900
    assert result["duplicates refused"] > 0


@pytest.mark.slow
def test_of_50_000_events_and_20_kills_nothing_is_lost_or_counted_twice(tmp_path, capsys):
    full = ["--events", "50000", "--kills", "20", "--redis-kills", "2", "--seconds", "300"]

    result = run(settings([*full, "--folder", str(tmp_path)]))

    with capsys.disabled():
        print(result)
    assert (result["lost"], result["twice"]) == (0, 0)
    assert result["written"] >= 49_500
