"""Hooks on the async client: what only it can do to them."""

from __future__ import annotations

import anyio
import httpx
import pytest

from novabilling import AsyncNovaBilling
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server

pytestmark = pytest.mark.anyio


def client_for(handler):
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)


async def test_an_attempt_that_is_canceled_is_told_once():
    seen = []

    async def cancel(request):
        scope.cancel()
        await anyio.sleep_forever()

    client = client_for(cancel)
    client.on_attempt(seen.append)

    with anyio.CancelScope() as scope:
        await client.customers.get("cus_1")

    assert [(a.attempt, a.http, a.retry_in) for a in seen] == [(1, None, None)]
    assert isinstance(seen[0].error, anyio.get_cancelled_exc_class())


async def test_a_wait_that_is_canceled_is_no_attempt():
    seen = []

    def on_attempt(attempt):
        seen.append(attempt)
        scope.cancel()

    client = client_for(Server(httpx.Response(503)))
    client.on_attempt(on_attempt)

    with anyio.CancelScope() as scope:
        await client.customers.get("cus_1")

    assert [a.status_code for a in seen] == [503]


async def test_calls_at_the_same_time_are_told_apart():
    seen = []
    client = client_for(Server(httpx.Response(200, json=CUSTOMER)))
    client.on_attempt(seen.append)

    async with anyio.create_task_group() as group:
        for n in range(10):
            group.start_soon(client.customers.get, f"cus_{n}")

    assert sorted(a.url[-1] for a in seen) == [str(n) for n in range(10)]
    assert len({a.request_id for a in seen}) == 10


async def test_a_coroutine_function_is_refused():
    async def hook(attempt):
        raise NotImplementedError

    with pytest.raises(TypeError, match="not async"):
        client_for(Server()).on_attempt(hook)
