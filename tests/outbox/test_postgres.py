"""The table in PostgreSQL: who has an event, for how long, and who may do what."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any, List

import pytest

from novabilling import NovaBilling, OutboxError, OutboxFullError
from novabilling._outbox.entries import Dead, Entry, Report, Settlement, Waiting
from novabilling._outbox.postgres.leases import Leases
from novabilling._outbox.postgres.sending import Sending
from novabilling.outbox import Outbox, PostgresStore
from tests.outbox.test_store import body
from tests.postgres import PASSWORD, Database, connected
from tests.support import BASE_URL, TOKEN

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")


def store_of(database: Database, **options: Any) -> PostgresStore:
    return database.store(BASE_URL, **{"poll": 0, "notify": False, **options})


def let_leases_end(database: Database) -> None:
    database.execute(f'UPDATE "{database.table}" SET due = now() WHERE claim IS NOT NULL')


def bodies(entries: List[Entry]) -> List[bytes]:
    return [entry.body for entry in entries]


def states(database: Database) -> Any:
    return dict(database.execute(f'SELECT state, count(*) FROM "{database.table}" GROUP BY state'))


# Claims


def test_events_are_claimed_in_their_order_by_one_sender_each(database):
    one, two = store_of(database), store_of(database)
    one.add([body(n) for n in range(5)])

    first, second = one.claim(3), two.claim(10)

    assert bodies(first) == [body(0), body(1), body(2)]
    assert bodies(second) == [body(3), body(4)]
    assert one.claim(10) == two.claim(10) == []
    assert all(abs(entry.at - time.time()) < 60 and entry.since is None for entry in first)


def test_a_lease_that_has_ended_lets_another_sender_have_the_events_and_only_that_one(database):
    hung, next_one = store_of(database), store_of(database)
    hung.add([body(n) for n in range(4)])
    lost = hung.claim(4)
    let_leases_end(database)
    taken = next_one.claim(4)

    hung.settle(
        Settlement(
            done=lost[:2],
            waiting=[Waiting(lost[2], time.time(), time.time(), "why")],
            dead=[Dead(lost[3], "why")],
        )
    )

    assert bodies(taken) == bodies(lost)
    assert states(database) == {"due": 4}
    next_one.settle(Settlement(done=taken))
    assert states(database) == {}


def test_a_sender_that_wakes_up_again_knows_what_it_has_lost(database, monkeypatch, caplog):
    hung, next_one = store_of(database), store_of(database)
    hung.add([body(n) for n in range(3)])
    lost = hung.claim(3)
    let_leases_end(database)
    next_one.claim(2)
    assert hung.extend(lost) == lost  # by its own clock, they are still its own

    from novabilling._runtime import concurrency

    later = concurrency.monotonic() + 60
    monkeypatch.setattr(concurrency, "monotonic", lambda: later)

    assert hung.extend(lost) == [lost[2]]
    assert "another sender has taken 2 events" in caplog.text
    assert hung.extend(lost[:2]) == []
    assert next_one.claim(3) == []


def test_a_sender_that_says_that_it_lives_keeps_what_it_has(database, monkeypatch):
    alive = store_of(database)
    alive.add([body(1)])
    (entry,) = alive.claim(1)
    let_leases_end(database)

    from novabilling._runtime import concurrency

    later = concurrency.monotonic() + 16
    monkeypatch.setattr(concurrency, "monotonic", lambda: later)
    alive.report(Report(sent=1))

    assert store_of(database).claim(1) == []
    assert alive.extend([entry]) == [entry]


def test_events_of_a_killed_sender_come_back(database):
    store = store_of(database)
    store.add([body(n) for n in range(3)])
    program = (
        "import os, sys\nfrom novabilling.outbox import PostgresStore\n"
        "store = PostgresStore(os.environ['DSN'], table=sys.argv[1])\n"
        f"store.bind({BASE_URL!r})\nprint(len(store.claim(10)), flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, database.table],
        env={**os.environ, "DSN": database.dsn},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"3\n"
        process.kill()

    assert store.claim(10) == []
    let_leases_end(database)
    assert bodies(store.claim(10)) == [body(n) for n in range(3)]


def test_what_is_claimed_is_given_back_at_the_end(database):
    store = store_of(database)
    store.add([body(1), body(2)])
    store.settle(Settlement(done=store.claim(1)))
    store.claim(1)
    store.close()

    assert bodies(store.claim(2)) == [body(2)]


def test_held_events_come_when_they_are_due_and_keep_their_first_refusal(database):
    store = store_of(database)
    store.add([body(1), body(2)])
    soon, late = store.claim(2)
    now = time.time()
    store.settle(
        Settlement(
            waiting=[
                Waiting(soon, now - 1, now - 30, "not\0there"),
                Waiting(late, now + 60, now, "nor this"),
            ]
        )
    )

    (again,) = store.claim(10)

    assert again.body == body(1)
    assert again.since == pytest.approx(now - 30, abs=1)
    assert database.execute(f'SELECT reason FROM "{database.table}" ORDER BY id') == [
        ("notthere",),
        ("nor this",),
    ]
    counts = store.counts()
    assert (counts.due, counts.waiting, counts.dead) == (0, 2, 0)


def test_a_transaction_that_is_not_committed_yet_is_not_waited_for(database):
    store = store_of(database)
    with psycopg.connect(database.dsn) as connection:
        connection.execute(*store.adding([body(1)]))
        store.add([body(2)])
        mark = store.mark()
        (entry,) = store.claim(10)
        store.settle(Settlement(done=[entry]))
        assert store.pending(mark) == 0
        connection.commit()
    later = store.mark()
    store.add([body(3)])

    assert store.pending(later) == 1
    assert bodies(store.claim(10)) == [body(1), body(3)]


# Tenants


def test_tenants_share_a_table_and_see_nothing_of_each_other(database):
    one, two = store_of(database, label="one"), store_of(database, label="two")
    other = database.store("http://other.example", label="one", poll=0, notify=False)
    for number, store in enumerate((one, two, other)):
        store.add([body(number), body(10 + number)])
    first, second = one.claim(10)
    one.settle(Settlement(dead=[Dead(first, "why")], done=[second]))

    assert bodies(two.claim(10)) == [body(1), body(11)]
    assert bodies(other.claim(10)) == [body(2), body(12)]
    (letter,) = one.dead_letters(None, 10)
    assert two.dead_letters(None, 10) == other.dead_letters(None, 10) == []
    assert two.discard([letter]) == other.requeue([letter]) == 0
    assert one.requeue([letter]) == 1
    assert [str(target) for target in one.targets()] == [
        "http://other.example (one)",
        f"{BASE_URL} (one)",
        f"{BASE_URL} (two)",
    ]


def test_a_store_belongs_to_one_server(database):
    store = store_of(database)

    with pytest.raises(OutboxError, match=r"make another for http://other\.example"):
        store.bind("http://other.example")
    with pytest.raises(OutboxError, match="the store knows no server yet"):
        database.store().statement({"subscription_id": "usr_1", "code": "calls"})


# What senders say


def test_what_senders_have_sent_adds_up_and_old_ones_are_put_together(database):
    one, two = store_of(database), store_of(database)
    for store, sent in ((one, 5), (two, 7)):
        store.claim(0)
        store.report(Report(sent=sent, duplicates=1, rate=2.0, problem="away"))
    said = one.reported(Report(sent=6, rate=3.0))
    database.execute(f"UPDATE \"{database.table}_senders\" SET seen_at = now() - interval '1 day'")
    three = store_of(database)
    three.claim(0)
    found = three.reported()

    assert (said.sent, said.duplicates, said.rate, said.problem) == (13, 1, 5.0, "away")
    assert (found.sent, found.duplicates, found.rate, found.problem) == (12, 2, 0.0, None)
    names = database.execute(f'SELECT name, sent FROM "{database.table}_senders"')
    assert names == [("", 12)]
    assert three.earlier() == Report()


# The tables


def test_the_statements_make_tables_of_any_name(postgres_dsn):
    table = "Täble of; DROP--"
    schema = "Some Schema"
    with connected(postgres_dsn) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
        try:
            store = PostgresStore(postgres_dsn, table=f"{schema}.{table}", notify=True)
            connection.execute(store.schema())
            store.bind(BASE_URL)
            store.add([body(1)])
            connection.execute(*store.statement({"subscription_id": "usr_1", "code": "calls"}))
            assert len(store.claim(5)) == 2
            store.close()
        finally:
            connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


@pytest.mark.parametrize(
    "table", ["", "a.b.c", 'a"b', "a%b", "a:b", "a\\b", "a\0b", ".a", "x" * 56, "é" * 28]
)
def test_a_name_that_could_mean_something_else_is_refused(table):
    with pytest.raises(ValueError, match="table must be a name such as 'novabilling_outbox'"):
        PostgresStore("postgresql://localhost/x", table=table)


def test_settings_are_checked():
    with pytest.raises(TypeError, match="table must be a str"):
        PostgresStore("postgresql://localhost/x", table=5)
    with pytest.raises(TypeError, match="label must be a str"):
        PostgresStore("postgresql://localhost/x", label=5)
    with pytest.raises(ValueError, match="lease must be 5 s or more"):
        PostgresStore("postgresql://localhost/x", lease=1)
    with pytest.raises(ValueError, match="poll must be 0 seconds or more"):
        PostgresStore("postgresql://localhost/x", poll=-1)


def test_tables_of_another_version_are_left_alone(database):
    database.execute(
        f"""COMMENT ON TABLE "{database.table}" IS 'events for NovaBilling, version 2'"""
    )
    with pytest.raises(OutboxError, match="this version of the package knows"):
        store_of(database).claim(1)
    database.execute(f'COMMENT ON TABLE "{database.table}" IS NULL')
    with pytest.raises(OutboxError, match="has the comment None"):
        store_of(database).claim(1)


def test_a_database_that_is_full_says_so(database):
    database.execute(
        f"""
        CREATE FUNCTION "{database.table} full"() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER full_ BEFORE INSERT ON "{database.table}"
        EXECUTE FUNCTION "{database.table} full"()"""
    )
    try:
        with pytest.raises(OutboxFullError, match="PostgreSQL of the outbox is full: could not"):
            store_of(database).add([body(1)])
    finally:
        database.execute(f'DROP FUNCTION "{database.table} full" CASCADE')


def test_an_error_does_not_show_the_events(database):
    database.execute(f'ALTER TABLE "{database.table}" ADD CHECK (label <> %s)' % "''")

    with pytest.raises(OutboxError, match="violates check constraint") as raised:
        store_of(database).add([body(1)])

    assert "usr_1" not in str(raised.value)


# Rights


@pytest.fixture
def roles(database):
    """Make a role that writes and one that sends, by what the page says."""
    from tests.pages import text_of

    grants = text_of("outbox-postgres.md").partition("```sql\n")[2].partition("```")[0]
    names = [f"{role}_{database.table[-12:]}" for role in ("shop", "sender")]
    for name in names:
        database.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    for name, role in zip(names, ("shop", "sender")):
        grants = grants.replace(f" TO {role};", f" TO {name};")
    database.execute(
        grants.replace("novabilling_outbox_senders", f'"{database.table}_senders"').replace(
            "novabilling_outbox", f'"{database.table}"'
        )
    )
    yield [psycopg.conninfo.make_conninfo(database.dsn, user=name) for name in names]
    for name in names:
        database.execute(f"DROP OWNED BY {name}; DROP ROLE {name}")


def test_a_writer_may_insert_and_nothing_else(database, roles):
    writer = store_of(database, source=roles[0], notify=True)
    writer.add([body(1)])
    writer.add([body(2), body(3)])
    with psycopg.connect(roles[0]) as connection:
        connection.execute(*writer.statement({"subscription_id": "usr_1", "code": "calls"}))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f'SELECT count(*) FROM "{database.table}"')
    for act in (lambda: writer.claim(1), writer.counts, lambda: writer.dead_letters(None, 1)):
        with pytest.raises(OutboxError, match="permission denied"):
            act()

    assert states(database) == {"due": 3}


@pytest.mark.parametrize("error", [OutboxError("it cannot be reached"), RuntimeError("of a pool")])
def test_what_is_claimed_is_sent_when_the_database_goes_in_the_middle(database, monkeypatch, error):
    store = store_of(database)
    store.add([body(1)])
    claim = Sending._claim

    def goes(self, target, state, most):
        if state == "held":
            raise error
        return claim(self, target, state, most)

    monkeypatch.setattr(Sending, "_claim", goes)

    assert bodies(store.claim(5)) == [body(1)]
    with pytest.raises(type(error)):
        store.claim(5)


def test_a_sender_that_is_woken_takes_all_that_is_there(database):
    store = store_of(database, poll=3600, notify=True)
    woken = threading.Event()
    store.watch(woken.set)
    assert store.claim(400) == []
    assert woken.wait(10)  # it listens
    store.claim(400)
    woken.clear()
    store.add([body(n) for n in range(500)])
    assert woken.wait(10)

    assert [len(store.claim(400)) for _ in range(3)] == [400, 100, 0]


def test_a_writer_notifies_ten_times_a_second_at_most(database, clock):
    store = store_of(database, notify=True)
    notifies = []

    for seconds in (0.0, 0.05, 0.06, 0.05, 0.1):
        clock.now += seconds
        notifies.append("pg_notify" in store.adding([body(1)]).sql)

    assert notifies == [True, False, True, False, True]


def test_a_sender_may_do_all_that_it_needs_and_not_insert(database, roles):
    store_of(database, source=roles[0]).add([body(n) for n in range(4)])
    sender = store_of(database, source=roles[1], notify=True)

    done, held, dead, left = sender.claim(4)
    now = time.time()
    sender.settle(
        Settlement(done=[done], waiting=[Waiting(held, now, now, "x")], dead=[Dead(dead, "y")])
    )
    assert sender.extend([left]) == [left]
    sender.report(Report(sent=1))
    assert sender.reported().sent == 1
    assert sender.pending(sender.mark()) == 1
    assert sender.requeue(sender.dead_letters(None, 10)) == 1
    assert sender.discard([]) == 0
    assert sender.counts().due == 2
    sender.close()

    with pytest.raises(OutboxError, match="permission denied"):
        sender.add([body(5)])


# Connections


def test_a_pool_of_the_user_is_used_and_left_open(database):
    pools = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    options = {"row_factory": psycopg.rows.dict_row}
    with pools.ConnectionPool(database.dsn, kwargs=options, min_size=1, max_size=4) as pool:
        store = store_of(database, source=pool, notify=True)
        store.add([body(1), body(2)])
        one, two = store.claim(2)
        store.settle(Settlement(done=[one], dead=[Dead(two, "why")]))
        assert store.counts().dead == 1
        assert store.requeue(store.dead_letters(None, 5)) == 1
        store.close()
        assert not pool.closed
        assert "ConnectionPool" in repr(store)
        assert PASSWORD not in repr(store)


def test_what_is_no_dsn_and_no_pool_is_refused(database):
    pools = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    for source in (object(), None, pools.AsyncConnectionPool(database.dsn, open=False)):
        with pytest.raises(TypeError, match=r"takes a DSN or a psycopg_pool\.ConnectionPool"):
            PostgresStore(source)


@posix
def test_a_forked_child_opens_connections_of_its_own(database):
    store = store_of(database)
    store.add([body(0)])
    store.claim(0)
    child = os.fork()
    if not child:
        code = 1
        try:
            store.add([body(1)])
            code = 0 if bodies(store.claim(10)) == [body(0), body(1)] else 2
            store.close()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    store.add([body(2)])

    assert os.WEXITSTATUS(status) == 0
    assert bodies(store.claim(10)) == [body(0), body(1), body(2)]


def test_a_store_does_not_show_its_password(database, caplog):
    dsn = psycopg.conninfo.make_conninfo(database.dsn, password="canary-wrong")
    store = database.store(BASE_URL, source=dsn)
    with pytest.raises(OutboxError, match=r"cannot be reached: .*password auth") as raised:
        store.add([body(1)])
    with pytest.raises(ValueError, match="the DSN of the PostgresStore cannot be read") as unread:
        PostgresStore("postgresql://user:canary-x@[host/shop")

    shown = [repr(store), str(raised.value), str(unread.value), caplog.text]
    chain = [raised.value.__cause__, raised.value.__context__, unread.value.__context__]
    frames = raised.traceback[1:]  # the first is this test
    shown += [f"{frame.name}: {frame.locals}" for frame in frames]
    assert "canary" not in "".join(shown)
    assert chain == [None, None, None]
    assert database.table in str(vars(store).get("table"))
    with pytest.raises(TypeError, match=r"cannot pickle|a secret cannot"):
        pickle.dumps(store)


@pytest.mark.parametrize(("between", "prepared"), [(False, 1), (True, 0)])
def test_statements_are_prepared_if_nothing_stands_in_between(
    database, monkeypatch, between, prepared
):
    if between:  # the number that a pgbouncer gives is its own
        monkeypatch.setattr(psycopg.ConnectionInfo, "backend_pid", 0)
    store = store_of(database)
    for number in range(8):
        store.add([body(number)])
    store.settle(Settlement(done=store.claim(8)))

    with store._connections.use() as connection:
        found = connection.execute("SELECT statement FROM pg_prepared_statements").fetchall()
    assert len(found) == prepared
    assert all("INSERT INTO" in statement for (statement,) in found)


# Other drivers: the programs of the page have an ORM each


def test_a_statement_fits_each_paramstyle(database):
    store = store_of(database)
    event = {"subscription_id": "usr_1", "code": "calls", "transaction_id": "t1"}

    for style, marks in (("format", "%s"), ("numeric", "$3"), ("named", ":body")):
        sql, params = store.statement(event, style)
        assert marks in sql
        values = list(params.values()) if isinstance(params, dict) else list(params)
        assert values[:2] == [BASE_URL, ""]
        assert '"transactionId":"t1"' in values[2]
    with pytest.raises(ValueError, match="paramstyle must be one of 'format', 'numeric', 'named'"):
        store.statement(event, "qmark")
    with pytest.raises(ValueError, match="paramstyle must be one of"):
        store.statement(event, ["format"])
    with pytest.raises(ValueError, match="subscription_id must be an id"):
        store.statement({"subscription_id": "", "code": "calls"})


def test_an_outbox_shows_its_store_and_no_password(database):
    outbox = Outbox(NovaBilling(token=TOKEN, base_url=BASE_URL), database.store(label="shop"))

    assert "PostgresStore('127.0.0.1/postgres', label='shop')" in repr(outbox)
    assert PASSWORD not in repr(outbox)


# What a connection of the user's is set to


def as_decimal(connection: Any) -> None:
    """Read floats as those who count money like it."""

    class Loader(psycopg.adapt.Loader):
        def load(self, data: Any) -> Decimal:
            return Decimal(bytes(data).decode())

    connection.adapters.register_loader("float8", Loader)


def refuse_rows(cursor: Any) -> Any:
    raise AssertionError("rows of the outbox are no rows of the user's")


@pytest.mark.parametrize("setting", ["floats", "raw", "rows"])
def test_a_pool_may_be_set_up_in_any_way(database, setting):
    pools = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    if setting == "raw" and not hasattr(psycopg, "RawCursor"):
        pytest.skip("this psycopg has no raw cursors")
    options: Any = {
        "floats": {"configure": as_decimal},
        "raw": {"kwargs": {"cursor_factory": getattr(psycopg, "RawCursor", None)}},
        "rows": {"kwargs": {"row_factory": refuse_rows}},
    }[setting]
    with pools.ConnectionPool(database.dsn, min_size=1, open=True, **options) as pool:
        store = store_of(database, source=pool)
        store.add([body(1)])
        store.add([body(2), body(3)])
        one, two, three = store.claim(3)
        again = Waiting(three, time.time() + 60, time.time(), "why")
        store.settle(Settlement(done=[one], dead=[Dead(two, "why")], waiting=[again]))
        store.report(Report(sent=1, rate=2.0))
        (letter,) = store.dead_letters(None, 5)

        assert abs(one.at - time.time()) < 60
        assert letter.at.tzinfo is not None
        assert store.reported(Report(rate=1.0)).rate == 1.0
        assert store.reported().rate == 2.0
        assert store.counts().oldest == pytest.approx(time.time(), abs=60)
        store.close()


def test_a_label_is_text(database):
    for label in ("a\0b", "a\ud800"):
        with pytest.raises(ValueError, match="label must be text"):
            database.store(label=label)


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://user:canary@canary@host/shop",
        "postgresql://user:canary/canary@host/shop",
        "postgresql://user:canary/canary",
        "dbname=postgresql://user:canary@host/shop",
        "host=user:canary@host dbname=shop",
        "postgresql://user:canary%@host/shop",
    ],
)
def test_a_password_that_tears_a_dsn_is_not_shown_as_a_host(dsn):
    with pytest.raises(ValueError, match=r"write @ : / \? # % of a password as %40") as raised:
        PostgresStore(dsn)

    frames = list(raised.traceback)[1:]  # the first is this test
    assert len(frames) > 2
    values = [value for frame in frames for value in frame.locals.values()]
    shown = [vars(value) if isinstance(value, PostgresStore) else value for value in values]
    assert "canary" not in f"{raised.value}{shown}"
    assert raised.value.__context__ is None


def test_a_dsn_of_several_hosts_and_ports_is_read():
    store = PostgresStore("postgresql://user:a%40b@one:5432,two:5433/shop")

    assert repr(store) == "PostgresStore('one,two/shop')"


def test_a_connection_that_has_listened_does_not_come_back_to_the_pool(database):
    pools = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    with pools.ConnectionPool(database.dsn, min_size=2, max_size=2, open=True) as pool:
        store = store_of(database, source=pool, notify=True)
        heard = threading.Event()
        store.watch(heard.set)
        store.claim(0)
        assert heard.wait(10)  # it listens
        assert "novabilling-outbox-listener" in [one.name for one in threading.enumerate()]
        listener = store._sending.held._listener
        listener._stopping.set()
        database.execute("SELECT pg_notify(%s, '')", database.table)
        listener._thread.join(10)
        assert not listener._thread.is_alive()

        with pool.connection() as one, pool.connection() as two:
            assert not one.autocommit
            assert not two.autocommit
            for connection in (one, two):
                found = connection.execute("SELECT pg_listening_channels()").fetchall()
                assert found == []
        store.close()


def test_a_pool_of_one_connection_is_not_kept_by_the_listener(database):
    pools = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    with pools.ConnectionPool(database.dsn, min_size=1, max_size=1, timeout=5, open=True) as pool:
        store = store_of(database, source=pool, notify=True)
        store.claim(0)
        time.sleep(0.2)  # a listener would have it by now
        store.add([body(1)])
        assert bodies(store.claim(5)) == [body(1)]
        store.close()


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_sender_reads_what_is_no_latin_whatever_the_machine_is_set_to(
    database, monkeypatch, encoding
):
    monkeypatch.setenv("PGCLIENTENCODING", encoding)
    store = store_of(database)
    snow = body(1).replace(b'"calls"', '"☃"'.encode())
    store.add([snow])

    assert bodies(store.claim(5)) == [snow]


def test_a_client_encoding_that_gives_bytes_for_text_is_refused(database):
    source = psycopg.conninfo.make_conninfo(database.dsn, client_encoding="SQL_ASCII")

    with pytest.raises(OutboxError, match="client_encoding of the connection must be UTF8"):
        store_of(database, source=source).claim(1)


# Many senders and many rows


def test_the_age_of_the_oldest_event_grows_while_a_sender_has_it(database):
    store = store_of(database)
    store.add([body(1), body(2)])
    store.claim(2)
    database.execute(f"UPDATE \"{database.table}\" SET recorded_at = now() - interval '1 hour'")
    store.add([body(3)])

    assert store.counts().oldest == pytest.approx(time.time() - 3600, abs=60)


def test_a_database_that_is_serializable_by_default_lets_senders_share_the_table(database):
    name = psycopg.conninfo.conninfo_to_dict(database.dsn)["dbname"]
    level = "default_transaction_isolation"
    store_of(database).add([body(n) for n in range(2000)])
    database.execute(f"ALTER DATABASE \"{name}\" SET {level} TO 'serializable'")
    failed: List[Exception] = []
    held: List[Entry] = []

    def send() -> None:
        store = store_of(database)
        try:
            entries = store.claim(50)
            while entries:
                again = [Waiting(one, time.time() + 99, time.time(), "r") for one in entries[25:]]
                store.settle(Settlement(done=entries[:25], waiting=again))
                held.extend(entries[25:])
                entries = store.claim(50)
        except OutboxError as error:
            failed.append(error)

    try:
        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        database.execute(f'ALTER DATABASE "{name}" RESET {level}')

    assert failed == []
    assert states(database) == {"held": len(held)}


def test_many_dead_letters_are_sent_again_and_discarded_in_seconds(database):
    store = store_of(database)
    database.execute(
        f'INSERT INTO "{database.table}" (base_url, label, state, due, given_up_at, reason, body) '
        "SELECT %s, '', 'dead', 'infinity', now(), 'why', %s::text::json "
        "FROM generate_series(1, 100000)",
        BASE_URL,
        body(1).decode(),
    )
    letters = store.dead_letters(None, 100000)
    begun = time.monotonic()

    assert store.requeue(letters[:50000]) == 50000
    assert store.discard(letters) == 50000
    assert time.monotonic() - begun < 10
    assert states(database) == {"due": 50000}


def test_claims_are_settled_by_one_thread_while_another_looks_at_them():
    leases = Leases(0.0)
    failed: List[Exception] = []
    done = threading.Event()

    def look() -> None:
        try:
            while not done.is_set():
                leases.ending()
                leases.all()
        except Exception as error:
            failed.append(error)

    looking = threading.Thread(target=look)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        looking.start()
        for claim in range(200):
            leases.add(claim, range(500), 0.0)
            for start in range(0, 500, 5):
                entries = [Entry(b"", 0.0, (str(claim), start + n)) for n in range(5)]
                leases.settled(Settlement(done=entries))
    finally:
        done.set()
        looking.join()
        sys.setswitchinterval(interval)

    assert failed == []
    assert leases.all() == ([], [])


def test_dead_letters_may_be_sent_again_and_discarded_by_several_at_once(database):
    store = store_of(database)
    failed: List[Exception] = []

    def act(name: str, letters: List[Any]) -> None:
        try:
            getattr(store_of(database), name)(letters)
        except OutboxError as error:
            failed.append(error)

    for _ in range(5):
        store.add([body(n) for n in range(4000)])
        entries = store.claim(4000)
        store.settle(Settlement(dead=[Dead(entry, "why") for entry in entries]))
        letters = store.dead_letters(None, 4000)
        given = [("requeue", letters), ("discard", letters[::-1]), ("requeue", letters[::-1])]
        threads = [threading.Thread(target=act, args=one) for one in given]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        store.settle(Settlement(done=store.claim(4000)))

    assert failed == []
    assert states(database) == {}
