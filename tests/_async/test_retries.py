from __future__ import annotations

import httpx
import pytest

from novabilling import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    NovaBillingError,
    NovaBillingTimeoutError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
)
from tests.streams import Parts
from tests.support import CUSTOMER, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
DELETED = httpx.Response(200, json={"message": "Deleted"})
METHODS = ["GET", "PATCH", "DELETE", "POST"]


def cut_off(status):
    def answer(request):
        stream = Parts(b'{"id": "cus', httpx.ReadError("reset"))
        return httpx.Response(status, stream=stream)

    return answer


NOTHING_SENT = [
    (httpx.ConnectError("name or service not known"), APIConnectionError),
    (httpx.ConnectTimeout("slow"), NovaBillingTimeoutError),
    (httpx.PoolTimeout("busy"), NovaBillingTimeoutError),
    (httpx.ProxyError("502 Bad Gateway"), APIConnectionError),
    (problem(429), RateLimitError),
]
FATE_UNKNOWN = [
    (httpx.ReadTimeout("slow"), NovaBillingTimeoutError),
    (httpx.WriteTimeout("slow"), NovaBillingTimeoutError),
    (httpx.ReadError("reset"), APIConnectionError),
    (httpx.WriteError("broken pipe"), APIConnectionError),
    (httpx.RemoteProtocolError("disconnected"), APIConnectionError),
    (ConnectionResetError(104, "reset by peer"), APIConnectionError),
    (problem(408), APIStatusError),
    (problem(502), ServerError),
    (problem(503), ServerError),
    (problem(504), ServerError),
    (cut_off(503), APIConnectionError),
]


def named(cases):
    """Name each case by its failure."""

    def name(failure):
        if isinstance(failure, httpx.Response):
            return str(failure.status_code)
        return type(failure).__name__ if isinstance(failure, Exception) else "cut_off"

    return [pytest.param(*case, id=name(case[0])) for case in cases]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("failure", "error"), named(NOTHING_SENT))
async def test_what_was_not_sent_is_sent_again(client_for, clock, method, failure, error):
    server = Server(failure)

    with pytest.raises(error) as caught:
        await call(client_for(server), method)

    assert type(caught.value) is error
    assert len(server.requests) == 3
    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("failure", "error"), named(NOTHING_SENT))
async def test_the_answer_to_a_later_attempt_is_returned(client_for, clock, method, failure, error):
    server = Server(failure, failure, DELETED if method == "DELETE" else OK)

    answer = await call(client_for(server), method)

    assert answer.http.status_code == 200
    assert len(server.requests) == 3
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(("failure", "error"), named(FATE_UNKNOWN))
async def test_what_may_have_been_sent_is_sent_again_if_that_is_safe(
    client_for, clock, method, failure, error
):
    server = Server(failure)

    with pytest.raises(error) as caught:
        await call(client_for(server), method)

    assert type(caught.value) is error
    assert len(server.requests) == 3
    assert caught.value.may_have_been_applied is (method != "GET")


@pytest.mark.parametrize(("failure", "error"), named(FATE_UNKNOWN))
async def test_a_post_that_may_have_been_sent_is_never_sent_again(
    client_for, clock, failure, error
):
    server = Server(failure)

    with pytest.raises(error) as caught:
        await call(client_for(server), "POST")

    assert type(caught.value) is error
    assert len(server.requests) == 1
    assert clock.slept == []
    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", [500, 501, 505])
async def test_another_status_of_500_is_never_sent_again(client_for, clock, method, status):
    server = Server(problem(status))

    with pytest.raises(ServerError) as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied is (method != "GET")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 418, 422, 451])
async def test_what_the_server_refuses_is_not_sent_again(client_for, clock, method, status):
    server = Server(problem(status))

    with pytest.raises(APIStatusError) as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert not caught.value.may_have_been_applied


UNREADABLE = [b"", b"<html>", b'{"id": "cus', b"[]", b"\xff"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("content", UNREADABLE)
async def test_an_unreadable_answer_is_not_asked_for_again(client_for, clock, method, content):
    server = Server(httpx.Response(200, content=content))

    with pytest.raises(ResponseDecodeError) as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied is (method != "GET")


async def test_a_get_whose_answer_is_cut_off_is_sent_again(client_for, clock):
    server = Server(cut_off(200), OK)

    found = await call(client_for(server), "GET")

    assert len(server.requests) == 2
    assert found.data.id == "cus_1"


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
async def test_a_write_whose_answer_is_cut_off_was_applied(client_for, clock, method):
    server = Server(cut_off(201))

    with pytest.raises(ResponseDecodeError, match="read to its end") as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("lost", [httpx.ReadError("reset"), httpx.ReadTimeout("slow")])
async def test_a_refusal_of_a_post_is_one_though_its_content_is_lost(client_for, clock, lost):
    def refusal(request):
        return httpx.Response(400, stream=Parts(b'{"message": "no', lost))

    server = Server(refusal)

    with pytest.raises(BadRequestError, match=r"^400: Bad Request") as caught:
        await call(client_for(server), "POST")

    assert len(server.requests) == 1
    assert not caught.value.may_have_been_applied


async def test_a_post_is_sent_again_though_the_content_of_the_429_is_lost(client_for, clock):
    server = Server(cut_off(429), OK)

    await call(client_for(server), "POST")

    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_why_another_call_was_refused_is_asked_again(client_for, clock, method):
    server = Server(cut_off(400), problem(400))

    with pytest.raises(BadRequestError):
        await call(client_for(server), method)

    assert len(server.requests) == 2


async def test_the_connection_of_a_cut_off_answer_is_given_back(client_for, clock):
    stream = Parts(b"{", httpx.ReadError("reset"))
    server = Server(lambda request: httpx.Response(200, stream=stream))

    with pytest.raises(ResponseDecodeError):
        await call(client_for(server), "POST")

    assert stream.closed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadError("reset"), problem(429), problem(503)]
)
async def test_without_retries_each_call_is_sent_once(client_for, clock, method, failure):
    server = Server(failure)

    with pytest.raises(NovaBillingError):
        await call(client_for(server, max_retries=0), method)

    assert len(server.requests) == 1
    assert clock.slept == []


async def test_each_attempt_sends_the_same_body(client_for, clock):
    server = Server(problem(503), httpx.ReadError("reset"), OK)

    await call(client_for(server), "PATCH")

    assert [request.content for request in server.requests] == [b'{"name":"Ada"}'] * 3


async def test_what_is_neither_the_network_nor_the_server_is_not_retried(client_for, clock):
    server = Server(KeyError("a bug in a hook"))

    with pytest.raises(KeyError):
        await call(client_for(server), "GET")

    assert len(server.requests) == 1


async def test_a_call_stops_when_the_server_recovers(client_for, clock):
    server = Server(problem(503), OK)

    await call(client_for(server, max_retries=9), "GET")

    assert len(server.requests) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_proxy_that_asks_for_a_password_is_asked_once(client_for, clock, method):
    server = Server(httpx.ProxyError("407 Proxy Authentication Required"))

    with pytest.raises(APIConnectionError, match="the proxy refused: 407") as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert not caught.value.may_have_been_applied
