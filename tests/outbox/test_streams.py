"""The consumer of a Redis stream, on a real Redis: each entry is acknowledged by its verdict."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from typing import Any, Iterator, List

import httpx
import pytest

from novabilling import NovaBilling
from tests.outbox.billing import Billing, lost, too_large
from tests.outbox.stream_writer import EXAMPLE, load_example
from tests.services import Redis, missing, redis_program
from tests.support import BASE_URL, problem

pytestmark = pytest.mark.skipif(
    not EXAMPLE.exists(), reason="the examples are not part of the sdist"
)


class Streams:
    """The example, and a stream of our own."""

    def __init__(self, db: Any, example: Any) -> None:
        self.db = db
        self.example = example
        self.name = f"test-{uuid.uuid4().hex}"
        self.dead = f"{self.name}:dead"

    def consumer(self, billing: Any, name: str = "a", **options: Any) -> Any:
        """Make a consumer whose server is here."""
        http = httpx.Client(transport=httpx.MockTransport(billing))
        token = f"sk_{uuid.uuid4().hex}"  # what metrics there are is known by the token
        client = NovaBilling(token=token, base_url=BASE_URL, http_client=http)
        made = self.example.StreamConsumer(self.db, client, self.name, name, **options)
        made.prepare()
        return made

    def write(self, count: int = 1, **fields: Any) -> List[str]:
        """Write events and return their ids."""
        given = {"subscription_id": "usr_1", "code": "calls", **fields}
        events = [self.example.new_event(**given) for _ in range(count)]
        with self.db.pipeline() as together:
            for event in events:
                self.example.write(together, self.name, event)
            together.execute()
        return [event.transaction_id for event in events]

    def pending(self) -> List[Any]:
        found: List[Any] = self.db.xpending_range(
            self.name, "novabilling", min="-", max="+", count=1000
        )
        return found

    def pass_time(self, seconds: float) -> None:
        """Let all that is pending have waited for longer."""
        with self.db.pipeline() as change:
            for one in self.pending():
                change.xclaim(
                    *(self.name, "novabilling", one["consumer"], 0, [one["message_id"]]),
                    idle=int(one["time_since_delivered"] + seconds * 1000),
                    justid=True,
                )
            change.execute()

    def letters(self) -> List[Any]:
        return [fields for _, fields in self.db.xrange(self.dead)]

    def is_empty(self) -> bool:
        return not self.db.xlen(self.name) and not self.pending()


@pytest.fixture(scope="module")
def example() -> Any:
    pytest.importorskip("redis")
    return load_example()


@pytest.fixture
def streams(redis_url: str, example: Any) -> Iterator[Streams]:
    import redis

    with redis.Redis.from_url(redis_url) as db:
        made = Streams(db, example)
        yield made
        db.delete(made.name, made.dead)


def test_the_example_prints_what_it_promises(redis_url):
    command = [sys.executable, str(EXAMPLE), "--redis", redis_url]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "written: 6, counted: 2",
        "dead: code: no billable metric has the code 'uploads'",
        "dead: an event is a UsageEventInput or a dict, not bytes",
        "held: 1, left: 1",
    ]
    assert "Traceback" not in done.stderr


def test_what_is_sent_is_acknowledged_and_leaves_the_stream(streams):
    billing = Billing()
    ids = streams.write(250)
    consumer = streams.consumer(billing)

    pauses = [consumer.step() for _ in range(3)]

    assert pauses == [0, 0, 0]
    assert sorted(billing.counted) == sorted(ids)
    assert billing.sizes == [100, 100, 50]
    assert streams.is_empty()


def test_an_event_that_was_written_twice_is_counted_once(streams):
    billing = Billing()
    event = streams.example.new_event("usr_1", "calls")
    for _ in range(2):
        streams.example.write(streams.db, streams.name, event)

    streams.consumer(billing).step()

    assert billing.counted == {event.transaction_id: 1}
    assert streams.is_empty()


def test_the_id_of_an_event_may_come_from_the_work(streams):
    made = streams.example.new_event("usr_1", "calls", transaction_id="upload-7", n=3)

    assert (made.transaction_id, made.properties) == ("upload-7", {"n": 3})


def test_a_token_that_is_missing_is_said(streams, monkeypatch):
    monkeypatch.delenv("NOVABILLING_TOKEN", raising=False)

    with pytest.raises(SystemExit, match="set the variable NOVABILLING_TOKEN"):
        streams.example.live(streams.db, None)


def test_nothing_is_acknowledged_before_its_verdict(streams):
    billing = Billing()
    seen = []
    streams.write(5)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((len(streams.pending()), streams.db.xlen(streams.name)))
        return billing(request)

    streams.consumer(answer).step()

    assert seen[-1] == (5, 5)
    assert streams.is_empty()


def test_an_answer_that_was_lost_is_a_duplicate_the_second_time(streams):
    billing = Billing()
    (one,) = streams.write()
    consumer = streams.consumer(billing)
    billing.first = [lost(billing)]

    consumer.step()
    held = len(streams.pending())
    streams.pass_time(2)
    consumer.step()

    assert held == 1
    assert billing.received[one] == 2
    assert billing.counted[one] == 1
    assert streams.is_empty()


# Held


def test_what_is_held_stays_pending_and_comes_again_when_it_is_time(streams):
    billing = Billing()
    (one,) = streams.write(subscription_id="usr_2")
    (two,) = streams.write()
    consumer = streams.consumer(billing)

    consumer.step()
    first = dict(billing.received)
    consumer.step()
    second = dict(billing.received)
    billing.subscriptions.add("usr_2")
    streams.pass_time(2)
    consumer.step()

    assert first == second == {one: 1, two: 1}
    assert billing.received == {one: 2, two: 1}
    assert billing.counted[one] == 1
    assert streams.is_empty()


def test_the_waits_of_a_held_event_double_up_to_the_lease(streams):
    billing = Billing()
    streams.write(subscription_id="usr_2")
    consumer = streams.consumer(billing, lease=60)
    waits = []
    for _ in range(8):
        consumer.step()
        (one,) = streams.pending()
        waits.append(60 - one["time_since_delivered"] / 1000)
        streams.pass_time(60)

    for number, wait in enumerate(waits):
        longest = min(60.0, 2.0 ** (number + 1))
        assert longest / 2 - 1 < wait <= longest
    assert sum(billing.received.values()) == 8


def test_it_waits_as_long_as_the_server_says(streams):
    billing = Billing()
    streams.write(3)
    consumer = streams.consumer(billing)
    billing.first = [httpx.Response(429, headers={"Retry-After": "20"}, json={})]

    pause = consumer.step()

    assert 15 < pause <= 21
    assert consumer.most == 100
    for one in streams.pending():
        assert 279 <= one["time_since_delivered"] / 1000 <= 282


def test_in_an_outage_it_pauses_for_longer_and_longer_and_reads_less(streams):
    billing = Billing()
    streams.write(300)
    consumer = streams.consumer(billing)
    billing.first = [problem(503) for _ in range(9)]
    billing.first[4] = httpx.ConnectError("refused")
    pauses, sizes = [], []
    for _ in range(9):
        pauses.append(consumer.step())
        sizes.append(consumer.most)

    assert sizes == [50, 25, 12, 6, 3, 1, 1, 1, 1]
    for number, pause in enumerate(pauses):
        longest = min(60.0, 2.0**number)
        assert longest / 2 <= pause <= longest
    assert len(streams.pending()) <= 200

    streams.pass_time(300)
    while not streams.is_empty():
        assert consumer.step() == 0
    assert consumer.most == 100
    assert len(billing.counted) == 300
    assert set(billing.counted.values()) == {1}


def test_one_event_that_the_server_fails_at_does_not_keep_the_others(streams):
    def refuse(events: List[Any]) -> Any:
        breaks = any(event.get("properties", {}).get("breaks") for event in events)
        return problem(500, "Internal server error") if breaks else None

    billing = Billing()
    billing.refuses = refuse
    streams.write(50)
    (bad,) = streams.write(breaks=1)
    streams.write(49)
    consumer = streams.consumer(billing)

    for _ in range(60):
        consumer.step()
        if len(billing.counted) == 99:
            break
        streams.pass_time(300)
    first = len(billing.counted)
    streams.write(10)
    for _ in range(10):
        consumer.step()

    assert first == 99
    assert len(billing.counted) == 109
    assert bad not in billing.counted
    assert len(streams.pending()) == streams.db.xlen(streams.name) == 1


def test_held_events_do_not_keep_the_others(streams):
    billing = Billing()
    streams.write(10, subscription_id="usr_2")
    consumer = streams.consumer(billing)

    def step() -> float:
        pause = consumer.step()
        streams.pass_time(pause + 2)
        return pause

    held = [step() for _ in range(10)]
    (good,) = streams.write()
    step()

    assert max(held) == 1.0  # the server takes events
    assert billing.counted == {good: 1}


def test_events_that_the_server_fails_at_do_not_keep_the_others(streams):
    def refuse(events: List[Any]) -> Any:
        breaks = any(event.get("properties", {}).get("breaks") for event in events)
        return problem(500, "Internal server error") if breaks else None

    billing = Billing()
    billing.refuses = refuse
    streams.write(10, breaks=1)
    consumer = streams.consumer(billing)
    for _ in range(10):
        consumer.step()
        streams.pass_time(300)
    good = streams.write(3)
    for _ in range(6):
        consumer.step()
        streams.pass_time(300)

    assert sorted(billing.counted) == sorted(good)
    assert len(streams.pending()) == 10


def test_in_an_outage_it_pauses_although_some_entries_are_dead(streams):
    billing = Billing(*[problem(503) for _ in range(4)])
    consumer = streams.consumer(billing)
    pauses = []
    for _ in range(4):
        streams.write()
        streams.db.xadd(streams.name, {"event": "none"})
        pauses.append(consumer.step())

    assert len(streams.letters()) == 4
    for number, pause in enumerate(pauses):
        assert 2.0**number / 2 <= pause <= 2.0**number


def test_it_does_not_wait_for_new_entries_while_it_looks_through_what_is_pending(streams):
    import redis

    billing = Billing()
    consumer = streams.consumer(billing)
    streams.write(2100, subscription_id="usr_2")
    entries = streams.db.xreadgroup("novabilling", "gone", {streams.name: ">"})
    waits = []

    class Watched(redis.Redis):
        def xreadgroup(self, *args: Any, block: Any, **options: Any) -> Any:
            waits.append(block)
            return super().xreadgroup(*args, block=None, **options)

    consumer.db = Watched(connection_pool=streams.db.connection_pool)
    for _ in range(3):
        consumer.step()

    assert len(entries[0][1]) == 2100
    assert waits == [None, None, 1000]


# Dead

POISON = [
    {"other": b"1"},
    {"event": b""},
    {"event": b"\xff\xfe\x00"},
    {"event": b"null"},
    {"event": b"[1, 2]"},
    {"event": b'"text"'},
    {"event": b"12345678901234567890"},
    {"event": b"{"},
    {"event": b"[" * 100_000},
    {"event": b'{"a":' * 900 + b"1" + b"}" * 900},
    {"event": b"{}"},
    {"event": b'{"subscription_id": "usr_1", "code": "calls"}'},
    {"event": b'{"1": 2}'},
]
BAD_FIELDS = [
    {"subscription_id": 1},
    {"subscription_id": ""},
    {"code": None},
    {"code": "unknown"},
    {"timestamp": None},
    {"transaction_id": None},
    {"transaction_id": "\ud800"},
    {"properties": {"n": float("nan")}},
    {"properties": {"text": "\ud800"}},
    {"properties": json.loads('{"a":' * 400 + "1" + "}" * 400)},
    {"more": 1},
]


def test_what_is_no_event_goes_to_the_dead_letters_with_its_reason(streams):
    billing = Billing()
    good = {
        "subscription_id": "usr_1",
        "code": "calls",
        "transaction_id": "t",
        "timestamp": "2026-06-01T12:00:00Z",
    }
    poison = [*POISON, *({"event": json.dumps({**good, **bad})} for bad in BAD_FIELDS)]
    (one,) = streams.write()
    for fields in poison:
        streams.db.xadd(streams.name, fields)
    (two,) = streams.write()

    assert streams.consumer(billing).step() == 0

    assert set(billing.counted) == {one, two}
    assert streams.is_empty()
    letters = streams.letters()
    assert len(letters) == len(poison)
    for fields, letter in zip(poison, letters):
        (name, value) = next(iter(fields.items()))
        assert letter[name.encode()] == (value if isinstance(value, bytes) else value.encode())
        assert len(letter[b"reason"]) > 5
        assert b"-" in letter[b"entry"]


def test_an_event_that_is_too_large_is_dead_and_the_others_are_sent(streams):
    billing = Billing()
    billing.refuses = too_large
    ids = streams.write(10)
    streams.write(large=True)

    streams.consumer(billing).step()

    assert sorted(billing.counted) == sorted(ids)
    (letter,) = streams.letters()
    assert b"request entity too large" in letter[b"reason"]
    assert streams.is_empty()


def test_dead_letters_can_be_sent_again(streams):
    billing = Billing()
    (one,) = streams.write(code="uploads")
    consumer = streams.consumer(billing)
    consumer.step()
    dead = len(streams.letters())
    billing.metrics.extend(Billing(codes="uploads").metrics)

    assert streams.example.requeue(streams.db, streams.name) == 1
    again = streams.consumer(billing)
    again.step()

    assert dead == 1
    assert streams.letters() == []
    assert billing.counted == {one: 1}
    assert streams.is_empty()


# Several consumers


class KilledError(BaseException):
    """What ends a consumer in the middle."""


def test_an_entry_that_is_sent_again_has_all_its_fields(streams):
    consumer = streams.consumer(Billing())
    streams.db.xadd(streams.name, {"evnt": "{}", "trace": "1"})
    consumer.step()
    assert streams.is_empty()

    assert streams.example.requeue(streams.db, streams.name) == 1

    ((_, fields),) = streams.db.xrange(streams.name)
    assert fields == {b"evnt": b"{}", b"trace": b"1"}


def test_dead_letters_stay_while_they_cannot_be_sent_again(streams):
    import redis

    streams.db.xadd(streams.dead, {"event": "{}", "reason": "why", "entry": "1-1"})
    streams.db.set(streams.name, "no stream")

    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        streams.example.requeue(streams.db, streams.name)

    assert len(streams.letters()) == 1


def test_a_dead_letter_stays_where_it_is_while_it_cannot_be_kept(streams, caplog):
    consumer = streams.consumer(Billing())
    streams.db.xadd(streams.name, {"event": "none"})
    streams.db.set(streams.dead, "no stream")

    assert consumer.try_step() == 1.0

    assert "WRONGTYPE" in caplog.text
    assert streams.db.xlen(streams.name) == len(streams.pending()) == 1
    streams.db.delete(streams.dead)
    streams.pass_time(300)
    consumer.step()
    assert streams.is_empty()
    assert len(streams.letters()) == 1


@pytest.mark.parametrize("options", ["decode_responses=yes", "protocol=3"])
def test_a_connection_that_reads_otherwise_is_refused_before_an_event_is_read(
    streams, redis_url, options
):
    import redis

    other = redis.Redis.from_url(f"{redis_url}?{options}")
    with other, pytest.raises(ValueError, match="without decode_responses and protocol=3"):
        streams.example.StreamConsumer(other, None, streams.name, "a")


def test_a_redis_that_answers_no_more_ends_no_consumer(example, monkeypatch):
    seen = []
    monkeypatch.setattr(example, "live", lambda db, options: seen.append(db))

    example.main(["--live", "--redis", "redis://127.0.0.1:1/0"])

    (db,) = seen
    assert 1 < db.get_connection_kwargs()["socket_timeout"] <= 30  # it waits for 1 s itself


def test_a_replica_that_takes_nothing_is_waited_for(tmp_path, example, caplog):
    try:
        program = redis_program()
    except RuntimeError as error:
        missing(str(error))
    import redis

    server = Redis(tmp_path, program)
    server.start()
    try:
        with redis.Redis.from_url(server.url) as db:
            streams = Streams(db, example)
            billing = Billing()
            consumer = streams.consumer(billing)
            ids = streams.write(3)
            db.execute_command("REPLICAOF", "127.0.0.1", "1")
            assert consumer.try_step() == 1.0
            assert "read only replica" in caplog.text
            assert billing.counted == {}
            db.execute_command("REPLICAOF", "NO", "ONE")
            assert consumer.try_step() == 0.0
            assert sorted(billing.counted) == sorted(ids)
            assert streams.is_empty()
    finally:
        server.stop()


def test_what_a_dead_consumer_leaves_is_taken_after_the_lease_and_not_before(streams):
    billing = Billing()
    ids = streams.write(3)
    first = streams.consumer(billing, "first", lease=60)
    second = streams.consumer(billing, "second", lease=60)

    def die(request: httpx.Request) -> httpx.Response:
        billing.take(request)
        raise KilledError

    billing.first = [die]
    with pytest.raises(KilledError):
        first.step()
    left = [one["consumer"] for one in streams.pending()]
    streams.write()
    second.step()
    early = sum(billing.received[one] for one in ids)
    streams.pass_time(60)
    second.step()

    assert left == [b"first"] * 3
    assert early == 3
    assert {billing.received[one] for one in ids} == {2}
    assert set(billing.counted.values()) == {1}
    assert len(billing.counted) == 4
    assert streams.is_empty()


def test_consumers_at_the_same_time_send_nothing_twice(streams):
    billing = Billing()
    ids = streams.write(1500)
    consumers = [streams.consumer(billing, name) for name in "abc"]
    threads = [threading.Thread(target=consumer.run) for consumer in consumers]
    for thread in threads:
        thread.start()
    try:
        done = threading.Event()
        while not done.wait(0.05) and not streams.is_empty():
            assert all(thread.is_alive() for thread in threads)
    finally:
        for consumer in consumers:
            consumer.stopping = True
        for thread in threads:
            thread.join(20)

    assert sorted(billing.counted) == sorted(ids)
    assert set(billing.received.values()) == {1}


# The stream itself


def test_a_shared_stream_keeps_what_any_group_has_not_acknowledged(streams):
    billing = Billing()
    consumer = streams.consumer(billing, shared=True)
    streams.db.xgroup_create(streams.name, "reports", id="0")
    streams.write(3)
    streams.write(subscription_id="usr_2")
    streams.write(3)

    consumer.step()
    unread = streams.db.xlen(streams.name)
    ((_, read),) = streams.db.xreadgroup("reports", "r", {streams.name: ">"}, count=6)
    streams.db.xack(streams.name, "reports", *(entry_id for entry_id, _ in read[:5]))
    streams.example.trim(streams.db, streams.name)
    held = streams.db.xlen(streams.name)
    billing.subscriptions.add("usr_2")
    streams.pass_time(300)
    consumer.step()
    last = streams.db.xlen(streams.name)

    assert unread == 7  # the other group has read none of them
    assert held == 4  # one is held here, and three are behind it
    assert last == 2  # the other group has one under way, and has not read the last
    assert len(billing.counted) == 7


def test_entries_that_somebody_has_trimmed_are_an_error_in_the_log(streams, caplog):
    billing = Billing()
    streams.write(subscription_id="usr_2")
    consumer = streams.consumer(billing)
    consumer.step()
    streams.pass_time(300)
    streams.db.xtrim(streams.name, maxlen=0, approximate=False)
    streams.write()

    with caplog.at_level(logging.ERROR):
        consumer.step()

    assert "removed from the stream before they were sent" in caplog.text
    assert len(billing.counted) == 1


def test_a_stream_that_was_removed_is_made_again(streams, caplog):
    billing = Billing()
    consumer = streams.consumer(billing)
    streams.db.delete(streams.name)
    ids = streams.write(2)

    pauses = [consumer.try_step() for _ in range(2)]

    assert pauses == [0, 0]
    assert sorted(billing.counted) == sorted(ids)
    assert streams.is_empty()


def test_a_redis_that_is_away_is_asked_again(streams, caplog):
    import redis

    billing = Billing()
    consumer = streams.consumer(billing)
    streams.write()
    there, consumer.db = consumer.db, redis.Redis(port=1, retry=None)

    away = consumer.try_step()
    consumer.db = there
    back = consumer.try_step()

    assert (away, back) == (1, 0)
    assert "Redis takes nothing" in caplog.text
    assert len(billing.counted) == 1


def test_a_full_redis_refuses_writers_and_goes_on_sending(tmp_path, example):
    import redis

    try:
        server = Redis(tmp_path, redis_program())
    except RuntimeError as error:
        missing(str(error))
    server.start()
    try:
        with redis.Redis.from_url(server.url) as db:
            streams, billing = Streams(db, example), Billing()
            consumer = streams.consumer(billing)
            streams.write(code="unknown")  # its dead letter needs room as well
            db.config_set("maxmemory", db.info("memory")["used_memory"] + 2_000_000)
            ids = []
            with suppress(redis.ResponseError):
                while len(ids) < 2000:
                    ids += streams.write(text="x" * 10_000)
            ends = time.monotonic() + 60
            while not streams.is_empty() and time.monotonic() < ends:
                consumer.try_step()
                streams.pass_time(300)
            later = streams.write()
            consumer.step()
    finally:
        server.stop()

    assert 50 < len(ids) < 2000  # then Redis was full
    assert not time.monotonic() > ends
    assert sorted(billing.counted) == sorted(ids + later)
    assert set(billing.counted.values()) == {1}
