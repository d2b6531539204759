"""A client without a token: what needs none works, and all else is refused before it is sent."""

from __future__ import annotations

import pickle

import httpx
import pytest

from novabilling import (
    APIStatusError,
    AsyncNovaBilling,
    MissingTokenError,
    NovaBillingError,
    UnauthorizedError,
)
from novabilling.sandbox import Sandbox
from tests.examples import arguments_of, function_of
from tests.loopback import serve
from tests.operations import METHODS
from tests.support import CUSTOMER, Server, problem

pytestmark = pytest.mark.anyio

NOBODY = "http://127.0.0.1:9"
"""Where nobody listens: an attempt would be an APIConnectionError."""
WITHOUT = ("auth", "currencies")
NEEDING = [
    f"{resource}.{method}"
    for resource, method in METHODS
    if resource not in WITHOUT and method != "verify"
]
LOGIN_ONLY = ("api_keys", "payment_methods", "tenants", "webhooks")


async def refused(client, name="customers.list"):
    """Make a call that is refused; return the error."""
    function = function_of(client, name)
    arguments = arguments_of(function, only_required=True)
    with pytest.raises(MissingTokenError) as caught:
        await first(function, arguments) if ".iter" in name else await function(**arguments)
    return caught.value


async def first(iterate, arguments):
    async for _ in iterate(**arguments):
        break


@pytest.mark.parametrize("name", NEEDING)
async def test_a_call_that_needs_a_token_is_refused_before_anything_is_sent(name):
    error = await refused(AsyncNovaBilling(base_url=NOBODY), name)

    assert "this needs a" in error.message
    assert "token" in error.message
    assert "os.environ.get()" in error.message
    assert ("auth.login()" in error.message) is (name.partition(".")[0] in LOGIN_ONLY)
    assert error.may_have_been_applied is False


async def test_hooks_hear_of_no_attempt():
    client = AsyncNovaBilling(base_url=NOBODY)
    seen = []
    client.on_attempt(seen.append)

    await refused(client)

    assert seen == []


async def test_none_is_the_same_as_no_token():
    await refused(AsyncNovaBilling(token=None, base_url=NOBODY))


async def test_a_copy_without_a_token_is_refused():
    await refused(AsyncNovaBilling(token="t", base_url=NOBODY).with_options(token=None))


async def test_a_refusal_is_an_error_of_the_package_and_no_answer():
    error = await refused(AsyncNovaBilling(base_url=NOBODY))

    assert isinstance(error, NovaBillingError)
    assert not isinstance(error, APIStatusError)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.message) == (MissingTokenError, error.message)


async def test_events_are_kept_by_the_refusal():
    client = AsyncNovaBilling(base_url=NOBODY)

    with pytest.raises(MissingTokenError) as caught:
        await client.events.create_batch([{"subscription_id": "s", "code": "c"}])

    assert [event.code for event in caught.value.events] == ["c"]


async def test_a_bad_argument_is_refused_first():
    client = AsyncNovaBilling(base_url=NOBODY)

    with pytest.raises(ValueError, match="limit"):
        await client.customers.list(limit=0)


async def test_a_token_is_not_read_from_the_environment(monkeypatch):
    for name in ("NOVABILLING_TOKEN", "NOVABILLING_API_KEY"):
        monkeypatch.setenv(name, "sk_of_the_environment")
    await refused(AsyncNovaBilling(base_url=NOBODY))


async def test_from_registration_to_the_first_call():
    sandbox = Sandbox()
    asked = []

    def handle(request):
        asked.append((request.url.path, "authorization" in request.headers))
        return sandbox.handle(request)

    with serve(handle) as url:
        client = AsyncNovaBilling(base_url=url)
        await client.auth.register(
            name="Ada", email="ada@example.com", password="long enough 1", company_name="Ada Co"
        )
        login = await client.auth.login(email="ada@example.com", password="long enough 1")
        pair = await client.auth.refresh(refresh_token=login.data.refresh_token)
        await client.auth.forgot_password(email="ada@example.com")
        with pytest.raises(NovaBillingError, match="400"):
            await client.auth.reset_password(token="no link", new_password="long enough 2")
        assert (await client.currencies.list()).total == 44
        await refused(client)
        mine = client.with_options(token=pair.data.access_token)
        assert (await mine.tenants.get_me()).data.email == "ada@example.com"
        await client.aclose()

    assert asked == [
        ("/api/auth/register", False),
        ("/api/auth/login", False),
        ("/api/auth/refresh", False),
        ("/api/auth/forgot-password", False),
        ("/api/auth/reset-password", False),
        ("/api/currencies", False),
        ("/api/tenants/me", True),
    ]


@pytest.mark.parametrize("options", [{}, {"token": None}], ids=["left out", "none"])
async def test_a_client_of_httpx_may_add_the_credential(client_for, options):
    seen = []

    def server(request):
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200, json=CUSTOMER)

    async def sign(request):
        request.headers["authorization"] = "Bearer of the gateway"

    http = httpx.AsyncClient(transport=httpx.MockTransport(server), event_hooks={"request": [sign]})
    client = AsyncNovaBilling(base_url="https://billing.example", http_client=http, **options)
    await client.customers.get("cus_1")

    assert seen == ["Bearer of the gateway"]


async def test_without_a_credential_of_its_own_the_server_says_what_is_missing(client_for):
    server = Server(problem(401, "Unauthorized"))

    with pytest.raises(UnauthorizedError, match="Unauthorized"):
        await client_for(server, token=None).customers.list()
