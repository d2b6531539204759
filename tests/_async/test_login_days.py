"""Ten days of calls on one login session: no 401 reaches the caller.

A call every five minutes; one a minute with `-m slow`.
"""

from __future__ import annotations

import pytest

from novabilling import LoginSession
from novabilling.sandbox import Sandbox
from tests.logins import LOGIN, REFRESH, LoginServer

pytestmark = pytest.mark.anyio

MINUTES = 10 * 24 * 60


@pytest.mark.parametrize("uses_up", [False, True])
async def test_a_client_that_does_not_know_the_time_of_the_server(client_for, clock, uses_up):
    server = LoginServer()
    server.uses_up_refresh_tokens = uses_up
    client = client_for(server, token=None, login=server.session())

    for _ in range(MINUTES // 10):
        await client.tenants.get_me()
        server.advance(minutes=10)

    refused = sum(one.status == 401 for one in server.asked)
    assert server.renewals == {LOGIN: 1, REFRESH: refused}
    assert refused == pytest.approx(10 * 24, abs=2)


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
async def test_a_client_of_the_sandbox_sees_no_401_at_all(step):
    sandbox = Sandbox(seed=1)
    pairs, seen = [], []
    session = LoginSession(
        email="owner@example.com", password="sandbox-password", on_change=pairs.append
    )
    client = sandbox.async_client(login=session)
    client.on_attempt(lambda info: seen.append((info.route, info.status_code)))

    for minute in range(0, MINUTES, step):
        if minute % 2:
            await client.tenants.get_me()
        else:
            await client.customers.list()
        sandbox.advance(minutes=step)

    assert {status for _, status in seen} == {200}
    renewed = [route for route, _ in seen if route.startswith("/auth")]
    assert len(renewed) == len(pairs)
    assert renewed.count("/auth/login") == 1
    longest = 3300 + 2 * step * 60  # to the next call that needs it
    assert MINUTES * 60 / longest - 1 < renewed.count("/auth/refresh") < MINUTES * 60 / 2900
    await client.aclose()


async def test_nights_without_calls_end_in_the_password():
    sandbox = Sandbox(seed=1)
    session = LoginSession(email="owner@example.com", password="sandbox-password")
    client = sandbox.async_client(login=session)

    for days in (0.1, 1, 6, 8, 30):
        await client.tenants.get_me()
        sandbox.advance(days=days)
    await client.tenants.get_me()
