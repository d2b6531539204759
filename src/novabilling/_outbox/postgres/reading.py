"""Execute statements of the store, whatever a connection of the user's is set to.

They are not prepared: a plan that was made for an empty table would be kept for a full one.
"""

from __future__ import annotations

from typing import Any, List, Sequence, cast


def rows(connection: Any, sql: str, params: Sequence[object] = ()) -> List[Any]:
    """Execute a statement and return its rows as tuples."""
    with cursor_of(connection) as cursor:
        cursor.execute(sql, params, prepare=False)
        return cast("List[Any]", cursor.fetchall())


def changed(connection: Any, sql: str, params: Sequence[object]) -> int:
    """Execute a statement and return how many rows it has changed."""
    with cursor_of(connection) as cursor:
        cursor.execute(sql, params, prepare=False)
        return int(cursor.rowcount)


def cursor_of(connection: Any) -> Any:
    """Make a cursor that takes `%s` and gives tuples: that of the connection may do otherwise."""
    import psycopg
    from psycopg import rows as of_psycopg

    kind: Any = psycopg.Cursor
    if isinstance(connection, psycopg.AsyncConnection):
        kind = psycopg.AsyncCursor
    return kind(connection, row_factory=of_psycopg.tuple_row)
