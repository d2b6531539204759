from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import httpx
import pytest

from novabilling import BadRequestError
from novabilling.sandbox import Sandbox
from novabilling.types import Payment
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, page

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/payments", None, "payments-list", [Payment]),
    Case(
        lambda c: c.list(
            status="successful",
            provider="My Own",
            invoice_id="inv_1",
            date_from=date(2026, 1, 1),
            date_to="2026-02-01",
            page=2,
            limit=20,
        ),
        "GET /api/payments?status=SUCCEEDED&provider=My%20Own&invoiceId=inv_1"
        "&dateFrom=2026-01-01&dateTo=2026-02-01&page=2&limit=20",
        None,
        "payments-list",
        [Payment],
    ),
    Case(
        lambda c: c.create(
            invoice_id="inv_1", provider="cash", amount=500, currency="ngn", status="successful"
        ),
        "POST /api/payments",
        {
            "invoiceId": "inv_1",
            "provider": "cash",
            "amount": 500,
            "currency": "NGN",
            "status": "SUCCEEDED",
        },
        "payment-create-succeeded",
        Payment,
    ),
    Case(
        lambda c: c.create(
            invoice_id="inv_1",
            provider="paystack",
            amount=Decimal("0.5"),
            currency="NGN",
            status="failed",
            provider_transaction_id="txn_1",
            failure_reason="No funds",
            created_at="2026-01-01",
        ),
        "POST /api/payments",
        {
            "invoiceId": "inv_1",
            "provider": "paystack",
            "amount": 0.5,
            "currency": "NGN",
            "status": "FAILED",
            "providerTransactionId": "txn_1",
            "failureReason": "No funds",
            "createdAt": "2026-01-01",
        },
        "payment-create-failed",
        Payment,
    ),
    Case(lambda c: c.get("pay_1"), "GET /api/payments/pay_1", None, "payment-get", Payment),
    Case(
        lambda c: c.get(payment_id="pay_1"),
        "GET /api/payments/pay_1",
        None,
        "payment-get",
        Payment,
    ),
    Case(
        lambda c: c.refund("pay_1"),
        "POST /api/payments/pay_1/refund",
        {},
        "payment-refund-full",
        Payment,
    ),
    Case(
        lambda c: c.refund("pay_1", amount=120.5, reason="Goodwill"),
        "POST /api/payments/pay_1/refund",
        {"amount": 120.5, "reason": "Goodwill"},
        "payment-refund-partial",
        Payment,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).payments)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_payment_has_its_invoice_and_its_customer(client_for):
    payment = (await client_for(Server(recorded("payment-get"))).payments.get("pay_1")).data

    assert payment.status == "successful"
    assert payment.amount == Decimal(500)
    assert payment.provider == "manual"
    assert payment.invoice.status == "paid"
    assert payment.invoice.customer.external_id == "usr_1001"


async def test_the_pdf_url_of_a_payments_invoice_is_absolute(client_for):
    payment = (await client_for(Server(recorded("payment-get"))).payments.get("pay_1")).data

    path = body_of("payment-get")["invoice"]["pdfUrl"]
    assert payment.invoice.pdf_url == f"https://billing.example{path}"


async def test_a_refund_keeps_its_amount(client_for):
    server = Server(recorded("payment-refund-partial"))

    payment = (await client_for(server).payments.refund("pay_1", amount=120.5)).data

    assert payment.status == "refunded"
    assert payment.metadata["refundAmount"] == 120.5
    assert payment.refunded_amount == Decimal("120.5")


@pytest.mark.parametrize("amount", [0, 0.0, Decimal("0.00"), -0.0, -1, Decimal("-0.01")])
async def test_a_refund_of_nothing_is_refused_before_it_uses_up_the_only_one(client_for, amount):
    server = Server(recorded("payment-refund-partial"))

    with pytest.raises(ValueError, match=r"^amount must be above 0"):
        await client_for(server).payments.refund("pay_1", amount=amount)

    assert server.requests == []


