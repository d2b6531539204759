"""What the first call of a process needs, loaded before there are others that would wait for it."""

from __future__ import annotations


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
