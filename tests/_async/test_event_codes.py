from __future__ import annotations

import warnings
from decimal import Decimal

import httpx
import pytest

from novabilling import (
    NovaBillingTimeoutError,
    NovaBillingWarning,
    ServerError,
)
from tests.samples import body_of
from tests.support import Server, page, problem

pytestmark = pytest.mark.anyio

SERVER_ID = "cmhxk3p9v000108l5g3h2a1bc"


def metric(code, aggregation="COUNT", field=None):
    row = body_of("metric-create-count")
    return {**row, "code": code, "aggregationType": aggregation, "fieldName": field}


class Meter:
    """A server that lists metrics and takes all events, whatever their code."""

    def __init__(self, *metrics):
        self.metrics = list(metrics)
        self.asked = []
        self.first = None

    def __call__(self, request):
        self.asked.append(f"{request.method} {request.url.path[len('/api') :]}")
        if self.first is not None:
            answer, self.first = self.first, None
            return answer
        if request.method == "GET":
            return httpx.Response(200, json=self.metrics)
        result = {"total": 1, "created": 1, "duplicates": 0, "errors": 0, "results": []}
        return httpx.Response(201, json=result)


READ, SENT = "GET /billable-metrics", "POST /events/batch"


def event(code="calls", **properties):
    given = {"properties": properties} if properties else {}
    return {"subscription_id": "sub_1", "code": code, **given}


async def test_a_code_that_no_metric_has_is_refused_before_anything_is_sent(client_for):
    meter = Meter(metric("calls"))
    many = [event() for _ in range(120)] + [event("cals")]

    expected = r"^events\[120\]\.code: no billable metric has the code 'cals'; nothing was sent$"
    with pytest.raises(ValueError, match=expected):
        await client_for(meter).events.create_batch(many, check_codes=True)

    assert meter.asked == [READ]


async def test_without_being_asked_the_metrics_are_not_read(client_for):
    meter = Meter()

    await client_for(meter).events.create_batch([event("cals")])
    await client_for(meter).events.create_batch([event("cals")], check_codes=False)

    assert meter.asked == [SENT, SENT]


async def test_the_metrics_are_read_once_and_kept_for_a_minute(client_for, clock):
    meter = Meter(metric("calls"))
    client = client_for(meter)

    await client.events.create_batch([event()] * 250, check_codes=True)
    clock.now += 59
    await client.events.create_batch([event()], check_codes=True)
    await client.with_options(timeout=5).events.create_batch([event()], check_codes=True)
    assert meter.asked == [READ, SENT, SENT, SENT, SENT, SENT]

    clock.now += 1
    await client.events.create_batch([event()], check_codes=True)
    assert meter.asked[6:] == [READ, SENT]


async def test_another_token_may_be_another_tenants(client_for):
    meter = Meter(metric("calls"))
    client = client_for(meter)

    await client.events.create_batch([event()], check_codes=True)
    other = client.with_options(token="sk_live_other")
    await other.events.create_batch([event()], check_codes=True)
    await client_for(meter).events.create_batch([event()], check_codes=True)

    assert meter.asked == [READ, SENT] * 3


async def test_a_metric_that_was_just_made_is_found_by_a_fresh_look(client_for):
    meter = Meter(metric("calls"))
    client = client_for(meter)
    await client.events.create_batch([event()], check_codes=True)

    meter.metrics.append(metric("storage"))
    await client.events.create_batch([event("storage")], check_codes=True)
    with pytest.raises(ValueError, match="'cals'"):
        await client.events.create_batch([event("cals")], check_codes=True)

    assert meter.asked == [READ, SENT, READ, SENT, READ]


NUMBERS = [1, 0, -2.5, Decimal("0.1"), "12.5", " 7 ", ".5", "1e3", True]
OTHERS = ["many", "", "12 GB", None, [1], {"n": 1}, "1,5", "NaN"]


