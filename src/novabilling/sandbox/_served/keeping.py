"""Keeping the state of a sandbox in its file: soon after a change, and at the end."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Optional, Type

from .sandbox import ServedSandbox
from .state import save

PAUSE = 1.0
"""Seconds from one writing to the next; a large state takes a part of that."""


def _mark(path: Path) -> Any:
    """Return what tells one writing of a file from another."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


class Keeper:
    """Writes the state after requests; without a file, nothing."""

    def __init__(self, sandbox: ServedSandbox, path: Optional[Path]) -> None:
        self._sandbox = sandbox
        self._path = path
        self._next = 0.0
        self._is_owed = False
        self._timer: Any = None
        self._written: Any = None

    def watch(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """Return the application, followed by the writing of what it has changed."""
        if self._path is None:
            return application

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            await application(scope, receive, send)
            if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                self._write_soon()

        return watched

    def _write_soon(self) -> None:
        import asyncio

        self._is_owed = True
        if self._timer is None:
            wait = max(self._next - time.monotonic(), 0.0)
            self._timer = asyncio.get_running_loop().call_later(wait, self._write)

    def _write(self) -> None:
        self._timer, start = None, time.monotonic()
        if self._path is not None and self._is_owed:
            try:
                if self._written not in (None, _mark(self._path)) and self._path.exists():
                    self._give_up()
                    return
                save(self._sandbox, self._path)
                self._is_owed, self._written = False, _mark(self._path)
            except OSError as error:
                sys.stderr.write(f"The state was not written: {error}\n")
            self._next = time.monotonic() + max(PAUSE, 10 * (time.monotonic() - start))

    def _give_up(self) -> None:
        """Leave the file to who has written it meanwhile: two would undo each other's work."""
        sys.stderr.write(
            f"{self._path} was written by another server or program. "
            "It is left alone: the state of this server is not kept any more\n"
        )
        self._path = None

    def __enter__(self) -> Keeper:
        self._is_owed = True
        self._write()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self._is_owed = True
        self._write()
