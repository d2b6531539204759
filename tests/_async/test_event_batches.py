from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import httpx
import pytest
from msgspec import UNSET

from novabilling import APIConnectionError, BadRequestError, ServerError
from novabilling.sandbox import Sandbox
from novabilling.types import EventBatch, UsageEventInput
from tests.samples import body_of, recorded
from tests.support import Server, problem

pytestmark = pytest.mark.anyio


def event(number, **more):
    return {
        "subscription_id": "sub_1",
        "code": "calls",
        "transaction_id": f"txn-{number}",
        **more,
    }


def events_of(request):
    (key, events), *rest = json.loads(request.content).items()
    assert (key, rest) == ("events", [])
    return events


def ids_of(request):
    return [sent["transactionId"] for sent in events_of(request)]


def accept(request):
    """Answer that all events of a slice are new, but for those with another code."""
    results = [
        {"transactionId": sent["transactionId"], "status": "created"}
        if sent["code"] == "calls"
        else {"transactionId": sent["transactionId"], "status": "error", "error": "no such code"}
        for sent in events_of(request)
    ]
    errors = sum(result["status"] == "error" for result in results)
    body = {
        "total": len(results),
        "created": len(results) - errors,
        "duplicates": 0,
        "errors": errors,
        "results": results,
    }
    return httpx.Response(201, json=body)


async def test_structs_and_dicts_are_sent_alike(client_for):
    server = Server(recorded("events-batch"))
    given = {**event(1), "timestamp": "2026-11-20T10:00:00Z", "properties": {"my_key": 1}}

    result = await client_for(server).events.create_batch([given, UsageEventInput(**given)])

    sent = {
        "subscriptionId": "sub_1",
        "code": "calls",
        "transactionId": "txn-1",
        "timestamp": "2026-11-20T10:00:00Z",
        "properties": {"my_key": 1},
    }
    assert server.paths == ["POST /api/events/batch"]
    assert server.body == {"events": [sent, sent]}
    assert type(result.data) is EventBatch


async def test_the_result_says_what_became_of_each_event(client_for):
    server = Server(recorded("events-batch-mixed"))

    result = (await client_for(server).events.create_batch(events=[event(1)])).data

    assert (result.total, result.created, result.duplicates, result.errors) == (5, 2, 2, 1)
    assert [one.status for one in result.results] == [
        "duplicate",
        "error",
        "created",
        "created",
        "duplicate",
    ]
    assert result.results[1].error == body_of("events-batch-mixed")["results"][1]["error"]
    assert result.results[0].error is None


async def test_any_iterable_is_taken_and_read_once(client_for):
    server = Server(accept)

    result = await client_for(server).events.create_batch(event(n) for n in range(3))

    assert result.data.total == 3


async def test_a_transaction_id_left_out_is_made_up_once_for_each_event(client_for, clock):
    server = Server(httpx.ReadTimeout("slow"), problem(500), accept)
    bare = {"subscription_id": "sub_1", "code": "calls"}

    result = await client_for(server).events.create_batch([bare, UsageEventInput(**bare)])

    assert len(server.requests) == 3
    assert len({request.content for request in server.requests}) == 1
    one, other = ids_of(server.requests[0])
    assert one != other
    assert [r.transaction_id for r in result.data.results] == [one, other]
    assert bare == {"subscription_id": "sub_1", "code": "calls"}


# Slices


