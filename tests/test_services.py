"""The servers of tests: required by the checks, skipped elsewhere, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services import missing, redis_program

ROOT = Path(__file__).parents[1]
OWNER = """
import sys
from pathlib import Path
from tests.services import Redis, redis_program

server = Redis(Path(sys.argv[1]), redis_program())
server.start()
print(server._server.pid, flush=True)
sys.stdin.read()
"""


def test_a_test_without_its_service_is_skipped(monkeypatch):
    monkeypatch.delenv("NOVABILLING_TEST_SERVICES", raising=False)

    with pytest.raises(pytest.skip.Exception, match="no server"):
        missing("no server")


def test_it_fails_where_services_are_required(monkeypatch):
    monkeypatch.setenv("NOVABILLING_TEST_SERVICES", "required")

    with pytest.raises(pytest.fail.Exception, match="no server"):
        missing("no server")


def test_the_checks_require_them():
    script = ROOT / ".ci" / "run"
    if not script.exists():
        pytest.skip("the checks are not part of the sdist")

    assert "\nexport NOVABILLING_TEST_SERVICES=required" in script.read_text("utf-8")


def test_a_server_ends_with_whoever_started_it(tmp_path):
    try:
        redis_program()
    except RuntimeError as error:
        missing(str(error))
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        os.kill(server, 0)
        owner.send_signal(signal.SIGKILL)

    ends = time.monotonic() + 30
    while is_running(server) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not is_running(server)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
