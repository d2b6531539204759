from __future__ import annotations

import pytest

from novabilling import BadRequestError, NotFoundError, UnauthorizedError
from novabilling.types import Message, PaymentMethod
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

NEW = {"customer_id": "cus_1", "provider": "MyOwn Provider", "token_id": "pm_tok_1"}

CASES = [
    Case(
        lambda c: c.create(**NEW),
        "POST /api/payment-methods",
        {"customerId": "cus_1", "provider": "MyOwn Provider", "tokenId": "pm_tok_1"},
        "payment-method-create-minimal",
        PaymentMethod,
    ),
    Case(
        lambda c: c.create(
            **NEW,
            type="bank_account",
            last4="4242",
            brand=None,
            exp_month=12,
            exp_year=2031,
            cardholder_name="Chidi Okafor",
            country="NG",
        ),
        "POST /api/payment-methods",
        {
            "customerId": "cus_1",
            "provider": "MyOwn Provider",
            "tokenId": "pm_tok_1",
            "type": "BANK_ACCOUNT",
            "last4": "4242",
            "brand": None,
            "expMonth": 12,
            "expYear": 2031,
            "cardholderName": "Chidi Okafor",
            "country": "NG",
        },
        "payment-method-create",
        PaymentMethod,
    ),
    Case(
        lambda c: c.get_by_customer("cus_1"),
        "GET /api/payment-methods/customer/cus_1",
        None,
        "payment-methods-list",
        [PaymentMethod],
    ),
    Case(
        lambda c: c.get("pm_1"),
        "GET /api/payment-methods/pm_1",
        None,
        "payment-method-get",
        PaymentMethod,
    ),
    Case(
        lambda c: c.delete(payment_method_id="pm_1"),
        "DELETE /api/payment-methods/pm_1",
        None,
        "payment-method-delete-default",
        Message,
    ),
    Case(
        lambda c: c.set_default("pm_1"),
        "PATCH /api/payment-methods/pm_1/set-default",
        {},
        "payment-method-set-default",
        PaymentMethod,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).payment_methods)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_payment_method_has_a_public_type_and_its_flag(client_for):
    server = Server(recorded("payment-method-create"))

    method = (await client_for(server).payment_methods.get("pm_1")).data

    assert method.type == "card"
    assert method.is_default is True
    assert (method.exp_month, method.exp_year, method.last4) == (12, 2031, "4242")


async def test_the_default_comes_first(client_for):
    server = Server(recorded("payment-methods-list"))

    found = await client_for(server).payment_methods.get_by_customer("cus_1")

    assert [method.is_default for method in found] == [
        row["isDefault"] for row in body_of("payment-methods-list")
    ]
    assert found.data[0].is_default


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_an_api_key_is_refused_with_the_advice_to_log_in(client_for, case):
    server = Server(recorded("payment-method-get-with-api-key"))

    with pytest.raises(UnauthorizedError, match=r"^401: Unauthorized \(.*login token") as caught:
        await case.call(client_for(server).payment_methods)

    assert "auth.login()" in caught.value.message


async def test_other_errors_do_not_advise_to_log_in(client_for):
    server = Server(problem(404, "Payment method not found"))

    with pytest.raises(NotFoundError) as caught:
        await client_for(server).payment_methods.get("pm_1")

    assert caught.value.message == "Payment method not found"


async def test_a_token_that_is_stored_already_is_a_bad_request(client_for):
    server = Server(problem(400, "Payment method already exists"))

    with pytest.raises(BadRequestError, match="already exists"):
        await client_for(server).payment_methods.create(**NEW)


@pytest.mark.parametrize("wrong", [{"exp_month": 1.5}, {"exp_year": "2031"}, {"last4": 4242}])
async def test_an_argument_of_another_type_is_refused(client_for, wrong):
    server = Server(recorded("payment-method-create"))

    with pytest.raises(TypeError, match=f"^{next(iter(wrong))} must be"):
        await client_for(server).payment_methods.create(**NEW, **wrong)

    assert server.requests == []
