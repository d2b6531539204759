from __future__ import annotations

import copy
import logging
import pickle

import httpx
import pytest

from tests.support import Server

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token
PASSWORD = "canary-password"
MOMENT = "2026-11-22T18:54:51.406Z"


def inside(thing):
    """Yield the reprs of an object of the package and of all that hangs on it."""
    yield repr(thing)
    if hasattr(thing, "__rich_repr__"):
        yield repr(list(thing.__rich_repr__()))
    if type(thing).__module__.startswith("novabilling"):
        yield repr(getattr(thing, "__dict__", None))
        parts = (
            thing if isinstance(thing, tuple) else vars(thing).values() if has_vars(thing) else ()
        )
        for part in parts:
            yield from inside(part)


def has_vars(thing):
    return hasattr(thing, "__dict__")


TENANT = {
    "id": "ten_1",
    "name": "Ada Ltd",
    "slug": "ada",
    "email": "a@b.c",
    "isActive": True,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
    "apiKey": "hidden-key",
    "webhookUrl": "https://ada.example/hook",
    "webhookSecret": "hidden-webhook",
}
API_KEY = {"id": "k", "key": "hidden-key", "name": "CI", "scopes": [], "createdAt": MOMENT}
PAIR = {"accessToken": "hidden-access", "refreshToken": "hidden-refresh"}


async def get_tenant(client):
    return await client.tenants.get_me()


async def create_key(client):
    return await client.api_keys.create(name="CI", scopes=[])


async def log_in(client):
    return await client.auth.login(email="a@b.c", password=PASSWORD)


async def sign_up(client):
    return await client.auth.register(
        name="A", email="a@b.c", password=PASSWORD, company_name="Ada Ltd"
    )


async def renew(client):
    return await client.auth.refresh(refresh_token=PASSWORD)


async def get_webhooks(client):
    return await client.webhooks.list()


async def get_keys(client):
    return await client.api_keys.list()


HANDED_OUT = [
    (get_tenant, TENANT, ["hidden-key", "hidden-webhook"]),
    (create_key, API_KEY, ["hidden-key"]),
    (log_in, {**PAIR, "tenant": TENANT}, ["hidden-access", "hidden-refresh", "hidden-webhook"]),
    (
        sign_up,
        {**PAIR, "tenant": TENANT, "apiKey": "hidden-api-key"},
        ["hidden-access", "hidden-refresh", "hidden-api-key", "hidden-key", "hidden-webhook"],
    ),
    (renew, PAIR, ["hidden-access", "hidden-refresh"]),
    (get_webhooks, TENANT, ["hidden-webhook"]),
    (get_keys, [API_KEY], ["hidden-key"]),
]


@pytest.mark.parametrize(("call", "answer", "secrets"), HANDED_OUT)
async def test_what_the_server_hands_out_is_masked_in_every_repr(client_for, call, answer, secrets):
    got = await call(client_for(Server(httpx.Response(200, json=answer))))

    for shown in (repr(got), str(got), repr(got.data), f"{got.data}", repr([got]), repr(got.http)):
        assert "hidden" not in shown
    assert "********" in repr(got.data)


@pytest.mark.parametrize(("call", "answer", "secrets"), HANDED_OUT)
@pytest.mark.parametrize("duplicate", [lambda r: pickle.loads(pickle.dumps(r)), copy.deepcopy])
async def test_what_the_server_hands_out_survives_pickling_and_copying(
    client_for, call, answer, secrets, duplicate
):
    got = await call(client_for(Server(httpx.Response(200, json=answer))))

    again = duplicate(got)

    assert again.data == got.data
    assert type(again.data) is type(got.data)
    for secret in secrets:
        assert secret in str(values(again.data))
    assert CANARY.encode() not in pickle.dumps(got)


def values(data):
    """Return the values of a struct, also of those inside, as its repr would not."""
    if isinstance(data, list):
        return [values(item) for item in data]
    if hasattr(data, "__struct_fields__"):
        return [values(getattr(data, name)) for name in data.__struct_fields__]
    return data


@pytest.mark.parametrize(("call", "answer", "secrets"), HANDED_OUT)
async def test_what_the_server_hands_out_is_not_logged(client_for, caplog, call, answer, secrets):
    caplog.set_level(logging.DEBUG, "novabilling")

    await call(client_for(Server(httpx.Response(200, json=answer))))

    logged = [vars(record) for record in caplog.records if record.name == "novabilling"]
    assert logged
    assert "hidden" not in repr(logged)
    assert CANARY not in repr(logged)


async def test_a_secret_that_is_not_there_is_not_masked(client_for):
    answer = {**TENANT, "apiKey": None, "webhookSecret": None}

    got = await get_tenant(client_for(Server(httpx.Response(200, json=answer))))

    assert "api_key=None" in repr(got)
    assert "name='Ada Ltd'" in repr(got)
