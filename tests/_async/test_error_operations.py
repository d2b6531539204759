"""What the text of an error says beside the server's words: the operation, and any doubt."""

from __future__ import annotations

import logging
import pickle

import h11
import httpx
import pytest

from novabilling import (
    AsyncNovaBilling,
    MissingTokenError,
    NotFoundError,
    NovaBillingError,
    NovaBillingTimeoutError,
    ResponseDecodeError,
)
from novabilling.sandbox import Sandbox
from tests.examples import arguments_of, function_of
from tests.operations import METHODS
from tests.support import CUSTOMER, TOKEN, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio

DOUBT = "(may have been applied)"
NAMES = [f"{resource}.{method}" for resource, method in METHODS if method != "verify"]


async def failure_of(client, name):
    """Call a method by its name, with an id in every argument that takes one."""
    function = function_of(client, name)
    arguments = arguments_of(function, only_required=True)
    with pytest.raises(NovaBillingError) as caught:
        await first(function, arguments) if ".iter" in name else await function(**arguments)
    return caught.value


async def first(iterate, arguments):
    async for _ in iterate(**arguments):
        break


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("answer", [problem(404), httpx.ConnectError("refused")])
async def test_every_operation_stands_in_its_error(client_for, name, answer):
    server = Server(answer)
    error = await failure_of(client_for(server, max_retries=0), name)

    method = server.requests[0].method
    assert error.method == method
    assert f"[{method} {error.route}]" in str(error)
    assert "the " not in error.route  # that is how the ids begin here
    assert TOKEN not in str(error)


async def test_the_text_names_the_template_and_no_id(client_for):
    with pytest.raises(NotFoundError) as caught:
        await client_for(Server(problem(404, "Gone"))).customers.get("cus_canary")

    error = caught.value
    assert (error.method, error.route) == ("GET", "/customers/{customer_id}")
    assert str(error) == "404: Gone [GET /customers/{customer_id}]"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    ("method", "answers", "doubt"),
    [
        ("POST", [problem(500)], True),
        ("POST", [problem(503)], True),
        ("POST", [problem(400)], False),
        ("POST", [httpx.ReadTimeout("slow")], True),
        ("POST", [httpx.ConnectTimeout("slow")], False),
        ("POST", [httpx.Response(200, content=b"<html>")], True),
        ("PATCH", [problem(503), problem(400)], True),
        ("DELETE", [problem(429), problem(400)], False),
        ("GET", [problem(500)], False),
        ("GET", [httpx.ReadTimeout("slow")], False),
    ],
)
async def test_the_text_says_what_may_have_been_applied(client_for, clock, method, answers, doubt):
    with pytest.raises(NovaBillingError) as caught:
        await call(client_for(Server(*answers), max_retries=len(answers) - 1), method)

    assert caught.value.may_have_been_applied is doubt
    assert str(caught.value).endswith(DOUBT) is doubt
    assert str(caught.value).count(DOUBT) == doubt


async def test_a_webhook_that_was_set_and_cannot_be_read_may_have_been_applied(client_for):
    tenant = {"id": "t", "companyName": "c", "email": "e"}
    server = Server(httpx.Response(200, json=tenant), problem(400))

    with pytest.raises(NovaBillingError) as caught:
        await client_for(server).webhooks.create(url="https://a.example", events=[])

    assert caught.value.may_have_been_applied
    assert str(caught.value).endswith(DOUBT)


async def test_events_that_were_counted_before_an_error_stand_in_its_text(client_for):
    done = {"total": 100, "created": 100, "duplicates": 0, "errors": 0, "results": []}
    server = Server(httpx.Response(201, json=done), problem(400))

    with pytest.raises(NovaBillingError) as caught:
        await client_for(server).events.create_batch([{"subscription_id": "s", "code": "c"}] * 101)

    assert caught.value.may_have_been_applied
    assert str(caught.value).endswith(f"[POST /events/batch] {DOUBT}")


@pytest.mark.parametrize(
    ("method", "failure", "says"),
    [
        ("GET", httpx.ReadTimeout("x"), "the request was sent: try again, or allow more time"),
        ("PATCH", httpx.ReadTimeout("x"), "the request was sent: try again, or allow more time"),
        ("POST", httpx.ReadTimeout("x"), "look for what it may have done before you repeat it"),
        ("POST", httpx.ConnectTimeout("x"), "nothing was sent: try again, or allow more time"),
    ],
)
async def test_a_timeout_says_what_to_do_next(client_for, method, failure, says):
    with pytest.raises(NovaBillingTimeoutError, match=says) as caught:
        await call(client_for(Server(failure), max_retries=0), method)

    assert caught.value.message.startswith(f"{method} /customers")
    assert "timed out; " in caught.value.message
    assert "timeout=" in caught.value.message
    assert "[" not in str(caught.value)  # it names the operation once


async def test_a_deadline_that_is_over_says_what_to_do_next(clock):
    def slow() -> str:
        clock.now += 5
        return TOKEN

    client = AsyncNovaBilling(token=slow, base_url="http://127.0.0.1:9", deadline=2)

    with pytest.raises(NovaBillingTimeoutError, match="deadline=") as caught:
        await client.customers.list()

    assert "the deadline of GET /customers is over" in str(caught.value)


async def test_a_refusal_for_want_of_a_token_names_the_operation():
    with pytest.raises(MissingTokenError) as caught:
        await AsyncNovaBilling().customers.get("cus_1")

    assert str(caught.value).endswith("[GET /customers/{customer_id}]")


