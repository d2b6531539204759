from __future__ import annotations

import httpx
import pytest

from novabilling import (
    APIStatusError,
    NovaBillingTimeoutError,
    RateLimitError,
    ServerError,
)
from tests.support import CUSTOMER, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)


async def test_the_waits_double_up_to_eight_seconds(client_for, clock):
    server = Server(problem(503))

    with pytest.raises(ServerError):
        await call(client_for(server, max_retries=7), "GET")

    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


@pytest.mark.parametrize("status", [408, 429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("60", 60.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("soon", 0.5),
        ("", 0.5),
        ("-5", 0.5),
        ("1e1", 0.5),
        ("nan", 0.5),
        ("inf", 0.5),
        ("7, 8", 0.5),
    ],
)
async def test_the_server_says_how_long_to_wait(client_for, clock, status, value, wait):
    server = Server(httpx.Response(status, headers={"retry-after": value}), OK)

    await call(client_for(server), "GET")

    assert clock.slept == [wait]


@pytest.mark.parametrize(
    ("status", "error"),
    [(408, APIStatusError), (429, RateLimitError), (502, ServerError), (503, ServerError)],
)
@pytest.mark.parametrize(("value", "wait"), [("61", 61.0), ("60.5", 60.5), ("9" * 20, 1e20)])
async def test_a_longer_wait_than_a_minute_is_left_to_the_caller(
    client_for, clock, status, error, value, wait
):
    server = Server(httpx.Response(status, headers={"retry-after": value}), OK)

    with pytest.raises(error) as caught:
        await call(client_for(server), "GET")

    assert len(server.requests) == 1
    assert clock.slept == []
    assert caught.value.retry_after == wait


async def test_a_date_far_away_is_left_to_the_caller(client_for, clock):
    date = "Fri, 31 Dec 2299 23:59:59 GMT"
    server = Server(httpx.Response(429, headers={"retry-after": date}), OK)

    with pytest.raises(RateLimitError) as caught:
        await call(client_for(server), "GET")

    assert clock.slept == []
    assert caught.value.retry_after > 60 * 60 * 24 * 365


async def test_a_number_of_seconds_beyond_all_bounds_is_left_to_the_caller(client_for, clock):
    server = Server(httpx.Response(429, headers={"retry-after": "9" * 400}), OK)

    with pytest.raises(RateLimitError):
        await call(client_for(server), "GET")

    assert clock.slept == []


async def test_a_retry_after_does_not_make_a_post_repeatable(client_for, clock):
    server = Server(httpx.Response(503, headers={"retry-after": "1"}))

    with pytest.raises(ServerError) as caught:
        await call(client_for(server), "POST")

    assert len(server.requests) == 1
    assert caught.value.retry_after == 1.0


@pytest.mark.parametrize(
    ("deadline", "waits"),
    [(0.4, []), (0.5, []), (0.6, [0.5]), (1.5, [0.5]), (1.6, [0.5, 1.0])],
)
async def test_no_wait_reaches_the_deadline(client_for, clock, deadline, waits):
    server = Server(problem(503))

    with pytest.raises(ServerError):
        await call(client_for(server, deadline=deadline), "GET")

    assert clock.slept == waits
    assert len(server.requests) == len(waits) + 1


async def test_a_wait_that_the_server_asks_for_does_not_reach_the_deadline(client_for, clock):
    server = Server(httpx.Response(429, headers={"retry-after": "30"}))

    with pytest.raises(RateLimitError) as caught:
        await call(client_for(server, deadline=20), "GET")

    assert clock.slept == []
    assert caught.value.retry_after == 30.0


async def test_each_attempt_has_only_the_time_that_is_left(client_for, clock):
    def slow(request):
        clock.now += 4
        raise httpx.ReadTimeout("slow")

    server = Server(slow)

    with pytest.raises(NovaBillingTimeoutError):
        await call(client_for(server, deadline=10, timeout=5), "GET")

    limits = [request.extensions["timeout"]["read"] for request in server.requests]
    assert limits == [5.0, 5.0, 0.5]


async def test_the_deadline_includes_the_wait_for_a_token(client_for, clock):
    server = Server(OK)

    def token():
        clock.now += 6
        return "token"

    with pytest.raises(NovaBillingTimeoutError, match="deadline") as caught:
        await call(client_for(server, deadline=5, token=token), "POST")

    assert server.requests == []
    assert not caught.value.may_have_been_applied


async def test_a_deadline_that_ends_after_an_attempt_of_unknown_fate_leaves_it_unknown(
    client_for, clock
):
    server = Server(problem(503))

    def token():
        clock.now += 3
        return "token"

    with pytest.raises(NovaBillingTimeoutError, match="deadline") as caught:
        await call(client_for(server, deadline=6, token=token), "PATCH")

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied
