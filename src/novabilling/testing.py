"""Fixtures of pytest for the tests of your app: a sandbox of its own for every test.

    pytest_plugins = ["novabilling.testing"]  # in the conftest.py beside your pytest settings

or `pytest -p novabilling.testing`. Nothing is loaded unless you ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator

import pytest

from .sandbox import Sandbox

if TYPE_CHECKING:
    from . import AsyncNovaBilling, NovaBilling

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
