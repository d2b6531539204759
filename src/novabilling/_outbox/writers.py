"""How an event comes to the disk: in the thread that waits, or, on an event loop, in another."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from functools import partial
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .._call.errors import OutboxError
from .._runtime.loops import async_running_loop, run_soon
from .._runtime.waitables import async_event_type
from .._runtime.waits import Wait

Add = Callable[[List[bytes]], None]


class Writer:
    """Write in this thread; those that wait at the same time share a commit."""

    def __init__(self, add: Add) -> None:
        self._add = add

    def write(self, bodies: List[bytes]) -> None:
        """Return when these events are safe."""
        self._add(bodies)

    def end(self) -> None:
        """Do nothing: there is no thread to end."""


class _Order:
    __slots__ = ("bodies", "done", "error", "loop")

    def __init__(self, bodies: List[bytes], loop: object, done: Any) -> None:
        self.bodies = bodies
        self.loop = loop
        self.done = done
        self.error: Optional[Exception] = None


class AsyncWriter:
    """Write in a thread of its own, so that no disk keeps an event loop waiting.

    What comes while it writes is written together. A task that is cancelled meanwhile does not take
    its events back.
    """

    def __init__(self, add: Add) -> None:
        self._add = add
        self._orders: Deque[_Order] = deque()
        self._thread: Tuple[int, Optional[threading.Thread]] = (0, None)
        self._wait = Wait()
        self._closing = False

    async def write(self, bodies: List[bytes]) -> None:
        """Return when these events are safe."""
        order = _Order(bodies, async_running_loop(), async_event_type()())
        self._orders.append(order)
        try:
            self._start()
        except BaseException:  # nobody is there to write it
            with suppress(ValueError):
                self._orders.remove(order)
            raise
        self._wait.wake()
        await order.done.wait(None)
        if order.error is not None:
            raise order.error

    def end(self) -> None:
        """End the thread, once it has written what it was given."""
        self._closing = True
        self._wait.wake()

    def _start(self) -> None:
        if self._thread[0] == os.getpid() and self._thread[1] is not None:
            return
        if self._thread[0] != os.getpid() and self._thread[0]:  # a fork: the parent's are its own
            order = self._orders[-1]
            self._orders, self._wait = deque([order]), Wait()
        self._closing = False
        thread = threading.Thread(target=self._work, name="novabilling-outbox-writer", daemon=True)
        self._thread = (os.getpid(), thread)
        try:
            thread.start()
        except RuntimeError as error:
            self._thread = (os.getpid(), None)
            raise OutboxError(f"the outbox has no thread to write in: {error}") from error

    def _work(self) -> None:
        while True:
            self._wait.wait(None)
            ends = self._closing
            if ends:  # before it looks: whoever comes from here on starts another one
                self._thread = (self._thread[0], None)
            orders: List[_Order] = []
            with suppress(IndexError):  # not asked before: that other one may take them
                while True:
                    orders.append(self._orders.popleft())
            if orders:
                self._write(orders)
            if ends:
                return

    def _write(self, orders: List[_Order]) -> None:
        try:
            self._add([body for order in orders for body in order.bodies])
        except Exception as error:
            if len(orders) == 1:
                orders[0].error = error
            else:  # nobody fails for another's events
                for order in orders:
                    self._write([order])
                return
        by_loop: Dict[object, List[_Order]] = {}
        for order in orders:
            by_loop.setdefault(order.loop, []).append(order)
        for loop, done in by_loop.items():
            run_soon(loop, partial(_wake, done))


def _wake(orders: List[_Order]) -> None:
    for order in orders:
        order.done.set()
