"""The core of the outbox: a verdict for each event, by what the server answers."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from novabilling import ClientClosedError
from novabilling._outbox.codes import judge_codes, may_look
from novabilling._outbox.entries import Head
from novabilling._outbox.verdicts import Item
from novabilling._resources.events import KnownMetrics
from novabilling.outbox import adeliver
from novabilling.types import UsageEventInput
from tests.outbox.billing import Billing, lost, metric, refuse_named, too_large
from tests.support import problem

pytestmark = pytest.mark.anyio

NOW = datetime.now(timezone.utc)


def event(number, *, code="calls", subscription_id="usr_1", at=NOW, **properties):
    return UsageEventInput(
        subscription_id=subscription_id,
        code=code,
        transaction_id=f"t{number}",
        timestamp=at,
        properties=properties,
    )


def statuses(verdicts):
    return [verdict.status for verdict in verdicts]


async def test_events_are_sent_and_a_second_time_they_are_duplicates(client_for):
    billing = Billing()
    client = client_for(billing)
    events = [event(n) for n in range(3)]

    first = await adeliver(client, events)
    second = await adeliver(client, events)

    assert statuses(first) == ["sent"] * 3
    assert statuses(second) == ["duplicate"] * 3
    assert [verdict.event for verdict in first] == events
    assert set(billing.counted.values()) == {1}


async def test_a_batch_has_at_most_100_events_and_100_000_bytes(client_for):
    billing = Billing()
    small = [event(n) for n in range(250)]
    large = [event(f"l{n}", text="x" * 40_000) for n in range(5)]

    verdicts = await adeliver(client_for(billing), small + large)

    assert statuses(verdicts) == ["sent"] * 255
    assert billing.sizes == [100, 100, 52, 2, 1]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        problem(502, "Bad gateway"),
        problem(503, "Unavailable"),
        problem(504, "Timeout"),
        problem(408, "Timeout"),
        problem(409, "Conflict"),
        problem(500, "Internal server error"),
        problem(401, "Unauthorized"),
        problem(403, "Forbidden"),
        problem(404, "Cannot POST /api/events/batch"),
        problem(400, "Bad request"),
        httpx.Response(301, headers={"location": "https://elsewhere.example/"}),
        httpx.Response(201, content=b'{"total": 1, "cre'),
        httpx.Response(200, content=b"<html>"),
    ],
    ids=str,
)
async def test_what_says_nothing_about_an_event_holds_it_and_is_not_repeated(client_for, answer):
    billing = Billing(answer)
    client = client_for(billing)

    (verdict,) = await adeliver(client, [event(1)])
    again = await adeliver(client, [event(1)])

    assert (verdict.status, verdict.outage) == ("hold", True)
    assert verdict.reason
    assert statuses(again) == ["sent"]
    assert billing.sizes == [1, 1]


async def test_nothing_more_is_sent_once_a_batch_is_held(client_for):
    billing = Billing(problem(503, "Unavailable"))

    verdicts = await adeliver(client_for(billing), [event(n) for n in range(250)])

    assert statuses(verdicts) == ["hold"] * 250
    assert billing.sizes == [100]


async def test_a_429_says_when_to_come_again(client_for):
    billing = Billing(httpx.Response(429, headers={"retry-after": "7"}))

    (verdict,) = await adeliver(client_for(billing), [event(1)])

    assert (verdict.status, verdict.retry_after, verdict.outage) == ("hold", 7.0, True)


async def test_a_batch_does_not_stand_in_the_line_of_the_rate_limit_for_long(client_for):
    billing = Billing()
    billing.headers = {
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "5",
    }
    client = client_for(billing)

    first = await adeliver(client, [event(1)])
    second = await adeliver(client, [event(2)])

    assert statuses(first + second) == ["sent", "hold"]
    assert billing.sizes == [1]


async def test_an_answer_that_was_lost_leads_to_a_duplicate_and_counts_once(client_for):
    billing = Billing()
    billing.first = [lost(billing)]
    client = client_for(billing)

    first = await adeliver(client, [event(1)])
    second = await adeliver(client, [event(1)])

    assert (statuses(first), statuses(second)) == (["hold"], ["duplicate"])
    assert billing.counted == {"t1": 1}


async def test_of_a_refused_batch_those_that_are_named_are_sent_alone(client_for):
    billing = Billing()
    billing.refuses = refuse_named
    events = [event(n, **({"bad": True} if n in (3, 7) else {})) for n in range(100)]

    verdicts = await adeliver(client_for(billing), events)

    dead = [verdict for verdict in verdicts if verdict.status == "dead"]
    assert [verdict.event.transaction_id for verdict in dead] == ["t3", "t7"]
    assert dead[0].reason == "events.0.properties must be an object"
    assert sum(billing.counted.values()) == 98
    assert billing.sizes == [100, 98, 1, 1]


@pytest.mark.parametrize("refusal", [too_large, lambda e: too_large(e) and httpx.Response(413)])
async def test_a_batch_that_is_too_large_is_halved_until_the_event_stands_alone(
    client_for, refusal
):
    billing = Billing()
    billing.refuses = refusal
    events = [event(n, **({"large": True} if n == 42 else {})) for n in range(100)]

    verdicts = await adeliver(client_for(billing), events)

    assert [v.event.transaction_id for v in verdicts if v.status == "dead"] == ["t42"]
    assert sum(billing.counted.values()) == 99
    assert len(billing.batches) <= 2 * 7 + 1


async def test_an_outage_in_the_middle_of_a_split_holds_the_rest(client_for):
    billing = Billing(
        problem(500, "request entity too large"),
        problem(503, "Unavailable"),
    )

    verdicts = await adeliver(client_for(billing), [event(n) for n in range(10)])

    assert statuses(verdicts) == ["hold"] * 10
    assert billing.sizes == [10, 5]


async def test_an_unknown_subscription_is_waited_for_and_given_up_after_a_time(client_for):
    billing = Billing()
    old = NOW - timedelta(hours=2)
    events = [
        event(1, subscription_id="usr_9"),
        event(2, subscription_id="usr_9", at=old),
        event(3, subscription_id="usr_9", at=old.isoformat()),
        event(4, at=old),
    ]

    verdicts = await adeliver(client_for(billing), events)
    longer = await adeliver(client_for(billing), events, give_up_after=1e9)

    assert statuses(verdicts) == ["hold", "dead", "dead", "sent"]
    assert not any(verdict.outage for verdict in verdicts)
    assert verdicts[1].reason == "Subscription 'usr_9' not found"
    assert statuses(longer) == ["hold", "hold", "hold", "duplicate"]


async def test_an_event_that_the_answer_does_not_name_is_held(client_for):
    none = {"total": 0, "created": 0, "duplicates": 0, "errors": 0, "results": []}
    billing = Billing(httpx.Response(201, json=none))

    (verdict,) = await adeliver(client_for(billing), [event(1)])

    assert verdict.status == "hold"


async def test_a_code_that_no_metric_has_is_dead_and_never_sent(client_for):
    billing = Billing()
    events = [event(1, code="cals"), event(2)]

    verdicts = await adeliver(client_for(billing), events)

    assert statuses(verdicts) == ["dead", "sent"]
    assert verdicts[0].reason == "code: no billable metric has the code 'cals'"
    assert set(billing.received) == {"t2"}


async def test_without_a_check_of_codes_no_metrics_are_read(client_for):
    billing = Billing(codes="")

    verdicts = await adeliver(client_for(billing), [event(1)], check_codes=False)

    assert (statuses(verdicts), billing.looks) == (["sent"], 0)


async def test_an_unknown_code_is_looked_up_at_most_once_in_10_seconds(client_for, clock):
    billing = Billing()
    client = client_for(billing)

    await adeliver(client, [event(1)])
    clock.now += 11
    new = await adeliver(client, [event(2, code="new")])
    billing.metrics.append(metric("new"))
    clock.now += 4
    soon = await adeliver(client, [event(3, code="new")])
    looks = billing.looks
    clock.now += 7
    later = await adeliver(client, [event(3, code="new")])

    assert statuses(new) == ["dead"]
    assert (soon[0].status, soon[0].retry_after, looks) == ("hold", 6.0, 2)
    assert (statuses(later), billing.looks) == (["sent"], 3)


async def test_an_event_without_the_number_that_its_metric_adds_up_is_dead(client_for):
    billing = Billing()
    billing.metrics.append(metric("bytes", "SUM", "n"))
    events = [event(1, code="bytes", n=3), event(2, code="bytes"), event(3, code="bytes", n="x")]

    verdicts = await adeliver(client_for(billing), events)

    assert statuses(verdicts) == ["sent", "dead", "dead"]
    assert "'n' must be a number" in verdicts[1].reason


async def test_metrics_that_cannot_be_read_hold_everything(client_for):
    billing = Billing()

    def answer(request):
        return problem(403, "Forbidden") if request.method == "GET" else billing(request)

    verdicts = await adeliver(client_for(answer), [event(1)])

    assert statuses(verdicts) == ["hold"]
    assert not billing.batches


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"subscription_id": "usr_1", "code": "calls", "timestamp": NOW}, "no transaction_id"),
        ({"subscription_id": "usr_1", "code": "calls", "transaction_id": "a"}, "no timestamp"),
        ({"code": "calls"}, "subscription_id"),
        ({"subscription": "usr_1"}, "subscription"),
        (5, "5|int"),
        (
            {**dict.fromkeys(("subscription_id", "code", "transaction_id"), 5), "timestamp": NOW},
            "str",
        ),
        (event(1, text="x" * 100_001), "100,000 bytes"),
        (event(1, ratio=float("nan")), "NaN"),
    ],
)
async def test_what_cannot_be_sent_is_dead_and_does_not_stop_the_others(client_for, given, reason):
    billing = Billing()

    verdicts = await adeliver(client_for(billing), [given, event(2)])

    assert statuses(verdicts) == ["dead", "sent"]
    assert any(part in verdicts[0].reason for part in reason.split("|"))
    assert verdicts[0].event is given


async def test_events_may_be_dicts_and_any_iterable(client_for):
    given = {
        "subscription_id": "usr_1",
        "code": "calls",
        "transaction_id": "a",
        "timestamp": "2026-11-22T18:54:51Z",
    }

    verdicts = await adeliver(client_for(Billing()), iter([given]))

    assert statuses(verdicts) == ["sent"]
    assert repr(verdicts[0]) == "Verdict(status='sent', transaction_id='a', reason=None)"


@pytest.mark.parametrize("events", ["ab", b"ab", {"code": "calls"}, event(1), 5])
async def test_what_is_no_list_of_events_is_refused(client_for, events):
    with pytest.raises(TypeError, match="events must be an iterable"):
        await adeliver(client_for(Billing()), events)


async def test_no_events_are_no_request(client_for):
    billing = Billing()

    assert await adeliver(client_for(billing), []) == []
    assert (billing.looks, billing.batches) == (0, [])


async def test_a_client_of_no_kind_is_refused():
    with pytest.raises(TypeError, match="client must be a client"):
        await adeliver("client", [event(1)])


async def test_a_closed_client_is_an_error_and_no_verdict(client_for):
    client = client_for(Billing())
    await client.aclose()

    with pytest.raises(ClientClosedError):
        await adeliver(client, [event(1)])


async def test_a_clock_that_differs_from_the_servers_is_logged_once(client_for, caplog):
    billing = Billing()
    billing.headers["date"] = "Wed, 21 Oct 2015 07:28:00 GMT"

    client = client_for(billing)

    with caplog.at_level(logging.WARNING, "novabilling"):
        await adeliver(client, [event(n) for n in range(250)])
        await adeliver(client, [event(251)])  # the next batch of a stream

    (line,) = [r.getMessage() for r in caplog.records if "clock" in r.getMessage()]
    assert "ahead of that of the server" in line


@pytest.mark.parametrize("date", [None, "soon", "Wed, 21 Oct 2015 07:28:00 -0000"])
async def test_a_date_that_cannot_be_read_is_no_clock(client_for, caplog, date):
    billing = Billing()
    if date is not None:
        billing.headers["date"] = date

    verdicts = await adeliver(client_for(billing), [event(1)])

    assert statuses(verdicts) == ["sent"]
    assert len(caplog.records) == (date is not None and "2015" in date)


@pytest.mark.parametrize(
    "errors",
    [
        [{"field": "events", "message": "events must be an array"}],
        [{"field": "events.7.code", "message": "events.7.code must be a string"}],
        [{"field": "events.-1", "message": "odd"}],
    ],
)
async def test_a_refusal_that_names_none_of_the_events_makes_none_of_them_dead(client_for, errors):
    billing = Billing(problem(400, "Validation failed", errors=errors))

    verdicts = await adeliver(client_for(billing), [event(n) for n in range(3)])

    assert statuses(verdicts) == ["hold"] * 3
    assert billing.sizes == [3]


async def test_two_events_of_one_id_have_a_verdict_each(client_for):
    billing = Billing()
    events = [event(1), event(1, subscription_id="usr_9")]

    verdicts = await adeliver(client_for(billing), events, give_up_after=0)

    assert statuses(verdicts) == ["sent", "dead"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"give_up_after": float("nan")}, ValueError),
        ({"give_up_after": -1}, ValueError),
        ({"give_up_after": None}, TypeError),
        ({"check_codes": "no"}, TypeError),
    ],
)
async def test_settings_are_checked_before_anything_is_sent(client_for, options, error):
    billing = Billing()

    with pytest.raises(error):
        await adeliver(client_for(billing), [event(1, subscription_id="usr_9")], **options)

    assert not billing.batches


def test_an_unknown_code_is_dead_by_metrics_that_were_just_read_whatever_the_clocks_say():
    known = KnownMetrics({}, read_at=1000.0)
    long_ago = Item(b"{}", Head("t1", "new"), recorded=1000.0 - 3600)  # or a clock was set on

    just_now = judge_codes([long_ago], known, 1005.0)
    later = judge_codes([long_ago], known, 1030.0)

    assert just_now[0].status == "dead"
    assert (later[0].status, later[0].retry_after) == ("hold", 0.0)
    assert may_look(known, later, 1030.0)
