"""Runs the programs of the site in the browser: with an event loop, and a sandbox as the server.

There are no sockets. What waits blocks this worker, and the page stays alive; a client without an
`http_client` talks to the sandbox of its run.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import linecache
import os
import shutil
import tempfile
import traceback
from contextlib import redirect_stderr, redirect_stdout
from functools import wraps
from typing import Any, Callable, Dict, List, Optional, Type

import httpx
import loops

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.sandbox import Sandbox

Write = Callable[[str], object]

PLACEHOLDER = "sk_live_..."
"""The token of the pages; it becomes that of the sandbox."""

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
    """Take the place of what a browser has not: sockets, and loops that block."""
    loops.take_place()
    _with_the_sandbox(
        NovaBilling, lambda box: httpx.Client(transport=httpx.MockTransport(box.handle))
    )
    _with_the_sandbox(
        AsyncNovaBilling,
        lambda box: httpx.AsyncClient(transport=httpx.MockTransport(box.ahandle)),
    )


def run(before: List[str], program: str, write: Write) -> Optional[str]:
    """Run a program after those before it, whose output is left out; return its traceback."""
    _server[:] = [Sandbox()]
    os.environ["NOVABILLING_TOKEN"] = _server[-1].token
    names: Dict[str, Any] = {"__name__": "__main__"}
    out = _Out(write)
    here = os.getcwd()
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        parts = [_compiled(code, f"<block {n}>") for n, code in enumerate([*before, program], 1)]
        if any(code.co_flags & inspect.CO_COROUTINE for code in parts):
            asyncio.run(_run_async(parts, names, out))
        else:
            for number, code in enumerate(parts, 1):
                with out.of(number == len(parts)):
                    exec(code, names)
    except SystemExit:
        pass
    except BaseException as error:
        return _traceback(error)
    finally:
        asyncio._set_running_loop(running)
        os.chdir(here)
        shutil.rmtree(folder, ignore_errors=True)
    return None


async def _run_async(parts: List[Any], names: Dict[str, Any], out: _Out) -> None:
    for number, code in enumerate(parts, 1):
        with out.of(number == len(parts)):
            result = eval(code, names)
            if code.co_flags & inspect.CO_COROUTINE:
                await result


def _compiled(code: str, name: str) -> Any:
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    return compile(code, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


class _Out:
    """Where the output of a program goes, as it comes."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def of(self, shown: bool) -> Any:
        from contextlib import ExitStack

        stack = ExitStack()
        stream = _Stream(self._write) if shown else io.StringIO()
        stack.enter_context(redirect_stdout(stream))
        stack.enter_context(redirect_stderr(stream))
        return stack


class _Stream(io.TextIOBase):
    def __init__(self, write: Write) -> None:
        self._send = write

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._send(text)
        return len(text)


def _traceback(error: BaseException) -> str:
    """Show the frames of the program and what it called, without those that run it."""
    shown = traceback.TracebackException.from_exception(error)
    while shown.stack and not shown.stack[0].filename.startswith("<block"):
        del shown.stack[0]
    return "".join(shown.format())