@pytest.mark.parametrize(
    ("count", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
async def test_a_request_holds_at_most_100_events(client_for, count, sizes):
    server = Server(accept)

    result = (await client_for(server).events.create_batch([event(n) for n in range(count)])).data

    assert [len(events_of(request)) for request in server.requests] == sizes
    assert [r.transaction_id for r in result.results] == [f"txn-{n}" for n in range(count)]
    assert (result.total, result.created, result.errors) == (count, count, 0)


async def test_a_request_holds_at_most_100_000_bytes_of_events(client_for):
    server = Server(accept)
    large = [event(n, properties={"text": "é" * 15_000}) for n in range(8)]

    await client_for(server).events.create_batch(large)

    assert [ids_of(request) for request in server.requests] == [
        ["txn-0", "txn-1", "txn-2"],
        ["txn-3", "txn-4", "txn-5"],
        ["txn-6", "txn-7"],
    ]
    assert all(len(request.content) <= 100_000 for request in server.requests)


async def test_the_bytes_around_the_events_of_a_request_count(client_for):
    server = Server(accept)

    await client_for(server).events.create_batch([event_of(49_993), event_of(49_993)])
    await client_for(server).events.create_batch([event_of(49_993), event_of(49_994)])

    assert [len(request.content) for request in server.requests] == [100_000, 50_006, 50_007]


def event_of(size):
    """Return an event that takes so many bytes."""
    wire = {"subscriptionId": "sub_1", "transactionId": "txn-1", "code": "calls"}
    rest = {"timestamp": "2026", "properties": {"t": ""}}
    empty = len(json.dumps({**wire, **rest}, separators=(",", ":")))
    return event(1, timestamp="2026", properties={"t": "x" * (size - empty)})


async def test_an_event_of_100_000_bytes_is_sent_and_a_larger_one_is_refused(client_for):
    server = Server(accept)
    events = client_for(server).events

    await events.create_batch([event(0), event_of(100_000), event(2)])
    with pytest.raises(ValueError, match=r"^events\[1\] is larger than 100,000 bytes$"):
        await events.create_batch([event(0), event_of(100_001)])

    assert [len(events_of(request)) for request in server.requests] == [1, 1, 1]


async def test_all_events_of_a_batch_have_one_time_in_every_attempt_and_in_the_error(
    client_for, clock
):
    server = Server(accept, problem(503), problem(503), problem(400), accept)
    many = [event(n) for n in range(101)] + [UsageEventInput(subscription_id="s", code="c")]

    with pytest.raises(BadRequestError) as caught:
        await client_for(server).events.create_batch(many)
    await client_for(server).events.create_batch(caught.value.events)

    (made,) = {one.timestamp for one in caught.value.events}
    sent = [one["timestamp"] for request in server.requests for one in events_of(request)]
    assert len(sent) == 100 + 3 * 2 + 102
    assert {datetime.fromisoformat(text.replace("Z", "+00:00")) for text in sent} == {made}
    assert many[0].get("timestamp", many[-1].timestamp) is UNSET


async def test_an_event_of_a_batch_keeps_its_own_time(client_for):
    server = Server(accept)
    then = datetime(2026, 1, 31, 23, 59, 59, 999999, tzinfo=timezone.utc)
    given = [event(1, timestamp=then), event(2, timestamp="2026-02-01"), event(3, timestamp=None)]

    await client_for(server).events.create_batch(given)

    first, second, third = events_of(server.request)
    assert first["timestamp"] == "2026-01-31T23:59:59.999999Z"
    assert second["timestamp"] == "2026-02-01"
    assert third["timestamp"] > "2026-02-01"


async def test_an_event_counts_in_the_sandboxs_time(client_for):
    sandbox = Sandbox(seed=1)
    client = sandbox.async_client(max_retries=1)
    subscription_id = await subscribed(client)
    sandbox.advance(days=400)
    now = sandbox.now()

    await client.events.create_batch([{"subscription_id": subscription_id, "code": "calls"}])
    copy = client.with_options(max_retries=0)
    await copy.events.create_batch([{"subscription_id": subscription_id, "code": "calls"}])

    found = (await client.events.get_by_subscription(subscription_id)).data
    assert [now <= one.timestamp < now + timedelta(seconds=1) for one in found] == [True, True]


async def subscribed(client):
    customer = await client.customers.create(external_id="u", email="a@example.com", currency="NGN")
    plan = await client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="yearly",
        prices=[{"currency": "NGN", "amount": 1}],
    )
    subscription = await client.subscriptions.create(
        customer_id=customer.data.id, plan_id=plan.data.id, currency="NGN"
    )
    return subscription.data.id


async def test_the_results_of_the_slices_are_merged(client_for):
    server = Server(accept)
    mixed = [event(n, code="calls" if n % 3 else "other") for n in range(150)]

    answer = await client_for(server).events.create_batch(mixed)

    result = answer.data
    assert (result.total, result.created, result.duplicates, result.errors) == (150, 100, 0, 50)
    assert [one.status for one in result.results[98:102]] == [
        "created",
        "error",
        "created",
        "created",
    ]
    assert answer.http.json()["total"] == 50


# Nothing is sent unless all can be


@pytest.mark.parametrize(
    ("wrong", "error", "match"),
    [
        ({"code": "c"}, ValueError, r"^events\[149\]: .*subscription_id"),
        (event(1, code=None, timestamp=1), TypeError, r"^events\[149\]\.timestamp must be"),
        (event(1, subscription_id=""), ValueError, r"^events\[149\]\.subscription_id must be"),
        (event(1, transaction_id=7), TypeError, r"^events\[149\]\.transaction_id must be a str"),
        (event(1, transaction_id=None), TypeError, r"^events\[149\]\.transaction_id must be"),
        (
            event(1, transaction_id="txn\x85"),
            ValueError,
            r"^events\[149\]\.transaction_id must not",
        ),
        (event(1, quantity=2), ValueError, r"^events\[149\]: unknown quantity"),
        (event(1, properties={"a": float("inf")}), ValueError, r"^events\[149\]\.properties"),
        (event(1, properties={"a": object()}), TypeError, r"^events\[149\]\.properties"),
        ("calls", TypeError, r"^events\[149\] must be UsageEventInput or a dict"),
        (event(1, properties={"a": "x" * 100_001}), ValueError, r"^events\[149\] is larger"),
    ],
)
async def test_a_bad_event_anywhere_is_found_before_the_first_is_sent(
    client_for, wrong, error, match
):
    server = Server(accept)

    with pytest.raises(error, match=match):
        await client_for(server).events.create_batch([*map(event, range(149)), wrong])

    assert server.requests == []


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ([], ValueError),
        ("ab", TypeError),
        (b"ab", TypeError),
        (event(1), TypeError),
        (None, TypeError),
        (5, TypeError),
    ],
)
async def test_events_must_be_a_list_that_is_not_empty(client_for, events, error):
    server = Server(accept)

    with pytest.raises(error, match=r"^events must (be a list|not be empty)$"):
        await client_for(server).events.create_batch(events)

    assert server.requests == []


