"""Connections to PostgreSQL: those of a pool of the user's, or our own, and what they say."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import Any, Generator, List, cast

from ..._call.errors import OutboxError, OutboxFullError
from ..._network.socket_state import is_readable
from ..._runtime.forks import OfProcess
from ..._runtime.secrets import Secret
from .reading import rows
from .tables import Table

MISSING = 'PostgresStore needs psycopg: pip install "novabilling[postgres]"'
ONLY_WHEN_ASKED = 1 << 30
READ_COMMITTED = "SET default_transaction_isolation TO 'read committed'"
"""At a higher level, that of the database perhaps, senders that share a table would fail."""
KEEP = 8
"""Idle connections that are kept."""
DEFAULTS = {
    "application_name": "novabilling outbox",
    "client_encoding": "UTF8",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "tcp_user_timeout": "30000",
}


class Connections:
    """Give connections for a moment each; those of threads that work at the same time differ."""

    def __init__(self, source: object, table: Table) -> None:
        """Take a hidden DSN, or a pool: whatever has a `connection()` for a `with` block."""
        self._table = table
        self._idle: OfProcess[List[Any]] = OfProcess(list)
        self._dsn = Secret("")
        self._pool: Any = None
        if isinstance(source, Secret):
            self._dsn, self.where = _read(cast("Secret[str]", source))
        elif _is_pool(source):
            self._pool, self.where = source, type(source).__name__
        else:
            raise TypeError(
                "PostgresStore takes a DSN or a psycopg_pool.ConnectionPool, not "
                f"{type(source).__name__}: it works in threads, in asynchronous programs too"
            )

    @contextmanager
    def use(self) -> Generator[Any, None, None]:
        """Give a connection that nobody else uses; what it says becomes OutboxError."""
        with as_outbox_errors(self._table):
            if self._pool is not None:
                with self._pool.connection() as connection:
                    yield connection
                return
            connection = self._take()
            try:
                yield connection
            except BaseException:  # nobody knows in which state it is
                connection.close()
                raise
            self._keep(connection)

    def _take(self) -> Any:
        connection = self._idle_one()
        while connection is not None and is_readable(connection):  # the server has ended it
            connection.close()
            connection = self._idle_one()
        return self.connect() if connection is None else connection

    def _idle_one(self) -> Any:
        try:
            return self._idle.held.pop()
        except IndexError:
            return None

    def _keep(self, connection: Any) -> None:
        if len(self._idle.held) < KEEP:
            self._idle.held.append(connection)
        else:
            connection.close()

    def connect(self) -> Any:
        """Open a connection of our own, in which each statement is a transaction."""
        import psycopg

        try:
            return _set_up(psycopg.connect(self._dsn.reveal(), autocommit=True))
        except psycopg.Error as error:
            said = _text_of(error)
        # Not from the other one: its traceback holds the password.
        raise OutboxError(f"the PostgreSQL of the outbox cannot be reached: {said}")

    @property
    def can_listen(self) -> bool:
        """Say whether one connection can be kept for that: others are left in the pool."""
        return self._pool is None or getattr(self._pool, "max_size", KEEP) > 1

    @contextmanager
    def listening(self) -> Generator[Any, None, None]:
        """Give a connection for as long as the block lasts."""
        if self._pool is None:
            with self.connect() as connection:
                yield connection
        else:
            with self._pool.connection() as connection:
                try:
                    yield connection
                finally:  # it commits by itself and listens: it must not come to somebody else
                    connection.close()

    def close(self) -> None:
        """Close what is idle; the user's pool is the user's."""
        while self._idle.held:
            self._idle.held.pop().close()


def _set_up(connection: Any) -> Any:
    """Let statements be prepared when that is asked for, if no pgbouncer stands in between."""
    connection.prepare_threshold = None
    try:
        ((number,),) = rows(connection, "SELECT pg_backend_pid()")
    except BaseException:
        connection.close()
        raise
    if number == connection.info.backend_pid:
        connection.prepare_threshold = ONLY_WHEN_ASKED
        connection.execute(READ_COMMITTED, prepare=False)
    return connection


@contextmanager
def as_outbox_errors(table: Table) -> Generator[None, None, None]:
    """Turn what psycopg raises into errors of the outbox."""
    import psycopg

    try:
        yield
    except (psycopg.errors.DiskFull, psycopg.errors.OutOfMemory) as error:
        raise OutboxFullError(f"the PostgreSQL of the outbox is full: {_text_of(error)}") from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise OutboxError(
            f"the table {table.events} of the outbox is not as it should be: {_text_of(error)}; "
            f"{table.command()} prints the statements that make it"
        ) from error
    except UnicodeEncodeError as error:
        raise OutboxError(
            f"the client_encoding of the connection must be UTF8: {error.encoding} cannot write "
            "these events"
        ) from error
    except psycopg.Error as error:
        raise OutboxError(
            f"the PostgreSQL of the outbox cannot be used: {_text_of(error)}"
        ) from error


def _text_of(error: Any) -> str:
    """Return what PostgreSQL says, without the rows that it says it of."""
    lines = (error.diag.message_primary or str(error)).splitlines()
    return lines[0] if lines else type(error).__name__


def _read(dsn: Secret[str]) -> Any:
    try:
        from psycopg import conninfo
    except ImportError as error:
        raise ImportError(MISSING) from error
    try:
        given = conninfo.conninfo_to_dict(dsn.reveal())
    except Exception:  # its text holds the DSN
        given = None
    if given is None or _is_torn(given):
        given = None  # a traceback may show the variables of its frames
        raise ValueError(
            "the DSN of the PostgresStore cannot be read: expected is "
            "postgresql://user@host/database, or host=... dbname=... user=...; in a URL, write "
            "@ : / ? # % of a password as %40 %3A %2F %3F %23 %25"
        )
    host = given.get("host") or os.environ.get("PGHOST", "localhost")
    name = given.get("dbname") or os.environ.get("PGDATABASE") or given.get("user") or ""
    missing = {name: value for name, value in DEFAULTS.items() if name not in given}
    return Secret(conninfo.make_conninfo(dsn.reveal(), **missing)), f"{host}/{name}"


def _is_torn(given: Any) -> bool:
    """Say whether a part of a password may be taken for a host, a port or the name of a database.

    These are shown, and an "@" in a password ends it too early.
    """
    names = f"{given.get('host') or ''}{given.get('dbname') or ''}"
    port = str(given.get("port") or "")
    return "@" in names or not re.fullmatch(r"[0-9, ]*", port)


def _is_pool(source: object) -> bool:
    from inspect import iscoroutinefunction

    opens = getattr(source, "getconn", None)
    return callable(getattr(source, "connection", None)) and not iscoroutinefunction(opens)
