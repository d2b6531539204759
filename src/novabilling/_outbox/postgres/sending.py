"""The sender's side of a table: what a process claims, keeps, gives back and settles."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from functools import partial
from typing import Any, Callable, List, Optional, Sequence

from ..._call.errors import OutboxError
from ..._runtime import concurrency
from ..entries import Entry, Report, Settlement, Target
from .connections import Connections
from .leases import Claimed, Leases
from .listening import Listener, Watch
from .reading import changed, rows
from .settling import settle
from .statements import Statements
from .tables import Table, check_version

logger = logging.getLogger("novabilling")


class Sending:
    """What one process sends of a table; several threads may call it at the same time."""

    def __init__(
        self, connections: Connections, sql: Statements, lease: float, poll: float
    ) -> None:
        self.begun: bool = False
        """Whether this process sends."""
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._connections = connections
        self._sql = sql
        self._lease = lease
        self._leases = Leases(lease)
        self._watch = Watch(poll)
        self._listener: Optional[Listener] = None
        self._beginning = threading.Lock()

    def begin(self, table: Table, target: Target, wake: Optional[Callable[[], object]]) -> None:
        """Look at the table for the first time; listen to writers, if somebody is to be woken."""
        with self._beginning:
            if self.begun:
                return
            with self._connections.use() as connection:
                check_version(connection, table)
                changed(connection, self._sql.gather, (target.base_url, target.label))
                self._look_for_strangers(connection, table, target)
            if wake is not None and self._connections.can_listen:
                heard = partial(self._heard, wake)
                self._listener = Listener(self._connections, table.channel, heard)
                self._listener.start()
            self.begun = True

    def _look_for_strangers(self, connection: Any, table: Table, target: Target) -> None:
        """Say what a sender with a wrong server would leave alone for ever."""
        params = (target.base_url, target.base_url, target.label)
        for (base_url,) in rows(connection, self._sql.strangers, params):
            logger.warning(
                "The table %s has events for %s, which the sender for %s leaves alone: "
                "is base_url right?",
                table.events,
                base_url,
                target,
            )

    def _heard(self, wake: Callable[[], object]) -> None:
        self._watch.notify()
        wake()

    def claim(self, target: Target, most: int) -> List[Entry]:
        """Return events that nobody else sends now, those that are due first."""
        if most < 1 or not self._watch.begin():
            return []
        found = self._claim(target, "due", most)
        if len(found) < most:
            try:
                found += self._claim(target, "held", most - len(found))
            except Exception:  # that of a pool of the user's may be of any kind
                if not found:
                    raise  # else those are claimed, and nobody would send them any more
        if not found:
            self._watch.found_nothing()
        return found

    def _claim(self, target: Target, state: str, most: int) -> List[Entry]:
        claim, since = secrets.randbits(63), concurrency.monotonic()
        params = (target.base_url, target.label, state, most, self._lease, claim)
        with self._connections.use() as connection:
            found = rows(connection, self._sql.claim, params)
        if not found:
            return []
        found.sort(key=lambda row: row[0])
        self._leases.add(claim, [row[0] for row in found], since)
        now = time.time()
        return [
            Entry(
                body.encode(), now - float(age), (str(claim), number), since=moment_of(now, refused)
            )
            for number, body, age, refused in found
        ]

    def extend(self, entries: Sequence[Entry]) -> List[Entry]:
        """Return those that this process still has, for half of a lease at least."""
        self._renew(self._leases.ending(entries))
        return [entry for entry in entries if self._leases.holds(entry)]

    def _renew(self, asked: Claimed) -> None:
        if not asked[0]:
            return
        since = concurrency.monotonic()
        with self._connections.use() as connection:
            kept = rows(connection, self._sql.renew, (*asked, self._lease))
        lost = self._leases.renewed(asked, kept, since)
        if lost:
            logger.warning("The outbox was too slow: another sender has taken %d events", lost)

    def settle(self, outcome: Settlement) -> None:
        """Write what became of claimed events, but for those that another sender has by now."""
        with self._connections.use() as connection:
            settle(connection, self._sql, outcome)
        self._leases.settled(outcome)

    def report(self, target: Target, report: Report) -> None:
        """Keep what this sender says of itself, and what it has claimed."""
        self._renew(self._leases.ending())
        said = (report.sent, report.duplicates, report.rate, report.problem)
        params = (target.base_url, target.label, self._name, *said)
        with self._connections.use() as connection:
            changed(connection, self._sql.report, params)

    def reported(self, target: Target, own: Optional[Report]) -> Report:
        """Return what all senders have said last, with what this one would say now."""
        params = (target.base_url, target.label, "-" if own is None else self._name)
        with self._connections.use() as connection:
            ((sent, duplicates, rate, problem, ago),) = rows(connection, self._sql.reported, params)
        found = Report(sent=sent, duplicates=duplicates, rate=float(rate), problem=problem)
        found.at = moment_of(time.time(), ago) or 0.0
        if own is None:
            return found
        return Report(
            pid=own.pid,
            at=own.at,
            sent=sent + own.sent,
            duplicates=duplicates + own.duplicates,
            rate=found.rate + own.rate,
            problem=own.problem or problem,
        )

    def end(self) -> None:
        """Give back what is claimed."""
        if self._listener is not None:
            self._listener.stop()
        left = self._leases.all()
        if not left[0]:
            return
        try:
            with self._connections.use() as connection:
                changed(connection, self._sql.release, left)
        except OutboxError as error:  # they come back when the lease is over
            logger.warning("The outbox cannot give back %d events: %s", len(left[0]), error)


def moment_of(now: float, seconds_ago: Any) -> Optional[float]:
    """Return a time by the clock of this machine, which may differ from that of the database."""
    return None if seconds_ago is None else now - float(seconds_ago)
