"""The waits between attempts, once for each colour: closing the client ends them."""

from __future__ import annotations

import threading
from typing import Any, Dict

from . import _concurrency


class AsyncPauses:
    """Wait on whichever event loops are running."""

    def __init__(self) -> None:
        self._scopes: Dict[Any, object] = {}

    async def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until `end` is called."""
        import anyio

        with anyio.CancelScope() as scope:
            self._scopes[scope] = _concurrency.async_home()
            try:
                await _concurrency.async_sleep(seconds)
            finally:
                del self._scopes[scope]

    def end(self) -> None:
        """Wake all that wait, on other loops as well."""
        for scope, loop in list(self._scopes.items()):
            _concurrency.run_soon(loop, scope.cancel)


class Pauses:
    """Wait in whichever threads there are."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until `end` is called."""
        _concurrency.sleep(seconds, self._ended)

    def end(self) -> None:
        """Wake all that wait."""
        self._ended.set()
