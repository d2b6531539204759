from __future__ import annotations

import httpx
import pytest

from novabilling import APIStatusError
from tests.support import CUSTOMER, TOKEN, Server

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
HERE = "https://billing.example/api/there"


def to(location, status=302):
    return httpx.Response(status, headers={"location": location})


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize("location", [HERE, "/api/there", "https://billing.example:443/api/there"])
async def test_a_write_is_sent_again_whole_within_the_origin(client_for, method, status, location):
    server = Server(to(location, status), OK)

    await call(client_for(server), method)

    first, second = server.requests
    assert (second.method, str(second.url)) == (method, HERE)
    assert second.content == first.content != b""
    assert second.headers == first.headers


async def test_a_delete_is_sent_again_within_the_origin(client_for):
    server = Server(to(HERE, 308), httpx.Response(200, json={"message": "Deleted"}))

    deleted = await client_for(server).customers.delete("cus_1")

    assert server.paths == ["DELETE /api/customers/cus_1", "DELETE /api/there"]
    assert deleted.data.message == "Deleted"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [307, 308])
@pytest.mark.parametrize(
    "location",
    [
        "https://other.example/x",
        "https://billing.example.evil.example/x",
        "//other.example/x",
        "https://billing.example:8443/x",
        "http://billing.example/x",
    ],
)
async def test_a_write_is_not_sent_to_another_origin(client_for, clock, method, status, location):
    server = Server(to(location, status), OK)

    with pytest.raises(APIStatusError, match="was not followed"):
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert clock.slept == []


async def test_a_write_is_not_sent_from_http_to_https(client_for):
    server = Server(to("https://billing.example/x", 308), OK)

    with pytest.raises(APIStatusError, match="was not followed"):
        await call(client_for(server, base_url="http://billing.example"), "POST")

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("base_url", "location"),
    [
        ("https://billing.example", "/x"),
        ("https://billing.example", "https://billing.example:443/x"),
        ("https://billing.example", "https://BILLING.example/x"),
        ("http://localhost:3000", "http://localhost:3000/x"),
        ("http://billing.example", "https://billing.example/x"),
        ("http://billing.example:80", "https://billing.example:443/x"),
    ],
)
async def test_token_and_headers_go_to_the_same_origin_and_its_upgrade(
    client_for, base_url, location
):
    server = Server(to(location), OK)

    await client_for(server, base_url=base_url, headers={"X-A": "a"}).customers.get("cus_1")

    assert server.requests[1].headers["authorization"] == f"Bearer {TOKEN}"
    assert server.requests[1].headers["x-a"] == "a"


@pytest.mark.parametrize(
    ("base_url", "location"),
    [
        ("https://billing.example", "https://other.example/x"),
        ("https://billing.example", "https://billing.example.evil.example/x"),
        ("https://billing.example", "https://sub.billing.example/x"),
        ("https://billing.example", "https://billing.example:8443/x"),
        ("https://billing.example", "http://billing.example/x"),
        ("https://billing.example", "http://billing.example:443/x"),
        ("http://billing.example", "https://billing.example:8443/x"),
        ("http://billing.example:8080", "https://billing.example/x"),
        ("http://billing.example", "https://other.example/x"),
        ("http://billing.example", "http://billing.example:443/x"),
        ("http://billing.example:443", "https://billing.example/x"),
    ],
)
async def test_token_and_headers_go_to_no_other_origin(client_for, base_url, location):
    server = Server(to(location), OK)

    await client_for(server, base_url=base_url, headers={"X-A": "a"}).customers.get("cus_1")

    assert "authorization" not in server.requests[1].headers
    assert "x-a" not in server.requests[1].headers
    assert TOKEN not in str(server.requests[1].headers.raw)


async def test_the_host_header_is_that_of_the_target(client_for):
    server = Server(to("https://other.example:8443/x"), OK)

    await client_for(server).customers.get("cus_1")

    assert server.requests[1].headers["host"] == "other.example:8443"
