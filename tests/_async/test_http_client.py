from __future__ import annotations

import httpx
import pytest

from novabilling import AsyncNovaBilling, ClientClosedError
from tests.families import mock_transport
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server

pytestmark = pytest.mark.anyio


OK = httpx.Response(200, json=CUSTOMER)


def sent(server, header):
    return [request.headers.get(header) for request in server.requests]


def timeouts(server):
    """Return the timeout of each request, the same for all its operations."""
    assert all(len(set(r.extensions["timeout"].values())) == 1 for r in server.requests)
    return [r.extensions["timeout"]["read"] for r in server.requests]


async def test_only_transport_and_hooks_of_an_http_client_are_used(family):
    server = Server(httpx.Response(302, headers={"location": "/api/x"}), OK)
    http = family.AsyncClient(
        transport=mock_transport(family, server),
        auth=("ada", "pw"),
        headers={"x-of-http": "1", "user-agent": "mine"},
        params={"a": "b"},
        cookies={"c": "d"},
        timeout=3,
        follow_redirects=False,
    )

    await AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http).customers.get("cus_1")

    assert server.paths == ["GET /api/customers/cus_1", "GET /api/x"]
    assert sent(server, "authorization") == [f"Bearer {TOKEN}"] * 2
    assert sent(server, "x-of-http") == sent(server, "cookie") == [None] * 2
    assert timeouts(server) == [60.0] * 2


async def test_the_event_hooks_of_an_http_client_stay(family):
    server = Server(httpx.Response(302, headers={"location": "/api/x"}), OK)
    seen = []

    async def on_request(request):
        seen.append(request.url.path)

    async def on_response(response):
        seen.append(response.status_code)

    http = family.AsyncClient(
        transport=mock_transport(family, server),
        event_hooks={"request": [on_request], "response": [on_response]},
    )

    for _ in range(2):  # two clients on one
        client = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    await client.customers.get("cus_1")

    assert seen == ["/api/customers/cus_1", 302, "/api/x", 200]
    assert on_request in http.event_hooks["request"]
    assert on_response in http.event_hooks["response"]


async def test_many_clients_on_one_http_client_add_no_more_hooks(family):
    http = family.AsyncClient(transport=mock_transport(family, Server(OK)))
    AsyncNovaBilling(token=TOKEN, http_client=http)
    hooks = list(http.event_hooks["response"])

    AsyncNovaBilling(token=TOKEN, http_client=http)

    assert http.event_hooks["response"] == hooks


async def test_the_user_s_own_calls_on_the_http_client_are_left_alone(family):
    server = Server(httpx.Response(302, headers={"location": "/there"}))
    http = family.AsyncClient(transport=mock_transport(family, server))
    AsyncNovaBilling(token=TOKEN, http_client=http)

    answer = await http.get(BASE_URL)

    assert answer.headers["location"] == "/there"
    assert answer.next_request is not None


async def test_max_connections_is_for_the_default_pool_alone():
    with pytest.raises(ValueError, match="max_connections"):
        AsyncNovaBilling(token=TOKEN, http_client=httpx.AsyncClient(), max_connections=5)


@pytest.mark.parametrize("http_client", [object(), httpx.AsyncClient, "client"])
async def test_what_is_not_an_http_client_is_refused(http_client):
    with pytest.raises(TypeError, match="http_client must be an httpx"):
        AsyncNovaBilling(token=TOKEN, http_client=http_client)


async def test_an_http_client_of_the_user_is_never_closed(family):
    http = family.AsyncClient(transport=mock_transport(family, Server(OK)))

    async with AsyncNovaBilling(token=TOKEN, http_client=http) as client:
        await client.customers.get("cus_1")

    assert not http.is_closed


async def test_a_call_on_an_http_client_that_its_user_closed_raises(family):
    http = family.AsyncClient(transport=mock_transport(family, Server(OK)))
    client = AsyncNovaBilling(token=TOKEN, http_client=http)
    await http.aclose()

    with pytest.raises(ClientClosedError):
        await client.customers.get("cus_1")
