from __future__ import annotations

import functools
from unittest.mock import Mock, patch

import httpx
import pytest

from novabilling import AsyncNovaBilling, ClientClosedError, ServerError, UnauthorizedError
from novabilling.resources import AsyncCustomers
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
BUSY = httpx.Response(503)


def sent(server, header):
    return [request.headers.get(header) for request in server.requests]


def timeouts(server):
    """Return the timeout of each request, the same for all its operations."""
    assert all(len(set(r.extensions["timeout"].values())) == 1 for r in server.requests)
    return [r.extensions["timeout"]["read"] for r in server.requests]


async def test_a_copy_has_the_headers_of_both(client_for):
    server = Server(OK)
    client = client_for(server, headers={"X-A": "a", "X-B": "b"})

    await client.with_options(headers={"x-b": "new", "X-C": "c"}).customers.get("cus_1")
    await client.customers.get("cus_1")

    assert sent(server, "x-a") == ["a", "a"]
    assert sent(server, "x-b") == ["new", "b"]
    assert sent(server, "x-c") == ["c", None]


async def test_a_copy_without_options_is_the_same(client_for, clock):
    server = Server(BUSY)
    client = client_for(server, timeout=7, max_retries=1, deadline=30, headers={"X-A": "a"})

    with pytest.raises(ServerError):
        await client.with_options().customers.get("cus_1")

    assert timeouts(server) == [7.0, 7.0]
    assert sent(server, "x-a") == ["a", "a"]
    assert sent(server, "authorization") == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"timeout": 5}, [5.0, 5.0]),
        ({"timeout": None}, [None, None]),
        ({"max_retries": 0}, [7.0]),
        ({"deadline": 3}, [3.0, 2.5]),
    ],
)
async def test_a_copy_can_have_other_limits(client_for, clock, options, expected):
    server = Server(BUSY)
    client = client_for(server, timeout=7, max_retries=1)

    with pytest.raises(ServerError):
        await client.with_options(**options).customers.get("cus_1")

    assert timeouts(server) == expected


@pytest.mark.parametrize("closed", ["original", "copy"])
async def test_closing_a_copy_or_the_original_closes_both(client_for, closed):
    clients = {"original": client_for(Server(OK))}
    clients["copy"] = clients["original"].with_options(timeout=5)

    await clients[closed].aclose()

    for client in clients.values():
        with pytest.raises(ClientClosedError):
            await client.customers.get("cus_1")


async def test_a_copy_cannot_have_another_server(client_for):
    client = client_for(Server(OK))

    with pytest.raises(TypeError, match="base_url"):
        client.with_options(base_url="https://other.example")


class Branch(AsyncNovaBilling):
    """A client with more: attributes, one of them in a slot, and something computed once."""

    __slots__ = ("__own", "till")

    def __init__(self, name, **options):
        super().__init__(token=TOKEN, **options)
        self.name = name
        self.till = {"opened": True}
        self.__own = "own"

    @property
    def own(self):
        return self.__own

    @functools.cached_property
    def timeout(self):
        return self._caller.config.timeout

    @functools.cached_property
    def clerk(self):
        return self.customers


def branch_for(server):
    http = httpx.AsyncClient(transport=httpx.MockTransport(server))
    return Branch("Lagos", base_url=BASE_URL, http_client=http, timeout=7)


async def test_a_copy_keeps_what_a_subclass_added(clock):
    branch = branch_for(Server(OK))

    copy = branch.with_options(timeout=5).with_options(max_retries=0)

    assert type(copy) is Branch
    assert (copy.name, copy.till, copy.own) == ("Lagos", {"opened": True}, "own")
    copy.name = "Abuja"
    assert branch.name == "Lagos"


async def test_what_a_subclass_has_not_set_yet_is_no_error():
    branch = branch_for(Server(OK))
    del branch.till

    assert not hasattr(branch.with_options(), "till")


async def test_a_copy_computes_for_itself_what_is_computed_once():
    server = Server(OK)
    branch = branch_for(server)
    await branch.customers.get("cus_1")
    assert branch.timeout == 7

    copy = branch.with_options(timeout=5)
    await copy.customers.get("cus_1")

    assert copy.timeout == 5
    assert copy.customers is not branch.customers
    assert timeouts(server) == [7.0, 5.0]


async def test_a_copy_keeps_what_a_test_has_put_in_the_place_of_a_resource(client_for):
    client = client_for(Server(OK))
    assert client.plans is not client.customers
    fake = client.customers = object()
    client.invoices = mock = Mock()

    copy = client.with_options(timeout=5).with_options(max_retries=0)

    assert copy.customers is fake
    assert copy.invoices is mock
    assert copy.plans is not client.plans


@pytest.mark.parametrize("autospec", [True, False])
async def test_a_copy_keeps_a_resource_that_is_patched_for_a_while(client_for, autospec):
    server = Server(OK)
    client = client_for(server)
    with patch.object(client, "customers", autospec=autospec) as mock:
        copy = client.with_options(timeout=5)
        assert copy.customers is mock

    await client.with_options(timeout=5).customers.get("cus_1")
    assert timeouts(server) == [5.0]


async def test_a_copy_keeps_a_method_that_is_patched_on_a_client(client_for):
    server = Server(OK)
    client = client_for(server, timeout=7)
    with patch.object(client.customers, "get", Mock()) as mock:
        copy = client.with_options(timeout=5).with_options()
        copy.customers.get("cus_1")
        mock.assert_called_once_with("cus_1")
        await copy.customers.update("cus_1", name="Ada")
        assert timeouts(server) == [5.0]

    await client.with_options(timeout=5).customers.get("cus_1")
    assert timeouts(server) == [5.0, 5.0]


async def test_a_patched_resource_of_logins_keeps_its_advice(client_for):
    client = client_for(Server(httpx.Response(401, json={"message": "Unauthorized"})))
    client.api_keys.create = None

    with pytest.raises(UnauthorizedError, match="login token"):
        await client.with_options(timeout=5).api_keys.list()


async def test_other_names_of_a_resource_have_the_options_of_the_copy():
    server = Server(OK)
    branch = branch_for(server)
    branch.people = branch.customers
    branch.others = branch_for(server).customers

    copy = branch.with_options(timeout=5)
    await copy.people.get("cus_1")
    await copy.others.get("cus_1")

    assert timeouts(server) == [5.0, 7.0]


async def test_a_mock_of_what_a_subclass_computes_is_in_the_copy():
    branch = branch_for(Server(OK))
    with patch.object(branch, "clerk") as mock:
        assert branch.with_options().clerk is mock
    assert branch.with_options().clerk is not branch.clerk


async def test_a_resource_class_of_ones_own_has_the_options_of_the_copy():
    server = Server(OK)
    branch = branch_for(server)

    class Own(AsyncCustomers):
        pass

    branch.customers = Own(branch._caller)
    copy = branch.with_options(timeout=5)
    await copy.customers.get("cus_1")

    assert type(copy.customers) is Own
    assert timeouts(server) == [5.0]
