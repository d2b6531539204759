"""A sandbox that is served: with a night book, named snapshots, and what is to be sent."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta
from typing import (
    Any,
    Collection,
    Deque,
    Dict,
    Generator,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Tuple,
)

import httpx

from novabilling._runtime.secrets import Secret

from .._business.progressive import check_at
from .._doors.sandbox import Sandbox, Snapshot
from .._doors.timetable import Job
from .._http.engine import Answering, Engine
from .._javascript.values import Row
from .._store.clock import Seed
from .._store.columns import exact_context
from .._store.database import Database
from .._world.deliveries import Delivery, Status
from .._world.faults import Fault
from .._world.world import World

NIGHTS = 400
"""Entries of the night book that are kept."""

RENEWALS_AT = timedelta(hours=3)
DAY = timedelta(days=1)


class Night(NamedTuple):
    """What the server has done by the clock at one time: events by their number."""

    at: datetime
    jobs: Tuple[str, ...]
    did: Dict[str, int]


class ServedSandbox(Sandbox):
    """A sandbox for callers of other processes.

    Args:
        token: The API key of the tenant, instead of one that is made up.
        webhook_url: Where its webhooks go.
        webhook_secret: What they are signed with, instead of one that is made up.
    """

    def __init__(
        self,
        *,
        seed: Optional[Seed] = None,
        rate_limit: Optional[int] = None,
        overlap: float = 0.0,
        token: Optional[str] = None,
        webhook_url: Optional[str] = None,
        webhook_secret: Optional[str] = None,
    ) -> None:
        super().__init__(seed=seed, rate_limit=rate_limit, overlap=overlap)
        self._seed = seed
        self.nights: Deque[Night] = deque(maxlen=NIGHTS)
        self.snapshots: Dict[str, Snapshot] = {}
        self._engine = Engine(self._world)
        self._given: Row = {
            "apiKey": token,
            "webhookUrl": webhook_url,
            "webhookSecret": webhook_secret,
        }
        self._world.outbox.keeps_all = True
        self._give()
        self._empty = self.snapshot()

    def _give(self) -> None:
        """Let the tenant have what was given for it."""
        given = {name: value for name, value in self._given.items() if value is not None}
        self._world.central["tenant"].update(self._tenant_id, given)
        self.token = self.tenant["apiKey"]

    @property
    def world(self) -> World:
        """Everything the server holds."""
        return self._world

    @property
    def tenant(self) -> Row:
        """The row of the tenant that is there from the start."""
        return self._world.central["tenant"].rows[self._tenant_id]

    @property
    def database(self) -> Database:
        """The tables of that tenant."""
        return self._world.databases[self._tenant_id]

    def restore(self, snapshot: Snapshot) -> None:
        """Bring back a state; nights that have not been yet are forgotten."""
        super().restore(snapshot)
        while self.nights and self.nights[-1].at > self.now():
            self.nights.pop()

    @property
    def is_seeded(self) -> bool:
        """Whether it has a time of its own, which stands still."""
        return self._seed is not None

    def reset(self) -> None:
        """Be as at the start: empty, with the same keys."""
        self.restore(self._empty)
        self.nights.clear()

    # Time

    def advance_period(self) -> None:
        """Move the time on until the next period or trial is over and the night after it done.

        Raises:
            ValueError: There is no subscription whose period will end.
        """
        now = self.now()
        ends = [end for end in self._period_ends() if end > now]
        if not ends:
            raise ValueError("there is no active subscription whose period will end")
        end = min(ends)
        night = end.replace(hour=0, minute=0, second=0, microsecond=0) + RENEWALS_AT
        if night < end:
            night += DAY
        self.advance(night + timedelta(minutes=1) - now)

    def _period_ends(self) -> Iterator[datetime]:
        for database in self._world.databases.values():
            for status in ("ACTIVE", "TRIALING"):
                for row in database["subscription"].find(status=status):
                    yield row["currentPeriodEnd"]

    def _do(self, jobs: Collection[Job]) -> None:
        outbox = self._world.outbox
        start, canceled = len(outbox.deliveries), self._canceled(jobs)
        super()._do(jobs)
        did = dict(Counter(delivery.event for delivery in outbox.deliveries[start:]))
        ended = self._canceled(jobs) - canceled
        if ended:
            did["ended without an event"] = ended
        if did:
            self.nights.append(Night(self.now(), tuple(jobs), did))

    def _canceled(self, jobs: Collection[Job]) -> int:
        databases = self._world.databases.values() if "renewals" in jobs else ()
        return sum(database["subscription"].count(status="CANCELED") for database in databases)

    # Requests of its own

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call an operation as the tenant would, past faults and limits; return what it answers.

        Raises:
            ValueError: The server refuses it.
        """
        authorization = {"Authorization": f"Bearer {self.jwt}"}
        url = f"http://sandbox.local{path}"
        request = httpx.Request(method, url, headers=authorization, json=body)
        with self._lock, exact_context():
            forget = (self._world.faults.save(), self._world.rate_limit.save())
            self._world.faults.clear()
            self._world.rate_limit.limit = None
            try:
                answer = _last(self._engine.answer(request))
            finally:
                for restore in forget:
                    restore()
        if not answer.is_success:
            raise ValueError(f"{method} {path}: {answer.status_code} {answer.json()['message']}")
        return answer.json()

    # Faults

    @property
    def planned_faults(self) -> Tuple[Fault, ...]:
        """The faults that no request has met yet."""
        return self._world.faults.waiting

    def plan(self, fault: Fault, times: int, method: Optional[str], route: Optional[str]) -> None:
        """Let a fault happen to the next requests; `fail_next()` says what may be wrong with it."""
        self._plan(fault, times, method, route)

    def clear_faults(self) -> None:
        """Plan no fault any more, and be as quick as ever."""
        with self._lock:
            self._world.faults.clear()

    # Deliveries

    @property
    def sent_and_unsent(self) -> List[Delivery]:
        """The deliveries so far; unlike `deliveries`, it does no work that waits."""
        return self._world.outbox.deliveries

    def take_pending(self) -> Optional[int]:
        """Take the place of the next delivery that nobody has taken."""
        with self._lock:
            outbox = self._world.outbox
            if not outbox.pending:
                return None
            outbox.take()
            return outbox.taken - 1

    def secret_of(self, delivery: Delivery) -> Secret[str]:
        """Return what its tenant's webhooks are signed with."""
        return Secret(self._world.central["tenant"].rows[delivery.tenant_id]["webhookSecret"])

    def settle(self, place: int, delivery: Delivery, statuses: Tuple[Status, ...]) -> None:
        """Keep what the attempts to send a delivery were answered."""
        with self._lock:
            self._world.outbox.settle_at(place, delivery, statuses)

    # State

    def dump(self) -> Row:
        """Return all that `load()` goes on from, in plain values."""
        with self._lock:
            return {
                "seed": self._seed,
                "tenant": self._tenant_id,
                "world": self._world.dump(),
                "checks": self._world.jobs.waiting,
                "nights": [tuple(night) for night in self.nights],
            }

    def load(self, dumped: Row) -> None:
        """Go on from what `dump()` returned, perhaps in another process.

        Raises:
            ValueError: It is of a sandbox with another seed.
        """
        if dumped["seed"] != self._seed:
            seed = dumped["seed"]
            said = "no seed" if seed is None else f"the seed {seed!r}"
            raise ValueError(f"it is of a sandbox with {said}: use the same one, or another file")
        with self._lock, exact_context():
            self._world.load(dumped["world"])
            self._tenant_id = dumped["tenant"]
            for check in dumped["checks"]:
                check_at(self._world, *check)
            self.nights.extend(Night(*night) for night in dumped["nights"])
            self._give()


class _Completed:
    """An answer whose steps are taken at once; nothing gets in between."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def __iter__(self) -> Generator[None, None, None]:
        self.answer = yield from self._answering


def _last(answering: Answering) -> httpx.Response:
    completed = _Completed(answering)
    for _ in completed:
        pass
    return completed.answer
