from __future__ import annotations

import json
import pickle
from decimal import Decimal

import httpx
import msgspec
import pytest

from novabilling import ResponseDecodeError, types
from novabilling._words.fields import Model
from novabilling._words.routes import Route
from tests.support import CUSTOMER, Server

pytestmark = pytest.mark.anyio

MOMENT = "2026-11-22T18:54:51.406Z"
MODELS = [
    value
    for value in (getattr(types, name) for name in types.__all__)
    if isinstance(value, type) and issubclass(value, Model)
]


def kinds(annotation):
    """Return the parts of an annotation: those of Optional[List[X]] are Optional, List and X."""
    parts = getattr(annotation, "__args__", ())
    return [annotation, *(kind for part in parts for kind in kinds(part))]


def sample(of):
    """Make up the least that can be read as this type, from its annotations."""
    if of is str:
        return "x"
    if of in (int, Decimal):
        return 1
    if of is bool:
        return True
    if isinstance(of, type) and issubclass(of, msgspec.Struct):
        fields = msgspec.structs.fields(of)
        return {field.encode_name: sample(field.type) for field in fields if field.required}
    if getattr(of, "__origin__", None) in (list, tuple):
        return []
    if getattr(of, "__origin__", None) is dict:
        return {}
    special = {"Percentage": "1%", "Word": "word"}
    return special.get(getattr(of, "__name__", ""), MOMENT)


MONEY = [
    (of, field)
    for of in MODELS
    for field in msgspec.structs.fields(of)
    if Decimal in kinds(field.type)
]


def test_money_is_looked_for_in_all_results():
    found = {f"{of.__name__}.{field.name}" for of, field in MONEY}

    assert len(MODELS) > 20
    assert {"Invoice.amount", "PlanPrice.amount", "Plan.minimum_commitment"} <= found
    assert {"TenantUsage.total_revenue", "MrrByPlan.mrr", "Customer.total_spent"} <= found


async def read(client_for, of, body):
    """Read an answer as a result of this type."""
    server = Server(httpx.Response(200, content=body))
    return (await client_for(server).customers._get(of, Route("/x"))).data


def with_amount(of, field, text):
    whole = {**sample(of), field.encode_name: "AMOUNT"}
    return json.dumps(whole).replace('"AMOUNT"', text)


def case_id(value):
    return getattr(value, "__name__", None) or getattr(value, "name", None)


@pytest.mark.parametrize(("of", "field"), MONEY, ids=case_id)
@pytest.mark.parametrize(
    "text",
    [
        *('"NaN"', '"sNaN"', '"Infinity"', '"-Infinity"'),
        *('"1E31"', '"1E-31"', '"1E+999999"', '"0E-999"'),
        *("1e31", "1e-31", "1e400", "-1e999", "1" + "0" * 31),
    ],
)
async def test_money_that_cannot_be_is_refused_everywhere(client_for, of, field, text):
    with pytest.raises(ResponseDecodeError):
        await read(client_for, of, with_amount(of, field, text))


@pytest.mark.parametrize(("of", "field"), MONEY, ids=case_id)
@pytest.mark.parametrize("text", ['"ten"', '""', "true", "[]", '"1,5"'])
async def test_money_that_is_no_number_is_refused_everywhere(client_for, of, field, text):
    with pytest.raises(ResponseDecodeError):
        await read(client_for, of, with_amount(of, field, text))


@pytest.mark.parametrize(("of", "field"), MONEY, ids=case_id)
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ('"9999.99"', "9999.99"),
        ("30001.5", "30001.5"),
        ("0.1", "0.1"),
        ("-5", "-5"),
        ("0", "0"),
        ("12345678901234567.89", "12345678901234567.89"),
        ('"0.30000000000000000000000000001"', "0.30000000000000000000000000001"),
        ("1e3", "1000"),
        ("1e30", "1e30"),
        ('"1e-30"', "1e-30"),
    ],
)
async def test_money_is_exact_everywhere(client_for, of, field, text, amount):
    found = getattr(await read(client_for, of, with_amount(of, field, text)), field.name)

    assert type(found) is Decimal
    assert found == Decimal(amount)


