"""Calls that this version has no method for: `client.request`."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import List, Tuple

import httpx
import msgspec
import pytest

from novabilling import (
    AsyncNovaBilling,
    BadRequestError,
    MissingTokenError,
    NotFoundError,
    ResponseDecodeError,
    ServerError,
)
from novabilling.types import Customer, Message, UsageEventInput, Webhook
from tests.support import CUSTOMER, TOKEN, Server, page, problem

pytestmark = pytest.mark.anyio

DOWN = httpx.Response(503)
DONE = httpx.Response(200, json={"id": "x1", "feeRate": 0.1, "total": 9007199254740993.5})


async def test_the_dicts_of_the_wire_are_returned(client_for):
    content = b'{"id":"x1","feeRate":0.1,"total":9007199254740993.10}'
    server = Server(httpx.Response(200, content=content))

    found = await client_for(server).request("GET", "/fees/x1")

    assert list(found.data.values()) == ["x1", Decimal("0.1"), Decimal("9007199254740993.10")]
    assert (found.status_code, found.http.content) == (200, content)
    assert found.to_dict(mode="json")["data"]["total"] == "9007199254740993.10"
    assert server.paths == ["GET /api/fees/x1"]
    assert server.request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "post"])
async def test_a_body_is_sent_as_it_is(client_for, method):
    server = Server(DONE)
    body = {"externalId": "u", "amount": Decimal("19.90"), "when": None, "list": [1]}

    await client_for(server).request(method, "/fees", body=body)

    assert server.request.method == method.upper()
    assert server.request.content == b'{"externalId":"u","amount":19.90,"when":null,"list":[1]}'
    assert server.request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("method", "content"), [("POST", b"{}"), ("DELETE", b""), ("PUT", b"")])
async def test_a_post_has_a_body_in_any_case(client_for, method, content):
    server = Server(DONE)

    await client_for(server).request(method, "/fees/x/run")

    assert server.request.content == content


async def test_a_query_is_written_as_the_server_reads_it(client_for):
    server = Server(DONE)
    at = datetime(2026, 1, 2, 3, tzinfo=timezone.utc)

    await client_for(server).request(
        "GET",
        "/fees",
        query={
            "text": "a&b ü",
            "flag": True,
            "n": 2,
            "amount": Decimal("1E+3"),
            "at": at,
            "day": date(2026, 1, 2),
            "none": None,
        },
    )

    assert server.paths == [
        "GET /api/fees?text=a%26b%20%C3%BC&flag=true&n=2&amount=1000"
        "&at=2026-01-02T03%3A00%3A00Z&day=2026-01-02"
    ]


async def test_an_answer_can_be_read_as_a_type(client_for):
    class Fee(msgspec.Struct, rename="camel"):
        fee_rate: Decimal

    client = client_for(Server(httpx.Response(200, json=CUSTOMER)))
    customer = (await client.request("GET", "/customers/cus_1", of=Customer)).data
    rows = (await client_for(Server(page([CUSTOMER]))).request("GET", "/c", of=List[Customer])).data
    fee = (await client_for(Server(DONE)).request("GET", "/fees/x1", of=Fee)).data
    raw = (await client_for(Server(DONE)).request("GET", "/fees/x1", of=bytes)).data

    assert (customer.external_id, rows) == ("usr_1", [customer])
    assert fee == Fee(fee_rate=Decimal("0.1"))
    assert raw == DONE.content


async def test_an_answer_of_a_type_of_the_user_is_written_too(client_for):
    class Fee(msgspec.Struct):
        id: str
        total: Decimal
        day: date = date(2026, 1, 2)
        tags: Tuple[str, ...] = ("a",)

    server = Server(httpx.Response(200, json={"id": "x1", "total": 19.99}))
    fee = await client_for(server).request("GET", "/fees/x1", of=Fee)

    plain = {"id": "x1", "total": "19.99", "day": "2026-01-02", "tags": ["a"]}
    assert json.loads(fee.to_json()) == dict(fee) == {"data": plain}
    assert fee.to_dict()["data"]["day"] == date(2026, 1, 2)


@pytest.mark.parametrize("content", [b"", b" \n"])
async def test_an_answer_without_content_is_none(client_for, content):
    server = Server(httpx.Response(200, content=content))

    assert (await client_for(server).request("DELETE", "/fees/x1")).data is None


async def test_an_answer_that_cannot_be_read_is_an_error_that_says_so(client_for):
    server = Server(httpx.Response(200, text="<html>"))

    with pytest.raises(ResponseDecodeError, match=r"200 answer.* to POST /fees/x/run") as caught:
        await client_for(server).request("POST", "/fees/x/run")
    with pytest.raises(ResponseDecodeError):
        await client_for(Server(DONE)).request("GET", "/fees", of=Message)

    assert caught.value.may_have_been_applied


# What may be sent twice


@pytest.mark.parametrize(
    ("method", "repeat", "requests"),
    [("GET", "once", 3), ("POST", "once", 1), ("POST", "safe", 3), ("PATCH", "once", 1)],
)
async def test_only_what_is_safe_is_sent_again(client_for, method, repeat, requests):
    server = Server(DOWN)
    client = client_for(server, max_retries=2)

    with pytest.raises(ServerError) as caught:
        await client.request(method, "/fees", repeat=repeat)

    assert len(server.requests) == requests
    assert caught.value.may_have_been_applied is (method != "GET")


async def test_what_was_certainly_not_done_is_sent_again(client_for):
    server = Server(httpx.ConnectError("refused"), DONE)

    found = await client_for(server, max_retries=1).request("POST", "/fees", body={})

    assert (found.data["id"], len(server.requests)) == ("x1", 2)


@pytest.mark.parametrize(("status", "error"), [(400, BadRequestError), (404, NotFoundError)])
async def test_errors_are_those_of_all_calls(client_for, status, error):
    server = Server(problem(status, "Wrong"))

    with pytest.raises(error, match=f"{status}: Wrong .*GET /fees/.id.") as caught:
        await client_for(server).request("GET", "/fees/x1")

    assert (caught.value.method, caught.value.route) == ("GET", "/fees/{id}")


async def test_hooks_see_the_request(client_for):
    seen = []
    client = client_for(Server(DONE))
    client.on_attempt(
        lambda attempt: seen.append((attempt.method, attempt.route, attempt.status_code))
    )

    await client.request("GET", "/fees/x1/parts/c1234")

    assert seen == [("GET", "/fees/{id}/parts/{id}", 200)]


async def test_a_client_without_a_token_sends_nothing():
    client = AsyncNovaBilling()

    with pytest.raises(MissingTokenError, match="GET /fees"):
        await client.request("GET", "/fees")

    await client.aclose()


# What is refused before anything is sent

PATHS = [
    "",
    "fees",
    "https://evil.example/fees",
    "//evil.example/fees",
    "/\\evil.example",
    "/fees/../tenants",
    "/fees/..",
    "/./fees",
    "/fees/%2e%2e/tenants",
    "/fees/%2E./tenants",
    "/fees/a%2Fb",
    "/fees/a%5cb",
    "/fees//x",
    "/fees/",
    "/fees?x=1",
    "/fees#x",
    "/fees/x y",
    "/fees/x\n",
    "/fees/x\r\nHost: evil.example",
    "/fees/\x00",
    "/fees/%00",
    "/fees/%0d%0a",
    "/fees/\x7f",
    "/fees/\x85",
    "/fees/\ud800",
    "/fees/%zz",
    "/fees/%",
    "/api",
    "/api/fees",
]


@pytest.mark.parametrize("path", PATHS, ids=ascii)
async def test_a_path_that_may_lead_elsewhere_is_refused(client_for, path):
    server = Server(DONE)

    with pytest.raises(ValueError, match=r"^path "):
        await client_for(server).request("GET", path)

    assert server.requests == []


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/fees/a-b_c.d~e", "/api/fees/a-b_c.d~e"),
        ("/fees/ü", "/api/fees/%C3%BC"),
        ("/fees/a%20b", "/api/fees/a%20b"),
        ("/fees/a:b@c", "/api/fees/a:b@c"),
        ("/fees/...", "/api/fees/..."),
        ("/fees/<x>", "/api/fees/%3Cx%3E"),
    ],
)
async def test_other_paths_are_sent_as_they_are_meant(client_for, path, sent):
    server = Server(DONE)

    await client_for(server).request("GET", path)

    assert server.paths == [f"GET {sent}"]


async def test_the_prefix_of_the_server_stays(client_for):
    server = Server(DONE)

    await client_for(server, base_url="https://billing.example/nova").request("GET", "/fees")

    assert server.paths == ["GET /nova/api/fees"]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"method": "TRACE"}, ValueError, "method must be one of DELETE, GET, PATCH, POST, PUT"),
        ({"method": "GET\n"}, ValueError, "method must be one of"),
        ({"method": None}, ValueError, "method must be one of"),
        ({"path": None}, TypeError, "path must be a str, not NoneType"),
        ({"repeat": "always"}, ValueError, "repeat must be 'once' or 'safe', not 'always'"),
        ({"query": "a=b"}, TypeError, "query must be a dict, not str"),
        ({"query": {1: "a"}}, TypeError, "query: keys must be str, not int"),
        ({"query": {"a": [1]}}, TypeError, "query.'a'. must be a text, number, flag or time"),
        ({"query": {"a": float("nan")}}, ValueError, "must not be NaN or infinite"),
        ({"query": {"a": Decimal("inf")}}, ValueError, "must not be NaN or infinite"),
        ({"query": {"a": "\ud800"}}, ValueError, "must not hold lone surrogates"),
        ({"query": {"a": datetime(2026, 1, 1)}}, ValueError, "must have a time zone"),
        ({"method": "GET", "body": {}}, ValueError, "body: a GET has none; give query="),
        ({"body": {"a": object()}}, TypeError, "body"),
        ({"body": {1: 2}}, TypeError, "body: keys must be str"),
        ({"body": "x" * 200_000}, ValueError, "the request is larger than"),
        (
            {"of": int},
            TypeError,
            "of must be a type of results such as Customer, List\\[Customer\\]",
        ),
        ({"of": List[int]}, TypeError, "of must be a type of results"),
        ({"of": "Customer"}, TypeError, "of must be a type of results"),
        ({"of": UsageEventInput}, TypeError, "of must be a type of results"),
        ({"of": List[UsageEventInput]}, TypeError, "of must be a type of results"),
    ],
)
async def test_what_cannot_be_sent_is_refused(client_for, change, error, message):
    server = Server(DONE)
    given = {"method": "POST", "path": "/fees", **change}

    with pytest.raises(error, match=message):
        await client_for(server).request(given.pop("method"), given.pop("path"), **given)

    assert server.requests == []


EVENT = UsageEventInput(subscription_id="s", code="c")


@pytest.mark.parametrize("body", [EVENT, [EVENT], {"a": {"b": EVENT}}])
async def test_structs_of_the_sdk_are_no_bodies_of_the_wire(client_for, body):
    server = Server(DONE)

    with pytest.raises(TypeError, match="an object of type UsageEventInput is not sent here"):
        await client_for(server).request("POST", "/events", body=body)

    assert server.requests == []


async def test_results_are_no_metadata(client_for):
    server = Server(DONE)

    with pytest.raises(TypeError, match=r"type Webhook is not sent here: .* at metadata.'hook'."):
        await client_for(server).customers.update(
            "cus_1", metadata={"hook": Webhook(id="w", url="u", events=[], secret="s3cret")}
        )

    assert server.requests == []
