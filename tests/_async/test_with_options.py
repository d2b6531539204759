from __future__ import annotations

import httpx
import pytest

from novabilling import ClientClosedError, ServerError
from tests.support import CUSTOMER, TOKEN, Server

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
BUSY = httpx.Response(503)


def sent(server, header):
    return [request.headers.get(header) for request in server.requests]


def timeouts(server):
    """Return the timeout of each request, the same for all its operations."""
    assert all(len(set(r.extensions["timeout"].values())) == 1 for r in server.requests)
    return [r.extensions["timeout"]["read"] for r in server.requests]


async def test_a_copy_has_the_headers_of_both(client_for):
    server = Server(OK)
    client = client_for(server, headers={"X-A": "a", "X-B": "b"})

    await client.with_options(headers={"x-b": "new", "X-C": "c"}).customers.get("cus_1")
    await client.customers.get("cus_1")

    assert sent(server, "x-a") == ["a", "a"]
    assert sent(server, "x-b") == ["new", "b"]
    assert sent(server, "x-c") == ["c", None]


async def test_a_copy_without_options_is_the_same(client_for, clock):
    server = Server(BUSY)
    client = client_for(server, timeout=7, max_retries=1, deadline=30, headers={"X-A": "a"})

    with pytest.raises(ServerError):
        await client.with_options().customers.get("cus_1")

    assert timeouts(server) == [7.0, 7.0]
    assert sent(server, "x-a") == ["a", "a"]
    assert sent(server, "authorization") == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"timeout": 5}, [5.0, 5.0]),
        ({"timeout": None}, [None, None]),
        ({"max_retries": 0}, [7.0]),
        ({"deadline": 3}, [3.0, 2.5]),
    ],
)
async def test_a_copy_can_have_other_limits(client_for, clock, options, expected):
    server = Server(BUSY)
    client = client_for(server, timeout=7, max_retries=1)

    with pytest.raises(ServerError):
        await client.with_options(**options).customers.get("cus_1")

    assert timeouts(server) == expected


@pytest.mark.parametrize("closed", ["original", "copy"])
async def test_closing_a_copy_or_the_original_closes_both(client_for, closed):
    clients = {"original": client_for(Server(OK))}
    clients["copy"] = clients["original"].with_options(timeout=5)

    await clients[closed].aclose()

    for client in clients.values():
        with pytest.raises(ClientClosedError):
            await client.customers.get("cus_1")


async def test_a_copy_cannot_have_another_server(client_for):
    client = client_for(Server(OK))

    with pytest.raises(TypeError, match="base_url"):
        client.with_options(base_url="https://other.example")
