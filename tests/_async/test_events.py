from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from novabilling import NotFoundError, ServerError
from novabilling.types import UsageEvent
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, page, problem, two_pages

pytestmark = pytest.mark.anyio

LAGOS = timezone(timedelta(hours=1))
NEW = {"subscription_id": "sub_1", "code": "api_calls"}

CASES = [
    Case(
        lambda c: c.create(**NEW, transaction_id="txn-1", timestamp="2026-11-20"),
        "POST /api/events",
        {
            "subscriptionId": "sub_1",
            "code": "api_calls",
            "transactionId": "txn-1",
            "timestamp": "2026-11-20",
        },
        "event-create-minimal",
        UsageEvent,
    ),
    Case(
        lambda c: c.create(
            **NEW,
            transaction_id="txn-1",
            timestamp=datetime(2026, 11, 20, 11, tzinfo=LAGOS),
            properties={"ms": 12.5, "my_key": {"a_b": [1, None]}},
        ),
        "POST /api/events",
        {
            "subscriptionId": "sub_1",
            "code": "api_calls",
            "transactionId": "txn-1",
            "timestamp": "2026-11-20T10:00:00Z",
            "properties": {"ms": 12.5, "my_key": {"a_b": [1, None]}},
        },
        "event-create",
        UsageEvent,
    ),
    Case(lambda c: c.get("evt_1"), "GET /api/events/evt_1", None, "event-get", UsageEvent),
    Case(
        lambda c: c.get_by_subscription("sub_1"),
        "GET /api/events/subscription/sub_1",
        None,
        "events-list",
        [UsageEvent],
    ),
    Case(
        lambda c: c.get_by_subscription(
            subscription_id="sub_1",
            code="api_calls",
            date_from=datetime(2026, 11, 1, tzinfo=timezone.utc),
            date_to="2026-12-01",
            page=2,
            limit=3,
        ),
        "GET /api/events/subscription/sub_1?code=api_calls&from=2026-11-01T00%3A00%3A00Z"
        "&to=2026-12-01&page=2&perPage=3",
        None,
        "events-list-page-2",
        [UsageEvent],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).events)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_by_subscription_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("event-get"))

    events = client_for(server).events.iter_by_subscription("sub_1", code="c", date_from="2026")
    found = [event.id async for event in events]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/events/subscription/sub_1?code=c&from=2026&page={n}&perPage=100" for n in (1, 2)
    ]


@pytest.mark.parametrize(
    ("bounds", "match"),
    [({"limit": 0}, "^limit must"), ({"limit": 101}, "^limit must"), ({"page": 0}, "^page must")],
)
async def test_a_page_out_of_bounds_is_refused_by_its_public_name(client_for, bounds, match):
    server = Server(page([]))

    with pytest.raises(ValueError, match=match):
        await client_for(server).events.get_by_subscription("sub_1", **bounds)

    assert server.requests == []


async def test_the_size_of_a_page_of_events_is_its_limit(client_for):
    server = Server(recorded("events-list-page-2"))

    found = await client_for(server).events.get_by_subscription("sub_1")

    meta = body_of("events-list-page-2")["meta"]
    assert (found.meta.limit, found.meta.page) == (meta["perPage"], meta["page"])


async def test_an_event_keeps_the_keys_of_its_properties(client_for):
    event = (await client_for(Server(recorded("event-get"))).events.get("evt_1")).data

    assert event.transaction_id == body_of("event-get")["transactionId"]
    assert event.properties == body_of("event-get")["properties"]
    assert event.timestamp.utcoffset() == timedelta(0)


# Each event is counted once


async def test_an_event_gets_a_transaction_id_that_is_its_own(client_for):
    server = Server(recorded("event-create"))
    events = client_for(server).events

    await events.create(**NEW)
    await events.create(**NEW)

    one, other = (body_sent(request)["transactionId"] for request in server.requests)
    assert len(one) == len(other) == 36
    assert one != other


def body_sent(request):
    return httpx.Response(200, content=request.content).json()


@pytest.mark.parametrize("first", [httpx.ReadTimeout("slow"), problem(503), problem(500)])
async def test_a_repeated_event_has_the_transaction_id_of_the_first_attempt(
    client_for, clock, first
):
    server = Server(first, problem(500, "Unique constraint failed"), recorded("event-create"))

    event = await client_for(server).events.create(**NEW)

    assert type(event.data) is UsageEvent
    assert len(server.requests) == 3
    assert len({request.content for request in server.requests}) == 1
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("given", [{}, {"timestamp": None}], ids=["left out", "None"])
async def test_an_event_has_the_time_of_its_call_to_the_millisecond(client_for, given):
    server = Server(recorded("event-create"))
    before = datetime.now(timezone.utc)

    await client_for(server).events.create(**NEW, **given)

    sent_at = time_sent(server.request)
    assert before - timedelta(milliseconds=1) < sent_at <= datetime.now(timezone.utc)
    assert sent_at.microsecond % 1000 == 0
    assert sent_at.utcoffset() == timedelta(0)


def time_sent(request):
    return datetime.fromisoformat(body_sent(request)["timestamp"].replace("Z", "+00:00"))


async def test_an_event_that_fails_stands_in_the_error_with_its_transaction_id(client_for, clock):
    server = Server(problem(500))

    with pytest.raises(ServerError) as caught:
        await client_for(server).events.create(**NEW, properties={"a": 1})

    error = caught.value
    (event,) = error.events
    assert len(server.requests) == 3
    assert event.transaction_id == body_sent(server.requests[0])["transactionId"]
    assert event.timestamp.isoformat() == time_sent(server.requests[0]).isoformat()
    assert (event.subscription_id, event.properties) == ("sub_1", {"a": 1})
    assert error.partial.total == 0
    assert error.may_have_been_applied
    assert pickle.loads(pickle.dumps(error)).events == [event]


async def test_the_events_of_an_error_can_be_sent_again_as_they_are(client_for, clock):
    server = Server(problem(404, "Subscription not found"), recorded("events-batch"))
    events = client_for(server).events

    with pytest.raises(NotFoundError) as caught:
        await events.create(**NEW)
    await events.create_batch(caught.value.events)

    first, again = (body_sent(request) for request in server.requests)
    assert again == {"events": [first]}
    assert not caught.value.may_have_been_applied


async def test_an_error_of_another_operation_has_no_events(client_for):
    with pytest.raises(NotFoundError) as caught:
        await client_for(Server(problem(404))).events.get("evt_1")

    assert caught.value.events is caught.value.partial is None


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"transaction_id": ""}, ValueError),
        ({"transaction_id": None}, TypeError),
        ({"subscription_id": ".."}, ValueError),
        ({"code": 5}, TypeError),
        ({"timestamp": datetime(2026, 1, 1)}, ValueError),
        ({"properties": {"a": float("nan")}}, ValueError),
        ({"properties": {"a": "x" * 102_400}}, ValueError),
    ],
    ids=str,
)
async def test_a_bad_event_is_refused_and_nothing_is_sent(client_for, wrong, error):
    server = Server(recorded("event-create"))

    with pytest.raises(error):
        await client_for(server).events.create(**{**NEW, **wrong})

    assert server.requests == []
