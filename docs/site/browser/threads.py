"""Threads for Python in a browser: each has a stack of its own, and gives way where it waits.

WebAssembly has no threads here, but some browsers can switch stacks. `install` puts
locks and threads that do so in the place of those of `threading`, before others import them.
"""

from __future__ import annotations

import _threading_local
import asyncio
import queue
import threading
import time
from contextlib import suppress
from typing import Any, Callable, Optional

from pyodide.code import run_js
from pyodide.ffi import can_run_sync, create_once_callable, run_sync

# In an object: a promise that a call returns would become a future of the loop of the page.
_later: Any = run_js(
    "(seconds) => ({ end: new Promise((done) => { setTimeout(done, seconds * 1000); }) })"
)
_start: Any = run_js("(run) => { setTimeout(run, 0); }")
_sleep: Callable[[float], None] = getattr(time.sleep, "__wrapped__", time.sleep)
_idents = iter(range(2, 1 << 62))
_now_running = 1
_alive = 0


def sleep(seconds: float) -> None:
    """Wait, and let other threads run meanwhile."""
    global _now_running
    if not are_alive():
        _sleep(seconds)
        return
    mine, loop = _now_running, asyncio._get_running_loop()
    asyncio._set_running_loop(None)  # or the stack would wait for a turn of this loop
    try:
        run_sync(_later(seconds).end)
    finally:
        _now_running = mine
        asyncio._set_running_loop(loop)


def are_alive() -> bool:
    """Say whether there are others than the main one."""
    return bool(_alive) and bool(can_run_sync())


class Lock:
    """A lock; whoever waits for it lets the others run."""

    def __init__(self) -> None:
        self._held = False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it, or give up when the time is over."""
        ends = time.monotonic() + timeout if timeout >= 0 else None
        while self._held:
            left = 0.005 if ends is None else min(0.005, ends - time.monotonic())
            if not blocking or left <= 0:
                return False
            if ends is None and not are_alive():
                raise RuntimeError("this waits for ever: there is no other thread")
            sleep(left)
        self._held = True
        return True

    def release(self) -> None:
        """Let the next one have it."""
        if not self._held:
            raise RuntimeError("release unlocked lock")
        self._held = False

    def locked(self) -> bool:
        """Say whether somebody has it."""
        return self._held

    def _at_fork_reinit(self) -> None:
        self._held = False

    __enter__ = acquire

    def __exit__(self, *_: object) -> None:
        self.release()


class Handle:
    """What `threading` keeps of a thread that runs."""

    def __init__(self) -> None:
        self.ident = 0
        self._done = False

    def is_done(self) -> bool:
        """Say whether it has ended."""
        return self._done

    def _set_done(self) -> None:
        self._done = True

    def join(self, timeout: Optional[float] = None) -> None:
        """Wait for its end."""
        ends = None if timeout is None else time.monotonic() + max(0.0, timeout)
        while not self._done and (ends is None or time.monotonic() < ends):
            sleep(0.005)


def start(function: Callable[[], object], *, handle: Handle, **_: object) -> None:
    """Run a function on a stack of its own, soon."""
    if not can_run_sync():
        raise RuntimeError("can't start new thread: this browser cannot switch stacks")
    global _alive
    _alive += 1
    handle.ident = next(_idents)

    def run() -> None:
        global _now_running, _alive
        _now_running = handle.ident
        asyncio._set_running_loop(None)
        try:
            function()
        finally:
            _alive -= 1
            handle._set_done()

    _start(create_once_callable(run, _may_syncify=True))


def install() -> None:
    """Take the place of the locks and threads of `threading`."""
    names = vars(threading)
    names.update(
        Lock=Lock,
        RLock=threading._PyRLock,
        _RLock=threading._PyRLock,
        _CRLock=None,
        _ThreadHandle=Handle,
        _allocate_lock=Lock,
        _start_joinable_thread=start,
        get_ident=lambda: _now_running,
        local=_threading_local.local,
    )
    _threading_local.RLock = threading._PyRLock
    names["_main_thread"]._ident = _now_running
    names["_active"].clear()
    names["_active"][_now_running] = names["_main_thread"]
    with suppress(AttributeError):
        queue.SimpleQueue = queue._PySimpleQueue
    time.sleep = sleep
