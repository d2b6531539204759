"""The tables of a store in PostgreSQL: their names, and the statements that make them."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from ..._call.errors import OutboxError
from .reading import rows

VERSION = 1
"""Of the tables; `docs/outbox-postgres.md` describes them."""

DEFAULT_TABLE = "novabilling_outbox"
COMMENT = "events for NovaBilling, version "
MAX_NAME = 63 - len("_senders")
_PART = re.compile(r"[^\x00-\x1f\"'%:.\\]+")


class Table(msgspec.Struct, frozen=True):
    """The names of one store, quoted as they stand in statements."""

    events: str
    senders: str
    index: str
    channel: str

    def command(self) -> str:
        """Return the command that prints the statements of these tables."""
        name = self.events.replace('"', "")
        named = "" if name == DEFAULT_TABLE else f" --table {name}"
        return f"`python -m novabilling.outbox schema{named}`"


def table_of(name: object) -> Table:
    """Quote the name of a table, perhaps behind that of its schema and a dot."""
    if not isinstance(name, str):
        raise TypeError(f"table must be a str, not {type(name).__name__}")
    parts = name.split(".")
    if len(parts) > 2 or not all(_is_name(part) for part in parts):
        raise ValueError(
            f"table must be a name such as {DEFAULT_TABLE!r} or 'billing.outbox', each part of at "
            f"most {MAX_NAME} bytes, without quotes, percent signs, colons and backslashes"
        )
    schema = "".join(f'"{part}".' for part in parts[:-1])
    own = parts[-1]
    return Table(
        events=f'{schema}"{own}"',
        senders=f'{schema}"{own}_senders"',
        index=f'"{own}_due"',
        channel=f'"{own}"',
    )


def _is_name(part: str) -> bool:
    return bool(_PART.fullmatch(part)) and len(part.encode()) <= MAX_NAME


def schema(name: str = DEFAULT_TABLE) -> str:
    """Return the statements that make the tables, for a migration or for psql."""
    table = table_of(name)
    return f"""\
CREATE TABLE {table.events} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    base_url text NOT NULL,
    label text NOT NULL,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'held', 'dead')),
    due timestamptz NOT NULL DEFAULT clock_timestamp(),
    claim bigint,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    refused_at timestamptz,
    given_up_at timestamptz,
    reason text,
    body json NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE INDEX {table.index} ON {table.events} (base_url, label, state, due, id);

CREATE TABLE {table.senders} (
    base_url text NOT NULL,
    label text NOT NULL,
    name text NOT NULL,
    seen_at timestamptz NOT NULL,
    sent bigint NOT NULL,
    duplicates bigint NOT NULL,
    rate double precision NOT NULL,
    problem text,
    PRIMARY KEY (base_url, label, name)
) WITH (fillfactor = 50);

COMMENT ON TABLE {table.events} IS '{COMMENT}{VERSION}';
"""


def check_version(connection: Any, table: Table) -> None:
    """Refuse tables that are not there, or of another version; OutboxError says what to do."""
    sql = "SELECT to_regclass(%s) IS NULL, obj_description(to_regclass(%s), 'pg_class')"
    ((is_missing, comment),) = rows(connection, sql, (table.events, table.events))
    known = f"{COMMENT}{VERSION}"
    if is_missing:
        raise OutboxError(
            f"there is no table {table.events}: {table.command()} prints the statements that "
            "make it"
        )
    if isinstance(comment, bytes):
        raise OutboxError(
            "the client_encoding of the connection must be UTF8: this one gives bytes for text"
        )
    if comment != known:
        raise OutboxError(
            f"the table {table.events} has the comment {comment!r}; this version of the package "
            f"knows {known!r}, which `python -m novabilling.outbox schema` prints"
        )
