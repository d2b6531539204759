from __future__ import annotations

import os

import httpx
import pytest

from novabilling import MissingTokenError, NovaBillingTimeoutError, UnauthorizedError
from tests.support import CUSTOMER, TOKEN, Server, page, problem

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
BUSY = httpx.Response(503)


def sent(server, header):
    return [request.headers.get(header) for request in server.requests]


async def test_a_token_is_sent_as_a_bearer_token(client_for):
    server = Server(OK)

    await client_for(server).customers.get("cus_1")

    assert server.request.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_callable_is_asked_for_the_token_of_each_attempt(client_for, clock):
    server = Server(BUSY, OK)
    tokens = iter(["one", "two", "three"])

    await client_for(server, token=lambda: next(tokens)).customers.get("cus_1")

    assert sent(server, "authorization") == ["Bearer one", "Bearer two"]


async def test_a_callable_of_the_colour_of_the_client_is_asked_for_the_token(client_for, clock):
    server = Server(BUSY, OK)
    tokens = iter(["one", "two", "three"])

    async def token():
        return next(tokens)

    await client_for(server, token=token).customers.get("cus_1")

    assert sent(server, "authorization") == ["Bearer one", "Bearer two"]


async def test_token_none_sends_no_authorization(client_for):
    server = Server(page([]))

    await client_for(server, token=None).currencies.list()

    assert "authorization" not in server.request.headers


BAD_TOKENS = [
    "",
    "Bearer canary",
    "bearer canary",
    "canary 1",
    "canary\n",
    "\tcanary",
    "canary\x00",
    "canary\x7f",
    "canary\xe4",
]


@pytest.mark.parametrize("token", BAD_TOKENS)
async def test_a_token_that_no_header_can_hold_is_refused_without_showing_it(client_for, token):
    with pytest.raises(ValueError, match="token must") as caught:
        client_for(Server(OK), token=token)

    assert "canary" not in str(caught.value)


async def test_a_token_is_given_without_the_name_of_its_scheme(client_for):
    with pytest.raises(ValueError, match="token must leave out 'Bearer '"):
        client_for(Server(OK), token="Bearer canary")


async def test_an_api_key_that_no_tenant_has_may_be_of_another_server(client_for):
    client = client_for(Server(problem(401, "Invalid credentials")), base_url="http://a.example:81")
    hint = "no tenant of a.example:81 has this API key: is it of another server, or deleted?"

    with pytest.raises(UnauthorizedError) as caught:
        await client.customers.get("cus_1")

    assert caught.value.message == f"Invalid credentials ({hint})"


async def test_an_api_key_that_has_ended_is_known_to_the_server(client_for):
    client = client_for(Server(problem(401, "API key has expired")))

    with pytest.raises(UnauthorizedError) as caught:
        await client.customers.get("cus_1")

    assert caught.value.message == "API key has expired"


async def test_a_masked_token_is_refused(client_for):
    server = Server(OK)
    masked = "this is a masked secret.*secrets=True"

    with pytest.raises(ValueError, match=f"token: {masked}"):
        client_for(server, token="********")
    with pytest.raises(ValueError, match=f"token: {masked}"):
        client_for(server).with_options(token="********")
    with pytest.raises(ValueError, match=f"token: {masked}"):
        await client_for(server, token=lambda: "********").customers.get("cus_1")
    with pytest.raises(ValueError, match=f"refresh_token: {masked}"):
        await client_for(server).auth.refresh(refresh_token="********")
    assert server.requests == []


@pytest.mark.parametrize("token", [b"canary", 5, ["canary"]])
async def test_a_token_of_another_type_is_refused_without_showing_it(client_for, token):
    with pytest.raises(TypeError, match="token must") as caught:
        client_for(Server(OK), token=token)

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("token", BAD_TOKENS)
async def test_a_bad_token_from_a_callable_is_refused_before_anything_is_sent(client_for, token):
    server = Server(OK)

    with pytest.raises(ValueError, match="token must") as caught:
        await client_for(server, token=lambda: token).customers.get("cus_1")

    assert server.requests == []
    assert "canary" not in str(caught.value)