@pytest.mark.parametrize(
    ("stored", "amount"),
    [
        ('{"refundAmount": 0.1}', "0.1"),
        ('{"refundAmount": 19.99}', "19.99"),
        ('{"refundAmount": 120}', "120"),
        ('{"refundAmount": 99999999999.99}', "99999999999.99"),
        ('{"refundAmount": 0}', "0"),
        ('{"refundAmount": "120.50"}', "120.50"),
        ('{"refundAmount": "all of it"}', None),
        ('{"refundAmount": true}', None),
        ('{"refundAmount": null}', None),
        ('{"refundAmount": [5]}', None),
        ('{"refundReason": "Goodwill"}', None),
        ("{}", None),
        ("null", None),
    ],
)
async def test_the_refunded_amount_is_exact_wherever_a_payment_stands(client_for, stored, amount):
    payment = {**body_of("payment-refund-partial"), "metadata": json.loads(stored)}
    invoice = {**body_of("invoice-get"), "payments": [payment]}
    expected = None if amount is None else Decimal(amount)

    one = await client_for(Server(httpx.Response(200, json=payment))).payments.get("pay_1")
    parent = await client_for(Server(httpx.Response(200, json=invoice))).invoices.get("inv_1")

    for found in [one.data, *parent.data.payments]:
        assert found.refunded_amount == expected
        assert isinstance(found.refunded_amount, (Decimal, type(None)))


async def test_a_payment_that_was_not_refunded_has_no_refunded_amount(client_for):
    payment = (await client_for(Server(recorded("payment-get"))).payments.get("pay_1")).data

    assert payment.refunded_amount is None


async def test_iter_sends_the_filters_with_every_page(client_for):
    row = body_of("payment-get")
    server = Server(page([row], totalPages=2), page([{**row, "id": "pay_2"}], totalPages=2))
    payments = client_for(server).payments

    filters = {
        "status": "successful",
        "provider": "cash",
        "invoice_id": "inv_1",
        "date_from": "2026-01-01",
        "date_to": "2026-02-01",
    }
    found = [payment.id async for payment in payments.iter(**filters)]

    query = "status=SUCCEEDED&provider=cash&invoiceId=inv_1&dateFrom=2026-01-01&dateTo=2026-02-01"
    assert found == [row["id"], "pay_2"]
    assert server.paths == [
        f"GET /api/payments?{query}&page=1&limit=100",
        f"GET /api/payments?{query}&page=2&limit=100",
    ]


# The payments of one customer

START = datetime(2026, 3, 1, tzinfo=timezone.utc)


def payment(number, *, days=0, **fields):
    """Make a payment of some days after the first of March."""
    body = body_of("payment-create-succeeded")
    del body["invoice"]
    created = (START + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {**body, "id": f"pay_{number}", "createdAt": created, **fields}


ROWS = [
    payment(1, days=3, status="SUCCEEDED", provider="cash", invoiceId="inv_a"),
    payment(2, days=0, status="FAILED", provider="paystack", invoiceId="inv_a"),
    payment(3, days=5, status="SUCCEEDED", provider="paystack", invoiceId="inv_b"),
    payment(4, days=1, status="REFUNDED", provider="cash", invoiceId="inv_b"),
]


def of_customer():
    """Answer with the payments of a customer, by invoice as the real server does."""
    return Server(httpx.Response(200, json=ROWS))


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [3, 1, 4, 2]),
        ({"status": "successful"}, [3, 1]),
        ({"status": "SUCCEEDED"}, [3, 1]),
        ({"status": "refunded"}, [4]),
        ({"status": "pending"}, []),
        ({"provider": "cash"}, [1, 4]),
        ({"provider": "Cash"}, []),
        ({"invoice_id": "inv_b"}, [3, 4]),
        ({"date_from": START + timedelta(days=1)}, [3, 1, 4]),
        ({"date_from": START + timedelta(days=1, microseconds=1)}, [3, 1]),
        ({"date_to": START + timedelta(days=1)}, [4, 2]),
        ({"date_to": START + timedelta(days=1, microseconds=-1)}, [2]),
        ({"date_from": date(2026, 3, 2)}, [3, 1, 4]),
        ({"date_to": date(2026, 3, 2)}, [4, 2]),
        ({"date_from": "2026-03-02", "date_to": "2026-03-05"}, [1, 4]),
        ({"date_from": "2026-03-02T03:00:00+03:00"}, [3, 1, 4]),
        ({"date_from": "2026-03-02T00:00:00"}, [3, 1, 4]),
        ({"date_from": "2026-03-02T00:00"}, [3, 1, 4]),
        ({"date_from": "2026-03-02T03:00+03:00"}, [3, 1, 4]),
        ({"date_from": "2026-03"}, [3, 1, 4, 2]),
        ({"date_from": "2026"}, [3, 1, 4, 2]),
        ({"date_to": "2026"}, []),
        ({"date_to": "2026-03-02T00:00:00"}, [4, 2]),
        ({"date_from": "2026-03-02T00:00:00.001Z"}, [3, 1]),
        ({"status": "successful", "provider": "paystack", "invoice_id": "inv_b"}, [3]),
        ({"status": "successful", "provider": "cash", "invoice_id": "inv_b"}, []),
    ],
    ids=str,
)
async def test_the_filters_are_applied_to_the_payments_of_a_customer(client_for, filters, numbers):
    server = of_customer()

    payments = await client_for(server).payments.list(customer_id="cus/1", **filters)

    assert [payment.id for payment in payments] == [f"pay_{n}" for n in numbers]
    assert payments.meta.total == len(numbers)
    assert server.paths == ["GET /api/customers/cus%2F1/payments"]


