from __future__ import annotations

import inspect

import httpx
import pytest

from novabilling import BadRequestError
from novabilling.types import PaginatedResponse
from tests.samples import body_of
from tests.support import CUSTOMER, Server, page, problem, two_pages

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


ROWS = {
    "customers": CUSTOMER,
    "subscriptions": body_of("subscription-create"),
    "invoices": body_of("invoice-create"),
    "payments": body_of("payment-get"),
}


def answer(resource, numbers, form):
    """Answer with rows: a page of so many, or one of the shapes that have no such number."""
    rows = [{**ROWS[resource], "id": f"row_{n}"} for n in numbers]
    if isinstance(form, int):
        return page(rows, totalPages=form)
    shapes = {
        "bare array": rows,
        "no meta": {"data": rows},
        "total alone": {"data": rows, "meta": {"total": len(rows)}},
        "envelope": {"data": {"data": rows, "meta": {"total": 9, "page": 1, "totalPages": 1}}},
    }
    return httpx.Response(200, json=shapes[form])


@pytest.mark.parametrize("resource", ROWS)
@pytest.mark.parametrize(
    ("pages", "ids"),
    [
        ([([1, 2], 1)], [1, 2]),
        ([([], 0)], []),
        ([([], 9)], []),
        ([([1], 9), ([], 9)], [1]),
        ([([1, 2], 9), ([2, 1], 9)], [1, 2]),
        ([([1, 1], 1)], [1]),
        ([([1], 9), ([2], 2)], [1, 2]),
        ([([1], 2), ([2], 3), ([3], 3)], [1, 2, 3]),
        ([([1, 2], "bare array")], [1, 2]),
        ([([1], "no meta")], [1]),
        ([([1], "total alone")], [1]),
        ([([1, 2], "envelope")], [1, 2]),
    ],
    ids=[
        "the last page by meta",
        "an empty list",
        "an empty page against meta",
        "an empty page later",
        "a page of no new id",
        "an id twice in a page",
        "pages that vanish",
        "pages that appear",
        "a bare array",
        "a page without meta",
        "meta of the total alone",
        "an envelope",
    ],
)
async def test_iter_gives_each_row_once_and_stops_after(client_for, resource, pages, ids):
    server = Server(*[answer(resource, numbers, form) for numbers, form in pages])

    found = [row.id async for row in getattr(client_for(server), resource).iter()]

    assert found == [f"row_{n}" for n in ids]
    assert server.paths == [
        f"GET /api/{resource}?page={number}&limit=100" for number in range(1, len(pages) + 1)
    ]


async def test_an_error_on_a_later_page_comes_after_the_rows_before_it(client_for):
    server = Server(answer("customers", [1], 2), problem(400, "page must not be so"))
    customers = client_for(server).customers.iter()
    found = []

    with pytest.raises(BadRequestError, match="page must not be so"):
        await take_all(customers, found)

    assert found == ["row_1"]


async def take_all(rows, found):
    async for row in rows:
        found.append(row.id)


async def test_iter_may_be_left_early(client_for):
    server = Server(answer("customers", [1, 2], 9))
    customers = client_for(server).customers.iter()

    async for customer in customers:
        assert customer.id == "row_1"
        break
    await customers.aclose()

    assert [customer.id async for customer in customers] == []
    assert len(server.requests) == 1


def pages_of(*sizes, total=None):
    """Answer with pages of so many customers, numbered through."""
    rows = [{**CUSTOMER, "id": f"cus_{n}"} for n in range(sum(sizes))]
    made, start = [], 0
    for number, size in enumerate(sizes, 1):
        meta = {"total": total or sum(sizes), "page": number, "totalPages": len(sizes)}
        made.append(page(rows[start : start + size], **meta))
        start += size
    return Server(*made)


def ids(items):
    return [item.id for item in items]


async def test_the_total_is_known_after_the_first_page(client_for):
    rows = client_for(pages_of(2, 1)).customers.iter()

    assert rows.total is None
    assert (await rows.first()).id == "cus_0"
    assert rows.total == 3


async def test_the_first_item_is_iterated_over_all_the_same(client_for):
    server = pages_of(2, 1)
    rows = client_for(server).customers.iter()

    first = await rows.first()

    assert [first.id, (await rows.first()).id] == ["cus_0", "cus_0"]
    assert len(server.requests) == 1
    assert [row.id async for row in rows] == ["cus_0", "cus_1", "cus_2"]
    assert (await rows.first()).id == "cus_0"
    assert len(server.requests) == 2


async def test_there_is_no_first_item_of_nothing(client_for):
    server = Server(page([]))
    rows = client_for(server).customers.iter()

    assert await rows.first() is None
    assert await rows.first() is None
    assert (rows.total, len(server.requests)) == (0, 1)
    assert await rows.take(3) == []


async def test_items_are_taken_one_batch_after_another(client_for):
    server = pages_of(2, 2, 1)
    rows = client_for(server).customers.iter()

    assert ids(await rows.take(0)) == []
    assert server.requests == []
    assert ids(await rows.take(2)) == ["cus_0", "cus_1"]
    assert len(server.requests) == 1
    assert ids(await rows.take(1)) == ["cus_2"]
    assert ids(await rows.take(9)) == ["cus_3", "cus_4"]
    assert ids(await rows.take(9)) == []


async def test_nothing_is_taken_where_a_page_cannot_be_read(client_for):
    first, second = pages_of(2, 1).answers
    server = Server(first, problem(400, "page must not be so"), second)
    rows = client_for(server).customers.iter()

    with pytest.raises(BadRequestError, match="page must not be so"):
        await rows.take(3)

    assert ids(await rows.take(3)) == ["cus_0", "cus_1", "cus_2"]


@pytest.mark.parametrize("n", [-1, 1.5, True, "2", None])
async def test_what_is_no_number_of_items_is_refused(client_for, n):
    server = pages_of(1)

    with pytest.raises(ValueError, match="n must be an int, at least 0"):
        await client_for(server).customers.iter().take(n)

    assert server.requests == []


async def test_pages_are_given_with_their_http(client_for):
    answers = pages_of(2, 1).answers
    server = Server(*answers, *answers)
    rows = client_for(server).customers.iter(search="a")
    await rows.take(3)

    found = [one async for one in rows.pages() if one.http]

    assert [ids(one) for one in found] == [["cus_0", "cus_1"], ["cus_2"]]
    assert [one.http.json()["meta"]["page"] for one in found] == [1, 2]
    assert server.paths[2:] == [
        "GET /api/customers?search=a&page=1&limit=100",
        "GET /api/customers?search=a&page=2&limit=100",
    ]


async def test_a_page_is_asked_for_again_after_an_error(client_for):
    server = Server(*pages_of(1, 1).answers[:1], problem(400), pages_of(1, 1).answers[1])
    found = client_for(server).customers.iter().pages()

    first = await found.__anext__()
    with pytest.raises(BadRequestError):
        await found.__anext__()
    second = await found.__anext__()

    assert [ids(first), ids(second)] == [["cus_0"], ["cus_1"]]
    with pytest.raises(StopAsyncIteration):
        await found.__anext__()


async def test_pages_end_when_they_are_closed(client_for):
    found = client_for(pages_of(1, 1)).customers.iter().pages()

    await found.__anext__()
    await found.aclose()

    assert [len(one) async for one in found] == []


async def test_pages_end_where_one_is_empty(client_for):
    server = Server(page([], total=3, totalPages=3))

    assert [len(one) async for one in client_for(server).customers.iter().pages()] == [0]


async def test_nothing_is_read_for_the_first_item_after_the_end(client_for):
    server = pages_of(1)
    rows = client_for(server).customers.iter()

    await rows.aclose()

    assert await rows.first() is None
    assert server.requests == []


async def test_its_repr_says_how_far_it_is_and_asks_for_nothing(client_for):
    server = two_pages(CUSTOMER)
    rows = client_for(server).customers.iter()

    assert repr(rows) == f"{type(rows).__name__}(Customer: no page read)"
    assert server.requests == []
    await rows.first()
    assert repr(rows) == f"{type(rows).__name__}(Customer: 1 page read, 2 in all)"
    await rows.take(2)
    assert repr(rows) == f"{type(rows).__name__}(Customer: 2 pages read, 2 in all)"


async def test_help_says_what_a_page_is_iterated_by():
    assert "items of this page" in (inspect.getdoc(PaginatedResponse.__iter__) or "")
