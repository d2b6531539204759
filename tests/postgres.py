"""A PostgreSQL for tests: the one that the environment names, or our own on the loopback.

NOVABILLING_TEST_POSTGRES is the DSN of a superuser; tests make tables and roles of their own there.
Without it, the programs of the machine run one in a temporary folder.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, AsyncIterator, Iterator, List, Optional

import pytest

from novabilling.outbox import PostgresStore
from tests.services import PATIENCE, Guarded, free_port, missing

PASSWORD = "canary-5432"
"""Of the superuser, and of all roles: nothing may show it."""


class Postgres:
    """A PostgreSQL of our own, which survives `restart` with all that was committed."""

    def __init__(self, folder: str, programs: Path, fsync: bool) -> None:
        self.port = free_port()
        self.dsn = f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        self._data = os.path.join(folder, "data")
        self._log = Path(folder, "postgres.log")
        self._programs = programs
        self._server: Optional[Guarded] = None
        self._as = as_another_user(folder)
        password = Path(folder, "password")
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self._run(
            *("initdb", "-D", self._data, "-U", "postgres", "-E", "UTF8", "--no-sync"),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--locale=C"),
        )
        self._options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on" if fsync else "off",
            "max_connections": "200",
            "shared_buffers": "128MB",
        }

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [*self._as, str(self._programs / "postgres"), "-D", self._data]
        command += [f"--{name}={value}" for name, value in self._options.items()]
        self._server = Guarded(command, self._log)
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > ends or not self._server.runs():
                self.stop()
                raise RuntimeError(f"postgres does not start:\n{self._log.read_text()}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.dsn, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def restart(self, *, crash: bool = False) -> None:
        """Stop it, and start it again: all connections end, in a crash without a word."""
        self.stop(signal.SIGQUIT if crash else signal.SIGINT)
        self.start()

    def stop(self, number: int = signal.SIGINT) -> None:
        if self._server is not None:
            self._server.stop(number)
        self._server = None


def as_another_user(folder: str) -> List[str]:
    """Give a folder to somebody who is not root, and return what runs a program as that one."""
    if os.getuid():
        return []
    shutil.chown(folder, "nobody")
    return ["setpriv", "--reuid=nobody", "--clear-groups", "--"]


def postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL here; RuntimeError if there is none."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    found.sort(key=lambda path: int(re.findall(r"\d+", path)[0]))
    config = shutil.which("initdb") or (found[-1] if found else None)
    if config is None:
        raise RuntimeError("no PostgreSQL is on this machine, NOVABILLING_TEST_POSTGRES is not set")
    return Path(config).parent


@contextmanager
def running_postgres(*, fsync: bool = False, folder: Optional[str] = None) -> Iterator[Postgres]:
    """Run a PostgreSQL while the block lasts; without `fsync` it only survives its own end."""
    programs = postgres_programs()
    folder = tempfile.mkdtemp(prefix="postgres-", dir=folder)
    try:
        server = Postgres(folder, programs, fsync)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Return the DSN of a superuser of a PostgreSQL; tests use tables that nobody else has."""
    if find_spec("psycopg") is None:
        missing("psycopg is not installed")
    given = os.environ.get("NOVABILLING_TEST_POSTGRES")
    if given:
        yield given
        return
    try:
        postgres_programs()
    except RuntimeError as error:
        missing(str(error))
    with running_postgres() as server:
        yield server.dsn


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """Run one that can be stopped, and that nobody else uses."""
    if find_spec("psycopg") is None:
        missing("psycopg is not installed")
    try:
        postgres_programs()
    except RuntimeError as error:
        missing(str(error))
    with running_postgres() as server:
        yield server


class Database:
    """A PostgreSQL with the tables of one store."""

    def __init__(self, dsn: str, table: str) -> None:
        self.dsn = dsn
        self.table = table
        self._stores: List[PostgresStore] = []
        self.execute(PostgresStore(dsn, table=table).schema())

    def store(self, base_url: str = "", **options: Any) -> PostgresStore:
        """Make a store; with a URL, for a server."""
        source = options.pop("source", self.dsn)
        store = PostgresStore(source, table=self.table, **options)
        if base_url:
            store.bind(base_url)
        self._stores.append(store)
        return store

    def execute(self, sql: str, *params: Any) -> List[Any]:
        with connected(self.dsn) as connection:
            found = connection.execute(sql, params or None)
            return found.fetchall() if found.description else []

    def close(self) -> None:
        for store in self._stores:
            store.close()
        self.execute(f'DROP TABLE "{self.table}", "{self.table}_senders"')


@pytest.fixture
def database(postgres_dsn: str) -> Iterator[Database]:
    """Make tables that nobody else has."""
    database = Database(postgres_dsn, f"Outbox of {uuid.uuid4().hex[:12]}")
    yield database
    database.close()


def connected(dsn: str, **options: Any) -> Any:
    """Connect as psycopg does; each statement is a transaction."""
    import psycopg

    return psycopg.connect(dsn, autocommit=True, **options)


@contextmanager
def transaction(dsn: str) -> Iterator[Any]:
    """Connect for a transaction, which is rolled back when something is raised."""
    import psycopg

    with psycopg.connect(dsn) as connection:
        yield connection


@asynccontextmanager
async def async_transaction(dsn: str) -> AsyncIterator[Any]:
    """Do the same on an event loop; psycopg has nothing for that of trio."""
    import psycopg
    import sniffio

    if sniffio.current_async_library() == "trio":
        with psycopg.connect(dsn) as blocking:
            yield blocking
        return
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        yield connection


def raw_cursors_of(connection: Any) -> Any:
    """Return a kind of cursor whose parameters are `$1`, for a connection of this colour."""
    import psycopg

    if not hasattr(psycopg, "RawCursor"):
        pytest.skip("this psycopg has no raw cursors")
    blocking = isinstance(connection, psycopg.Connection)
    return psycopg.RawCursor if blocking else psycopg.AsyncRawCursor
