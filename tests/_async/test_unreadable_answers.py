from __future__ import annotations

import copy
import gzip
import json
import pickle
import zlib

import httpx
import pytest

from novabilling import BadRequestError, ResponseDecodeError, UnauthorizedError
from tests.streams import Parts, gives_up_reading
from tests.support import CUSTOMER, Server

from .calls import call

pytestmark = pytest.mark.anyio


def answer(body, status=200, **headers):
    return Server(httpx.Response(status, json=body, headers=headers))


JSON = json.dumps(CUSTOMER).encode()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("gzip", gzip.compress(JSON)), ("deflate", zlib.compress(JSON)), ("identity", JSON)],
    ids=["gzip", "deflate", "identity"],
)
@pytest.mark.parametrize("declared", [True, False])
async def test_an_encoded_answer_is_decoded(client_for, encoding, content, declared):
    def handler(request):
        assert request.headers["accept-encoding"] == "gzip, deflate"
        headers = {"content-encoding": encoding}
        if declared:
            headers["content-length"] = str(len(content))
        return httpx.Response(200, headers=headers, stream=Parts(content[:9], content[9:]))

    found = await client_for(handler).customers.get("cus_1")

    assert found.data.id == "cus_1"
    assert found.http.content == JSON
    assert pickle.loads(pickle.dumps(found)).http.json() == CUSTOMER
    assert copy.deepcopy(found.http).content == JSON


@pytest.mark.parametrize(
    ("kind", "named"),
    [("application/json; charset=utf-8", ""), ("text/plain", " (text/plain)"), ("", "")],
)
async def test_the_type_of_an_answer_is_named_unless_it_is_the_right_one(client_for, kind, named):
    server = Server(httpx.Response(200, content=b"[1]", headers={"content-type": kind}))

    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(server).customers.get("cus_1")

    assert str(caught.value).startswith(
        f"the 200 answer{named} to GET /customers/{{customer_id}} is not"
    )


async def test_the_error_of_an_encoded_answer_is_decoded(client_for):
    content = gzip.compress(b'{"message": "too early"}')
    server = Server(
        lambda _: httpx.Response(400, headers={"content-encoding": "gzip"}, content=content)
    )

    with pytest.raises(BadRequestError, match="too early"):
        await client_for(server).customers.get("cus_1")


def undecodable(status):
    headers = {"content-encoding": "gzip"}
    return lambda _: httpx.Response(status, headers=headers, stream=Parts(b"no gzip"))


@gives_up_reading
async def test_an_error_that_cannot_be_decoded_is_known_by_its_status(client_for):
    client = client_for(undecodable(401))

    with pytest.raises(
        UnauthorizedError, match=r"^401: Unauthorized \[POST /customers\]$"
    ) as caught:
        await call(client, "POST")

    assert not caught.value.may_have_been_applied


@gives_up_reading
async def test_a_read_is_repeated_after_a_status_that_cannot_be_decoded(client_for, clock):
    server = Server(undecodable(503), httpx.Response(200, json=CUSTOMER))

    await call(client_for(server), "GET")

    assert clock.slept == [0.5]


