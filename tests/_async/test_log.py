from __future__ import annotations

import logging
import re

import httpx
import pytest

from novabilling import NovaBillingError
from tests.support import CUSTOMER, Server, page, problem

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token


async def read(client):
    await client.customers.get("cus_1")


def lines(caplog):
    return [r.getMessage() for r in caplog.records if r.name == "novabilling"]


async def test_each_attempt_is_one_line_of_the_debug_log(client_for, clock, caplog):
    def slow(request):
        clock.now += 1.25
        return httpx.Response(200, json=CUSTOMER)

    caplog.set_level(logging.DEBUG, "novabilling")
    server = Server(httpx.Response(503), httpx.ReadError("reset"), slow)
    client = client_for(server, headers={"X-Request-Id": "mine"})

    await client.customers.get("cus_1")

    assert lines(caplog)[::2] == [
        "GET /customers/{customer_id} -> 503 in 0 ms (attempt 1, request mine)",
        "GET /customers/{customer_id} -> APIConnectionError in 0 ms (attempt 2, request mine)",
        "GET /customers/{customer_id} -> 200 in 1250 ms (attempt 3, request mine)",
    ]


async def test_the_log_has_the_request_id_that_was_sent(client_for, caplog):
    caplog.set_level(logging.DEBUG, "novabilling")
    server = Server(page([]))

    await client_for(server).customers.list()

    logged = re.search(r"request (\w+)\)", lines(caplog)[0])
    assert logged.group(1) == server.request.headers["x-request-id"]


async def test_the_log_has_no_query_ids_or_bodies(client_for, caplog):
    caplog.set_level(logging.DEBUG, "novabilling")
    client = client_for(Server(page([]), httpx.Response(200, json=CUSTOMER)))

    await client.customers.list(search="canary", country="canary")
    await client.customers.update("canary", name="canary", metadata={"canary": "canary"})

    assert len(lines(caplog)) == 2
    logged = [vars(record) for record in caplog.records if record.name == "novabilling"]
    assert CANARY not in repr(logged)
    assert "ada@example.com" not in repr(logged)


@pytest.mark.parametrize("failure", [problem(401), problem(500), httpx.ConnectError("refused")])
async def test_a_call_that_is_not_repeated_logs_nothing_above_debug(client_for, caplog, failure):
    caplog.set_level(logging.INFO, "novabilling")

    with pytest.raises(NovaBillingError):
        await read(client_for(Server(failure), max_retries=0))

    assert lines(caplog) == []
