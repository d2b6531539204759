"""A store in a table of PostgreSQL, for any number of writers and senders on any machines."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterable, List, Optional, Sequence, Tuple, Union

from ..._call.errors import OutboxError
from ..._runtime.forks import OfProcess
from ..._runtime.secrets import Secret
from ...types._inputs import UsageEventInput, UsageEventParam
from ..entries import Counts, DeadLetter, Entry, Report, Settlement, Target, event_of, moment
from ..settings import check_seconds, completed_and_sealed
from .connections import Connections
from .listening import Notifier
from .reading import changed, cursor_of, rows
from .sending import Sending, moment_of
from .statements import Statement, insertion, notifying, statements_of
from .tables import DEFAULT_TABLE, Table, schema, table_of

if TYPE_CHECKING:
    from ..store import Place

MIN_LEASE = 5.0
"""Seconds: a sender says that it lives every second or two, once half of the lease is over."""


class PostgresStore:
    """Keep events in a table of PostgreSQL until the server has them; needs psycopg 3.

    Events can be recorded in a transaction of yours, and are sent once that is committed. Senders
    on any number of machines share the table. `python -m novabilling.outbox schema` prints the
    statements that make it. Unlike the folder of a `SQLiteStore` it has no limit of its own.

    Args:
        source: A DSN, or a `psycopg_pool.ConnectionPool` of yours, which this leaves open.
        label: Tells tenants of one server apart. It is no secret, and stands in the table.
        table: Its name, perhaps with that of its schema: "billing.outbox". It is quoted.
        lease: Seconds after which events of a sender that has died or hangs go to another one.
        poll: Seconds between two looks at a table that had nothing to send.
        notify: Let writers wake the senders by LISTEN and NOTIFY; without it, or where it does not
            work, such as behind a pgbouncer, they look by themselves.
    """

    def __init__(
        self,
        source: Union[str, object],
        *,
        label: str = "",
        table: str = DEFAULT_TABLE,
        lease: float = 30.0,
        poll: float = 1.0,
        notify: bool = True,
    ) -> None:
        source = Secret(source) if isinstance(source, str) else source  # no traceback shows it
        if not isinstance(label, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"label must be a str, not {type(label).__name__}")
        if "\0" in label or not label.encode("utf-8", "replace").decode() == label:
            raise ValueError("label must be text: without NUL characters and lone surrogates")
        self.label: str = label
        self.table: str = table
        self._table = table_of(table)
        self._sql = statements_of(self._table)
        self._connections = Connections(source, self._table)
        self._target: Optional[Target] = None
        self._notifies = bool(notify)
        self._notifier = Notifier(self._notifies)
        self._wake: Callable[[], object] = int
        lease = check_seconds("lease", lease)
        if lease < MIN_LEASE:
            raise ValueError(f"lease must be {MIN_LEASE:.0f} s or more")
        options = (self._connections, self._sql, lease, check_seconds("poll", poll))
        self._sending: OfProcess[Sending] = OfProcess(lambda: Sending(*options))

    def bind(self, base_url: str) -> None:
        """Say to which server the events go."""
        target = Target(base_url, self.label)
        if self._target not in (None, target):
            raise OutboxError(f"the store belongs to {self._target}: make another for {target}")
        self._target = target

    @property
    def target(self) -> Target:
        """Whose events they are; OutboxError before it is known."""
        if self._target is None:
            raise OutboxError("the store knows no server yet: give it to an Outbox first")
        return self._target

    @property
    def base_url(self) -> str:
        """The server that the events go to."""
        return self.target.base_url

    @property
    def names(self) -> Table:
        """The tables, quoted."""
        return self._table

    @property
    def _mine(self) -> Tuple[str, str]:
        return self.target.base_url, self.label

    def schema(self) -> str:
        """Return the statements that make the tables, for a migration or for psql."""
        return schema(self.table)

    # Recording

    def add(self, bodies: List[bytes]) -> None:
        """Return when these events are committed, all at once."""
        with self._connections.use() as connection:
            # Prepared, at half of the cost, unless a pgbouncer gives each statement another server.
            cursor_of(connection).execute(*self.adding(bodies), prepare=len(bodies) == 1 or None)

    def adding(self, bodies: List[bytes]) -> Statement:
        """Return what records events when psycopg executes it, in whose transaction ever."""
        params: Tuple[Any, ...]
        if len(bodies) == 1:  # the way of most, at half of the cost
            sql, params = self._sql.add_one, (*self._mine, bodies[0].decode())
        else:
            sql, params = self._sql.add_many, (*self._mine, [body.decode() for body in bodies])
        if self._notifier.is_due():
            return Statement(notifying(sql), (*params, self._table.channel.strip('"')))
        return Statement(sql, params)

    def statement(
        self, event: Union[UsageEventInput, UsageEventParam], paramstyle: str = "format"
    ) -> Statement:
        """Return the SQL and the parameters that record an event, for another driver or an ORM.

        The event is checked as `record` does, and gets a transaction id and the time of this call
        if it has none. Execute it in the transaction that the event belongs to.

        Args:
            event: As `events.create_batch` takes it.
            paramstyle: "format" is `%s` (psycopg, Django), "numeric" is `$1` (asyncpg), and both
                have a tuple of parameters; "named" is `:body` with a dict (SQLAlchemy).

        Raises:
            OutboxError: The store belongs to no outbox yet.
        """
        _, (body,) = completed_and_sealed([event], datetime.now(timezone.utc))
        return insertion(self._table, self.target, body, paramstyle)

    # Sending

    def watch(self, wake: Callable[[], object]) -> None:
        """Call a function when a writer says that there is something new."""
        self._wake = wake

    def claim(self, most: int) -> List[Entry]:
        """Return events that nobody else sends now, those that are due first."""
        sending = self._sending.held
        sending.begin(self._table, self.target, self._wake if self._notifies else None)
        return sending.claim(self.target, most)

    def leads(self) -> bool:
        """Say whether this process sends."""
        return self._sending.held.begun

    def extend(self, entries: Sequence[Entry]) -> List[Entry]:
        """Return those that this process still has, for half of a lease at least."""
        return self._sending.held.extend(entries)

    def settle(self, outcome: Settlement) -> None:
        """Write what became of claimed events, but for those that another sender has by now."""
        self._sending.held.settle(outcome)

    def mark(self) -> int:
        """Return a number that is not below that of any event which is there now."""
        with self._connections.use() as connection:
            ((found,),) = rows(connection, self._sql.mark)
        return int(found)

    def pending(self, mark: int) -> int:
        """Return how many events up to a mark are to be sent, 1000 at most."""
        with self._connections.use() as connection:
            ((found,),) = rows(connection, self._sql.pending, (*self._mine, mark))
        return int(found)

    # Looking

    def counts(self) -> Counts:
        """Count what there is in the table."""
        with self._connections.use() as connection:
            params = self._mine * 4
            ((due, held, dead, age),) = rows(connection, self._sql.counts, params)
        return Counts(due, held, dead, moment_of(time.time(), age))

    def report(self, report: Report) -> None:
        """Keep what this sender says of itself, and what it has claimed."""
        self._sending.held.report(self.target, report)

    def reported(self, own: Optional[Report] = None) -> Report:
        """Return what all senders have said last, with what this one would say now."""
        return self._sending.held.reported(self.target, own)

    def earlier(self) -> Report:
        """Return nothing: each sender has a row of its own."""
        return Report()

    def targets(self) -> List[Target]:
        """Return whose events the table has."""
        with self._connections.use() as connection:
            return [Target(*row) for row in rows(connection, self._sql.targets)]

    # Dead letters

    def dead_letters(self, after: Optional[Place], most: int) -> List[DeadLetter]:
        """Return a page of dead letters, those behind a place."""
        start = 0 if after is None else after[1]
        with self._connections.use() as connection:
            found = rows(connection, self._sql.dead_letters, (*self._mine, start, most))
        return [
            DeadLetter(
                event=event_of(body.encode()),
                reason=reason,
                at=moment(float(at)),
                place=("", number),
            )
            for number, body, reason, at in found
        ]

    def requeue(self, letters: Iterable[DeadLetter]) -> int:
        """Send dead letters once more; return how many there were."""
        return self._with(self._sql.requeue, letters)

    def discard(self, letters: Iterable[DeadLetter]) -> int:
        """Remove dead letters for good; return how many there were."""
        return self._with(self._sql.discard, letters)

    def _with(self, sql: str, letters: Iterable[DeadLetter]) -> int:
        numbers = [letter.place[1] for letter in letters]
        with self._connections.use() as connection:
            return changed(connection, sql, (numbers, *self._mine))

    # The end

    def close(self) -> None:
        """Give back what is claimed, and let go of everything; it can be used again afterwards."""
        ended, self._sending.held = self._sending.held, self._sending.make()
        try:
            ended.end()
        finally:
            self._connections.close()

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}({self._connections.where!r}{label})"
