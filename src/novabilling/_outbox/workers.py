"""What runs the senders: threads, or tasks of the event loop that the block stands on."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Awaitable, Callable, List, Optional

from .._call.errors import OutboxError
from .._runtime import concurrency

if TYPE_CHECKING:
    import anyio.abc


class Workers:
    """Run a function in several threads; they do not keep a program from ending."""

    def __init__(self) -> None:
        self._threads: List[threading.Thread] = []
        self._pid = 0

    def start(self, count: int, work: Callable[[], None]) -> None:
        """Start the threads, unless they run; fewer if there are no more to be had."""
        if self._threads and not self.are_lost():
            return
        started: List[threading.Thread] = []
        for number in range(count):
            name = f"novabilling-outbox-{number}"
            thread = threading.Thread(target=work, name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                if started:
                    break
                raise OutboxError(f"the outbox has no thread to send in: {error}") from error
            started.append(thread)
        self._pid, self._threads = os.getpid(), started

    def are_lost(self) -> bool:
        """Say whether they were started, and this is a forked child that has none of them."""
        return bool(self._threads) and self._pid != os.getpid()

    def stop(self, seconds: float) -> None:
        """Wait for their end, for some seconds."""
        ends = concurrency.monotonic() + seconds
        threads = self._threads if self._pid == os.getpid() else []
        self._threads = []
        for thread in threads:
            thread.join(max(0.0, ends - concurrency.monotonic()))


class AsyncWorkers:
    """Run a function in several tasks."""

    def __init__(self) -> None:
        self._group: Optional[anyio.abc.TaskGroup] = None
        self._left = 0
        self._ended: Any = None

    async def start(self, count: int, work: Callable[[], Awaitable[None]]) -> None:
        """Start the tasks, unless they run."""
        import anyio

        if self._group is not None:
            return
        self._ended = anyio.Event()
        self._left = count

        async def run() -> None:
            try:
                await work()
            finally:
                self._left -= 1
                if not self._left:
                    self._ended.set()

        self._group = await anyio.create_task_group().__aenter__()
        for _ in range(count):
            self._group.start_soon(run)

    def are_lost(self) -> bool:
        """Say no: a forked child cannot go on with its parent's event loop."""
        return False

    async def stop(self, seconds: float) -> None:
        """Wait for their end, for some seconds, and cancel those that are left."""
        import anyio

        if self._group is None:
            return
        group, self._group = self._group, None
        try:
            with anyio.move_on_after(seconds):
                await self._ended.wait()
        except BaseException as error:  # the block is cancelled: so are the tasks
            group.cancel_scope.cancel()
            if await group.__aexit__(type(error), error, error.__traceback__):
                return
            raise
        group.cancel_scope.cancel()
        await group.__aexit__(None, None, None)
