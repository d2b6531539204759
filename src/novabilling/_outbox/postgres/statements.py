"""What a store says to PostgreSQL, and what other drivers are given to say."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from ..entries import Target
from .tables import Table

PARAMSTYLES = {
    "format": ("%s", "%s", "%s"),
    "numeric": ("$1", "$2", "$3"),
    "named": (":base_url", ":label", ":body"),
}


class Statement(NamedTuple):
    """An SQL statement and its parameters, for a driver or ORM."""

    sql: str
    """An INSERT, with the places of the parameters in the paramstyle that was asked for."""
    params: Any
    """A tuple; for `named` a dict."""


def insertion(table: Table, target: Target, body: bytes, paramstyle: str) -> Statement:
    """Write the statement that records one event, for whoever executes it."""
    if paramstyle not in list(PARAMSTYLES):  # whatever it is
        known = ", ".join(map(repr, PARAMSTYLES))
        raise ValueError(f"paramstyle must be one of {known}, not {paramstyle!r}")
    base_url, label, given = PARAMSTYLES[paramstyle]
    sql = (
        f"INSERT INTO {table.events} (base_url, label, body) "
        f"VALUES ({base_url}, {label}, CAST(CAST({given} AS text) AS json))"
    )
    values = (target.base_url, target.label, body.decode())
    names = ("base_url", "label", "body")
    return Statement(sql, dict(zip(names, values)) if paramstyle == "named" else values)


def notifying(sql: str) -> str:
    """Let a statement wake the senders as well, when its transaction is committed."""
    return f"WITH done AS ({sql}) SELECT pg_notify(%s, '')"


class Statements(msgspec.Struct, frozen=True):
    """The statements of the store itself, for psycopg; times are those of the database.

    Those about claimed events name the claim as well: what another sender has claimed since is left
    alone.
    """

    add_one: str
    add_many: str
    claim: str
    renew: str
    release: str
    done: str
    wait: str
    give_up: str
    mark: str
    pending: str
    counts: str
    dead_letters: str
    requeue: str
    discard: str
    report: str
    reported: str
    gather: str
    targets: str
    strangers: str


def statements_of(table: Table) -> Statements:
    """Write the statements for a table."""
    events, senders = table.events, table.senders
    mine = "base_url = %s AND label = %s"
    insert = f"INSERT INTO {events} (base_url, label, body)"
    letters = f"""
            WITH picked AS (
                SELECT e.id FROM {events} AS e JOIN unnest(%s::bigint[]) AS l(id) ON e.id = l.id
                WHERE {mine} AND state = 'dead' ORDER BY e.id FOR UPDATE OF e
            )"""
    return Statements(
        add_one=f"{insert} VALUES (%s, %s, %s::text::json)",
        add_many=f"{insert} SELECT %s, %s, body::json FROM unnest(%s::text[]) AS body",
        claim=f"""
            WITH picked AS (
                SELECT id FROM {events}
                WHERE {mine} AND state = %s AND due <= now()
                ORDER BY due, id LIMIT %s FOR UPDATE SKIP LOCKED
            )
            UPDATE {events} AS e SET due = now() + %s * interval '1 second', claim = %s
            FROM picked WHERE e.id = picked.id
            RETURNING e.id, e.body::text, date_part('epoch', now() - e.recorded_at),
                date_part('epoch', now() - e.refused_at)""",
        renew=f"""
            WITH picked AS (
                SELECT e.id FROM {events} AS e
                JOIN unnest(%s::bigint[], %s::bigint[]) AS l(id, claim)
                    ON e.id = l.id AND e.claim = l.claim
                FOR UPDATE OF e SKIP LOCKED
            )
            UPDATE {events} AS e SET due = now() + %s * interval '1 second'
            FROM picked WHERE e.id = picked.id RETURNING e.claim, e.id""",
        release=f"""
            UPDATE {events} AS e SET due = now(), claim = NULL
            FROM unnest(%s::bigint[], %s::bigint[]) AS l(id, claim)
            WHERE e.id = l.id AND e.claim = l.claim""",
        done=f"""
            DELETE FROM {events} AS e USING unnest(%s::bigint[], %s::bigint[]) AS l(id, claim)
            WHERE e.id = l.id AND e.claim = l.claim""",
        wait=f"""
            UPDATE {events} AS e
            SET state = 'held', claim = NULL, reason = l.reason,
                due = now() + l.seconds * interval '1 second',
                refused_at = now() - l.ago * interval '1 second'
            FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::float8[], %s::text[])
                AS l(id, claim, seconds, ago, reason)
            WHERE e.id = l.id AND e.claim = l.claim""",
        give_up=f"""
            UPDATE {events} AS e
            SET state = 'dead', due = 'infinity', claim = NULL, reason = l.reason,
                given_up_at = now()
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS l(id, claim, reason)
            WHERE e.id = l.id AND e.claim = l.claim""",
        mark=f"SELECT coalesce(max(id), 0) FROM {events}",
        pending=f"""
            SELECT count(*) FROM (
                SELECT FROM {events} WHERE {mine} AND state = 'due' AND id <= %s LIMIT 1000
            ) AS found""",
        counts=f"""
            SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'held'),
                count(*) FILTER (WHERE state = 'dead'),
                date_part('epoch', now() - least(
                    (SELECT recorded_at FROM {events} WHERE {mine} AND state = 'due'
                        ORDER BY due, id LIMIT 1),
                    (SELECT min(recorded_at) FROM {events}
                        WHERE {mine} AND state = 'due' AND due > now()),
                    (SELECT min(recorded_at) FROM {events} WHERE {mine} AND state = 'held')))
            FROM {events} WHERE {mine}""",
        dead_letters=f"""
            SELECT id, body::text, reason, date_part('epoch', given_up_at) FROM {events}
            WHERE {mine} AND state = 'dead' AND due = 'infinity' AND id > %s
            ORDER BY id LIMIT %s""",
        requeue=f"""
            {letters}
            UPDATE {events} AS e
            SET state = 'due', due = clock_timestamp(), recorded_at = clock_timestamp(),
                refused_at = NULL, given_up_at = NULL, reason = NULL
            FROM picked WHERE e.id = picked.id""",
        discard=f"""
            {letters}
            DELETE FROM {events} AS e USING picked WHERE e.id = picked.id""",
        report=f"""
            INSERT INTO {senders} AS s VALUES (%s, %s, %s, now(), %s, %s, %s, %s)
            ON CONFLICT (base_url, label, name) DO UPDATE
            SET seen_at = now(), sent = excluded.sent, duplicates = excluded.duplicates,
                rate = excluded.rate, problem = excluded.problem""",
        reported=f"""
            SELECT coalesce(sum(sent), 0)::bigint, coalesce(sum(duplicates), 0)::bigint,
                coalesce(sum(rate) FILTER (WHERE seen_at > now() - interval '1 minute'), 0),
                max(problem) FILTER (WHERE seen_at > now() - interval '1 minute'),
                date_part('epoch', now() - max(seen_at))
            FROM {senders} WHERE {mine} AND name <> %s""",
        gather=f"""
            WITH gone AS (
                DELETE FROM {senders}
                WHERE {mine} AND name <> '' AND seen_at < now() - interval '1 hour'
                RETURNING base_url, label, seen_at, sent, duplicates
            )
            INSERT INTO {senders} AS s
            SELECT base_url, label, '', max(seen_at), sum(sent), sum(duplicates), 0, NULL
            FROM gone GROUP BY base_url, label
            ON CONFLICT (base_url, label, name) DO UPDATE
            SET sent = s.sent + excluded.sent, duplicates = s.duplicates + excluded.duplicates""",
        targets=f"""
            SELECT base_url, label FROM {events} GROUP BY 1, 2
            UNION SELECT base_url, label FROM {senders} ORDER BY 1, 2""",
        strangers=f"""
            SELECT DISTINCT base_url FROM {events}
            WHERE (base_url < %s OR base_url > %s) AND label = %s AND state <> 'dead' ORDER BY 1""",
    )
