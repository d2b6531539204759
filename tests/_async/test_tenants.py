from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling import UnauthorizedError
from novabilling.types import Message, Tenant, TenantUsage
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.get_me(), "GET /api/tenants/me", None, "tenant-get", Tenant),
    Case(
        lambda c: c.update_me(name="n", email="a@b.co", webhook_url=None, settings={"my_key": 1}),
        "PATCH /api/tenants/me",
        {"name": "n", "email": "a@b.co", "webhookUrl": None, "settings": {"my_key": 1}},
        "tenant-update-all",
        Tenant,
    ),
    Case(lambda c: c.update_me(), "PATCH /api/tenants/me", {}, "tenant-update-empty", Tenant),
    Case(
        lambda c: c.get_usage(),
        "GET /api/tenants/me/usage",
        None,
        "tenant-usage-empty",
        TenantUsage,
    ),
    Case(
        lambda c: c.test_smtp(to="a@b.co"),
        "POST /api/tenants/me/smtp/test",
        {"to": "a@b.co"},
        "smtp-test-none-configured",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).tenants)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_the_tenant_has_its_key_and_its_webhook_secret(client_for):
    tenant = (await client_for(Server(recorded("tenant-get"))).tenants.get_me()).data

    assert tenant.api_key == body_of("tenant-get")["apiKey"]
    assert tenant.webhook_secret == body_of("tenant-get")["webhookSecret"]
    assert tenant.is_active is True
    assert tenant.settings == {"ownerName": "Ada Owner"}


async def test_an_updated_tenant_has_neither_key_nor_secret(client_for):
    tenant = (await client_for(Server(recorded("tenant-update-all"))).tenants.update_me()).data

    assert tenant.api_key is tenant.webhook_secret is tenant.last_login_at is None


async def test_the_revenue_of_the_usage_is_a_decimal(client_for):
    usage = (await client_for(Server(recorded("billing-usage"))).tenants.get_usage()).data

    assert usage.total_revenue == Decimal(body_of("billing-usage")["totalRevenue"])
    assert usage.customers == body_of("billing-usage")["customers"]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.tenants.get_me(),
        lambda client: client.tenants.update_me(),
        lambda client: client.tenants.get_usage(),
        lambda client: client.tenants.test_smtp(to="a@b.co"),
        lambda client: client.api_keys.list(),
        lambda client: client.api_keys.create(name="n", scopes=[]),
        lambda client: client.api_keys.delete("key_1"),
        lambda client: client.webhooks.list(),
        lambda client: client.webhooks.create(url="https://a.co", events=[]),
        lambda client: client.webhooks.delete(),
    ],
)
async def test_an_api_key_is_told_that_a_login_token_is_needed(client_for, call):
    with pytest.raises(UnauthorizedError) as caught:
        await call(client_for(Server(problem(401, "Unauthorized"))))

    assert caught.value.message.startswith("Unauthorized (")
    assert "login token" in caught.value.message
    assert "login token" in str(caught.value)


async def test_other_resources_give_no_hint_at_login_tokens(client_for):
    with pytest.raises(UnauthorizedError) as caught:
        await client_for(Server(problem(401, "Invalid credentials"))).customers.list()

    assert caught.value.message.startswith("Invalid credentials (no tenant of ")