SUBSCRIPTION = {
    "id": "sub_1",
    "customerId": "cus_1",
    "planId": "plan_1",
    "status": "ACTIVE",
    "currency": "NGN",
    "billingTiming": "IN_ADVANCE",
    "currentPeriodStart": MOMENT,
    "currentPeriodEnd": MOMENT,
    "startedAt": MOMENT,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
INVOICE = {
    "id": "inv_1",
    "invoiceNumber": "INV-1",
    "customerId": "cus_1",
    "amount": "10",
    "currency": "NGN",
    "status": "DRAFT",
    "dueDate": MOMENT,
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}
PAYMENT = {
    "id": "pay_1",
    "invoiceId": "inv_1",
    "provider": "Paystack NG",
    "amount": 10,
    "currency": "NGN",
    "status": "PENDING",
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
}


@pytest.mark.parametrize(
    ("of", "body", "wire", "word"),
    [
        ("Subscription", SUBSCRIPTION, "ACTIVE", "active"),
        ("Subscription", SUBSCRIPTION, "PAST_DUE", "past_due"),
        ("Subscription", SUBSCRIPTION, "EXPIRED", "expired"),
        ("Subscription", SUBSCRIPTION, "FROZEN_SOLID", "frozen_solid"),
        ("Subscription", SUBSCRIPTION, "", ""),
        ("Invoice", INVOICE, "DRAFT", "draft"),
        ("Invoice", INVOICE, "PENDING", "finalized"),
        ("Invoice", INVOICE, "PAID", "paid"),
        ("Invoice", INVOICE, "FAILED", "failed"),
        ("Invoice", INVOICE, "CANCELED", "void"),
        ("Invoice", INVOICE, "Written_Off", "written_off"),
        ("Payment", PAYMENT, "PENDING", "pending"),
        ("Payment", PAYMENT, "PROCESSING", "processing"),
        ("Payment", PAYMENT, "SUCCEEDED", "successful"),
        ("Payment", PAYMENT, "FAILED", "failed"),
        ("Payment", PAYMENT, "REFUNDED", "refunded"),
        ("Payment", PAYMENT, "DISPUTED", "disputed"),
    ],
)
async def test_a_word_arrives_as_the_public_one_in_a_plain_str(client_for, of, body, wire, word):
    found = await read(client_for, getattr(types, of), json.dumps({**body, "status": wire}))

    assert found.status == word
    assert type(found.status) is str
    assert f"{found.status}" == word
    assert json.dumps(found.status) == f'"{word}"'
    assert type(pickle.loads(pickle.dumps(found)).status) is str


@pytest.mark.parametrize("word", [5, None, ["ACTIVE"], {"a": 1}])
async def test_a_word_that_is_no_text_is_refused(client_for, word):
    with pytest.raises(ResponseDecodeError):
        await read(client_for, types.Subscription, json.dumps({**SUBSCRIPTION, "status": word}))


async def test_free_text_is_returned_unchanged(client_for):
    found = await read(client_for, types.Payment, json.dumps(PAYMENT))

    assert found.provider == "Paystack NG"


async def test_words_inside_other_results_are_translated_as_well(client_for):
    body = {**CUSTOMER, "invoices": [{**INVOICE, "status": "PENDING"}]}

    found = await read(client_for, types.Customer, json.dumps(body))

    assert [invoice.status for invoice in found.invoices] == ["finalized"]


@pytest.mark.parametrize("of", MODELS, ids=case_id)
async def test_every_result_ignores_fields_that_it_does_not_know(client_for, of):
    least = sample(of)

    found = await read(client_for, of, json.dumps({**least, "zz": {"a": [1]}, "data": None}))

    assert found == await read(client_for, of, json.dumps(least))


@pytest.mark.parametrize("of", MODELS, ids=case_id)
async def test_every_result_can_be_pickled(client_for, of):
    found = await read(client_for, of, json.dumps(sample(of)))

    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize("of", MODELS, ids=case_id)
async def test_every_result_is_found_inside_data(client_for, of):
    least = sample(of)

    found = await read(client_for, of, json.dumps({"data": least}))

    assert found == await read(client_for, of, json.dumps(least))
