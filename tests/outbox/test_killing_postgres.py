"""Of a table, nothing is lost and nothing sent that was rolled back: counted by other processes."""

from __future__ import annotations

import os

import pytest

from tests.outbox.killing_postgres import run, settings
from tests.postgres import postgres_programs
from tests.services import missing

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no kill -9")

pytest.importorskip("psycopg", reason="psycopg is not installed")
pytest.importorskip("asyncpg", reason="asyncpg is not installed")


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """Need those of PostgreSQL: one that others use cannot be restarted."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    try:
        postgres_programs()
    except RuntimeError as error:
        missing(str(error))


@pytest.mark.timeout(300)  # a lease of each sender that was killed last has to end
def test_of_killed_writers_and_senders_and_a_restarted_postgres_nothing_is_lost(tmp_path):
    few = ["--events", "3000", "--kills", "6", "--hangs", "5.5", "--between", "0.2", "0.6"]

    result = run(settings([*few, "--folder", str(tmp_path)]))

    assert (result["lost"], result["never recorded"], result["of them rolled back"]) == (0, 0, 0)
    assert (result["kills"], result["restarts of PostgreSQL"]) == (6, 2)
    assert result["recorded"] >= 3000
    assert result["rolled back"] > 0


def test_nothing_is_sent_twice_when_no_answer_is_lost_and_nobody_killed(tmp_path):
    result = run(settings(["--calm", "--events", "2000", "--folder", str(tmp_path)]))

    assert (result["lost"], result["never recorded"], result["duplicates refused"]) == (0, 0, 0)
    assert result["recorded"] >= 2000


@pytest.mark.slow
def test_of_half_a_million_events_and_60_kills_nothing_is_lost(tmp_path, capsys):
    full = ["--events", "500000", "--kills", "60", "--between", "1", "4"]

    result = run(settings([*full, "--folder", str(tmp_path)]))

    with capsys.disabled():
        print(result)
    assert (result["lost"], result["never recorded"], result["of them rolled back"]) == (0, 0, 0)
    assert result["recorded"] >= 500_000
