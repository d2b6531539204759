from __future__ import annotations

import asyncio
import gc
import random
from typing import Iterator

import pytest

from tests.chaos.server import Server, running, serving


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Return the loop of all servers, in a thread of its own."""
    with running() as loop:
        yield loop


@pytest.fixture(scope="module", autouse=True)
def short_collections() -> None:
    """Leave what other tests have left out of the garbage collections, which stop the clock."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def other(loop: asyncio.AbstractEventLoop) -> Iterator[Server]:
    """Return a server that redirects lead to."""
    with serving(loop) as server:
        yield server


@pytest.fixture(scope="module")
def module_server(loop: asyncio.AbstractEventLoop, other: Server) -> Iterator[Server]:
    with serving(loop, elsewhere=other.url) as server:
        yield server


@pytest.fixture
def server(module_server: Server, other: Server) -> Server:
    """Return a server with an empty ledger."""
    module_server.ledger.clear()
    module_server.answers = None
    other.ledger.clear()
    return module_server


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw a tiny backoff every time."""
    monkeypatch.setattr(random, "uniform", lambda _, __: 0.001)
