from __future__ import annotations

import httpx
import pytest

from novabilling import AsyncNovaBilling, ClientClosedError, NovaBillingError
from tests.support import CUSTOMER, TOKEN, Server

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)


async def test_closing_twice_is_closing_once(client_for):
    own = client_for(Server(OK))
    default = AsyncNovaBilling(token=TOKEN)

    for client in (own, own, default, default):
        await client.aclose()

    with pytest.raises(ClientClosedError):
        await default.customers.get("cus_1")


async def test_a_call_after_closing_raises_and_sends_nothing(client_for):
    server = Server(OK)
    client = client_for(server)
    await client.aclose()

    with pytest.raises(ClientClosedError, match="closed") as caught:
        await client.customers.create(external_id="u", email="a@b.c", currency="NGN")

    assert server.requests == []
    assert isinstance(caught.value, RuntimeError)
    assert not caught.value.may_have_been_applied


async def test_the_end_of_a_with_block_closes_the_client(client_for):
    async with client_for(Server(OK)) as client:
        await client.customers.get("cus_1")

    with pytest.raises(ClientClosedError):
        await client.customers.get("cus_1")


async def test_a_write_in_flight_when_the_client_is_closed_may_have_been_applied(client_for):
    async def handler(request):
        await client.aclose()
        raise httpx.ReadError("closed below")

    client = client_for(handler)

    with pytest.raises(ClientClosedError) as caught:
        await client.customers.update("cus_1", name="Ada")

    assert caught.value.may_have_been_applied


async def test_a_call_waiting_to_repeat_itself_when_the_client_is_closed_raises(client_for, clock):
    server = Server(httpx.ReadError("reset"))
    tokens = iter(["one"])

    async def token():
        if clock.slept:
            await client.aclose()
        return next(tokens, "two")

    client = client_for(server, token=token)

    with pytest.raises(ClientClosedError) as caught:
        await client.customers.update("cus_1", name="Ada")

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied


async def test_a_failed_call_on_a_client_that_was_closed_meanwhile_does_not_wait(client_for, clock):
    async def handler(request):
        await client.aclose()
        return httpx.Response(503)

    client = client_for(handler)

    with pytest.raises(NovaBillingError):
        await client.customers.get("cus_1")

    assert clock.slept == []


@pytest.mark.parametrize(("method", "applied"), [("GET", False), ("POST", True)])
async def test_an_answer_to_a_client_that_was_closed_meanwhile_is_an_error(
    client_for, method, applied
):
    async def handler(request):
        await client.aclose()
        return OK

    client = client_for(handler)

    with pytest.raises(ClientClosedError) as caught:
        await call(client, method)

    assert caught.value.may_have_been_applied is applied
