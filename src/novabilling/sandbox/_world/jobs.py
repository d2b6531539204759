"""What is done a little later: checks that wait for more, bills that failed, late requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from .._store.clock import Clock

ATTEMPTS = 3
"""How often the server tries a job, the first time included."""

PATIENCE = timedelta(seconds=6)
"""How long after the first attempt the last one comes."""


class Missed(NamedTuple):
    """A bill that failed, and until when it is tried again."""

    tenant_id: str
    subscription_id: str
    until: datetime
    attempts: int = 1


class Jobs:
    """The jobs of a world; of those with the same key, one waits."""

    def __init__(self) -> None:
        self._waiting: Dict[str, Tuple[Callable[..., None], Tuple[Any, ...]]] = {}
        self._missed: List[Missed] = []
        self._late: List[Tuple[datetime, Callable[[], None]]] = []

    def delay(self, due: datetime, work: Callable[[], None]) -> None:
        """Let a request take effect at a later time."""
        self._late.append((due, work))
        self._late.sort(key=lambda one: one[0])

    def carry_out(self, clock: Clock) -> None:
        """Do what was due meanwhile, each at its time: nobody has looked since."""
        while self._late and self._late[0][0] <= clock.now():
            due, work = self._late.pop(0)
            with clock.standing_at(due):
                work()

    def add(self, key: str, work: Callable[..., None], *arguments: Any) -> None:
        """Let work wait until somebody looks, unless such work waits already."""
        self._waiting.setdefault(key, (work, arguments))

    def run(self) -> None:
        """Do what waits: somebody looks, and nobody is to wait for a minute to pass."""
        while self._waiting:
            work, arguments = self._waiting.pop(next(iter(self._waiting)))
            work(*arguments)

    def miss(self, missed: Missed, now: datetime) -> None:
        """Keep a bill that failed, if it may be tried again, and forget those that are too old."""
        if missed.attempts < ATTEMPTS:
            if self._missed and self._missed[0].until < now:
                self._missed = [one for one in self._missed if one.until >= now]
            self._missed.append(missed)

    def take_missed(self, tenant_id: str, now: datetime) -> List[Missed]:
        """Take a tenant's bills that may still be tried again."""
        still = [one for one in self._missed if one.until >= now]
        self._missed = [one for one in still if one.tenant_id != tenant_id]
        return [one for one in still if one.tenant_id == tenant_id]

    @property
    def waiting(self) -> List[Tuple[Any, ...]]:
        """The arguments of the work that waits."""
        return [arguments for _, arguments in self._waiting.values()]

    def dump(self) -> Any:
        """Return the bills that failed. What is late is lost, as when a server is restarted."""
        return [tuple(missed) for missed in self._missed]

    def load(self, dumped: Any) -> None:
        self._waiting, self._late = {}, []
        self._missed = [Missed(*missed) for missed in dumped]

    def save(self) -> Callable[[], None]:
        waiting, missed, late = dict(self._waiting), list(self._missed), list(self._late)

        def restore() -> None:
            self._waiting, self._missed = dict(waiting), list(missed)
            self._late = list(late)

        return restore