# Failures


async def test_a_failure_in_the_second_slice_tells_what_was_counted(client_for, clock):
    server = Server(accept, problem(400, "No"))
    given = [event(n) for n in range(250)]

    with pytest.raises(BadRequestError) as caught:
        await client_for(server).events.create_batch(given)

    error = caught.value
    assert [len(events_of(request)) for request in server.requests] == [100, 100]
    assert [one.transaction_id for one in error.events] == [f"txn-{n}" for n in range(250)]
    assert (error.partial.total, error.partial.created) == (100, 100)
    assert error.partial.results[-1].transaction_id == "txn-99"
    assert error.may_have_been_applied


async def test_a_refusal_of_the_first_slice_applied_nothing(client_for):
    server = Server(problem(400, "No"))

    with pytest.raises(BadRequestError) as caught:
        await client_for(server).events.create_batch([event(1)])

    assert caught.value.partial == EventBatch(
        total=0, created=0, duplicates=0, errors=0, results=[]
    )
    assert len(caught.value.events) == 1
    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize(
    ("answer", "error"),
    [(problem(500), ServerError), (httpx.ReadError("reset"), APIConnectionError)],
)
async def test_a_slice_of_unknown_fate_may_have_been_applied(client_for, clock, answer, error):
    server = Server(answer)

    with pytest.raises(error) as caught:
        await client_for(server).events.create_batch([event(1)])

    assert len(server.requests) == 3
    assert caught.value.may_have_been_applied
    assert caught.value.partial.total == 0


async def test_the_events_of_an_error_are_sent_again_with_the_same_ids(client_for, clock):
    server = Server(accept, problem(503), problem(503), problem(503), accept)
    events = client_for(server).events
    bare = {"subscription_id": "sub_1", "code": "calls"}

    with pytest.raises(ServerError) as caught:
        await events.create_batch([bare] * 101)
    await events.create_batch(caught.value.events)

    first, *_, again, last = server.requests
    assert ids_of(again) == ids_of(first)
    assert ids_of(last) == ids_of(server.requests[1])
    assert len({*ids_of(again), *ids_of(last)}) == 101


@pytest.mark.parametrize("lost", [None, 0, 1, 2])
async def test_a_batch_of_which_a_slice_was_looked_up_says_so(lost):
    sandbox = Sandbox()
    client = sandbox.async_client(max_retries=0, reconcile=True)
    customer = await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    plan = await client.plans.create(
        name="P", code="p", billing_interval="monthly", prices=[{"currency": "NGN", "amount": 1}]
    )
    subscription = await client.subscriptions.create(
        customer_id=customer.data.id, plan_id=plan.data.id, currency="NGN"
    )
    events = [
        {"subscription_id": subscription.data.id, "code": "calls", "transaction_id": f"t{number}"}
        for number in range(250)
    ]

    answered = []

    def lose(info):
        answered.append(info)
        if len(answered) == lost:
            sandbox.drop_next(after_apply=True, method="POST")

    if lost == 0:
        sandbox.drop_next(after_apply=True, method="POST")
    client.on_attempt(lose)
    result = await client.events.create_batch(events)

    assert result.reconciled is (lost is not None)
    assert result.data.created == 250
