"""Fixtures of pytest for the tests of your app: a sandbox of its own for every test.

Those that begin with `novabilling_server` are for an app in another process: they start the sandbox
as one.

    pytest_plugins = ["novabilling.testing"]  # in the conftest.py beside your pytest settings

or `pytest -p novabilling.testing`. Nothing is loaded unless you ask for it.

PYTEST_DONT_REWRITE: it has no assertions, and tests may import names of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Sequence

import pytest

from .sandbox import Sandbox
from .sandbox._remote.client import SandboxError, SandboxServer
from .sandbox._remote.process import serve_sandbox

if TYPE_CHECKING:
    from . import AsyncNovaBilling, NovaBilling

__all__ = [
    "SEED",
    "SandboxError",
    "SandboxServer",
    "async_novabilling_client",
    "novabilling_client",
    "novabilling_sandbox",
    "novabilling_server",
    "novabilling_server_options",
    "novabilling_server_process",
    "serve_sandbox",
]

SEED = "novabilling"


@pytest.fixture
def novabilling_sandbox() -> Sandbox:
    """Make an empty server in memory; its ids and times are the same in every run."""
    return Sandbox(seed=SEED)


@pytest.fixture
def novabilling_client(novabilling_sandbox: Sandbox) -> Iterator[NovaBilling]:
    """Make a client of the sandbox, with an API key."""
    with novabilling_sandbox.client() as client:
        yield client


@pytest.fixture
def async_novabilling_client(novabilling_sandbox: Sandbox) -> AsyncNovaBilling:
    """Make an asynchronous client of the sandbox, for any event loop."""
    # It has no connections, so no loop needs to close it.
    return novabilling_sandbox.async_client()


@pytest.fixture(scope="session")
def novabilling_server_options() -> Sequence[str]:
    """Return the options of the server's process; override it to have others."""
    return ("--seed", SEED)


@pytest.fixture(scope="session")
def novabilling_server_process(
    novabilling_server_options: Sequence[str],
) -> Iterator[SandboxServer]:
    """Start a server for the whole run, on a free port: one a worker of pytest-xdist."""
    with serve_sandbox(novabilling_server_options) as server:
        yield server


@pytest.fixture
def novabilling_server(novabilling_server_process: SandboxServer) -> SandboxServer:
    """Make the server empty, for an app in another process or language."""
    novabilling_server_process.reset()
    return novabilling_server_process
