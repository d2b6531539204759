from __future__ import annotations

import copy
import logging
import pickle
import traceback

import httpx
import pytest

from novabilling import (
    APIConnectionError,
    AttemptInfo,
    NotFoundError,
    NovaBillingError,
    NovaBillingTimeoutError,
    ResponseDecodeError,
    ServerError,
)
from tests.support import CUSTOMER, TOKEN, Server, page, problem, two_pages

from .calls import call

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token
OK = httpx.Response(200, json=CUSTOMER)


@pytest.fixture
def seen():
    return []


async def read(client):
    return await client.customers.get("cus_1")


async def test_every_attempt_is_told_with_its_outcome(client_for, clock, seen):
    def slow(request):
        clock.now += 1.25
        return OK

    server = Server(httpx.Response(503), httpx.ReadError("reset"), slow)
    client = client_for(server, headers={"X-Request-Id": "mine"})
    client.on_attempt(seen.append)

    found = await read(client)

    assert [a.attempt for a in seen] == [1, 2, 3]
    assert [a.status_code for a in seen] == [503, None, 200]
    assert [type(a.error) for a in seen] == [ServerError, APIConnectionError, type(None)]
    assert [a.retry_in for a in seen] == [0.5, 1.0, None]
    assert [a.elapsed for a in seen] == [0.0, 0.0, 1.25]
    assert {a.request_id for a in seen} == {"mine"}
    assert {(a.method, a.route) for a in seen} == {("GET", "/customers/{customer_id}")}
    assert {a.url for a in seen} == {"https://billing.example/api/customers/cus_1"}
    assert seen[2].http is found.http


async def test_the_last_attempt_of_a_call_that_fails_has_its_error(client_for, seen):
    client = client_for(Server(problem(404)))
    client.on_attempt(seen.append)

    with pytest.raises(NotFoundError) as caught:
        await read(client)

    assert [a.error for a in seen] == [caught.value]
    assert seen[0].http is caught.value.http
    assert seen[0].retry_in is None


async def test_the_request_id_is_the_one_that_was_sent(client_for, seen):
    server = Server(OK)
    client = client_for(server)
    client.on_attempt(seen.append)

    await read(client)

    assert seen[0].request_id == server.request.headers["x-request-id"]


async def test_an_answer_that_is_not_what_the_call_returns_is_an_error(client_for, seen):
    client = client_for(Server(httpx.Response(200, content=b"<html>")))
    client.on_attempt(seen.append)

    with pytest.raises(ResponseDecodeError) as caught:
        await read(client)

    assert [(a.status_code, a.error) for a in seen] == [(200, caught.value)]


async def test_a_repeated_delete_that_finds_nothing_is_no_error(client_for, clock, seen):
    client = client_for(Server(httpx.ReadError("reset"), problem(404)))
    client.on_attempt(seen.append)

    await call(client, "DELETE")

    assert [(a.status_code, a.error is None) for a in seen] == [(None, False), (404, True)]


async def test_an_attempt_that_the_token_callable_ends_is_told(client_for, seen):
    refused = LookupError("no token today")

    def token():
        raise refused

    client = client_for(Server(OK), token=token)
    client.on_attempt(seen.append)

    with pytest.raises(LookupError):
        await read(client)

    assert [(a.attempt, a.http, a.error) for a in seen] == [(1, None, refused)]


async def test_a_deadline_that_is_over_is_told(client_for, clock, seen):
    def token():
        clock.now += 10
        return TOKEN

    client = client_for(Server(OK), token=token, deadline=5)
    client.on_attempt(seen.append)

    with pytest.raises(NovaBillingTimeoutError) as caught:
        await read(client)

    assert [(a.error, a.elapsed) for a in seen] == [(caught.value, 10.0)]


async def test_the_answer_shows_where_redirects_led(client_for, seen):
    client = client_for(Server(httpx.Response(302, headers={"location": "/there"}), OK))
    client.on_attempt(seen.append)

    await read(client)

    assert [a.url for a in seen] == ["https://billing.example/api/customers/cus_1"]
    assert str(seen[0].http.url) == "https://billing.example/there"


async def test_each_page_of_an_iteration_is_told(client_for, seen):
    client = client_for(two_pages(CUSTOMER))
    client.on_attempt(seen.append)

    async for row in client.customers.iter():
        assert row.id == str(len(seen))

    assert len(seen) == 2
    assert seen[0].request_id != seen[1].request_id


async def test_both_requests_of_a_pdf_are_told(client_for, seen):
    pdf = httpx.Response(200, content=b"%PDF", headers={"content-type": "application/pdf"})
    address = "https://files.example/a.pdf?signature=canary"
    client = client_for(Server(httpx.Response(200, json={"url": address}), pdf))
    client.on_attempt(seen.append)

    await client.invoices.get_pdf("inv_1")

    assert [a.route for a in seen] == ["/invoices/{invoice_id}/pdf"] * 2
    assert seen[1].url == "https://files.example/a.pdf"


