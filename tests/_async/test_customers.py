from __future__ import annotations

import httpx
import pytest

from tests.support import CUSTOMER, Server, page

pytestmark = pytest.mark.anyio


async def test_create_sends_wire_names_and_returns_the_customer(client_for):
    server = Server(httpx.Response(201, json=CUSTOMER))

    created = await client_for(server).customers.create(
        external_id="usr_1", email="ada@example.com", currency="ngn", metadata={"my_key": 1}
    )

    assert server.paths == ["POST /api/customers"]
    assert server.body == {
        "externalId": "usr_1",
        "email": "ada@example.com",
        "currency": "NGN",
        "metadata": {"my_key": 1},
    }
    assert created.data.external_id == "usr_1"


async def test_iter_reads_all_pages_and_drops_rows_that_it_has_given(client_for):
    rows = [{**CUSTOMER, "id": f"cus_{n}"} for n in range(5)]
    server = Server(
        page(rows[:3], total=5, totalPages=2), page(rows[2:], total=5, page=2, totalPages=2)
    )

    found = [customer.id async for customer in client_for(server).customers.iter(search="a")]

    assert found == ["cus_0", "cus_1", "cus_2", "cus_3", "cus_4"]
    assert server.paths == [
        "GET /api/customers?search=a&page=1&limit=100",
        "GET /api/customers?search=a&page=2&limit=100",
    ]
