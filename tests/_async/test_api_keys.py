from __future__ import annotations

from datetime import date

import pytest

from novabilling.types import ApiKey, Message
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/tenants/me/api-keys", None, "api-key-list", [ApiKey]),
    Case(
        lambda c: c.create(name="Production", scopes=["read", "write"]),
        "POST /api/tenants/me/api-keys",
        {"name": "Production", "scopes": ["read", "write"]},
        "api-key-create",
        ApiKey,
    ),
    Case(
        lambda c: c.create(name="Short", scopes=[], expires_at=date(2027, 1, 1)),
        "POST /api/tenants/me/api-keys",
        {"name": "Short", "scopes": [], "expiresAt": "2027-01-01"},
        "api-key-create-expiring",
        ApiKey,
    ),
    Case(
        lambda c: c.create(name="Short", scopes=[], expires_at=None),
        "POST /api/tenants/me/api-keys",
        {"name": "Short", "scopes": [], "expiresAt": None},
        "api-key-create-null-expiry",
        ApiKey,
    ),
    Case(
        lambda c: c.delete("key_1"),
        "DELETE /api/tenants/me/api-keys/key_1",
        None,
        "api-key-delete",
        Message,
    ),
    Case(
        lambda c: c.delete(api_key_id="key_1"),
        "DELETE /api/tenants/me/api-keys/key_1",
        None,
        "api-key-delete",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).api_keys)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_new_key_is_whole_and_masked_in_its_repr(client_for):
    server = Server(recorded("api-key-create"))

    created = await client_for(server).api_keys.create(name="Production", scopes=[])

    assert created.data.key == body_of("api-key-create")["key"]
    assert created.data.key not in repr(created)


async def test_listed_keys_say_when_they_were_used_and_when_they_expire(client_for):
    keys = (await client_for(Server(recorded("api-key-list"))).api_keys.list()).data

    assert keys[0].last_used is keys[0].expires_at is None
    assert keys[1].last_used is not None
    assert keys[2].expires_at.year == 2020
