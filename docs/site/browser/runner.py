"""Runs the programs of the site in the browser: with an event loop, and a sandbox as the server.

There are no sockets. What waits blocks this worker, and the page stays alive; a client without an
`http_client` talks to the sandbox of its run.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import errno
import inspect
import io
import linecache
import logging
import os
import shutil
import socket
import sys
import tempfile
import traceback
import types
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import wraps
from typing import Any, Callable, Dict, Iterator, List, NoReturn, Optional, Type

import httpx
import loops

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.sandbox import Sandbox

Write = Callable[[str], object]

PLACEHOLDER = "sk_live_..."
"""The token of the pages; it becomes that of the sandbox."""

MOST_CHARACTERS = 100_000
"""Of the output of a program; more would only fill the page."""
PROGRAM = "<program>"
"""The file of the program in its traceback; one that runs before it has another name."""

END = compile("import gc; names.clear(); gc.collect()", "sys", "exec")
"""Forgets the names of a program; a warning has the place that it has when Python ends."""

_server: List[Sandbox] = []


def _with_the_sandbox(cls: Type[Any], http: Callable[[Sandbox], Any]) -> None:
    make = cls.__init__

    @wraps(make)
    def __init__(self: Any, **given: Any) -> None:
        if given.get("token") == PLACEHOLDER:
            given["token"] = _server[-1].token
        if given.get("http_client") is None:
            given.pop("max_connections", None)
            given["http_client"] = http(_server[-1])
        make(self, **given)

    cls.__init__ = __init__


def prepare() -> None:
    """Take the place of what a browser has not: sockets, a keyboard, and loops that block."""
    loops.take_place()
    for name in ("bind", "connect", "connect_ex", "listen"):
        setattr(socket.socket, name, _no_socket)
    socket.getaddrinfo = _no_socket
    builtins.input = _no_keyboard
    _with_the_sandbox(
        NovaBilling, lambda box: httpx.Client(transport=httpx.MockTransport(box.handle))
    )
    _with_the_sandbox(
        AsyncNovaBilling,
        lambda box: httpx.AsyncClient(transport=httpx.MockTransport(box.ahandle)),
    )


def _no_socket(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSYS, "there are no sockets in a browser")


def _no_keyboard(*_: object) -> NoReturn:
    raise EOFError("nobody can type here: write the answer into the program")


def run(before: List[str], program: str, write: Write) -> Optional[str]:
    """Run a program after those before it, whose output is left out; return why it failed."""
    _server[:] = [Sandbox()]
    out = _Stream(write)
    codes = {**{f"<program {n} above>": code for n, code in enumerate(before, 1)}, PROGRAM: program}
    error = None
    with _apart() as names:
        try:
            _run({name: _compiled(code, name) for name, code in codes.items()}, names, out)
        except SystemExit as raised:
            error = raised if raised.code not in (None, 0) else None
        except BaseException as raised:
            error = raised
        failed = error and _traceback(error)
        error = None
        with _printing(out):  # what goes may have something to say: nobody awaited it
            exec(END, {"names": names})
        out.flush()
        return failed


@contextmanager
def _apart() -> Iterator[Dict[str, Any]]:
    """Yield the names of a program, and put back what it may have changed."""
    kept, environment = dict(vars(builtins)), dict(os.environ)
    handlers, level = logging.root.handlers[:], logging.root.level
    os.environ["NOVABILLING_TOKEN"] = _server[-1].token
    sys.stdin = io.StringIO()
    here, folder = os.getcwd(), tempfile.mkdtemp()
    os.chdir(folder)
    of_the_page, running = sys.modules["__main__"], asyncio._get_running_loop()
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    asyncio._set_running_loop(None)
    try:
        yield vars(main)
    finally:
        asyncio._set_running_loop(running)
        sys.modules["__main__"] = of_the_page
        os.chdir(here)
        shutil.rmtree(folder, ignore_errors=True)
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        vars(builtins).update(kept)
        os.environ.clear()
        os.environ.update(environment)


def _run(parts: Dict[str, Any], names: Dict[str, Any], out: _Stream) -> None:
    if any(code.co_flags & inspect.CO_COROUTINE for code in parts.values()):
        return asyncio.run(_run_async(parts, names, out))
    for name, code in parts.items():
        with _printing(out if name == PROGRAM else io.StringIO()):
            exec(code, names)
    return None


async def _run_async(parts: Dict[str, Any], names: Dict[str, Any], out: _Stream) -> None:
    for name, code in parts.items():
        with _printing(out if name == PROGRAM else io.StringIO()):
            result = eval(code, names)
            if code.co_flags & inspect.CO_COROUTINE:
                await result


def _printing(stream: Any) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(redirect_stdout(stream))
    stack.enter_context(redirect_stderr(stream))
    return stack


def _compiled(code: str, name: str) -> Any:
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    return compile(code, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


class _Stream(io.TextIOBase):
    """Where the output of a program goes, line by line, as in a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def __init__(self, write: Write) -> None:
        self._send = write
        self._waiting: List[str] = []
        self._left = MOST_CHARACTERS

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._left >= 0:
            self._waiting.append(text[: self._left])
            self._left -= len(text)
            if self._left < 0:
                self._waiting.append("\n\u2026 and more.\n")
            if "\n" in text or self._left < 0:
                self.flush()
        return len(text)

    def flush(self) -> None:
        if self._waiting:
            self._send("".join(self._waiting))
            self._waiting.clear()


def _traceback(error: BaseException) -> str:
    """Show the frames of the program, without what it called and what runs it."""
    shown = traceback.TracebackException.from_exception(error)
    _shorten(shown)
    text, half = "".join(shown.format()), MOST_CHARACTERS // 2
    return text if len(text) <= MOST_CHARACTERS else f"{text[:half]}\n\u2026\n{text[-half:]}"


def _shorten(shown: traceback.TracebackException) -> None:
    of_programs = [
        n for n, frame in enumerate(shown.stack) if frame.filename.startswith("<program")
    ]
    last = max(of_programs, default=-1)
    shown.stack[:] = shown.stack[min(of_programs, default=0) : last + 1]
    for inner in (shown.__cause__, shown.__context__, *(shown.exceptions or ())):
        if inner is not None:
            _shorten(inner)
    if shown.__context__ is not None and not shown.__context__.stack:
        shown.__suppress_context__ = True  # it says nothing of the program