async def test_a_callable_that_returns_none_is_named(client_for):
    server = Server(OK)

    with pytest.raises(MissingTokenError, match="token returned None") as caught:
        await client_for(server, token=lambda: None).customers.get("cus_1")

    assert server.requests == []
    assert caught.value.route == "/customers/{customer_id}"
    assert not caught.value.may_have_been_applied


async def test_a_callable_that_returns_none_after_an_attempt_in_doubt_leaves_the_doubt(
    client_for, clock
):
    server = Server(BUSY)
    tokens = iter(["one", None])

    with pytest.raises(MissingTokenError, match="may have been applied") as caught:
        await client_for(server, token=lambda: next(tokens)).customers.delete("cus_1")

    assert caught.value.may_have_been_applied
    assert len(caught.value.request_id) == 32
    assert len(server.requests) == 1


async def test_a_callable_may_return_none_where_no_token_is_needed(client_for):
    server = Server(page([]))

    await client_for(server, token=lambda: None).currencies.list()

    assert "authorization" not in server.request.headers


@pytest.mark.parametrize("token", [None, lambda: None])
async def test_a_refused_login_is_not_told_of_a_token(client_for, token):
    with pytest.raises(UnauthorizedError, match=r"^401: No \[POST /auth/login\]$"):
        await client_for(Server(problem(401)), token=token).auth.login(email="a@b.c", password="x")


@pytest.mark.parametrize("options", [{"token": None}, {"token": os.environ.get("NEVER_SET")}, {}])
async def test_a_refusal_without_a_token_names_the_likely_cause(client_for, options):
    client = client_for(Server(problem(401)), **{"token": None, **options})

    with pytest.raises(UnauthorizedError, match=r"os\.environ\.get\(\) returns") as caught:
        await client.customers.get("cus_1")

    assert "auth.login()" not in str(caught.value)


async def test_a_refusal_without_a_token_says_that_a_login_token_is_needed(client_for):
    with pytest.raises(UnauthorizedError, match=r"auth\.login\(\).*os\.environ\.get\(\)"):
        await client_for(Server(problem(401)), token=None).tenants.get_me()


@pytest.mark.parametrize("token", [b"canary", 5])
async def test_a_callable_must_return_a_str(client_for, token):
    server = Server(OK)

    with pytest.raises(TypeError, match="token must"):
        await client_for(server, token=lambda: token).customers.get("cus_1")

    assert server.requests == []


async def test_what_the_token_callable_raises_reaches_the_caller(client_for):
    server = Server(OK)

    def broken():
        raise LookupError("no token in the vault")

    with pytest.raises(LookupError, match="vault"):
        await client_for(server, token=broken).customers.get("cus_1")

    assert server.requests == []


@pytest.mark.parametrize(("deadline", "error"), [(10, NovaBillingTimeoutError), (60, TimeoutError)])
async def test_a_token_callable_that_times_out_after_the_deadline_ends_the_call(
    client_for, clock, deadline, error
):
    def token():
        clock.now += 30
        raise TimeoutError("the vault is slow")

    server = Server(OK)
    with pytest.raises(error) as caught:
        await client_for(server, token=token, deadline=deadline, max_retries=0).customers.get("c")

    assert type(caught.value) is error
    assert server.requests == []


async def test_a_token_is_never_read_from_the_environment(client_for, monkeypatch):
    for name in ("TOKEN", "NOVABILLING_TOKEN", "NOVABILLING_API_KEY"):
        monkeypatch.setitem(os.environ, name, "sk_of_the_environment")
    server = Server(page([]))

    await client_for(server, token=None).currencies.list()

    assert "authorization" not in server.request.headers


async def test_a_copy_can_have_another_token(client_for):
    server = Server(page([]))
    client = client_for(server)

    await client.with_options(token="other").customers.list()
    await client.with_options(token=None).customers.list()
    await client.customers.list()

    assert sent(server, "authorization") == ["Bearer other", None, f"Bearer {TOKEN}"]


@pytest.mark.parametrize("token", BAD_TOKENS)
async def test_a_copy_with_a_bad_token_is_refused_without_showing_it(client_for, token):
    client = client_for(Server(OK))

    with pytest.raises(ValueError, match="token must") as caught:
        client.with_options(token=token)

    assert "canary" not in str(caught.value)