BAD = {
    "empty": b"",
    "white space": b" \n",
    "html": b"<!DOCTYPE html><html><body>Welcome</body></html>",
    "text": b"ok",
    "cut off": JSON[:-1],
    "more behind it": JSON + b"x",
    "two": JSON + JSON,
    "bad utf-8": JSON.replace(b"Ada", b"\xff\xfe"),
    "utf-16": json.dumps(CUSTOMER).encode("utf-16"),
    "deep": b"[" * 100_000,
    "deep metadata": JSON.replace(b'"metadata": null', b'"metadata": {"a": ' + b"[" * 100_000),
    "deep and not known": JSON[:-1] + b', "x": ' + b"[" * 100_000,
    "null": b"null",
    "number": b"5",
    "list": b"[]",
    "another object": b'{"message": "ok"}',
    "no data": b"{}",
    "null data": b'{"data": null}',
    "list in data": b'{"data": [' + JSON + b"]}",
    "data in data": b'{"data": {"data": ' + JSON + b"}}",
    "an object that only holds data": b'{"id": 5, "data": ' + JSON + b"}",
    "no id": json.dumps({k: v for k, v in CUSTOMER.items() if k != "id"}).encode(),
    "id of another type": JSON.replace(b'"cus_1"', b"5"),
    "id null": JSON.replace(b'"cus_1"', b"null"),
    "time without a zone": JSON.replace(b"406Z", b"406"),
    "time that is none": JSON.replace(b"2026-11", b"2026-99"),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
async def test_an_answer_that_is_not_the_object_is_an_error(client_for, method, content):
    server = Server(httpx.Response(200, content=content))
    client = client_for(server)

    with pytest.raises(ResponseDecodeError, match="200 answer to") as caught:
        await call(client, method)

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied is (method != "GET")
    assert caught.value.http.content == content
    assert caught.value.request_id == server.request.headers["x-request-id"]


BAD_LISTS = {
    "empty": b"",
    "html": b"<html>",
    "object": JSON,
    "objects cut off": b"[" + JSON,
    "numbers": b"[1, 2]",
    "null": b"null",
    "no data": b"{}",
    "null data": b'{"data": null, "meta": null}',
    "text data": b'{"data": "x"}',
    "empty data": b'{"data": {}}',
    "one in data": b'{"data": ' + JSON + b"}",
    "bad meta": b'{"data": [], "meta": {"total": "many"}}',
    "text meta": b'{"data": [], "meta": "x"}',
    "bad utf-8": b'{"data": ["\xff"]}',
    "deep": b"[" * 100_000,
    "deep data": b'{"data": ' * 50_000,
}


@pytest.mark.parametrize("content", BAD_LISTS.values(), ids=BAD_LISTS)
async def test_an_answer_that_is_not_the_list_is_an_error(client_for, content):
    server = Server(httpx.Response(200, content=content))

    with pytest.raises(ResponseDecodeError, match="GET /customers") as caught:
        await client_for(server).customers.list()

    assert len(server.requests) == 1
    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b'{"message": null}', b"[]"])
async def test_a_deletion_that_is_not_confirmed_readably_was_applied(client_for, content):
    server = Server(httpx.Response(200, content=content))

    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(server).customers.delete("cus_1")

    assert caught.value.may_have_been_applied


async def test_the_path_template_stands_in_the_error_and_the_id_does_not(client_for):
    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(Server(httpx.Response(200))).customers.get("cus_secret")

    assert "GET /customers/{customer_id}" in str(caught.value)
    assert "cus_secret" not in str(caught.value)


async def test_an_answer_of_the_largest_size_is_read(client_for):
    client = client_for(
        answer(CUSTOMER), max_response_bytes=len(httpx.Response(200, json=CUSTOMER).content)
    )

    found = await client.customers.get("cus_1")

    assert found.data.id == "cus_1"


ZIPPED = gzip.compress(b" " * 5_000_000 + JSON)


@gives_up_reading
@pytest.mark.parametrize("method", ["GET", "PATCH", "POST"])
@pytest.mark.parametrize("zipped", [False, True])
async def test_a_larger_answer_is_given_up_and_not_asked_for_again(
    client_for, clock, method, zipped
):
    streams = []

    def handler(request):
        parts = [ZIPPED] if zipped else [b" " * 400] * 1000
        streams.append(Parts(*parts))
        headers = {"content-encoding": "gzip"} if zipped else {}
        return httpx.Response(200, headers=headers, stream=streams[-1])

    client = client_for(handler, max_response_bytes=1_000)

    with pytest.raises(ResponseDecodeError, match="max_response_bytes") as caught:
        await call(client, method)

    assert len(streams) == 1
    assert streams[0].closed
    assert streams[0].given <= 3
    assert caught.value.may_have_been_applied is (method != "GET")
    assert caught.value.http is None


@gives_up_reading
async def test_an_error_that_is_too_large_is_not_read_either(client_for, clock):
    server = Server(httpx.Response(400, content=b" " * 1_001))

    with pytest.raises(ResponseDecodeError, match="max_response_bytes"):
        await client_for(server, max_response_bytes=1_000).customers.get("cus_1")

    assert len(server.requests) == 1


@gives_up_reading
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_an_answer_whose_encoding_is_broken_is_an_error(client_for, clock, method):
    def handler(request):
        return httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Parts(b"no gzip"))

    server = Server(handler)
    client = client_for(server)

    with pytest.raises(ResponseDecodeError) as caught:
        await call(client, method)

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied is (method != "GET")


async def test_a_page_instead_of_an_answer_asks_for_the_address(client_for):
    server = Server(httpx.Response(200, html="<html>Log in</html>"))

    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(server, base_url="http://shop.example:81").customers.get("cus_1")

    assert "shop.example:81 sent a page: is base_url right" in str(caught.value)
