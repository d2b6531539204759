"""The waits between attempts, once for each colour: closing the client ends them."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Dict, Set

from . import concurrency, loops

if TYPE_CHECKING:
    import anyio


class AsyncRetryWaits:
    """Wait on whichever event loops are running."""

    def __init__(self) -> None:
        self._ended = False
        self._scopes: Dict[anyio.CancelScope, object] = {}

    async def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until `end` is called."""
        import anyio

        with anyio.CancelScope() as scope:
            self._scopes[scope] = loops.async_running_loop()
            try:
                if not self._ended:  # by another thread, before it knew of this
                    await concurrency.async_sleep(seconds)
            finally:
                del self._scopes[scope]

    def end(self) -> None:
        """Wake all that wait, on other loops as well."""
        self._ended = True
        for scope, loop in list(self._scopes.items()):
            loops.run_soon(loop, scope.cancel)


class RetryWaits:
    """Wait in whichever threads there are.

    Each wait has a lock of its own, so `end` never waits: it may be called by a signal handler, or
    in a forked child, which has a copy of what the threads of its parent held.
    """

    def __init__(self) -> None:
        self._ended = False
        self._turns: Set[threading.Lock] = set()

    def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until `end` is called."""
        turn = threading.Lock()
        turn.acquire()
        self._turns.add(turn)
        try:
            if not self._ended:
                concurrency.sleep(seconds, turn)
        finally:
            self._turns.remove(turn)

    def end(self) -> None:
        """Wake all that wait."""
        self._ended = True
        for turn in list(self._turns):
            with suppress(RuntimeError):  # it was ended before
                turn.release()
