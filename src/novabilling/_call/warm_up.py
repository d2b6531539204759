"""What a call needs, loaded before it would be too late for it."""

from __future__ import annotations

from functools import lru_cache


def async_warm_up() -> None:
    """Load what the first call needs, so that a burst of first calls does not stall for it."""
    import anyio

    from .._network import async_sockets  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from . import envelopes  # noqa: F401  # pyright: ignore[reportUnusedImport]

    try:
        anyio.current_time()  # loads its part for the loop that runs
    except RuntimeError:  # none yet; these two load most of what such a part needs
        _ = anyio.connect_tcp, anyio.create_memory_object_stream


def warm_up() -> None:
    """Do nothing: no other thread waits while one loads something."""


@lru_cache(maxsize=None)
def load_explanations() -> None:
    """Load what says how a write has ended: a process may have no file left when it is asked."""
    import random  # noqa: F401  # pyright: ignore[reportUnusedImport]

    from .._reconcile import record, times  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from . import reasons, status_errors  # noqa: F401  # pyright: ignore[reportUnusedImport]
