"""Waits that others end, once for each colour: closing the client ends all of them."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Optional, Set

from . import concurrency, loops

if TYPE_CHECKING:
    import anyio


class AsyncWait:
    """The wait of one task; `wake` may come from any thread or loop, and before the wait."""

    def __init__(self, loop: object = None) -> None:
        """Take the event loop that it is on before it begins, if anybody asks for that."""
        self._woken = False
        self._loop = loop
        self._scope: Optional[anyio.CancelScope] = None

    async def wait(self, seconds: Optional[float]) -> None:
        """Wait for some seconds, for ever with None, or until `wake` is called."""
        import anyio

        with anyio.CancelScope() as scope:
            self._loop = loops.async_running_loop()
            self._scope = scope
            if not self._woken:
                if seconds is None:
                    await anyio.sleep_forever()
                else:
                    await concurrency.async_sleep(seconds)
        self._scope = None
        self._woken = False

    def wake(self) -> None:
        self._woken = True
        scope = self._scope
        if scope is not None:
            loops.run_soon(self._loop, scope.cancel)

    def is_lost(self) -> bool:
        """Say whether its event loop has ended, with the task in it."""
        return loops.has_ended(self._loop)


class Wait:
    """The wait of one thread; `wake` may come from any thread, and before the wait.

    It has a lock of its own, so `wake` never waits: it may be called by a signal handler, or in a
    forked child, which has a copy of what the threads of its parent held.
    """

    def __init__(self, _: object = None) -> None:
        self._turn = threading.Lock()
        self._turn.acquire()

    def wait(self, seconds: Optional[float]) -> None:
        """Wait for some seconds, for ever with None, or until `wake` is called."""
        if seconds is None:
            self._turn.acquire()
        else:
            concurrency.sleep(seconds, self._turn)

    def wake(self) -> None:
        with suppress(RuntimeError):  # it was woken before
            self._turn.release()

    def is_lost(self) -> bool:
        """Say no: a thread goes on until its end."""
        return False


class AsyncWaits:
    """All waits of a client, on whichever event loops are running."""

    def __init__(self) -> None:
        self._ended = False
        self._waits: Set[AsyncWait] = set()

    async def wait(self, seconds: Optional[float], on: Optional[AsyncWait] = None) -> None:
        """Wait for some seconds, for ever with None, or until it is woken or `end` is called."""
        on = on or AsyncWait()
        self._waits.add(on)
        try:
            if not self._ended:  # by another thread, before it knew of this
                await on.wait(seconds)
        finally:
            self._waits.discard(on)

    def end(self) -> None:
        """Wake all that wait, on other loops as well."""
        self._ended = True
        for wait in list(self._waits):
            wait.wake()


class Waits:
    """All waits of a client, in whichever threads there are."""

    def __init__(self) -> None:
        self._ended = False
        self._waits: Set[Wait] = set()

    def wait(self, seconds: Optional[float], on: Optional[Wait] = None) -> None:
        """Wait for some seconds, for ever with None, or until it is woken or `end` is called."""
        on = on or Wait()
        self._waits.add(on)
        try:
            if not self._ended:
                on.wait(seconds)
        finally:
            self._waits.discard(on)

    def end(self) -> None:
        """Wake all that wait."""
        self._ended = True
        for wait in list(self._waits):
            wait.wake()
