"""The command line on a table of PostgreSQL: the same words, and no password in any of them."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from typing import Any, List

import pytest

from novabilling import NovaBilling
from novabilling.outbox import Outbox, PostgresStore
from novabilling.outbox import __main__ as command
from novabilling.outbox.__main__ import main
from tests.outbox.ledger import serving
from tests.outbox.test_command_line import lines, start
from tests.postgres import PASSWORD, Database

pytest.importorskip("psycopg", reason="psycopg is not installed")


def record(database: Database, url: str, count: int, code: str = "calls", label: str = "") -> None:
    store = database.store(label=label)
    outbox = Outbox(NovaBilling(token="sk_live_x", base_url=url), store, send=False)
    event = {"subscription_id": "usr_1", "code": code}
    outbox.record_many([{**event, "transaction_id": f"{code}-{n}"} for n in range(count)])
    outbox.close()


@pytest.fixture
def named(database, monkeypatch) -> List[str]:
    """Return what names the table."""
    monkeypatch.setenv("SHOP_DSN", database.dsn)
    return ["--postgres-env", "SHOP_DSN", "--table", database.table]


def test_a_sender_sends_until_nothing_is_left(tmp_path, database, capsys):
    token, dsn = tmp_path / "token", tmp_path / "dsn"
    token.write_text("sk_live_canary\n")
    dsn.write_text(f"{database.dsn}\n")
    named = ("--postgres-file", dsn, "--table", database.table)
    with serving() as server:
        record(database, server.url, 250)
        (before,) = lines(capsys, "status", *named)
        process = start(
            *("send", *named, "--base-url", server.url, "--token-file", token, "--until-empty")
        )
        _, log = process.communicate(timeout=60)
        counted = server.ledger()["counted"]
    (after,) = lines(capsys, "status", *named, "--json")

    assert (process.returncode, counted) == (0, 250)
    assert "250 to send" in before
    assert b"0 to send, 0 of them held, 0 dead, 250 sent, 0 duplicates" in log
    assert json.loads(after)["sent"] == 250
    for secret in ("canary", PASSWORD):
        assert secret.encode() not in log
        assert secret not in before + after


def test_a_sender_goes_on_when_its_database_was_away(own_postgres, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    database = Database(own_postgres.dsn, "novabilling_outbox")
    monkeypatch.setenv("SHOP_DSN", database.dsn)
    monkeypatch.setenv("NOVABILLING_TOKEN", "sk_live_x")
    monkeypatch.setattr(command, "LINE_EVERY", 0.1)
    counted: List[int] = []

    def until(true: Any) -> None:
        ends = time.monotonic() + 30
        while not true() and time.monotonic() < ends:
            time.sleep(0.05)

    def at_the_line(record: logging.LogRecord) -> bool:
        return record.levelname == "INFO" and "outbox cannot be" in record.getMessage()

    def trouble(url: str) -> None:
        try:
            until(lambda: "0 to send" in caplog.text)
            own_postgres.stop()
            until(lambda: any(at_the_line(r) for r in caplog.records))
            own_postgres.start()
            record(database, url, 3)
            until(lambda: server.ledger()["counted"] == 3)
            counted.append(server.ledger()["counted"])
            own_postgres.stop()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        with serving() as server:
            thread = threading.Thread(target=trouble, args=(server.url,))
            thread.start()
            try:
                main(["send", "--postgres-env", "SHOP_DSN", "--base-url", server.url])
            finally:
                thread.join()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])

    assert counted == [3]
    assert "Ended: the PostgreSQL of the outbox cannot be" in caplog.text


def test_status_shows_each_tenant(database, named, capsys):
    record(database, "http://one.example", 3)
    record(database, "http://one.example", 4, label="other")

    found = [json.loads(line) for line in lines(capsys, "status", *named, "--json")]
    (one,) = lines(capsys, "status", *named, "--label", "other")

    assert [(row["label"], row["depth"]) for row in found] == [("", 3), ("other", 4)]
    assert "http://one.example (other)" in one


def test_dead_letters_are_listed_sent_again_and_discarded(database, named, capsys):
    with serving() as server:
        record(database, server.url, 3, code="cals")
        client = NovaBilling(token="sk_live_x", base_url=server.url)
        with Outbox(client, database.store(poll=0.05), linger=0) as outbox:
            assert outbox.flush()

    listed = lines(capsys, "dead", *named)
    discarded = lines(capsys, "discard", *named, "cals-1", "cals-7")
    again = lines(capsys, "requeue", *named, "--all")
    (status,) = lines(capsys, "status", *named)

    assert [line.split(" ", 1)[1] for line in listed] == [
        f"cals-{n} cals: code: no billable metric has the code 'cals'" for n in range(3)
    ]
    assert (discarded, again) == (["1 discarded"], ["2 to be sent again"])
    assert "2 to send, 0 of them held, 0 dead" in status


def test_the_statements_are_printed_without_a_database(capsys):
    main(["schema", "--table", "Usage"])

    assert capsys.readouterr().out == PostgresStore("host=x", table="Usage").schema()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status"], "name a folder, or a database by --postgres-env"),
        (["status", "usage", "--postgres-env", "X"], "name a folder or a database, not both"),
        (["status", "--postgres-env", "NO_SUCH_NAME"], "the variable NO_SUCH_NAME holds no DSN"),
        (["status", "--postgres-env", "host=x password=canary"], "takes the name of a variable"),
        (["status", "--postgres-env", "postgresql://a:canary@b/c"], "takes the name of a variable"),
        (["requeue", "t1"], "after the folder or the database, or take --all"),
        (["status", "--postgres-file", "no-such-file"], "there is no file 'no-such-file' with a"),
        (["schema", "--table", "a%b"], "table must be a name"),
    ],
)
def test_what_is_missing_is_said(arguments: List[str], message: str, capsys: Any):
    with pytest.raises(SystemExit) as raised:
        main(arguments)

    assert message in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_database_that_is_not_there_is_said_without_its_password(monkeypatch):
    monkeypatch.setenv("SHOP_DSN", f"postgresql://shop:{PASSWORD}@127.0.0.1:9/shop")

    with pytest.raises(SystemExit, match="cannot be reached") as raised:
        main(["status", "--postgres-env", "SHOP_DSN"])

    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b" \n", b"postgresql://u:canary@h/\xff"])
def test_a_file_without_a_dsn_does_not_name_the_database_of_the_machine(tmp_path, content):
    path = tmp_path / "dsn"
    path.write_bytes(content)

    with pytest.raises(SystemExit, match="holds no DSN") as raised:
        main(["status", "--postgres-file", str(path)])

    assert "canary" not in str(raised.value)
