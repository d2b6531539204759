from __future__ import annotations

import httpx
import pytest

from tests.support import CUSTOMER, Server, page

pytestmark = pytest.mark.anyio


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


async def test_iter_reads_nothing_before_its_first_item_is_asked_for(client_for):
    server = Server(page([CUSTOMER]))

    client_for(server).customers.iter()

    assert server.requests == []


def rows(*numbers):
    return [{**CUSTOMER, "id": f"cus_{n}"} for n in numbers]


@pytest.mark.parametrize(
    ("answers", "ids", "requests"),
    [
        ([page(rows(1, 2), totalPages=1)], [1, 2], 1),
        ([page([], totalPages=0)], [], 1),
        ([page([], totalPages=9)], [], 1),
        ([page(rows(1), totalPages=9), page([], totalPages=9)], [1], 2),
        ([page(rows(1, 2), totalPages=9), page(rows(2, 1), totalPages=9)], [1, 2], 2),
        ([page(rows(1, 1), totalPages=1)], [1], 1),
        ([page(rows(1), totalPages=9), page(rows(2), totalPages=2)], [1, 2], 2),
        ([page(rows(1), totalPages=2), page(rows(2), totalPages=3), page(rows(3))], [1, 2, 3], 3),
        ([httpx.Response(200, json=rows(1, 2))], [1, 2], 1),
        ([httpx.Response(200, json={"data": rows(1)})], [1], 1),
        ([httpx.Response(200, json={"data": rows(1), "meta": {"total": 1}})], [1], 1),
    ],
    ids=[
        "last page by meta",
        "empty list",
        "empty page against meta",
        "empty page later",
        "no new id",
        "an id twice in a page",
        "pages that vanish",
        "pages that appear",
        "bare array",
        "no meta",
        "meta with the total alone",
    ],
)
async def test_iter_stops_after(client_for, answers, ids, requests):
    server = Server(*answers)

    found = [customer.id async for customer in client_for(server).customers.iter()]

    assert found == [f"cus_{n}" for n in ids]
    assert len(server.requests) == requests


async def test_iter_may_be_left_early(client_for):
    server = Server(page(rows(1, 2), totalPages=9))
    customers = client_for(server).customers.iter()

    async for customer in customers:
        assert customer.id == "cus_1"
        break
    await customers.aclose()

    assert len(server.requests) == 1
