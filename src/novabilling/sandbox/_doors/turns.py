"""Whose turn it is: one request after the other, unless they may overlap."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import ContextManager, Generator, Optional

import anyio

from ..._runtime.lazy_httpx import httpx
from .._http.engine import Answering, Engine
from .._store.columns import exact_context
from .._world.faults import Faults


class Turns:
    """Answers requests of threads and of event loops; each step of an answer has the lock."""

    def __init__(self, engine: Engine, faults: Faults, lock: ContextManager[object]) -> None:
        self._engine = engine
        self._faults = faults
        self._lock = lock

    def handle(self, request: httpx.Request) -> httpx.Response:
        answering = self._engine.answer(request)
        while (answer := self._step(answering)) is None:
            time.sleep(self._faults.overlap)
        delay = self._faults.delay(request)
        if delay:
            time.sleep(delay)
        return answer

    async def ahandle(self, request: httpx.Request) -> httpx.Response:
        answering = self._engine.answer(request)
        while (answer := self._step(answering)) is None:
            with self._carried_out(answering):
                await anyio.sleep(self._faults.overlap)
        delay = self._faults.delay(request)
        if delay:
            await anyio.sleep(delay)
        return answer

    def _step(self, answering: Answering) -> Optional[httpx.Response]:
        """Return the answer, or None where others may get in before it is complete."""
        with self._lock, exact_context():
            try:
                next(answering)
                while not self._faults.overlap:
                    next(answering)
            except StopIteration as end:
                answer: httpx.Response = end.value
                return answer
        return None

    @contextmanager
    def _carried_out(self, answering: Answering) -> Generator[None, None, None]:
        """Complete what has arrived although its client hangs up."""
        try:
            yield
        except BaseException:
            while self._step(answering) is None:
                pass
            raise
