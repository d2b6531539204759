"""What all doors of a sandbox share: its world, the lock on it, and who is connected."""

from __future__ import annotations

from datetime import datetime
from threading import RLock
from typing import TYPE_CHECKING, Union
from weakref import WeakSet

from .._store.columns import exact_context
from .._world.world import World

if TYPE_CHECKING:
    from novabilling import AsyncNovaBilling, NovaBilling


class Core:
    """A world that one caller at a time works on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._clients: WeakSet[Union[NovaBilling, AsyncNovaBilling]] = WeakSet()
        self._lock = RLock()

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return self._world.clock.now()

    def _forget_limits(self) -> None:
        """Let clients ask anew: their own clocks have not moved."""
        for client in list(self._clients):
            client._caller.limiter.forget()  # pyright: ignore[reportPrivateUsage]

    def _settle_waiting(self) -> None:
        """Do what was due meanwhile, and what the server does within a minute."""
        with self._lock, exact_context():
            self._world.jobs.carry_out(self._world.clock)
            self._world.jobs.run()
