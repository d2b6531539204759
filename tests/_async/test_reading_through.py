"""What stands in the data of an answer can be read on the answer as well."""

from __future__ import annotations

import copy
import pickle

import httpx
import pytest

from novabilling.types import Customer, PaginatedResponse, Response
from tests.samples import body_of, recorded
from tests.support import CUSTOMER, Server, page

pytestmark = pytest.mark.anyio

ROWS = [{**CUSTOMER, "id": f"cus_{n}"} for n in range(3)]
OWN = {"data", "http", "rate_limit"}


async def get(client_for):
    return await client_for(Server(httpx.Response(200, json=CUSTOMER))).customers.get("cus_1")


async def test_a_field_is_read_through(client_for):
    customer = await get(client_for)

    assert customer.id == customer.data.id == "cus_1"
    assert customer.created_at is customer.data.created_at
    assert customer.name == "Ada"


async def test_a_property_is_read_through(client_for):
    invoice = await client_for(Server(recorded("invoice-create"))).invoices.get("inv_1")

    assert invoice.total == invoice.data.amount
    assert invoice.items == invoice.data.items


async def test_what_the_answer_has_itself_comes_first(client_for):
    customer = await get(client_for)

    assert isinstance(customer.data, Customer)
    assert customer.http.status_code == 200
    assert customer.rate_limit is None


async def test_an_unknown_name_is_missed_in_both_places(client_for):
    customer = await get(client_for)

    with pytest.raises(
        AttributeError, match="neither Response nor its data, Customer, has 'emial'"
    ):
        customer.emial  # noqa: B018
    assert not hasattr(customer, "emial")
    assert getattr(customer, "emial", 5) == 5


@pytest.mark.parametrize("name", ["__struct_fields__", "_private", "__rich_repr__", "__len__"])
async def test_a_name_with_an_underscore_is_never_read_through(client_for, name):
    registered = await client_for(Server(recorded("tenant-get"))).tenants.get_me()

    assert hasattr(registered.data, "__rich_repr__")
    with pytest.raises(AttributeError, match=name):
        getattr(registered, name)


async def test_an_error_of_an_attribute_of_its_own_stays_as_it_is(client_for):
    customer = await get(client_for)
    customer._http = None  # no answer has that

    with pytest.raises(AttributeError, match="headers"):
        customer.rate_limit  # noqa: B018


async def test_dir_has_the_names_of_the_data_and_no_private_ones(client_for):
    customer = await get(client_for)

    assert set(dir(customer)) >= {*OWN, *Customer.__struct_fields__}
    assert not [n for n in set(dir(customer)) - set(dir(object)) if "struct" in n]


async def test_an_answer_cannot_be_given_fields(client_for):
    customer = await get(client_for)

    with pytest.raises(AttributeError):
        customer.name = "Grace"


@pytest.mark.parametrize("name", ["id", "data", "http", "_http", "rate_limit", "__setstate__"])
def test_an_answer_that_is_not_filled_yet_misses_everything(name):
    empty = object.__new__(Response)

    with pytest.raises(AttributeError):
        getattr(empty, name)
    assert set(dir(empty)) >= OWN


@pytest.mark.parametrize(
    "duplicate", [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy]
)
async def test_a_copy_is_read_through_as_well(client_for, duplicate):
    again = duplicate(await get(client_for))

    assert (again.id, again.email) == ("cus_1", "ada@example.com")


async def test_a_page_is_counted_and_indexed_by_its_items(client_for):
    found = await client_for(Server(page(ROWS, total=41))).customers.list()

    assert len(found) == len(found.data) == 3
    assert (found[0].id, found[-1].id) == ("cus_0", "cus_2")
    assert [customer.id for customer in found[1:]] == ["cus_1", "cus_2"]
    assert list(reversed(found)) == found.data[::-1]
    assert found[1] in found
    with pytest.raises(IndexError):
        found[3]


async def test_a_page_knows_how_many_there_are(client_for):
    found = await client_for(Server(page(ROWS, total=41))).customers.list()

    assert found.total == found.meta.total == 41


@pytest.mark.parametrize(
    ("number", "pages", "more"), [(1, 3, True), (2, 3, True), (3, 3, False), (4, 3, False)]
)
async def test_a_page_knows_whether_there_is_another(client_for, number, pages, more):
    server = Server(page(ROWS, total=9, page=number, totalPages=pages))

    found = await client_for(server).customers.list(page=number)

    assert found.has_more is more


async def test_a_list_that_comes_whole_has_no_more(client_for):
    plans = await client_for(Server(httpx.Response(200, json=[body_of("plan-get")]))).plans.list()

    assert (plans.total, plans.has_more, len(plans)) == (1, False, 1)


async def test_a_page_is_false_when_it_is_empty(client_for):
    empty = await client_for(Server(page([], total=41, page=9, totalPages=3))).customers.list()
    full = await client_for(Server(page(ROWS))).customers.list()

    assert isinstance(empty, PaginatedResponse)
    assert not empty
    assert full
