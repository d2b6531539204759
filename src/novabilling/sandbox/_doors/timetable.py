"""Time that moves, and the jobs that the server does by the clock on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Callable, Collection, Dict, List, Literal, Optional

from .._business.daily import bill_ending_periods, finalize_drafts, remind
from .._business.renewals import renew_subscriptions
from .._javascript.values import Row
from .._store.clock import hours
from .._store.columns import exact_context
from .._world.world import World
from .core import Core

Job = Literal["billing", "renewals", "reminders", "finalizing"]

_JOBS: Dict[Job, Callable[[World, Row], None]] = {
    "billing": bill_ending_periods,
    "renewals": renew_subscriptions,
    "reminders": remind,
    "finalizing": finalize_drafts,
}
_HOURS: Dict[Job, Optional[int]] = {
    "billing": 2,
    "renewals": 3,
    "reminders": 8,
    "finalizing": None,  # every hour
}
ALL_JOBS = tuple(_JOBS)


class Timetable(Core):
    """Moves the time of a sandbox."""

    def advance(
        self,
        span: Optional[timedelta] = None,
        *,
        jobs: Collection[Job] = ALL_JOBS,
        **parts: float,
    ) -> None:
        """Move the time on and do the server's jobs on the way, each at its hour (UTC).

        `billing` at 02:00 bills what ends within three days, again in each night; `renewals` at
        03:00 renews what has ended, by one period at most, and bills the period that begins;
        `reminders` come at 08:00; `finalizing`, every hour, ends the grace period of drafts.

        **`renewals` alone bill no usage of the period that has ended**, as on the real server: only
        the base price, and the usage of the first hours of the new period. Whoever tests usage
        needs `billing`: its invoice of the night after the end has all of it.

        Args:
            span: How far to go.
            **parts: The same in the arguments of a `timedelta`: `advance(days=31)`.
            jobs: The jobs to do; with `("renewals",)` there is one invoice for each period, without
                the usage of the one before.

        Raises:
            ValueError: Time cannot go back, nothing says how far it should go, or there is no such
                job.
        """
        _check(jobs)
        span = timedelta(**parts) + (span or timedelta())
        if span <= timedelta():
            raise ValueError(f"time only moves on: advance(days=31), not {span}")
        with self._lock:
            self._settle_waiting()
            start = self.now()
            for hour in hours(start, start + span):
                due: List[Job] = [job for job in jobs if _HOURS[job] in (None, hour.hour)]
                if due:
                    self._world.clock.move_to(hour)
                    self._settle_waiting()
                    self._do(due)
            self._world.clock.move_to(start + span)
            self._settle_waiting()
        self._forget_limits()

    def run_renewals(self) -> None:
        """Do the server's work of 03:00 now: trials, renewals, cancellations, plans, invoices.

        The invoices have no usage of the period that has ended: `advance()` says more. Each call
        moves a subscription on by one period at most.
        """
        self.run_jobs("renewals")

    def run_jobs(self, *jobs: Job) -> None:
        """Do jobs now, one after the other; without any, those of a whole day, each once.

        `advance()` says what `billing`, `renewals`, `reminders` and `finalizing` do.

        Raises:
            ValueError: There is no such job.
        """
        _check(jobs)
        with self._lock:
            self._settle_waiting()
            self._do(jobs or ALL_JOBS)

    def _do(self, jobs: Collection[Job]) -> None:
        with exact_context():
            for job in jobs:
                for tenant in self._world.central["tenant"].find():
                    _JOBS[job](self._world, tenant)


def _check(jobs: Collection[Job]) -> None:
    if isinstance(jobs, str):
        raise ValueError(f"jobs must be several: jobs=({jobs!r},)")
    for job in jobs:
        if job not in _JOBS:
            raise ValueError(f"there is no job {job!r}, only {', '.join(ALL_JOBS)}")
