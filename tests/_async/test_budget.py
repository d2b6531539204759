from __future__ import annotations

import httpx
import pytest

from novabilling import (
    ServerError,
)
from tests.support import CUSTOMER, Server, problem

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)


async def attempts(client, server):
    """Return how often a call is sent that always fails."""
    before = len(server.requests)
    with pytest.raises(ServerError):
        await call(client, "GET")
    return len(server.requests) - before


async def test_fifty_retries_use_up_the_budget_of_a_client(client_for, clock):
    server = Server(problem(503))
    client = client_for(server, max_retries=1)

    counts = [await attempts(client, server) for _ in range(52)]

    assert counts == [2] * 50 + [1] * 2


async def test_ten_successes_pay_for_one_more_retry(client_for, clock):
    server = Server(problem(503))
    client = client_for(server, max_retries=50)
    await attempts(client, server)
    assert await attempts(client, server) == 1

    for successes, count in [(9, 1), (1, 2), (0, 1)]:
        server.answers = [OK]
        for _ in range(successes):
            await call(client, "GET")
        server.answers = [problem(503)]
        assert await attempts(client, server) == count


async def test_successes_do_not_raise_the_budget_above_its_start(client_for, clock):
    server = Server(OK)
    client = client_for(server, max_retries=60)
    for _ in range(20):
        await call(client, "GET")

    server.answers = [problem(503)]

    assert await attempts(client, server) == 51


async def test_copies_of_a_client_share_its_budget(client_for, clock):
    server = Server(problem(503))
    client = client_for(server)

    assert await attempts(client.with_options(max_retries=30), server) == 31
    assert await attempts(client.with_options(max_retries=30, token="other"), server) == 21
    assert await attempts(client, server) == 1


async def test_other_clients_have_budgets_of_their_own(client_for, clock):
    server = Server(problem(503))

    assert await attempts(client_for(server, max_retries=60), server) == 51
    assert await attempts(client_for(server, max_retries=60), server) == 51


async def test_a_call_that_may_not_be_repeated_costs_no_budget(client_for, clock):
    server = Server(problem(503))
    client = client_for(server, max_retries=60)

    for _ in range(60):
        with pytest.raises(ServerError):
            await call(client, "POST")

    assert await attempts(client, server) == 51