@pytest.mark.parametrize(
    ("paging", "numbers", "meta"),
    [
        ({}, [3, 1, 4, 2], (4, 1, 20, 1)),
        ({"limit": 3}, [3, 1, 4], (4, 1, 3, 2)),
        ({"limit": 3, "page": 2}, [2], (4, 2, 3, 2)),
        ({"limit": 2, "page": 2}, [4, 2], (4, 2, 2, 2)),
        ({"limit": 4}, [3, 1, 4, 2], (4, 1, 4, 1)),
        ({"page": 9}, [], (4, 9, 20, 1)),
        ({"limit": 1, "page": 3, "status": "successful"}, [], (2, 3, 1, 2)),
        ({"status": "processing"}, [], (0, 1, 20, 0)),
    ],
    ids=str,
)
async def test_the_payments_of_a_customer_are_paged_with_a_true_meta(
    client_for, paging, numbers, meta
):
    payments = await client_for(of_customer()).payments.list(customer_id="cus_1", **paging)

    assert [payment.id for payment in payments] == [f"pay_{n}" for n in numbers]
    found = payments.meta
    assert (found.total, found.page, found.limit, found.total_pages) == meta


async def test_the_payments_of_a_customer_have_no_invoice(client_for):
    payments = await client_for(of_customer()).payments.list(customer_id="cus_1")

    assert {payment.invoice for payment in payments} == {None}


async def test_iter_over_the_payments_of_a_customer_reads_once(client_for):
    server = of_customer()
    payments = client_for(server).payments

    found = [
        payment.id async for payment in payments.iter(customer_id="cus_1", status="successful")
    ]

    assert found == ["pay_3", "pay_1"]
    assert server.paths == ["GET /api/customers/cus_1/payments"]


@pytest.mark.parametrize("name", ["date_from", "date_to"])
@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", ""])
async def test_a_date_that_cannot_be_compared_is_refused_before_anything_is_sent(
    client_for, name, text
):
    server = of_customer()

    with pytest.raises(ValueError, match=f"^{name} must be an ISO 8601 date"):
        await client_for(server).payments.list(customer_id="cus_1", **{name: text})

    assert server.requests == []


async def test_a_second_refund_is_told_that_there_is_one():
    client = Sandbox().async_client()
    customer = await client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN"
    )
    invoice = await client.invoices.create(
        customer_id=customer.id,
        items=[{"description": "Rice", "amount": 15}],
        due_date="2027-02-28",
    )
    payment = await client.payments.create(
        invoice_id=invoice.id, provider="cash", amount=15, currency="NGN", status="successful"
    )
    with pytest.raises(BadRequestError, match="exceeds") as too_much:
        await client.payments.refund(payment.id, amount=16)
    await client.payments.refund(payment.id, amount=5)

    with pytest.raises(BadRequestError, match="refunded_amount") as again:
        await client.payments.refund(payment.id, amount=5)

    assert "this one may be used" in again.value.message
    assert "this one may be used" not in too_much.value.message


@pytest.mark.parametrize(
    ("name", "ours"), [("amount_refunded", "refunded_amount"), ("created", "created_at")]
)
async def test_a_name_that_others_have_for_a_field_is_told(client_for, name, ours):
    payment = await client_for(Server(recorded("payment-refund-partial"))).payments.get("pay_1")

    for holder in (payment, payment.data):
        with pytest.raises(AttributeError, match=f"'{name}'; it is '{ours}' here$"):
            getattr(holder, name)
        with pytest.raises(AttributeError, match=r"'amount_due_soon'$"):
            holder.amount_due_soon  # noqa: B018
    assert not hasattr(payment.data, name)
    assert name not in dir(payment)
