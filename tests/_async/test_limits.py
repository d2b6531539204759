from __future__ import annotations

import io

import httpx
import pytest

import novabilling
from novabilling import AsyncNovaBilling, NovaBillingTimeoutError, ServerError
from tests.samples import body_of, pdf, recorded
from tests.support import CUSTOMER, TOKEN, Server, problem

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
BUSY = httpx.Response(503)


def timeouts(server):
    """Return the timeout of each request, the same for all its operations."""
    assert all(len(set(r.extensions["timeout"].values())) == 1 for r in server.requests)
    return [r.extensions["timeout"]["read"] for r in server.requests]


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 60.0),
        ({"timeout": 5}, 5.0),
        ({"timeout": None}, None),
        ({"timeout": float("inf")}, None),
        ({"timeout": 10**400}, None),
        ({"deadline": 10**400}, 60.0),
        ({"deadline": 10}, 10.0),
        ({"deadline": 90}, 60.0),
        ({"deadline": 10, "timeout": 5}, 5.0),
        ({"deadline": 10, "timeout": None}, 10.0),
    ],
)
async def test_an_attempt_has_its_timeout_within_the_deadline(client_for, clock, options, seconds):
    server = Server(OK)

    await client_for(server, **options).customers.get("cus_1")

    assert timeouts(server) == [seconds]


REGISTRATION = {"name": "Ada", "email": "a@b.c", "password": "12345678", "company_name": "Ada Ltd"}


@pytest.mark.parametrize(("options", "seconds"), [({}, 120.0), ({"timeout": 7}, 7.0)])
async def test_registering_takes_longer_unless_a_timeout_is_given(client_for, options, seconds):
    server = Server(httpx.Response(409))

    with pytest.raises(novabilling.ConflictError):
        await client_for(server, **options).auth.register(**REGISTRATION)

    assert timeouts(server) == [seconds]


async def test_a_timeout_of_httpx_limits_each_operation(client_for):
    server = Server(OK)

    await client_for(server, timeout=httpx.Timeout(8.0, connect=2.0)).customers.get("cus_1")

    assert server.request.extensions["timeout"] == {
        "connect": 2.0,
        "read": 8.0,
        "write": 8.0,
        "pool": 8.0,
    }


async def test_a_timeout_of_httpx_stays_within_the_deadline(client_for, clock):
    server = Server(OK)
    timeout = httpx.Timeout(None, connect=2.0, read=8.0)

    await client_for(server, timeout=timeout, deadline=5).customers.get("cus_1")

    assert server.request.extensions["timeout"] == {
        "connect": 2.0,
        "read": 5.0,
        "write": 5.0,
        "pool": 5.0,
    }


@pytest.mark.parametrize("seconds", [0, -1, -0.5, float("nan")])
@pytest.mark.parametrize("option", ["timeout", "deadline"])
async def test_a_time_that_is_not_positive_is_refused(client_for, option, seconds):
    client = client_for(Server(OK))

    with pytest.raises(ValueError, match=f"{option} must be greater than 0"):
        client_for(Server(OK), **{option: seconds})
    with pytest.raises(ValueError, match=f"{option} must be greater than 0"):
        client.with_options(**{option: seconds})


@pytest.mark.parametrize("seconds", ["5", True, [5]])
@pytest.mark.parametrize("option", ["timeout", "deadline"])
async def test_a_time_that_is_not_a_number_is_refused(client_for, option, seconds):
    with pytest.raises(TypeError, match=f"{option} must be a number"):
        client_for(Server(OK), **{option: seconds})


async def test_a_deadline_is_one_number(client_for):
    with pytest.raises(TypeError, match="deadline must be a number"):
        client_for(Server(OK), deadline=httpx.Timeout(5))


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("max_retries", -1, ValueError),
        ("max_retries", 1.5, TypeError),
        ("max_retries", True, TypeError),
        ("max_retries", None, TypeError),
        ("max_response_bytes", 0, ValueError),
        ("max_response_bytes", "1", TypeError),
        ("follow_redirects", 1, TypeError),
        ("follow_redirects", None, TypeError),
    ],
)
async def test_an_option_out_of_its_bounds_is_refused(client_for, option, value, error):
    with pytest.raises(error, match=option):
        client_for(Server(OK), **{option: value})


@pytest.mark.parametrize(("value", "error"), [(0, ValueError), (True, TypeError), ("5", TypeError)])
async def test_max_connections_out_of_its_bounds_is_refused(value, error):
    with pytest.raises(error, match="max_connections"):
        AsyncNovaBilling(token=TOKEN, max_connections=value)


@pytest.mark.parametrize(("options", "attempts"), [({}, 3), ({"max_retries": 0}, 1)])
async def test_max_retries_is_the_number_of_attempts_after_the_first(
    client_for, clock, options, attempts
):
    server = Server(BUSY)

    with pytest.raises(ServerError):
        await client_for(server, **options).customers.get("cus_1")

    assert len(server.requests) == attempts


async def test_a_copy_may_lift_the_deadline(client_for, clock):
    server = Server(OK)

    await client_for(server, deadline=3).with_options(deadline=None).customers.get("cus_1")

    assert timeouts(server) == [60.0]


def events(number):
    return [{"subscription_id": "sub_1", "code": "calls"}] * number


SEVERAL_REQUESTS = {
    "get_pdf": (
        lambda c: c.invoices.get_pdf("inv_1"),
        [pdf(), recorded("invoice-get")],
    ),
    "download_pdf": (
        lambda c: c.invoices.download_pdf("inv_1", io.BytesIO()),
        [httpx.Response(200, json={"url": "/uploads/1.pdf"}), pdf()],
    ),
    "update": (
        lambda c: c.payment_providers.update("prov_1", priority=2),
        [recorded("provider-get"), recorded("provider-get")],
    ),
    "create": (
        lambda c: c.webhooks.create(url="https://a.example", events=[]),
        [httpx.Response(200, json={**body_of("tenant-get"), "webhookUrl": "https://a.example"})]
        * 2,
    ),
    "create_batch": (
        lambda c: c.events.create_batch(events(101)),
        [recorded("events-batch"), recorded("events-batch")],
    ),
}


@pytest.mark.parametrize(("ask", "answers"), SEVERAL_REQUESTS.values(), ids=SEVERAL_REQUESTS)
async def test_the_requests_of_one_call_share_its_deadline(client_for, clock, ask, answers):
    def slow(answer):
        def take(request):
            clock.now += 6
            return Server(answer)(request)

        return take

    server = Server(*map(slow, answers))

    with pytest.raises(novabilling.NovaBillingTimeoutError):
        await ask(client_for(server, deadline=5.0))
    assert len(server.requests) == 1

    clock.now = 1000.0
    server.requests.clear()
    await ask(client_for(server, deadline=20.0))
    assert timeouts(server) == [20.0, 14.0]


async def test_the_look_at_a_wallet_is_within_the_deadline_of_its_termination(client_for, clock):
    server = Server(BUSY, problem(400), recorded("wallet-terminate"))

    await client_for(server, deadline=10).wallets.terminate("wal_1")

    assert timeouts(server) == [10.0, 9.5, 9.5]


@pytest.mark.parametrize("failure", [TimeoutError(), httpx.ReadTimeout("slow")])
async def test_a_timeout_of_a_mock_names_no_time_that_has_not_passed(client_for, clock, failure):
    with pytest.raises(NovaBillingTimeoutError, match="timed out; ") as caught:
        await client_for(Server(failure), max_retries=0).customers.get("cus_1")

    assert "60" not in str(caught.value)
