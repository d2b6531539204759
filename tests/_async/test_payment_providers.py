from __future__ import annotations

import json
import warnings

import httpx
import pytest

from novabilling import NovaBillingWarning, ServerError
from novabilling.types import Message, PaymentProvider, ProviderTest
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(
        lambda c: c.list(),
        "GET /api/payment-providers",
        None,
        "providers-list",
        [PaymentProvider],
    ),
    Case(
        lambda c: c.create(
            type="stripe",
            credentials={"secret_key": "sk", "publishableKey": "pk", "nested": {"my_key": 1}},
            active=False,
            priority=5,
        ),
        "POST /api/payment-providers",
        {
            "providerName": "stripe",
            "credentials": {"secretKey": "sk", "publishableKey": "pk", "nested": {"my_key": 1}},
            "isActive": False,
            "priority": 5,
        },
        "provider-create-stripe",
        PaymentProvider,
    ),
    Case(
        lambda c: c.create(type="MyOwn Provider", credentials={}),
        "POST /api/payment-providers",
        {"providerName": "MyOwn Provider", "credentials": {}},
        "provider-create-unsupported",
        PaymentProvider,
    ),
    Case(
        lambda c: c.get("pro_1"),
        "GET /api/payment-providers/pro_1",
        None,
        "provider-get",
        PaymentProvider,
    ),
    Case(
        lambda c: c.get(payment_provider_id="pro_1"),
        "GET /api/payment-providers/pro_1",
        None,
        "provider-get",
        PaymentProvider,
    ),
    Case(
        lambda c: c.delete("pro_1"),
        "DELETE /api/payment-providers/pro_1",
        None,
        "provider-delete-upper",
        Message,
    ),
    Case(
        lambda c: c.test_connection("pro_1"),
        "POST /api/payment-providers/pro_1/test",
        {},
        "provider-test-payu-no-internet",
        ProviderTest,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).payment_providers)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_the_type_and_the_name_of_a_provider_are_the_servers_one_name(client_for):
    server = Server(recorded("provider-get"))

    provider = (await client_for(server).payment_providers.get("pro_1")).data

    assert provider.type == "payu"
    assert provider.name == "payu"
    assert provider.active is True
    assert provider.priority == 1


async def test_the_type_of_a_provider_keeps_its_case(client_for):
    providers = (await client_for(Server(recorded("providers-list"))).payment_providers.list()).data

    assert [provider.type for provider in providers] == ["payu", "stripe", "PayU", "mpesa"]


async def test_a_failed_test_is_an_answer_and_no_error(client_for):
    server = Server(recorded("provider-test-payu-no-internet"))

    tested = (await client_for(server).payment_providers.test_connection("pro_1")).data

    assert tested == ProviderTest(success=False, message="Connection failed")


async def test_a_name_is_not_sent_and_a_warning_says_so(client_for):
    server = Server(recorded("provider-create-stripe"))

    with pytest.warns(NovaBillingWarning, match="cannot store a name") as caught:
        created = await client_for(server).payment_providers.create(
            type="stripe", name="Stripe Production", credentials={"secret_key": "sk"}
        )

    assert server.body == {"providerName": "stripe", "credentials": {"secretKey": "sk"}}
    assert created.data.name == "stripe"
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("arguments", [{}, {"name": None}], ids=["left out", "none"])
async def test_no_warning_without_a_name(client_for, arguments):
    server = Server(recorded("provider-create-stripe"))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client_for(server).payment_providers.create(
            type="stripe", credentials={}, **arguments
        )

    assert "name" not in server.body


@pytest.mark.parametrize("wrong", [None, "sk", ["sk"], 5])
@pytest.mark.parametrize(
    "call",
    [
        lambda c, wrong: c.create(type="stripe", credentials=wrong),
        lambda c, wrong: c.update("pro_1", credentials=wrong),
    ],
    ids=["create", "update"],
)
async def test_credentials_that_are_no_dict_are_refused_unseen(client_for, call, wrong):
    server = Server(recorded("provider-create-stripe"))

    with pytest.raises(TypeError, match="credentials must be a dict, not") as caught:
        await call(client_for(server).payment_providers, wrong)

    assert "sk" not in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, {"isActive": False, "priority": 7}),
        ({"active": True}, {"isActive": True, "priority": 7}),
        ({"priority": 2}, {"isActive": False, "priority": 2}),
        ({"active": True, "priority": 1}, {"isActive": True, "priority": 1}),
        ({"type": "x"}, {"providerName": "x", "isActive": False, "priority": 7}),
        (
            {"credentials": {"secret_key": "sk"}},
            {"credentials": {"secretKey": "sk"}, "isActive": False, "priority": 7},
        ),
    ],
    ids=str,
)
async def test_an_update_reads_first_and_sends_what_would_be_reset(client_for, changes, body):
    now = {**body_of("provider-get"), "isActive": False, "priority": 7}
    server = Server(httpx.Response(200, json=now), recorded("provider-update-deactivate"))

    updated = await client_for(server).payment_providers.update("pro_1", **changes)

    assert server.paths == [
        "GET /api/payment-providers/pro_1",
        "PATCH /api/payment-providers/pro_1",
    ]
    assert json.loads(server.requests[1].content) == body
    assert updated.data.priority == 7


async def test_a_bad_update_is_refused_before_anything_is_read(client_for):
    server = Server(recorded("provider-get"))

    with pytest.raises(TypeError, match=r"^active must be True or False"):
        await client_for(server).payment_providers.update("pro_1", active="no")

    assert server.requests == []


async def test_an_update_that_cannot_read_the_provider_applies_nothing(client_for):
    server = Server(problem(500, "down"))

    with pytest.raises(ServerError) as caught:
        await client_for(server).payment_providers.update("pro_1", active=True)

    assert [request.method for request in server.requests] == ["GET"]
    assert caught.value.may_have_been_applied is False
