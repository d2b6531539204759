from __future__ import annotations

import gc
import os
import random
from typing import Any, List

import hypothesis  # noqa: F401  # it looks for referrers when it is loaded, which a freeze hides
import pytest

from novabilling._runtime import concurrency
from tests.postgres import database, own_postgres, postgres_dsn  # noqa: F401  # fixtures


def pytest_xdist_auto_num_workers() -> int:
    """Let a test run while others wait for a timeout."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: List[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(3600))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the tests themselves out of the garbage collections, which they make slow."""
    gc.collect()
    gc.freeze()


class Clock:
    """A clock that only sleeping moves, at once; `slept` are the waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: List[float] = []

    def sleep(self, seconds: float, turn: object = None) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def async_sleep(self, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock, and draw the longest backoff every time: 0.5, 1, 2, 4, 8, 8 ..."""
    clock = Clock()
    monkeypatch.setattr(concurrency, "monotonic", lambda: clock.now)
    monkeypatch.setattr(concurrency, "sleep", clock.sleep)
    monkeypatch.setattr(concurrency, "async_sleep", clock.async_sleep)
    monkeypatch.setattr(random, "uniform", lambda _, longest: longest)
    return clock


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["httpx", "httpx2"])
def family(request: pytest.FixtureRequest) -> Any:
    """Return the package that the user's own client is of."""
    return pytest.importorskip(request.param, reason="httpx2 needs Python 3.11")