@pytest.mark.parametrize("answer", [problem(400), httpx.Response(200, content=b"<html>")])
async def test_no_secret_is_told(client_for, seen, answer):
    client = client_for(Server(answer))
    client.on_attempt(seen.append)

    with pytest.raises(NovaBillingError):
        await client.auth.login(email="a@b.c", password="canary-password")

    assert CANARY not in repr(seen)
    assert CANARY.encode() not in pickle.dumps(seen)
    assert "authorization" not in seen[0].http.request.headers
    assert seen[0].http.request.content == b""


async def test_the_address_has_no_query(client_for, seen):
    client = client_for(Server(page([])))
    client.on_attempt(seen.append)

    await client.customers.list(search="canary")

    assert CANARY not in repr(seen)


async def test_what_is_told_cannot_be_changed(client_for, seen):
    client = client_for(Server(OK))
    client.on_attempt(seen.append)
    await read(client)

    with pytest.raises(AttributeError):
        seen[0].attempt = 5


async def test_a_client_and_its_copies_share_their_hooks(client_for, seen):
    client = client_for(Server(OK))
    copy = client.with_options(timeout=5)
    copy.on_attempt(seen.append)

    for one in (client, copy, copy.with_options(max_retries=0)):
        await read(one)

    assert len(seen) == 3


async def test_a_hook_can_be_removed_alone_and_more_than_once(client_for, seen):
    more = []
    client = client_for(Server(OK))
    remove = client.on_attempt(seen.append)
    client.on_attempt(more.append)

    await read(client)
    remove()
    remove()
    await read(client)

    assert (len(seen), len(more)) == (1, 2)


async def test_a_hook_registered_twice_is_told_twice(client_for, seen):
    client = client_for(Server(OK))
    client.on_attempt(seen.append)
    remove = client.on_attempt(seen.append)

    await read(client)
    remove()
    await read(client)

    assert len(seen) == 3


async def test_a_hook_that_fails_is_logged_and_the_call_goes_on(client_for, clock, caplog, seen):
    def broken(attempt):
        raise ZeroDivisionError("no metrics")

    server = Server(httpx.Response(503), OK)
    client = client_for(server)
    client.on_attempt(broken)
    client.on_attempt(seen.append)

    found = await read(client)

    assert found.data.id == "cus_1"
    assert len(seen) == 2
    records = [r for r in caplog.records if r.name == "novabilling"]
    assert [r.levelno for r in records] == [logging.ERROR] * 2
    assert "broken failed" in records[0].getMessage()
    assert "ZeroDivisionError: no metrics" in caplog.text
    assert CANARY not in caplog.text


async def test_a_hook_that_fails_does_not_hide_the_error_of_the_call(client_for, caplog):
    def broken(attempt):
        raise ZeroDivisionError

    client = client_for(Server(problem(404)))
    client.on_attempt(broken)

    with pytest.raises(NotFoundError) as caught:
        await read(client)

    assert caught.value.__context__ is None
    assert len(caplog.records) == 1


async def test_an_interrupt_in_a_hook_passes_through_and_shows_no_secret(client_for):
    def interrupted(attempt):
        raise KeyboardInterrupt

    client = client_for(Server(OK))
    client.on_attempt(interrupted)

    with pytest.raises(KeyboardInterrupt) as caught:
        await client.auth.login(email="a@b.c", password="canary-password")

    frames = traceback.StackSummary.extract(
        traceback.walk_tb(caught.tb.tb_next), capture_locals=True
    )
    ours = [repr(f.locals) for f in frames if "novabilling" in f.filename]
    assert len(ours) > 1
    assert CANARY not in "".join(ours)


@pytest.mark.parametrize("hook", [None, "print", 5])
async def test_what_cannot_be_called_is_refused(client_for, hook):
    with pytest.raises(TypeError, match="on_attempt"):
        client_for(Server(OK)).on_attempt(hook)


@pytest.mark.parametrize("duplicate", [lambda a: pickle.loads(pickle.dumps(a)), copy.deepcopy])
async def test_what_is_told_can_be_copied(client_for, clock, seen, duplicate):
    client = client_for(Server(httpx.ReadError("reset"), OK))
    client.on_attempt(seen.append)

    await read(client)

    failed, answered = duplicate(seen)
    assert type(answered) is AttemptInfo
    assert [repr(failed), repr(answered)] == [repr(attempt) for attempt in seen]
    assert (failed.http, failed.retry_in, str(failed.error)) == (None, 0.5, str(seen[0].error))
    assert answered.http.content == OK.content
