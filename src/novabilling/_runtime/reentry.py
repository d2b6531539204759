"""Functions of the user that must not call themselves by way of a client."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generator, Tuple


class _Run:
    """One run of a function; what it has started may outlive it, with a copy of its context."""

    def __init__(self, function: object) -> None:
        self.function = function
        self.is_over = False


_runs: ContextVar[Tuple[_Run, ...]] = ContextVar("novabilling_runs", default=())


@contextmanager
def running(function: object) -> Generator[None, None, None]:
    """Note that a function runs, in this task or thread."""
    run, before = _Run(function), _runs.get()
    _runs.set((*before, run))
    try:
        yield
    finally:
        run.is_over = True
        _runs.set(before)


def is_running(function: object) -> bool:
    """Say whether this task or thread is inside of a function."""
    # Equal, not identical: each look at a method makes another one.
    return any(run.function == function and not run.is_over for run in _runs.get())
