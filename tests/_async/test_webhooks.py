from __future__ import annotations

import json

import httpx
import pytest

from novabilling import BadRequestError, NovaBillingError, ServerError
from novabilling.types import Message, Webhook
from tests.samples import body_of
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

URL = "https://yourapp.example/hooks"


def tenant(**fields):
    """Answer with the tenant."""
    return httpx.Response(200, json={**body_of("tenant-get"), **fields})


STORED = {"webhookEvents": ["invoice.paid", "payment.succeeded", "quote.sent"], "other": 1}


async def test_list_shows_the_webhook_of_the_tenant_in_public_words(client_for):
    server = Server(tenant(webhookUrl=URL, settings=STORED))

    webhooks = await client_for(server).webhooks.list()

    body = body_of("tenant-get")
    assert server.paths == ["GET /api/tenants/me"]
    assert webhooks.data == [
        Webhook(
            id=body["id"],
            url=URL,
            events=["invoice.paid", "payment.successful", "quote.sent"],
            status="active",
            secret=body["webhookSecret"],
        )
    ]
    assert (webhooks.meta.total, webhooks.meta.total_pages) == (1, 1)


@pytest.mark.parametrize("url", [None, ""])
async def test_list_is_empty_without_a_url(client_for, url):
    webhooks = await client_for(Server(tenant(webhookUrl=url))).webhooks.list()

    assert webhooks.data == []
    assert webhooks.meta.total == 0


@pytest.mark.parametrize("settings", [None, {}, {"webhookEvents": None}, {"webhookEvents": []}])
async def test_a_webhook_that_was_set_elsewhere_has_no_events(client_for, settings):
    server = Server(tenant(webhookUrl=URL, settings=settings))

    assert (await client_for(server).webhooks.list()).data[0].events == []


@pytest.mark.parametrize("stored", ["invoice.paid", 5, {"a": 1}, [5, None, "invoice.paid"], True])
async def test_settings_that_hold_something_else_do_not_break_the_list(client_for, stored):
    server = Server(tenant(webhookUrl=URL, settings={"webhookEvents": stored}))

    found = (await client_for(server).webhooks.list()).data

    assert found[0].events == (["invoice.paid"] if isinstance(stored, list) else [])


async def test_create_stores_url_and_wire_words_and_reads_id_and_secret(client_for):
    server = Server(
        tenant(webhookUrl=URL), tenant(webhookUrl=URL, settings={"webhookEvents": ["a.b"]})
    )

    created = await client_for(server).webhooks.create(
        url=URL, events=["invoice.finalized", "payment.successful", "my.own"]
    )

    assert server.paths == ["PATCH /api/tenants/me", "GET /api/tenants/me"]
    assert json.loads(server.requests[0].content) == {
        "webhookUrl": URL,
        "settings": {"webhookEvents": ["invoice.finalized", "payment.succeeded", "my.own"]},
    }
    assert created.data.id == body_of("tenant-get")["id"]
    assert created.data.url == URL
    assert created.data.status == "active"
    assert created.data.secret == body_of("tenant-get")["webhookSecret"]


async def test_the_secret_is_masked_in_the_repr(client_for):
    created = await client_for(Server(tenant(webhookUrl=URL))).webhooks.list()

    assert created.data[0].secret not in repr(created) + repr(created.data)
    assert URL in repr(created.data)


@pytest.mark.parametrize("url", [None, 5, b"https://a.co"])
async def test_create_refuses_a_url_that_is_not_text(client_for, url):
    server = Server(tenant())

    with pytest.raises(TypeError, match=r"^url must be a str"):
        await client_for(server).webhooks.create(url=url, events=[])

    assert server.requests == []


async def test_create_that_is_refused_has_applied_nothing(client_for):
    server = Server(problem(400, "Webhook URL must not point to localhost"))

    with pytest.raises(BadRequestError) as caught:
        await client_for(server).webhooks.create(url="http://localhost", events=[])

    assert caught.value.may_have_been_applied is False


async def test_create_whose_secret_cannot_be_read_has_been_applied(client_for):
    server = Server(tenant(webhookUrl=URL), problem(500, "down"))

    with pytest.raises(ServerError) as caught:
        await client_for(server).webhooks.create(url=URL, events=[])

    assert caught.value.may_have_been_applied is True


async def test_create_whose_webhook_is_gone_says_so(client_for):
    server = Server(tenant(webhookUrl=URL), tenant(webhookUrl=None))

    with pytest.raises(NovaBillingError, match="another call removed it") as caught:
        await client_for(server).webhooks.create(url=URL, events=[])

    assert caught.value.may_have_been_applied is True


async def test_delete_clears_the_url_and_returns_a_message(client_for):
    server = Server(tenant(webhookUrl=None))

    deleted = await client_for(server).webhooks.delete()

    assert server.paths == ["PATCH /api/tenants/me"]
    assert server.body == {"webhookUrl": None}
    assert isinstance(deleted.data, Message)
