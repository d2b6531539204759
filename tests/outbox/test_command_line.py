"""The command line: a sender of its own, and what is to be seen of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, List

import pytest

from novabilling import NovaBilling
from novabilling.outbox import Outbox, SQLiteStore
from novabilling.outbox.__main__ import bar, duration, main
from tests.outbox.ledger import serving

ROOT = Path(__file__).resolve().parents[2]


def record(url: str, folder: Path, count: int, code: str = "calls", **options: Any) -> None:
    client = NovaBilling(token="sk_live_x", base_url=url)
    outbox = Outbox(client, SQLiteStore(folder, **options), send=False)
    event = {"subscription_id": "usr_1", "code": code}
    outbox.record_many([{**event, "transaction_id": f"{code}-{n}"} for n in range(count)])
    outbox.close()


def start(*arguments: object, **env: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "novabilling.outbox", *map(str, arguments)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def lines(capsys: Any, *arguments: object) -> List[str]:
    main([str(argument) for argument in arguments])
    return str(capsys.readouterr().out).splitlines()


def test_a_sender_sends_until_nothing_is_left(tmp_path, capsys):
    token = tmp_path / "token"
    token.write_text("sk_live_canary\n")
    folder = tmp_path / "usage"
    with serving() as server:
        record(server.url, folder, 250)
        (before,) = lines(capsys, "status", folder)
        process = start(
            *("send", folder, "--base-url", server.url, "--token-file", token, "--until-empty")
        )
        _, log = process.communicate(timeout=60)
        counted = server.ledger()["counted"]

    assert process.returncode == 0
    assert counted == 250
    assert before.startswith(f"{server.url}: [....")
    assert "250 to send" in before
    assert b"0 to send, 0 of them held, 0 dead, 250 sent, 0 duplicates" in log
    assert b"canary" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_sender_ends_cleanly_on_sigterm(tmp_path):
    folder = tmp_path / "usage"
    with serving() as server:
        record(server.url, folder, 10)
        process = start("send", folder, "--base-url", server.url, NOVABILLING_TOKEN="sk_live_x")
        ends = time.monotonic() + 30
        while server.ledger()["counted"] < 10 and time.monotonic() < ends:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)

    assert process.returncode == 0
    assert b"Ended: 0 to send" in log


def test_without_a_token_it_says_where_one_is_expected(tmp_path):
    missing = start("send", tmp_path, "--token-file", tmp_path / "token")
    unset = start("send", tmp_path, "--token-env", "NO_SUCH_NAME")

    assert b"there is no file" in missing.communicate(timeout=30)[1]
    assert b"the variable NO_SUCH_NAME holds no token" in unset.communicate(timeout=30)[1]
    assert (missing.returncode, unset.returncode) == (1, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_token_that_is_no_text_is_not_shown_and_said_once(tmp_path):
    token, folder = tmp_path / "token", tmp_path / "usage"
    token.write_bytes(b"sk_live_canary\xff")
    record("http://127.0.0.1:9", folder, 1)
    process = start("send", folder, "--base-url", "http://127.0.0.1:9", "--token-file", token)
    time.sleep(3)  # some tries
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=30)

    assert b"holds no token: it is no text" in log
    assert log.count(b"Traceback") == 1
    assert b"canary" not in log
    assert not [path for path in folder.iterdir() if b"canary" in path.read_bytes()]


def test_status_shows_each_tenant(tmp_path, capsys):
    record("http://one.example", tmp_path, 3)
    record("http://one.example", tmp_path, 4, label="other")

    found = [json.loads(line) for line in lines(capsys, "status", tmp_path, "--json")]
    (one,) = lines(capsys, "status", tmp_path, "--label", "other")

    assert sorted((row["label"], row["depth"], row["sent"]) for row in found) == [
        ("", 3, 0),
        ("other", 4, 0),
    ]
    assert "http://one.example (other)" in one


def test_status_says_that_a_folder_holds_nothing(tmp_path, capsys):
    (line,) = lines(capsys, "status", tmp_path)

    assert line == f"{tmp_path}: nothing to send, and no dead letters"
    assert lines(capsys, "status", tmp_path, "--json") == []


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SystemExit, match="there is no folder"):
        main(["status", str(tmp_path / "usage")])


def test_a_folder_that_cannot_be_read_is_said(tmp_path, monkeypatch):
    def refuse(_: str) -> List[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(SystemExit, match="Permission denied"):
        main(["status", str(tmp_path)])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no head")
def test_a_reader_that_has_enough_ends_it_without_a_traceback(tmp_path):
    with serving() as server:
        record(server.url, tmp_path, 2000, code="none")
        sender = start(
            *("send", tmp_path, "--base-url", server.url, "--until-empty"),
            NOVABILLING_TOKEN="sk_live_x",
        )
        sender.communicate(timeout=60)
    process = start("dead", tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait(30) == 1
    assert said == b""


def test_dead_letters_are_listed_exported_sent_again_and_discarded(tmp_path, capsys):
    folder, path = tmp_path / "usage", tmp_path / "dead.jsonl"
    with serving() as server:
        record(server.url, folder, 3, code="cals")
        client = NovaBilling(token="sk_live_x", base_url=server.url)
        with Outbox(client, SQLiteStore(folder), linger=0) as outbox:
            assert outbox.flush()

    listed = lines(capsys, "dead", folder)
    exported = lines(capsys, "dead", folder, "--export", path)
    with pytest.raises(SystemExit, match="after the folder or the database, or take --all"):
        main(["discard", str(folder)])
    with pytest.raises(SystemExit, match="not both"):  # it would discard the others too
        main(["discard", str(folder), "cals-1", "--all"])
    discarded = lines(capsys, "discard", folder, "cals-1", "cals-7")
    again = lines(capsys, "requeue", folder, "--all")
    (status,) = lines(capsys, "status", folder)

    assert [line.split(" ", 1)[1] for line in listed] == [
        f"cals-{n} cals: code: no billable metric has the code 'cals'" for n in range(3)
    ]
    assert exported == [f"3 written to {path}"]
    assert len(path.read_text().splitlines()) == 3
    assert (discarded, again) == (["1 discarded"], ["2 to be sent again"])
    assert "2 to send, 0 of them held, 0 dead" in status


def test_the_bar_and_times_are_plain():
    assert bar(0, 0) == f"[{'#' * 30}]"
    assert bar(50, 100) == f"[{'#' * 15}{'.' * 15}]"
    assert [duration(s) for s in (5, 600, 86_400)] == ["5 s", "10 min", "24.0 h"]