@pytest.mark.parametrize("aggregation", ["SUM", "MAX", "LATEST", "WEIGHTED_SUM"])
async def test_what_should_be_added_up_must_be_a_number(client_for, aggregation):
    meter = Meter(metric("storage", aggregation, "gb"))
    events = client_for(meter).events

    await events.create_batch([event("storage", gb=n) for n in NUMBERS], check_codes=True)
    wrong = [event("storage", gb=value) for value in OTHERS]
    for bad in [*wrong, event("storage", GB=1), event("storage")]:
        expected = (
            rf"^events\[1\]\.properties: 'gb' must be a number, for the {aggregation.lower()}"
        )
        with pytest.raises(ValueError, match=expected):
            await events.create_batch([event("storage", gb=1), bad], check_codes=True)

    assert meter.asked.count(SENT) == 1


@pytest.mark.parametrize(
    ("aggregation", "field"), [("COUNT", None), ("COUNT", "gb"), ("UNIQUE_COUNT", "gb")]
)
async def test_what_is_only_counted_may_be_anything(client_for, aggregation, field):
    meter = Meter(metric("storage", aggregation, field))

    given = [event("storage", gb="many"), event("storage")]
    await client_for(meter).events.create_batch(given, check_codes=True)

    assert meter.asked == [READ, SENT]


async def test_a_failure_to_read_the_metrics_carries_the_events(client_for, clock):
    meter = Meter(metric("calls"))
    meter.first = problem(500)

    with pytest.raises(ServerError) as caught:
        await client_for(meter).events.create_batch([event()], check_codes=True)

    error = caught.value
    assert [one.code for one in error.events] == ["calls"]
    assert error.partial.total == 0
    assert not error.may_have_been_applied
    assert meter.asked == [READ]


async def test_the_look_at_the_metrics_shares_the_deadline(client_for, clock):
    meter = Meter(metric("calls"))

    def slow(request):
        clock.now += 3
        return meter(request)

    client = client_for(slow, deadline=5)
    with pytest.raises(NovaBillingTimeoutError, match="POST /events/batch timed out after 2 s"):
        await client.events.create_batch([event()], check_codes=True)

    assert meter.asked == [READ, SENT]


@pytest.mark.parametrize("value", [1, "yes", None])
async def test_the_switch_is_true_or_false(client_for, value):
    meter = Meter(metric("calls"))

    with pytest.raises(TypeError, match=r"^check_codes must be True or False"):
        await client_for(meter).events.create_batch([event()], check_codes=value)

    assert meter.asked == []


# Ids of subscriptions


async def all_of(events, subscription_id):
    return [one.id async for one in events.iter_by_subscription(subscription_id)]


READERS = {
    "get_by_subscription": lambda events, of: events.get_by_subscription(of),
    "iter_by_subscription": all_of,
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "subscription_id", ["sub_1", "c123", SERVER_ID.upper(), SERVER_ID + "\u00e9"]
)
async def test_an_external_id_that_finds_nothing_is_warned_about(client_for, name, subscription_id):
    server = Server(page([]))

    with pytest.warns(NovaBillingWarning, match=rf"^events\.{name}: .* is no id that") as caught:
        await READERS[name](client_for(server).events, subscription_id)

    assert [warning.filename for warning in caught] == [__file__]
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READERS)
async def test_an_id_of_the_server_may_find_nothing(client_for, name):
    server = Server(page([]))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await READERS[name](client_for(server).events, SERVER_ID)

    assert len(server.requests) == 1


@pytest.mark.parametrize("name", READERS)
async def test_an_id_of_another_form_that_finds_events_is_not_warned_about(client_for, name):
    server = Server(page([body_of("event-get")]))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await READERS[name](client_for(server).events, "sub_1")

    assert len(server.requests) == 1


async def test_a_page_behind_the_last_may_be_empty(client_for):
    server = Server(page([]))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client_for(server).events.get_by_subscription("sub_1", page=2)

    assert len(server.requests) == 1


@pytest.mark.parametrize("subscription_id", ["", "..", "a\nb"])
async def test_what_is_no_id_is_refused_at_once(client_for, subscription_id):
    with pytest.raises(ValueError, match=r"^subscription_id must"):
        client_for(Server(page([]))).events.iter_by_subscription(subscription_id)
