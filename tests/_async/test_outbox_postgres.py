"""The outbox on a table of PostgreSQL: an event commits with the work that it counts."""

from __future__ import annotations

import logging
import re

import httpx
import pytest

from novabilling import OutboxError
from novabilling._outbox import codes, meter, schedule, settling
from novabilling._outbox.postgres import store as stores
from novabilling._runtime import concurrency
from novabilling.outbox import AsyncOutbox, SQLiteStore
from tests.outbox.billing import Billing, lost, metric, refuse_named
from tests.postgres import Database, async_transaction, raw_cursors_of
from tests.support import BASE_URL, problem

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Wait for less: the rules are the same."""
    monkeypatch.setattr(schedule, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(settling, "FIRST_WAIT", 0.1)
    monkeypatch.setattr(codes, "LOOK_AGAIN", 0.3)


@pytest.fixture
def outbox_for(client_for, database):
    def make(server, **options):
        store = options.pop("store", None) or database.store(poll=0.05)
        return AsyncOutbox(client_for(server), store, **{"linger": 0, **options})

    return make


def event(number, code="calls", subscription_id="usr_1", **properties):
    return {
        "subscription_id": subscription_id,
        "code": code,
        "transaction_id": f"t{number}",
        "properties": properties,
    }


async def until(true, seconds=10.0):
    ends = concurrency.monotonic() + seconds
    while not await concurrency.async_resolve(true()):
        assert concurrency.monotonic() < ends
        await concurrency.async_run(__import__("time").sleep, 0.01)


async def letters_of(outbox):
    found = []
    async for letter in outbox.dead_letters():
        found.append(letter)
    return found


# Recording


async def test_recorded_events_arrive_as_they_are(outbox_for):
    billing = Billing()
    text = 'ọjà \x00 "quoted" \\ \U0001f600'

    async with outbox_for(billing) as outbox:
        one = await outbox.record(
            subscription_id="usr_1", code="calls", properties={"n": 3, "big": 10**20, "text": text}
        )
        await outbox.record_many([event(n) for n in range(250)])
        assert await outbox.flush()
        stats = await outbox.stats()

    sent = {found["transactionId"]: found for batch in billing.batches for found in batch}
    assert sent[one.transaction_id]["properties"] == {"n": 3, "big": 10**20, "text": text}
    assert sent[one.transaction_id]["timestamp"] == one.timestamp.isoformat()[:26] + "Z"
    assert (len(sent), set(billing.received.values())) == (251, {1})
    assert (stats.depth, stats.sent, stats.dead, stats.oldest) == (0, 251, 0, None)


async def test_what_is_committed_is_sent_and_what_is_rolled_back_never_was(outbox_for, database):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        async with async_transaction(database.dsn) as connection:
            await outbox.record(**event("committed"), connection=connection)
            await outbox.record_many([event(n) for n in range(3)], connection=connection)
            assert await outbox.flush()
            assert billing.counted == {}
        async with async_transaction(database.dsn) as connection:
            await outbox.record(**event("rolled-back"), connection=connection)
            await concurrency.async_resolve(connection.rollback())
        assert await outbox.flush()

    assert sorted(billing.counted) == ["t0", "t1", "t2", "tcommitted"]
    assert database.execute(f'SELECT count(*) FROM "{database.table}"') == [(0,)]


async def test_a_bad_event_leaves_the_transaction_as_it_is(outbox_for, database):
    outbox = outbox_for(Billing(), send=False)
    async with async_transaction(database.dsn) as connection:
        await outbox.record(**event(1), connection=connection)
        with pytest.raises(ValueError, match="subscription_id must be an id"):
            await outbox.record(subscription_id="", code="calls", connection=connection)
    await outbox.aclose()

    assert database.execute(f'SELECT count(*) FROM "{database.table}"') == [(1,)]


async def test_the_cursors_of_the_connection_may_be_of_any_kind(outbox_for, database):
    outbox = outbox_for(Billing(), send=False)
    async with async_transaction(database.dsn) as connection:
        connection.cursor_factory = raw_cursors_of(connection)
        await outbox.record(**event(1), connection=connection)
        await outbox.record_many([event(2), event(3)], connection=connection)
    await outbox.aclose()

    assert database.execute(f'SELECT count(*) FROM "{database.table}"') == [(3,)]


async def test_a_client_encoding_that_lacks_letters_leaves_the_transaction_as_it_is(
    outbox_for, database
):
    outbox = outbox_for(Billing(), send=False)
    async with async_transaction(database.dsn) as connection:
        await concurrency.async_resolve(connection.execute("SET client_encoding TO LATIN1"))
        await outbox.record(**event(1, name="Zoë"), connection=connection)
        with pytest.raises(OutboxError, match="client_encoding of the connection must be UTF8"):
            await outbox.record(**event(2, name="☃"), connection=connection)
        with pytest.raises(OutboxError, match="client_encoding of the connection must be UTF8"):
            await outbox.record_many([event(3), event(4, name="☃")], connection=connection)
    await outbox.aclose()

    found = database.execute(f"SELECT body->'properties'->>'name' FROM \"{database.table}\"")
    assert found == [("Zoë",)]


async def test_what_is_no_connection_of_psycopg_is_refused(outbox_for, database, tmp_path):
    outbox = outbox_for(Billing(), send=False)
    with pytest.raises(TypeError, match=r"store.statement\(\) gives what it has to execute"):
        await outbox.record(**event(1), connection=object())
    await outbox.aclose()

    outbox = outbox_for(Billing(), send=False, store=SQLiteStore(tmp_path / "usage"))
    async with async_transaction(database.dsn) as connection:
        some = event(1)
        with pytest.raises(TypeError, match="only a PostgresStore can record in your transaction"):
            await outbox.record(**some, connection=connection)
    await outbox.aclose()


async def test_a_table_that_is_not_there_is_said_with_what_makes_it(outbox_for, database, caplog):
    database.execute(f'ALTER TABLE "{database.table}" RENAME TO "{database.table} away"')
    try:
        async with outbox_for(Billing(), close_timeout=0.1) as outbox:
            command = f"`python -m novabilling.outbox schema --table {database.table}` prints"
            with pytest.raises(OutboxError, match=re.escape(command)):
                await outbox.record(**event(1))
            await until(lambda: "prints the statements that make it" in caplog.text)
    finally:
        database.execute(f'ALTER TABLE "{database.table} away" RENAME TO "{database.table}"')


# Sending


async def test_answers_that_are_lost_and_outages_are_survived(outbox_for):
    billing = Billing()
    billing.first = [
        lost(billing),
        httpx.ConnectError("refused"),
        problem(503, "away"),
        problem(429, "too many", headers={"Retry-After": "0"}),
    ]

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(n) for n in range(150)])
        assert await outbox.flush()
        stats = await outbox.stats()

    assert set(billing.counted.values()) == {1}
    assert len(billing.counted) == 150
    assert stats.sent + stats.duplicates == 150


async def test_an_outage_that_is_longer_than_the_lease_loses_no_claims(
    outbox_for, database, caplog, monkeypatch
):
    monkeypatch.setattr(stores, "MIN_LEASE", 0.0)
    monkeypatch.setattr(meter, "REPORT_EVERY", 0.1)
    billing = Billing()
    away = True

    def refuse(events):
        return problem(503, "away") if away else None

    billing.refuses = refuse
    first = database.store(poll=0.05, lease=3.0)
    async with outbox_for(billing, store=first) as outbox:
        await outbox.record_many([event(n) for n in range(450)])
        claimed = f'SELECT count(*) FROM "{database.table}" WHERE claim IS NOT NULL'
        await until(lambda: database.execute(claimed) == [(400,)])
        other = database.store(BASE_URL, poll=0)
        ends = concurrency.monotonic() + 3.5
        stolen = set()
        while concurrency.monotonic() < ends:
            stolen.update(entry.body for entry in other.claim(1000))
            await concurrency.async_run(__import__("time").sleep, 0.1)
        other.close()
        away = False
        assert await outbox.flush()

    assert len(stolen) == 50  # all but the 400 that are claimed at once
    assert (len(billing.counted), set(billing.received.values())) == (450, {1})
    assert "another sender" not in caplog.text


async def test_two_senders_share_the_table(outbox_for, database):
    billing = Billing()

    one, two = (outbox_for(billing, store=database.store(poll=0.05)) for _ in range(2))
    await one.start()
    await two.start()
    for start in range(0, 2000, 500):
        await one.record_many([event(n) for n in range(start, start + 500)])
    assert await one.flush()
    assert await two.flush()
    await two.aclose()
    stats = await one.stats()
    await one.aclose()

    assert (len(billing.counted), set(billing.received.values())) == (2000, {1})
    assert stats.sent == 2000
    shares = database.execute(f'SELECT sent FROM "{database.table}_senders"')
    assert len(shares) == 2
    assert sum(sent for (sent,) in shares) == 2000


async def test_a_writer_wakes_a_sender_that_would_not_look(outbox_for, database):
    billing = Billing()
    slow = database.store(poll=600)

    async with outbox_for(billing, store=slow):
        writer = outbox_for(Billing(), store=database.store(), send=False)
        listening = "SELECT 1 FROM pg_stat_activity WHERE query = %s"
        await until(lambda: database.execute(listening, f'LISTEN "{database.table}"'))
        await concurrency.async_run(__import__("time").sleep, 0.5)  # it has looked, in vain
        await writer.record(**event(1))
        await until(lambda: billing.counted)
        await writer.aclose()

    assert billing.counted == {"t1": 1}


async def test_a_sender_that_hears_nothing_looks_by_itself(outbox_for, database):
    billing = Billing()

    async with outbox_for(billing, store=database.store(poll=0.05, notify=False)):
        writer = outbox_for(Billing(), store=database.store(notify=False), send=False)
        await writer.record(**event(1))
        await until(lambda: billing.counted)
        await writer.aclose()


async def test_it_goes_on_after_the_connections_have_ended(outbox_for, database, caplog):
    billing = Billing()
    store = database.store(poll=0.05)

    async with outbox_for(billing, store=store) as outbox:
        await outbox.record(**event(1))
        assert await outbox.flush()
        database.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE application_name = 'novabilling outbox' AND query LIKE %s",
            f"%{database.table}%",
        )
        await outbox.record(**event(2))
        assert await outbox.flush()

    assert billing.counted == {"t1": 1, "t2": 1}


async def test_a_postgres_that_is_away_while_events_are_on_their_way_is_waited_for(
    outbox_for, own_postgres, caplog
):
    database = Database(own_postgres.dsn, "usage")
    billing = Billing()

    def away(request):
        own_postgres.stop()
        return billing.take(request)

    billing.first = [away]
    outbox = outbox_for(billing, store=database.store(poll=0.05, lease=60))
    await outbox.start()
    await outbox.record_many([event(n) for n in range(450)])
    await until(lambda: "cannot write what was sent" in caplog.text)
    with pytest.raises(OutboxError, match="PostgreSQL of the outbox cannot be"):
        await outbox.record(**event("lost"))
    own_postgres.start()
    assert await outbox.flush()
    await outbox.record(**event(451))
    await outbox.aclose()

    assert (len(billing.counted), set(billing.received.values())) == (451, {1})
    assert database.execute("SELECT count(*) FROM usage") == [(0,)]


async def test_the_end_comes_when_postgres_is_away(outbox_for, own_postgres, caplog):
    caplog.set_level(logging.WARNING)
    database = Database(own_postgres.dsn, "usage")
    billing = Billing()
    billing.refuses = lambda events: problem(503, "away")

    async with outbox_for(billing, store=database.store(poll=0.05), close_timeout=0.2) as outbox:
        await outbox.record_many([event(n) for n in range(150)])
        await until(lambda: billing.batches)
        own_postgres.stop()

    assert "cannot give back 150 events" in caplog.text
    assert "cannot say what it has sent" in caplog.text


# What the server refuses


async def test_an_event_whose_subscription_is_not_there_is_held_and_tried_again(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        await outbox.record(**event(1, subscription_id="usr_2"))
        await outbox.record(**event(2))
        await until(lambda: billing.received["t1"])
        assert await outbox.flush()  # what is held is not waited for
        stats = await outbox.stats()
        billing.subscriptions.add("usr_2")
        await until(lambda: billing.counted["t1"])

    assert (stats.depth, stats.held, stats.dead) == (1, 1, 0)
    assert stats.oldest >= 0
    assert billing.counted == {"t1": 1, "t2": 1}


async def test_dead_letters_are_listed_exported_sent_again_and_discarded(outbox_for, tmp_path):
    billing = Billing()
    billing.refuses = refuse_named

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(n, code="cals") for n in range(3)])
        await outbox.record(**event("bad", bad=True))
        await outbox.record(**event("good"))
        assert await outbox.flush()
        letters = await letters_of(outbox)
        stats = await outbox.stats()
        exported = await outbox.export_dead_letters(str(tmp_path / "dead.jsonl"))
        billing.metrics.append(metric("cals"))
        again = await outbox.requeue(letters[:2])
        await until(lambda: billing.counted["t0"] and billing.counted["t1"])
        gone = await outbox.discard(letters)
        left = await letters_of(outbox)

    assert [letter.event.transaction_id for letter in letters] == ["t0", "t1", "t2", "tbad"]
    assert letters[0].reason == "code: no billable metric has the code 'cals'"
    assert letters[3].event.properties == {"bad": True}
    assert (stats.dead, stats.depth) == (4, 0)
    assert (exported, again, gone, left) == (4, 2, 2, [])
    assert billing.counted == {"tgood": 1, "t0": 1, "t1": 1}


async def test_an_event_is_given_up_after_its_time(outbox_for, caplog):
    async with outbox_for(Billing(), give_up_after=0.3) as outbox:
        await outbox.record(**event(1, subscription_id="usr_2"))
        await until(lambda: letters_of(outbox))
        (letter,) = await letters_of(outbox)

    assert letter.reason == "Subscription 'usr_2' not found"


# The end


async def test_what_is_left_at_the_end_is_given_back_at_once(outbox_for, database):
    billing = Billing()
    billing.refuses = lambda events: problem(503, "away")

    async with outbox_for(billing, close_timeout=0.1) as outbox:
        await outbox.record_many([event(n) for n in range(250)])
        await until(lambda: billing.batches)
    next_one = database.store(BASE_URL)

    assert len(next_one.claim(1000)) == 250


async def test_events_of_another_server_are_left_alone_and_it_is_said(outbox_for, database, caplog):
    billing = Billing()
    database.store("https://elsewhere.example").add([b"{}", b"{}"])
    database.store("https://of.another.tenant.example", label="other").add([b"{}"])

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(1)])
        assert await outbox.flush()

    assert set(billing.counted) == {"t1"}
    (said,) = [text for text in map(str, caplog.messages) if "is base_url right" in text]
    assert f"has events for https://elsewhere.example, which the sender for {BASE_URL}" in said


async def test_what_no_postgres_answers_is_said_and_the_end_comes_in_time(
    outbox_for, database, caplog
):
    caplog.set_level(logging.WARNING)
    dsn = "postgresql://user:canary-5432@127.0.0.1:9/none"

    async with outbox_for(Billing(), store=database.store(source=dsn), close_timeout=0.5) as outbox:
        with pytest.raises(OutboxError, match="cannot be reached") as raised:
            await outbox.record(**event(1))
        await until(lambda: "cannot use its store" in caplog.text)

    assert "canary" not in caplog.text + repr(raised.value) + repr(outbox)
