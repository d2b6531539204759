"""Servers that tests need: those that the environment names, or our own on the loopback.

NOVABILLING_TEST_REDIS is the URL of a Redis for tests, which use keys of their own in it. Without
it, the `redis-server` of the machine runs in a temporary folder. Where there is none, tests are
skipped; with NOVABILLING_TEST_SERVICES=required they fail.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Iterator, List, NoReturn, Optional, Tuple

import pytest

WATCH = '"$@" & echo $!; cat; kill $! 2>/dev/null; wait $!'
"""Runs a server until the input ends, as it does when whoever started it is killed."""
PATIENCE = 60.0


def missing(reason: str) -> NoReturn:
    """Skip a test that cannot run here, or let it fail where it must run."""
    if os.environ.get("NOVABILLING_TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Guarded:
    """A server in a process that ends with ours."""

    def __init__(self, command: List[str], log: Path) -> None:
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                ["sh", "-c", WATCH, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[bytes] = self._process.stdin
        self._output: IO[bytes] = self._process.stdout
        self.pid = int(self._output.readline())

    def runs(self) -> bool:
        with suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return self._process.poll() is None
        return False

    def stop(self, signal_number: Optional[int] = None) -> None:
        """End it by a signal, without one as it likes to be ended, and wait for it."""
        if signal_number is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal_number)
        self._input.close()
        self._process.wait(PATIENCE)
        self._output.close()


# Redis

REDIS_VERSION = (6, 2)
"""The first that has XAUTOCLAIM."""


class Redis:
    """A Redis of our own: what it has answered, it knows after `kill -9` as well."""

    def __init__(self, folder: Path, program: str) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._log = folder / "redis.log"
        self._command = [
            *(program, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            *("--maxmemory-policy", "noeviction", "--logfile", str(self._log)),
        ]
        self._server: Optional[Guarded] = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._server = Guarded(self._command, self._log)
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > ends or not self._server.runs():
                self.stop()
                raise RuntimeError(f"redis-server does not start:\n{self._log.read_text()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as asked:
            asked.sendall(b"PING\r\n")
            return asked.recv(100) == b"+PONG\r\n"
        return False

    def kill(self) -> None:
        """End it without a warning."""
        self.stop(signal.SIGKILL)

    def stop(self, signal_number: Optional[int] = None) -> None:
        if self._server is not None:
            self._server.stop(signal_number)
        self._server = None


def redis_program() -> str:
    """Return the program of the machine; RuntimeError if there is none that can be used."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise RuntimeError(
            "no redis-server is on this machine, and NOVABILLING_TEST_REDIS is not set"
        )
    version = _redis_version(program)
    if version < REDIS_VERSION:
        raise RuntimeError(f"{program} is {version[0]}.{version[1]}; streams need Redis 6.2")
    return program


def _redis_version(program: str) -> Tuple[int, int]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"v=(\d+)\.(\d+)", said)
    assert found, said
    return int(found[1]), int(found[2])


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Redis; tests use keys that nobody else has."""
    if find_spec("redis") is None:
        missing("redis-py is not installed")
    given = os.environ.get("NOVABILLING_TEST_REDIS")
    if given:
        yield given
        return
    try:
        program = redis_program()
    except RuntimeError as error:
        missing(str(error))
    server = Redis(tmp_path_factory.mktemp("redis"), program)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
