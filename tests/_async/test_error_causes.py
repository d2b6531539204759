from __future__ import annotations

import copy
import pickle
import socket
import ssl

import httpx
import pytest

import novabilling
from novabilling import FieldError, ServerError
from tests.support import TOKEN, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio


async def error_of(client):
    """Make a call that fails and return its error."""
    with pytest.raises(novabilling.NovaBillingError) as caught:
        await client.customers.get("cus_1")
    return caught.value


def failing_with_a_cause(request):
    try:
        raise ValueError(f"Authorization: {request.headers['authorization']}")
    except ValueError as exc:
        raise httpx.ReadError("reset", request=request) from exc


FAILURES = [
    failing_with_a_cause,
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    OSError(5, "input/output error"),
    RuntimeError("the event loop is closed"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=["chained", "connect", "timeout", "os", "loop"])
async def test_a_cause_brings_nothing_along(client_for, failure):
    error = await error_of(client_for(Server(failure), max_retries=0))

    cause = error.__cause__
    assert cause is not None
    assert cause.__traceback__ is None
    assert cause.__cause__ is None
    assert cause.__context__ is None
    assert getattr(cause, "_request", None) is None
    assert TOKEN not in repr(cause)
    assert error.__context__ is None or error.__context__ is cause


async def test_a_cause_says_what_went_wrong(client_for):
    error = await error_of(client_for(Server(httpx.ReadError("reset")), max_retries=0))

    assert repr(error.__cause__) == repr(httpx.ReadError("reset"))


@pytest.mark.parametrize(
    "failure",
    [
        ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"),
        ssl.SSLEOFError(8, "EOF occurred in violation of protocol"),
        socket.gaierror(-2, "Name or service not known"),
        ConnectionResetError(104, "Connection reset by peer"),
        TimeoutError("timed out"),
    ],
)
async def test_a_cause_of_the_system_is_of_its_own_type(client_for, failure):
    error = await error_of(client_for(Server(failure), max_retries=0))

    assert type(error.__cause__) is type(failure)
    assert repr(error.__cause__) == repr(failure)
    assert error.__cause__ is not failure


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"id": "\xff"}', b"[" * 100_000, b"{}"])
async def test_the_cause_of_an_unreadable_answer_brings_nothing_along(client_for, content):
    error = await error_of(client_for(Server(httpx.Response(200, content=content))))

    cause = error.__cause__
    assert type(error) is novabilling.ResponseDecodeError
    assert cause.__traceback__ is cause.__cause__ is cause.__context__ is None
    assert error.__context__ is None or error.__context__ is cause
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 400


@pytest.mark.parametrize("status", [404, 500])
async def test_the_error_of_a_status_has_no_cause(client_for, status):
    error = await error_of(client_for(Server(httpx.Response(status))))

    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("status", [400, 418, 429, 503])
@pytest.mark.parametrize(
    "duplicate", [lambda e: pickle.loads(pickle.dumps(e)), copy.copy, copy.deepcopy]
)
async def test_a_copy_of_the_error_of_a_status_tells_the_same(client_for, clock, status, duplicate):
    rows = [{"field": "property", "message": "property zz should not exist"}]
    answer = problem(status, "No", errors=rows)
    answer.headers["retry-after"] = "5"
    error = await error_of(client_for(Server(answer)))

    again = duplicate(error)

    assert type(again) is type(error)
    assert (str(again), repr(again), again.args) == (str(error), repr(error), error.args)
    assert again.http.content == error.http.content
    assert again.http.headers == error.http.headers
    assert again.http.url == error.http.url
    assert {**vars(again), "http": None} == {**vars(error), "http": None}
    assert again.errors == [FieldError("zz", "property zz should not exist")]


@pytest.mark.parametrize(
    "answer",
    [
        problem(404, "Customer not found"),
        problem(400, "No", errors=[{"field": "a", "message": "a is wrong"}]),
        problem(401, "Unauthorized"),
        problem(500, "Unique constraint failed on the fields: (`code`)"),
        httpx.Response(503),
        httpx.Response(418),
        httpx.Response(302, headers={"location": "https://elsewhere.example"}),
        httpx.Response(200, content=b"<html>"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_error_can_be_built_again_from_its_arguments(client_for, answer, method):
    client = client_for(Server(answer), max_retries=0)
    with pytest.raises(novabilling.NovaBillingError) as caught:
        await call(client, method)
    error = caught.value

    again = type(error)(*error.args)

    assert type(again) is type(error)
    assert (str(again), repr(again), again.args) == (str(error), repr(error), error.args)


async def test_a_hint_survives_pickling(client_for):
    with pytest.raises(novabilling.UnauthorizedError) as caught:
        await client_for(Server(problem(401))).api_keys.list()

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


async def test_an_error_of_a_write_keeps_its_doubt_when_pickled(client_for):
    with pytest.raises(ServerError) as caught:
        await client_for(Server(httpx.Response(500))).customers.update("cus_1", name="Ada")

    assert pickle.loads(pickle.dumps(caught.value)).may_have_been_applied
