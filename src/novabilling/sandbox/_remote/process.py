"""A served sandbox in a process of its own, as long as a block runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import Generator, Sequence

from .client import SandboxError, SandboxServer


@contextmanager
def interrupted_by_sigterm() -> Generator[None, None, None]:
    """Let SIGTERM end a block as Ctrl+C does, so that what is to be done at its end is done."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread gets signals
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def serve_sandbox(options: Sequence[str] = ()) -> Generator[SandboxServer, None, None]:
    """Start `python -m novabilling.sandbox` on a free port; end it with the block.

    Raises:
        SandboxError: It does not start.
    """
    command = [sys.executable, "-m", "novabilling.sandbox", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")  # noqa: S603
    try:
        said = process.stdout.readline() if process.stdout else ""
        start, _, rest = said.partition(" on ")
        if start != "NovaBilling sandbox":
            raise SandboxError("the sandbox did not start: what it said is above")
        with SandboxServer(rest.partition(" ")[0]) as server:
            yield server
    finally:
        process.terminate()
        process.communicate()
