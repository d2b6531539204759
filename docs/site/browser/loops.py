"""An event loop for Python in a browser that blocks, as `asyncio.run` expects it."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Callable, List, Optional

import anyio
import anyio.to_thread


class Loop(asyncio.BaseEventLoop):
    """An event loop that blocks until its work is done, as `asyncio.run` expects it."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = self
        self._woken = False

    def select(self, timeout: Optional[float]) -> List[Any]:
        """Wait until the next timer is due: there are no threads that could wake it before."""
        if not self._woken:
            if timeout is None:
                raise RuntimeError("this waits for ever: no task is left that could go on")
            time.sleep(max(0.0, timeout))
        self._woken = False
        return []

    def _process_events(self, event_list: List[Any]) -> None:
        """Do nothing: no events come from sockets."""

    def _write_to_self(self) -> None:
        self._woken = True


class _Policy(asyncio.events._AbstractEventLoopPolicy):  # type: ignore[name-defined,misc]
    def __init__(self, of_the_page: Any) -> None:
        self._of_the_page = of_the_page

    def new_event_loop(self) -> Loop:
        return Loop()

    def set_event_loop(self, loop: object) -> None:
        """Keep none: programs get theirs from `asyncio.run`."""

    def get_event_loop(self) -> Any:
        return self._of_the_page  # which waits for promises


async def _run_here(function: Callable[..., Any], *args: Any, **_: Any) -> Any:
    await asyncio.sleep(0)
    return function(*args)


def take_place() -> None:
    """Let `asyncio.run` and anyio use it, and no threads for what blocks on the disk."""
    asyncio.events._set_event_loop_policy(  # type: ignore[attr-defined]
        _Policy(asyncio.get_event_loop())
    )
    asyncio.run = asyncio.runners.run
    anyio.to_thread.run_sync = _run_here
