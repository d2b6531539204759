"""Events that are recorded in a transaction of the user's, by a connection of psycopg."""

from __future__ import annotations

from typing import Any, List

from ..._runtime import concurrency
from .connections import as_outbox_errors
from .reading import cursor_of
from .store import PostgresStore


def add_in(connection: Any, store: object, bodies: List[bytes]) -> None:
    """Record events in the transaction that a connection is in; nothing is committed."""
    found = _store(store)
    if not _is(connection, "Connection"):
        raise _no_connection(connection, "psycopg.Connection")
    with as_outbox_errors(found.names):
        cursor_of(connection).execute(*found.adding(bodies))


async def async_add_in(connection: Any, store: object, bodies: List[bytes]) -> None:
    """Do the same; on trio, for which psycopg has no connections, in a thread."""
    found = _store(store)
    if _is(connection, "Connection"):
        return await concurrency.async_run(add_in, connection, store, bodies)
    if not _is(connection, "AsyncConnection"):
        raise _no_connection(connection, "psycopg.AsyncConnection or psycopg.Connection")
    with as_outbox_errors(found.names):
        await cursor_of(connection).execute(*found.adding(bodies))
    return None


def _store(store: object) -> PostgresStore:
    if not isinstance(store, PostgresStore):
        raise TypeError(
            "only a PostgresStore can record in your transaction: "
            f"{type(store).__name__} has no tables in your database"
        )
    return store


def _is(connection: object, kind: str) -> bool:
    import psycopg

    return isinstance(connection, getattr(psycopg, kind))


def _no_connection(connection: Any, wanted: str) -> TypeError:
    return TypeError(
        f"connection must be a {wanted}, not {type(connection).__name__}; for another driver or an "
        "ORM, store.statement() gives what it has to execute"
    )
