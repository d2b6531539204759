from __future__ import annotations

import copy
import gzip
import pickle
import traceback

import httpx
import pytest

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    NovaBillingError,
    NovaBillingTimeoutError,
    ResponseDecodeError,
)
from tests.families import mock_transport
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token
OK = httpx.Response(200, json=CUSTOMER)


@pytest.fixture
def client_of(family):
    """Make a client on an http_client of the family that talks to a handler."""

    def make(handler, **options):
        http = family.AsyncClient(transport=mock_transport(family, handler))
        return AsyncNovaBilling(
            **{"token": TOKEN, "base_url": BASE_URL, "http_client": http, **options}
        )

    return make


async def test_the_answer_is_one_of_the_family(client_of, family):
    server = Server(httpx.Response(302, headers={"location": "/there"}), OK)

    http = (await client_of(server).customers.get("cus_1")).http

    assert type(http) is type(http.history[0]) is family.Response
    assert type(http.request) is type(http.history[0].request) is family.Request
    assert http.request.url == family.URL("https://billing.example/there")
    assert "authorization" not in {**http.request.headers, **http.history[0].request.headers}
    assert http.json() == CUSTOMER


async def test_the_answer_to_a_write_holds_nothing_of_its_request(client_of):
    http = (await call(client_of(Server(OK)), "POST")).http

    assert http.request.method == "POST"
    assert http.request.content == b""
    assert "authorization" not in http.request.headers


async def test_the_error_of_a_status_has_an_answer_of_the_family(client_of, family):
    with pytest.raises(NovaBillingError) as caught:
        await client_of(Server(problem(404))).customers.get("cus_1")

    assert type(caught.value.http) is family.Response


@pytest.mark.parametrize("duplicate", [lambda r: pickle.loads(pickle.dumps(r)), copy.deepcopy])
async def test_results_and_errors_can_be_copied(client_of, family, duplicate):
    client = client_of(Server(OK, problem(404)))
    found = await client.customers.get("cus_1")
    with pytest.raises(NovaBillingError) as caught:
        await client.customers.get("cus_1")

    again, error = duplicate(found), duplicate(caught.value)

    assert again.data == found.data
    assert type(again.http) is type(error.http) is family.Response
    assert again.http.content == found.http.content
    assert str(error) == str(caught.value)


FAILURES = [
    ("ConnectError", APIConnectionError, False),
    ("ConnectTimeout", NovaBillingTimeoutError, False),
    ("PoolTimeout", NovaBillingTimeoutError, False),
    ("ProxyError", APIConnectionError, False),
    ("ReadError", APIConnectionError, True),
    ("ReadTimeout", NovaBillingTimeoutError, True),
    ("WriteError", APIConnectionError, True),
    ("WriteTimeout", NovaBillingTimeoutError, True),
    ("CloseError", APIConnectionError, True),
    ("LocalProtocolError", APIConnectionError, True),
    ("RemoteProtocolError", APIConnectionError, True),
    ("UnsupportedProtocol", APIConnectionError, True),
    ("DecodingError", ResponseDecodeError, True),
    ("TooManyRedirects", APIConnectionError, True),
]


@pytest.mark.parametrize(("name", "kind", "sent"), FAILURES)
async def test_failures_are_judged_alike(client_of, family, name, kind, sent):
    server = Server(getattr(httpx, name)("it failed"))

    with pytest.raises(kind) as caught:
        await call(client_of(server, max_retries=0), "POST")

    assert type(caught.value) is kind
    assert caught.value.may_have_been_applied is sent
    cause = caught.value.__cause__
    if issubclass(getattr(family, name), family.TransportError):
        assert type(cause) is getattr(family, name)
    assert cause.__traceback__ is cause.__cause__ is cause.__context__ is None
    assert getattr(cause, "_request", None) is None


@pytest.mark.parametrize(("name", "kind", "sent"), FAILURES)
async def test_a_write_is_repeated_only_where_nothing_was_sent(client_of, clock, name, kind, sent):
    server = Server(getattr(httpx, name)("it failed"), OK)

    try:
        await call(client_of(server), "POST")
    except kind:
        assert len(server.requests) == 1
        assert sent
    else:
        assert len(server.requests) == 2
        assert not sent


async def test_a_failure_shows_no_token(client_of):
    client = client_of(Server(httpx.ReadError("reset")), max_retries=0)

    with pytest.raises(APIConnectionError) as caught:
        await client.auth.login(email="a@b.c", password="canary-password")

    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    ours = [frame for frame in trace.stack if "novabilling" in frame.filename]
    assert CANARY not in "".join(str(frame.locals) for frame in ours)
    assert CANARY.encode() not in pickle.dumps(caught.value)


async def test_a_timeout_of_the_family_limits_single_operations(client_of, family):
    server = Server(OK)
    timeout = family.Timeout(5, connect=1, pool=None)

    await client_of(server, timeout=timeout).customers.get("cus_1")
    await client_of(server).with_options(timeout=timeout).customers.get("cus_1")

    for request in server.requests:
        limits = {"connect": 1, "read": 5, "write": 5, "pool": None}
        assert request.extensions["timeout"] == limits


async def test_a_timeout_of_the_family_is_no_deadline(client_of, family):
    with pytest.raises(TypeError, match="deadline"):
        client_of(Server(OK), deadline=family.Timeout(5))


async def test_headers_that_come_twice_stay_apart(client_of):
    cookies = [("set-cookie", "a=1"), ("set-cookie", "b=2")]

    client = client_of(Server(httpx.Response(200, json=CUSTOMER, headers=cookies)))

    http = (await call(client, "GET")).http

    assert http.headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_a_compressed_answer_is_read(client_of):
    headers = {"content-encoding": "gzip"}
    answer = httpx.Response(200, headers=headers, content=gzip.compress(OK.content))

    found = await call(client_of(lambda _: answer), "GET")

    assert found.data.id == "cus_1"
    assert "content-encoding" not in found.http.headers


async def test_a_redirect_to_nonsense_is_refused_and_one_elsewhere_has_no_token(client_of):
    server = Server(httpx.Response(302, headers={"location": "https://other.example/a?b=c"}), OK)
    await client_of(server).customers.get("cus_1")

    assert "authorization" not in server.requests[1].headers
    assert str(server.requests[1].url) == "https://other.example/a?b=c"
    nonsense = Server(httpx.Response(302, headers={"location": "http://[nonsense"}))
    with pytest.raises(NovaBillingError, match="was not followed"):
        await client_of(nonsense).customers.get("cus_1")


async def test_ids_arrive_as_they_are(client_of):
    server = Server(OK)

    await client_of(server).customers.get("a/b?c#d é%2F")

    assert server.paths == ["GET /api/customers/a%2Fb%3Fc%23d%20%C3%A9%252F"]


async def test_a_download_is_streamed(client_of, tmp_path):
    pdf = httpx.Response(200, content=b"%PDF-1.4", headers={"content-type": "application/pdf"})

    size = await client_of(Server(pdf)).invoices.download_pdf("inv_1", tmp_path / "a.pdf")

    assert size == 8
    assert (tmp_path / "a.pdf").read_bytes() == b"%PDF-1.4"