async def test_an_unreadable_answer_names_the_operation_once(client_for):
    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(Server(httpx.Response(200, content=b"{}"))).customers.get("cus_1")

    assert caught.value.route == "/customers/{customer_id}"
    assert str(caught.value).count("GET /customers/{customer_id}") == 1


# Answers


async def test_an_answer_has_its_status_and_the_id_of_its_request(client_for):
    server = Server(httpx.Response(201, json=CUSTOMER))

    made = await call(client_for(server), "POST")

    assert made.status_code == made.http.status_code == 201
    assert made.request_id == server.request.headers["x-request-id"]


async def test_an_id_of_the_users_own_is_the_one_of_the_request(client_for):
    client = client_for(Server(httpx.Response(200, json=[])), headers={"X-Request-Id": "mine"})

    listed = await client.customers.list()

    assert (listed.request_id, listed.status_code) == ("mine", 200)
    again = pickle.loads(pickle.dumps(listed))
    assert (again.request_id, again.status_code) == ("mine", 200)


async def test_an_answer_keeps_its_request_id_when_it_is_pickled(client_for):
    found = await client_for(Server(httpx.Response(200, json=CUSTOMER))).customers.get("cus_1")

    again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(found))))

    assert (again.request_id, again.status_code) == (found.request_id, 200)
    assert len(again.request_id) == 32


async def test_answers_that_are_put_together_here_have_the_id_as_well():
    sandbox = Sandbox()
    client = sandbox.async_client(token=sandbox.jwt)
    customer = await client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN"
    )
    put_together = [
        await client.webhooks.create(url="https://a.example/hook", events=["invoice.paid"]),
        await client.webhooks.list(),
        await client.webhooks.delete(),
        await client.plans.list(page=1),
        await client.payments.list(customer_id=customer.id),
        await client.customers.get_payments(customer.id),
        await client.events.create_batch([{"subscription_id": "s", "code": "c"}]),
    ]

    assert [len(answer.request_id or "") for answer in put_together] == [32] * 7


# The log


def records(caplog):
    return [record for record in caplog.records if record.name == "novabilling"]


def fields_of(record):
    """Return the documented fields of a record."""
    start = "novabilling_"
    return {k[len(start) :]: v for k, v in vars(record).items() if k.startswith(start)}


async def test_each_retry_is_told_with_its_reason(client_for, clock, caplog):
    caplog.set_level(logging.INFO, "novabilling")
    answers = [
        problem(503, "canary"),
        httpx.ReadError("canary"),
        httpx.Response(200, json=CUSTOMER),
    ]
    client = client_for(Server(*answers), headers={"X-Request-Id": "mine"})

    await client.customers.get("cus_canary")

    where = "GET /customers/{customer_id}"
    assert [(r.levelname, r.getMessage()) for r in records(caplog)] == [
        ("INFO", f"{where}: attempt 1 failed (503), trying again in 0.50 s (request mine)"),
        (
            "INFO",
            f"{where}: attempt 2 failed (APIConnectionError: ReadError), "
            "trying again in 1.00 s (request mine)",
        ),
    ]
    first, second = map(fields_of, records(caplog))
    assert first == {
        "method": "GET",
        "route": "/customers/{customer_id}",
        "request_id": "mine",
        "attempt": 1,
        "status_code": 503,
        "error": "ServerError",
        "retry_in": 0.5,
    }
    assert second["error"] == "APIConnectionError"
    assert "status_code" not in second
    assert "canary" not in repr([vars(record) for record in records(caplog)])


async def test_a_failure_of_another_library_is_told_by_its_own_name(client_for, clock, caplog):
    caplog.set_level(logging.INFO, "novabilling")
    torn = h11.RemoteProtocolError("canary")
    client = client_for(Server(torn, httpx.Response(200, json=CUSTOMER)))

    await client.customers.get("cus_1")

    (told,) = records(caplog)
    assert "(APIConnectionError: RemoteProtocolError)" in told.getMessage()


async def test_a_retry_after_a_refusal_has_the_wait_that_the_server_asks_for(
    client_for, clock, caplog
):
    caplog.set_level(logging.INFO, "novabilling")
    busy = httpx.Response(503, headers={"retry-after": "7"})

    await client_for(Server(busy, httpx.Response(200, json=CUSTOMER))).customers.get("cus_1")

    assert [fields_of(record)["retry_in"] for record in records(caplog)] == [7.0]


async def test_a_call_that_is_not_repeated_logs_no_retry(client_for, caplog):
    caplog.set_level(logging.INFO, "novabilling")

    with pytest.raises(NovaBillingError):
        await call(client_for(Server(problem(503))), "POST")

    assert records(caplog) == []


async def test_the_line_of_an_attempt_carries_fields(client_for, clock, caplog):
    caplog.set_level(logging.DEBUG, "novabilling")

    def slow(request):
        clock.now += 1.25
        return httpx.Response(200, json=CUSTOMER)

    await client_for(Server(slow), headers={"X-Request-Id": "mine"}).customers.get("cus_canary")

    (record,) = records(caplog)
    assert fields_of(record) == {
        "method": "GET",
        "route": "/customers/{customer_id}",
        "request_id": "mine",
        "attempt": 1,
        "status_code": 200,
        "elapsed": 1.25,
    }


async def test_a_hook_that_fails_is_named_in_a_field(client_for, caplog):
    def broken(info):
        raise ValueError("no")

    client = client_for(Server(httpx.Response(200, json=CUSTOMER)))
    client.on_attempt(broken)

    await client.customers.get("cus_1")

    (record,) = records(caplog)
    assert "broken" in fields_of(record)["hook"]
