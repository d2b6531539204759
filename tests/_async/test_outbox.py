"""The outbox: what is recorded is on the disk, and is sent until the server has it, once."""

from __future__ import annotations

import json
import logging
import os
import stat
import threading
import time
from datetime import datetime, timezone

import httpx
import pytest
from msgspec.structs import replace

from novabilling import AsyncNovaBilling, OutboxError, OutboxFullError
from novabilling._outbox import schedule, settings, settling
from novabilling._runtime import concurrency
from novabilling.outbox import AsyncOutbox, SQLiteStore
from novabilling.types import UsageEventInput
from tests.loopback import serve
from tests.outbox.billing import Billing, lost, metric, refuse_named
from tests.support import TOKEN, problem

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "usage")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Wait for less: the rules are the same."""
    monkeypatch.setattr(schedule, "FIRST_BACKOFF", 0.02)
    monkeypatch.setattr(settling, "FIRST_WAIT", 0.1)


@pytest.fixture
def outbox_for(client_for, folder):
    def make(server, **options):
        store = options.pop("store", None) or SQLiteStore(folder)
        return AsyncOutbox(client_for(server), store, **{"linger": 0, **options})

    return make


def event(number, code="calls", subscription_id="usr_1", **properties):
    return UsageEventInput(
        subscription_id=subscription_id,
        code=code,
        transaction_id=f"t{number}",
        properties=properties,
    )


async def until(true, seconds=10.0):
    ends = concurrency.monotonic() + seconds
    while not await concurrency.async_resolve(true()):
        assert concurrency.monotonic() < ends
        await concurrency.async_run(time.sleep, 0.01)


async def letters_of(outbox):
    found = []
    async for letter in outbox.dead_letters():
        found.append(letter)
    return found


class Odd(SQLiteStore):
    """A store with rows that others have changed, and with troubles of its own."""

    def __init__(self, folder):
        super().__init__(folder)
        self.odd = []
        self.fails = 0

    def claim(self, most):
        entries = super().claim(most)
        return [replace(e, body=self.odd.pop()) if self.odd else e for e in entries]

    def extend(self, entries):
        if self.fails:
            self.fails -= 1
            raise OutboxError("not at the moment")
        return super().extend(entries)


# Recording


async def test_a_recorded_event_has_an_id_and_a_time_and_arrives(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        event = await outbox.record(
            subscription_id="usr_1", code="calls", properties={"n": 3, "big": 10**20}
        )
        assert await outbox.flush()

    ((sent,),) = billing.batches
    assert sent["transactionId"] == event.transaction_id
    assert abs((datetime.now(timezone.utc) - event.timestamp).total_seconds()) < 60
    assert sent["timestamp"] == event.timestamp.isoformat()[:26] + "Z"
    assert sent["properties"] == {"n": 3, "big": 10**20}


async def test_ids_and_times_of_the_user_are_kept(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        await outbox.record(
            subscription_id="usr_1", code="calls", transaction_id="a", timestamp="2026-01-31"
        )

    ((sent,),) = billing.batches
    assert (sent["transactionId"], sent["timestamp"]) == ("a", "2026-01-31")
    assert "properties" not in sent


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"subscription_id": ""}, r"events\[0\].subscription_id must be an id"),
        ({"code": 5}, r"events\[0\].code must be a str"),
        ({"transaction_id": None}, r"events\[0\].transaction_id must be a str"),
        ({"timestamp": 5}, r"events\[0\].timestamp must be a datetime"),
        ({"timestamp": datetime(2026, 1, 1)}, "must have a time zone"),
        ({"properties": {"n": float("inf")}}, "must not be NaN or infinite"),
        ({"properties": {"n": object()}}, "cannot be sent as JSON"),
        ({"properties": {"text": "x" * 100_000}}, r"events\[0\] is larger than 100,000 bytes"),
    ],
)
async def test_bad_input_is_an_error_at_once_and_records_nothing(outbox_for, fields, message):
    outbox = outbox_for(Billing(), send=False)

    with pytest.raises((TypeError, ValueError), match=message):
        await outbox.record(**{"subscription_id": "usr_1", "code": "calls", **fields})

    assert (await outbox.stats()).depth == 0


async def test_record_many_records_all_or_none(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        with pytest.raises(TypeError, match=r"events\[2\].code must be a str"):
            await outbox.record_many([event(1), event(2), event(3, code=None)])
        given = [event(4), {"subscription_id": "usr_1", "code": "calls"}]
        found = await outbox.record_many(given)
        assert await outbox.record_many([]) == []
        with pytest.raises(ValueError, match="unknown subscription"):
            await outbox.record_many([{"subscription": "usr_1"}])

    assert set(billing.counted) == {"t4", found[1].transaction_id}


async def test_what_was_recorded_is_there_for_the_next_start(outbox_for, folder):
    first = outbox_for(Billing(), send=False)
    await first.record_many([event(n) for n in range(250)])
    await first.aclose()
    billing = Billing()

    async with outbox_for(billing) as outbox:
        assert await outbox.flush()

    assert sorted(billing.sizes) == [50, 100, 100]
    assert set(billing.counted.values()) == {1}
    assert not [name for name in os.listdir(folder) if name.endswith(".spool")]


async def test_the_folder_is_private_and_holds_no_token(outbox_for, folder):
    outbox = outbox_for(Billing(), send=False)
    await outbox.record_many([event(1)])

    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    names = os.listdir(folder)
    assert {name.partition(".")[2] for name in names} >= {"spool", "spool-wal", "lock"}
    for name in names:
        path = os.path.join(folder, name)
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, name
        with open(path, "rb") as file:
            assert TOKEN.encode() not in file.read()
    await outbox.aclose()


async def test_a_full_store_is_an_error_and_nothing_is_dropped(outbox_for, folder):
    outbox = outbox_for(Billing(), send=False, store=SQLiteStore(folder, max_events=10))
    await outbox.record_many([event(n) for n in range(9)])

    with pytest.raises(OutboxFullError, match=r"10 events"):
        await outbox.record_many([event(9), event(10)])
    await outbox.record_many([event(9)])
    assert await _is_refused(outbox)

    assert (await outbox.stats()).depth == 10
    await outbox.aclose()


async def _is_refused(outbox):
    with pytest.raises(OutboxFullError):
        await outbox.record_many([event(11)])
    return True


async def test_a_store_of_so_many_bytes_takes_events_again_when_some_were_sent(outbox_for, folder):
    billing = Billing()
    store = SQLiteStore(folder, max_bytes=500_000)
    writer = outbox_for(billing, send=False, store=store)
    recorded = 0

    async def has_room():
        try:
            await writer.record_many([event(recorded, text="x" * 5000)])
        except OutboxFullError as error:
            return "500,000 bytes" not in str(error)
        return True

    while await has_room():
        recorded += 1
    assert 60 <= recorded <= 100
    sender = outbox_for(billing, store=store)
    await sender.start()
    assert await sender.flush()

    await until(has_room)
    assert await sender.flush()
    assert len(billing.counted) == recorded + 1
    await sender.aclose()


# Sending


async def test_every_kind_of_trouble_is_tried_again_until_all_is_counted_once(outbox_for):
    billing = Billing()
    billing.first = [
        httpx.ConnectError("refused"),
        problem(503, "Unavailable"),
        lost(billing),
        problem(500, "Internal server error"),
        problem(401, "Unauthorized"),
        problem(404, "Cannot POST"),
        httpx.Response(201, content=b'{"total'),
        problem(409, "Conflict"),
    ]

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(n) for n in range(250)])
        assert await outbox.flush()
        stats = await outbox.stats()

    assert len(billing.counted) == 250
    assert set(billing.counted.values()) == {1}
    assert (stats.sent + stats.duplicates, stats.depth, stats.dead) == (250, 0, 0)
    assert stats.duplicates >= 50
    assert stats.problem is None


async def test_a_refused_token_holds_everything_loudly_until_it_works(outbox_for, caplog):
    billing = Billing()
    works = []

    def server(request):
        return billing(request) if works else problem(401, "Unauthorized")

    async with outbox_for(server) as outbox:
        await outbox.record_many([event(1)])
        assert not await outbox.flush(0.3)
        stats = await outbox.stats()
        works.append(True)
        assert await outbox.flush()

    loud = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert len(loud) == 1
    assert "holds all events" in loud[0]
    assert "401" in stats.problem
    assert billing.counted == {"t1": 1}


async def test_a_culprit_alone_becomes_a_dead_letter_and_is_kept(outbox_for):
    billing = Billing()
    billing.refuses = refuse_named

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(n, bad=n == 7) for n in range(20)])
        assert await outbox.flush()
        (letter,) = await letters_of(outbox)

    assert letter.event.transaction_id == "t7"
    assert letter.event.properties == {"bad": True}
    assert "must be an object" in letter.reason
    assert letter.at.tzinfo is timezone.utc
    assert repr(letter) == (
        "DeadLetter(transaction_id='t7', code='calls', "
        "reason='events.0.properties must be an object')"
    )
    assert len(billing.counted) == 19


async def test_an_event_that_breaks_the_server_stops_no_other(outbox_for):
    billing = Billing()
    billing.refuses = lambda events: (
        problem(500, "Internal server error")
        if any(e["transactionId"] == "t42" for e in events)
        else None
    )

    async with outbox_for(billing, give_up_after=0) as outbox:
        await outbox.record_many([event(n) for n in range(300)])
        assert await outbox.flush()
        (letter,) = await letters_of(outbox)

    assert letter.event.transaction_id == "t42"
    assert len(billing.counted) == 299


async def test_an_event_waits_for_its_subscription_and_holds_no_flush(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(1, subscription_id="usr_2"), event(2)])
        assert await outbox.flush()
        held = (await outbox.stats()).held
        billing.subscriptions.add("usr_2")
        await until(lambda: "t1" in billing.counted)
        await until(lambda: _has(outbox, depth=0))

    assert held == 1
    assert billing.counted == {"t1": 1, "t2": 1}


async def _has(outbox, **expected):
    stats = await outbox.stats()
    return all(getattr(stats, name) == value for name, value in expected.items())


async def test_a_subscription_that_does_not_come_is_a_dead_letter_after_a_time(outbox_for):
    billing = Billing()

    async with outbox_for(billing, give_up_after=0.4) as outbox:
        await outbox.record_many([event(1, subscription_id="usr_2")])
        await until(lambda: _has(outbox, dead=1, depth=0))
        (letter,) = await letters_of(outbox)

    assert letter.reason == "Subscription 'usr_2' not found"
    assert billing.received["t1"] >= 2


async def test_how_long_an_event_has_waited_survives_a_restart(outbox_for):
    billing = Billing()
    async with outbox_for(billing, give_up_after=1e9) as outbox:
        await outbox.record_many([event(1, subscription_id="usr_2")])
        assert await outbox.flush()
        await until(lambda: _has(outbox, held=1))

    async with outbox_for(billing, give_up_after=0) as outbox:
        await until(lambda: _has(outbox, dead=1, depth=0))


async def test_codes_without_a_metric_are_dead_and_can_be_sent_again(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(1, code="cals"), event(2)])
        assert await outbox.flush()
        letters = await letters_of(outbox)
        assert [letter.event.code for letter in letters] == ["cals"]
    assert "t1" not in billing.received

    async with outbox_for(billing, check_codes=False) as outbox:
        assert await outbox.requeue(letters) == 1
        assert await outbox.requeue(letters) == 0
        assert await outbox.flush()
        assert await letters_of(outbox) == []

    assert billing.counted == {"t1": 1, "t2": 1}


async def test_dead_letters_are_kept_over_restarts_exported_and_discarded(outbox_for, tmp_path):
    billing = Billing()
    path = tmp_path / "dead.jsonl"
    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(n, code="cals", n=n) for n in range(450)])
        assert await outbox.flush()

    outbox = outbox_for(billing, send=False)
    letters = await letters_of(outbox)
    assert await outbox.export_dead_letters(str(path)) == 450
    assert await outbox.discard(letters[:449]) == 449
    left = await letters_of(outbox)
    await outbox.aclose()

    assert [letter.event.transaction_id for letter in left] == ["t449"]
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines[3]["event"]["properties"] == {"n": 3}
    assert lines[3]["reason"] == "code: no billable metric has the code 'cals'"
    assert datetime.fromisoformat(lines[3]["at"].replace("Z", "+00:00")).tzinfo is timezone.utc
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


class Watched(SQLiteStore):
    """A store that notes how many events each look of a sender has found."""

    def __init__(self, folder):
        super().__init__(folder)
        self.claimed = []

    def claim(self, most):
        found = super().claim(most)
        self.claimed.append(len(found))
        return found


async def test_a_batch_that_is_not_full_waits_for_more_unless_somebody_flushes(
    outbox_for, tmp_path
):
    billing = Billing()
    store = Watched(tmp_path)

    async with outbox_for(billing, store=store, linger=30) as outbox:
        for number in range(5):
            await outbox.record_many([event(number)])
        await until(lambda: sum(store.claimed) == 5 and store.claimed[-1] == 0)
        assert not billing.batches
        assert await outbox.flush()
        await outbox.record_many([event(n) for n in range(100, 200)])
        await until(lambda: len(billing.counted) == 105)

    assert billing.sizes == [5, 100]


async def test_a_flush_that_runs_out_of_time_says_so_and_raises_nothing(outbox_for):
    outbox = outbox_for(Billing(), send=False)
    assert await outbox.flush(0)
    await outbox.record_many([event(1)])

    assert not await outbox.flush(0)
    assert not await outbox.flush(0.1)
    with pytest.raises(ValueError, match="timeout must be 0 seconds or more"):
        await outbox.flush(-1)
    await outbox.aclose()


async def test_the_block_ends_in_time_and_leaves_the_rest(outbox_for):
    outbox = outbox_for(lambda request: problem(503, "Unavailable"), close_timeout=0.2)
    started = concurrency.monotonic()
    async with outbox:
        await outbox.record_many([event(1)])
    took = concurrency.monotonic() - started
    billing = Billing()

    async with outbox_for(billing):
        pass

    assert took < 2
    assert billing.counted == {"t1": 1}


async def test_an_outbox_can_be_started_again(outbox_for):
    billing = Billing()
    outbox = outbox_for(billing)

    for number in range(3):
        async with outbox:
            await outbox.record_many([event(number)])

    assert len(billing.counted) == 3


async def test_one_of_several_outboxes_on_a_folder_sends_for_all(outbox_for):
    billing = Billing()

    async with outbox_for(billing) as one, outbox_for(billing) as two:
        await one.record_many([event(1)])
        await two.record_many([event(2)])
        assert await one.flush()
        assert await two.flush()
        assert (await two.stats()).depth == 0

    assert billing.counted == {"t1": 1, "t2": 1}


async def test_when_the_sender_ends_another_one_takes_over(outbox_for):
    billing = Billing()

    first = outbox_for(billing)
    async with outbox_for(billing) as second:
        await first.start()
        await first.record_many([event(1)])
        await first.aclose()
        await second.record_many([event(2)])
        assert await second.flush()

    assert len(billing.counted) == 2


async def test_one_that_takes_over_adds_up_with_what_was_sent_before(outbox_for):
    billing = Billing()

    first = outbox_for(billing)
    await first.flush()  # it sends for both
    async with outbox_for(billing) as second:
        await first.start()
        await first.record_many([event(1), event(2)])
        assert await first.flush()
        await first.aclose()
        await second.record_many([event(3)])
        assert await second.flush()
    stats = await outbox_for(billing, send=False).stats()

    assert (stats.sent, stats.duplicates, stats.depth) == (3, 0, 0)


async def test_what_is_recorded_outside_of_the_block_waits_for_it(outbox_for):
    billing = Billing()
    outbox = outbox_for(billing)

    await outbox.record(subscription_id="usr_1", code="calls", transaction_id="t1")
    await outbox.record_many([event(2)])
    assert not await outbox.flush(0.3)
    assert not billing.batches
    async with outbox:
        assert await outbox.flush()

    assert billing.counted == {"t1": 1, "t2": 1}


async def test_the_end_waits_for_what_is_on_its_way_for_others(outbox_for):
    billing = Billing()
    asked = []

    async def slow(request):
        asked.append(request)
        await concurrency.async_run(time.sleep, 0.6)
        return billing(request)

    other = outbox_for(billing, send=False)
    await other.record_many([event(1)])
    async with outbox_for(slow, check_codes=False):
        await until(lambda: asked)
    depth = (await other.stats()).depth
    await other.aclose()

    assert billing.counted == {"t1": 1}
    assert depth == 0


async def test_another_tenants_events_are_left_alone_and_it_is_said(outbox_for, folder, caplog):
    theirs, ours = Billing(), Billing()
    other = outbox_for(theirs, send=False, store=SQLiteStore(folder, label="other"))
    await other.record_many([event(1)])
    await other.aclose()

    async with outbox_for(ours) as outbox:
        await outbox.record_many([event(2)])
        assert await outbox.flush()
        assert (await outbox.stats()).depth == 0

    assert set(ours.counted) == {"t2"}
    assert "belongs to https://billing.example (other)" in caplog.text
    async with outbox_for(theirs, store=SQLiteStore(folder, label="other")):
        pass
    assert set(theirs.counted) == {"t1"}


async def test_a_hook_sees_each_verdict_and_harms_nothing(outbox_for, caplog):
    billing = Billing()
    seen = []

    def broken(verdict):
        raise RuntimeError("of the hook")

    async with outbox_for(billing) as outbox:
        outbox.on_verdict(broken)
        remove = outbox.on_verdict(seen.append)
        await outbox.record_many([event(1), event(2, code="cals")])
        assert await outbox.flush()
        await until(lambda: len(seen) == 2)
        remove()
        remove()
        await outbox.record_many([event(3)])
        assert await outbox.flush()
        with pytest.raises(TypeError, match="on_verdict needs a function"):
            outbox.on_verdict("hook")

    assert [(v.event.transaction_id, v.status) for v in seen] == [("t1", "sent"), ("t2", "dead")]
    assert "of the hook" in caplog.text


async def test_a_row_that_is_no_event_stops_nobody_and_can_be_looked_at(outbox_for, folder):
    billing = Billing()
    store = Odd(folder)
    store.odd = [b"\xff", b"{}", b"5", b"[]"]
    seen = []

    async with outbox_for(billing, store=store) as outbox:
        outbox.on_verdict(seen.append)
        for number in range(8):
            await outbox.record_many([event(number)])
            assert await outbox.flush()
        letters = await letters_of(outbox)
        exported = await outbox.export_dead_letters(f"{folder}/dead.jsonl")

    assert sorted(billing.counted) == ["t4", "t5", "t6", "t7"]
    assert [letter.reason for letter in letters] == ["it is no event"] * 4
    assert exported == len(letters) == 4
    assert letters[-1].event.properties == {"unreadable": r"b'\xff'"}
    assert len(seen) == 8


async def test_a_store_in_trouble_ends_no_sender(outbox_for, folder, caplog):
    billing = Billing()
    store = Odd(folder)
    store.fails = 9  # more than there are workers

    async with outbox_for(billing, store=store) as outbox:
        await outbox.record_many([event(1)])
        assert await outbox.flush()

    assert billing.counted == {"t1": 1}
    said = [record for record in caplog.records if "cannot use its store" in record.getMessage()]
    assert len(said) == 1  # a minute
    assert "not at the moment" in caplog.text


@pytest.mark.parametrize("status", [429, 503])
async def test_it_waits_as_an_answer_asks_but_never_for_longer_than_some_minutes(
    outbox_for, monkeypatch, status
):
    monkeypatch.setattr(schedule, "LONGEST_PAUSE", 0.2)
    billing = Billing(httpx.Response(status, headers={"retry-after": "99999999"}))

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(1)])
        await until(lambda: billing.batches)
        began = concurrency.monotonic()
        assert await outbox.flush(5)

    assert concurrency.monotonic() - began > 0.15
    assert billing.counted == {"t1": 1}


async def test_a_call_that_hangs_ends_whatever_the_client_allows(folder, monkeypatch):
    monkeypatch.setattr(settings, "LONGEST_CALL", 0.3)
    billing = Billing()
    hanging, freed = [True], threading.Event()

    def answer(request):
        if hanging:
            hanging.clear()
            freed.wait(20)
        return billing(request)

    with serve(answer) as url:
        client = AsyncNovaBilling(token=TOKEN, base_url=url, timeout=None)
        async with client, AsyncOutbox(
            client, SQLiteStore(folder), linger=0, check_codes=False
        ) as outbox:
            await outbox.record_many([event(1)])
            assert await outbox.flush(10)
        assert billing.received["t1"] == 1
        freed.set()


async def test_a_hook_is_told_why_an_event_is_held_and_for_how_long(outbox_for):
    billing = Billing(httpx.Response(429, headers={"retry-after": "7"}))
    seen = []

    async with outbox_for(billing, close_timeout=0) as outbox:
        outbox.on_verdict(seen.append)
        await outbox.record_many([event(1)])
        await until(lambda: seen)

    (verdict,) = seen
    assert verdict.event.transaction_id == "t1"
    assert (verdict.status, verdict.retry_after) == ("hold", 7.0)
    assert "429" in verdict.reason


async def test_a_closed_client_ends_the_sender_and_the_events_stay(client_for, folder):
    billing = Billing()
    client = client_for(billing)

    async with AsyncOutbox(client, SQLiteStore(folder), linger=0, close_timeout=0.2) as outbox:
        await client.aclose()
        await outbox.record_many([event(1)])

    async with AsyncOutbox(client_for(billing), SQLiteStore(folder), linger=0):
        pass
    assert billing.counted == {"t1": 1}


async def test_a_token_that_cannot_be_had_holds_everything(client_for, folder, caplog):
    billing = Billing()
    works = []

    def token():
        if not works:
            raise RuntimeError("the vault is closed")
        return TOKEN

    client = client_for(billing, token=token)
    async with AsyncOutbox(client, SQLiteStore(folder), linger=0) as outbox:
        await outbox.record_many([event(1)])
        assert not await outbox.flush(0.2)
        works.append(True)
        assert await outbox.flush()

    assert (
        "The outbox holds all events until this is mended: RuntimeError: the vault" in caplog.text
    )
    assert billing.counted == {"t1": 1}


async def test_a_new_metric_makes_its_events_count(outbox_for, monkeypatch):
    from novabilling._outbox import codes

    monkeypatch.setattr(codes, "LOOK_AGAIN", 0.3)
    billing = Billing()

    async with outbox_for(billing) as outbox:
        await outbox.record_many([event(1)])
        assert await outbox.flush()
        billing.metrics.append(metric("new"))
        await outbox.record_many([event(2, code="new")])
        await until(lambda: "t2" in billing.counted)

    assert billing.looks <= 3


async def test_opentelemetry_sees_how_it_stands(outbox_for):
    pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry is not installed")
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader

    from novabilling.otel import instrument_outbox

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])

    def collected():
        found = reader.get_metrics_data()
        metrics = found.resource_metrics[0].scope_metrics[0].metrics if found else []
        return {m.name: m.data.data_points[0].value for m in metrics if m.data.data_points}

    async with outbox_for(Billing()) as outbox:
        end = instrument_outbox(outbox, provider)
        await outbox.record_many(
            [event(1), event(2, code="cals"), event(3, subscription_id="usr_9")]
        )
        assert await outbox.flush()
        seen = collected()
        end()
        after = collected()
    provider.shutdown()

    assert seen.pop("novabilling.outbox.oldest") > 0
    assert seen == {
        "novabilling.outbox.depth": 1,
        "novabilling.outbox.held": 1,
        "novabilling.outbox.dead": 1,
        "novabilling.outbox.sent": 1,
        "novabilling.outbox.duplicates": 0,
    }
    assert not after


# What is refused


async def test_settings_are_checked(client_for, folder):
    client, store = client_for(Billing()), SQLiteStore(folder)

    for options, message in (
        ({"linger": -1}, "linger must be 0 seconds or more"),
        ({"linger": float("nan")}, "linger must be 0 seconds or more"),
        ({"give_up_after": "1"}, "give_up_after must be a number of seconds"),
        ({"max_in_flight": 0}, "max_in_flight must be at least 1"),
        ({"check_codes": 1}, "check_codes must be True or False"),
        ({"send": 1}, "send must be True or False"),
        ({"close_timeout": None}, "close_timeout must be a number"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            AsyncOutbox(client, store, **options)
    with pytest.raises(TypeError, match="store must be a store such as SQLiteStore, not str"):
        AsyncOutbox(client, folder)
    with pytest.raises(TypeError, match="client must be a client"):
        AsyncOutbox(store, store)


async def test_a_store_belongs_to_one_server(client_for, folder):
    store = SQLiteStore(folder)
    AsyncOutbox(client_for(Billing()), store)

    AsyncOutbox(client_for(Billing()), store)
    with pytest.raises(OutboxError, match=r"belongs to https://billing.example"):
        AsyncOutbox(client_for(Billing(), base_url="https://else.example"), store)


async def test_its_repr_shows_where_it_is(outbox_for, folder):
    shown = repr(outbox_for(Billing()))

    assert "https://billing.example" in shown
    assert repr(SQLiteStore(folder, label="a")) == f"SQLiteStore({folder!r}, label='a')"
    assert f"SQLiteStore({folder!r})" in shown
