from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

import httpx
import pytest

from novabilling.types import Checkout, Invoice, InvoiceItemDto, Message
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, page

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/invoices", None, "invoices-list", [Invoice]),
    Case(
        lambda c: c.list(
            customer_id="cus_1",
            status="finalized",
            date_from=date(2026, 1, 1),
            date_to="2026-02-01T00:00:00Z",
            page=1,
            limit=10,
        ),
        "GET /api/invoices?customerId=cus_1&status=PENDING&dateFrom=2026-01-01"
        "&dateTo=2026-02-01T00%3A00%3A00Z&page=1&limit=10",
        None,
        "invoices-list",
        [Invoice],
    ),
    Case(
        lambda c: c.create(
            customer_id="cus_1",
            items=[
                InvoiceItemDto(description="Pro Plan", amount=15000),
                {"description": "Calls", "unit_amount": Decimal("2.5"), "quantity": 500},
            ],
            due_date="2025-02-28T00:00:00Z",
        ),
        "POST /api/invoices",
        {
            "customerId": "cus_1",
            "items": [
                {"description": "Pro Plan", "unitAmount": 15000, "quantity": 1},
                {"description": "Calls", "unitAmount": 2.5, "quantity": 500},
            ],
            "dueDate": "2025-02-28T00:00:00Z",
        },
        "invoice-create",
        Invoice,
    ),
    Case(
        lambda c: c.create(
            customer_id="cus_1",
            items=[],
            due_date=date(2027, 2, 28),
            subscription_id="sub_1",
            status="paid",
            invoice_number="INV-1",
            currency="usd",
            paid_at=datetime(2026, 1, 2, tzinfo=timezone.utc),
            created_at="2026-01-01",
        ),
        "POST /api/invoices",
        {
            "customerId": "cus_1",
            "items": [],
            "dueDate": "2027-02-28",
            "subscriptionId": "sub_1",
            "status": "PAID",
            "invoiceNumber": "INV-1",
            "currency": "USD",
            "paidAt": "2026-01-02T00:00:00Z",
            "createdAt": "2026-01-01",
        },
        "invoice-create-full",
        Invoice,
    ),
    Case(lambda c: c.get("inv_1"), "GET /api/invoices/inv_1", None, "invoice-get", Invoice),
    Case(
        lambda c: c.get(invoice_id="inv_1"),
        "GET /api/invoices/inv_1",
        None,
        "invoice-get",
        Invoice,
    ),
    Case(
        lambda c: c.finalize("inv_1"),
        "POST /api/invoices/inv_1/finalize",
        {},
        "invoice-finalize",
        Invoice,
    ),
    Case(
        lambda c: c.void("inv_1"),
        "POST /api/invoices/inv_1/void",
        {},
        "invoice-void-draft",
        Invoice,
    ),
    Case(
        lambda c: c.mark_paid("inv_1"),
        "POST /api/invoices/inv_1/mark-paid",
        {},
        "invoice-mark-paid",
        Invoice,
    ),
    Case(
        lambda c: c.mark_paid("inv_1", payment_method="Bank Transfer"),
        "POST /api/invoices/inv_1/mark-paid",
        {"paymentMethod": "Bank Transfer"},
        "invoice-mark-paid-method",
        Invoice,
    ),
    Case(
        lambda c: c.create_checkout("inv_1"),
        "POST /api/invoices/inv_1/checkout",
        {},
        "invoice-checkout-payu",
        Checkout,
    ),
    Case(
        lambda c: c.create_checkout("inv_1", callback_url="https://example.com/return"),
        "POST /api/invoices/inv_1/checkout",
        {"callbackUrl": "https://example.com/return"},
        "invoice-checkout-payu",
        Checkout,
    ),
    Case(
        lambda c: c.send_email("inv_1"),
        "POST /api/invoices/inv_1/send-email",
        {},
        "invoice-send-email",
        Message,
    ),
    Case(
        lambda c: c.send_email("inv_1", email="a@b.co"),
        "POST /api/invoices/inv_1/send-email",
        {"email": "a@b.co"},
        "invoice-send-email-other-address",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).invoices)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


def invoice_with(**fields):
    """Answer with an invoice with these fields on the wire."""
    return Server(httpx.Response(200, json={**body_of("invoice-get"), **fields}))


async def test_an_invoice_is_read_with_its_customer_and_its_items(client_for):
    invoice = (await client_for(Server(recorded("invoice-get"))).invoices.get("inv_1")).data

    assert invoice.invoice_number == "INV-00001"
    assert invoice.status == "draft"
    assert invoice.amount == Decimal(30001)
    assert invoice.due_date == datetime(2027, 2, 28, tzinfo=timezone.utc)
    assert invoice.customer.external_id == "usr_1001"
    assert invoice.subscription is None
    assert invoice.payments == []
    assert invoice.metadata == body_of("invoice-get")["metadata"]


@pytest.mark.parametrize(
    ("wire", "public"),
    [
        ("DRAFT", "draft"),
        ("PENDING", "finalized"),
        ("PAID", "paid"),
        ("FAILED", "failed"),
        ("CANCELED", "void"),
        ("BRAND_NEW", "brand_new"),
    ],
)
async def test_the_status_of_an_invoice_is_the_public_word(client_for, wire, public):
    invoice = (await client_for(invoice_with(status=wire)).invoices.get("inv_1")).data

    assert invoice.status == public


async def test_the_total_of_an_invoice_is_its_amount(client_for):
    invoice = (await client_for(invoice_with(amount="123456.7891")).invoices.get("inv_1")).data

    assert invoice.total == invoice.amount == Decimal("123456.7891")


async def test_iter_sends_the_filters_with_every_page(client_for):
    row = body_of("invoice-create")
    server = Server(page([row], totalPages=2), page([{**row, "id": "inv_2"}], totalPages=2))
    invoices = client_for(server).invoices

    filters = {
        "customer_id": "cus_1",
        "status": "void",
        "date_from": "2026-01-01",
        "date_to": "2026-02-01",
    }
    found = [invoice.id async for invoice in invoices.iter(**filters)]

    query = "customerId=cus_1&status=CANCELED&dateFrom=2026-01-01&dateTo=2026-02-01"
    assert found == [row["id"], "inv_2"]
    assert server.paths == [
        f"GET /api/invoices?{query}&page=1&limit=100",
        f"GET /api/invoices?{query}&page=2&limit=100",
    ]


# Addresses

PATH = "/uploads/invoices/invoice-1.pdf"


@pytest.mark.parametrize(
    ("base_url", "pdf_url", "absolute"),
    [
        ("https://billing.example", PATH, f"https://billing.example{PATH}"),
        ("https://billing.example/api/", PATH, f"https://billing.example{PATH}"),
        ("http://localhost:3000/nova", PATH, f"http://localhost:3000/nova{PATH}"),
        ("https://billing.example/nova/api", PATH, f"https://billing.example/nova{PATH}"),
        ("https://billing.example", "https://cdn.example/1.pdf", "https://cdn.example/1.pdf"),
        ("https://billing.example", "http://cdn.example/1.pdf", "http://cdn.example/1.pdf"),
        ("https://billing.example", None, None),
    ],
)
async def test_the_pdf_url_is_absolute(client_for, base_url, pdf_url, absolute):
    server = invoice_with(pdfUrl=pdf_url)

    invoice = (await client_for(server, base_url=base_url).invoices.get("inv_1")).data

    assert invoice.pdf_url == absolute


async def test_two_clients_make_addresses_of_their_own_servers(client_for):
    found = [
        (await client_for(invoice_with(pdfUrl=PATH), base_url=root).invoices.get("i")).data.pdf_url
        for root in ("https://one.example", "https://two.example")
    ]

    assert found == [f"https://one.example{PATH}", f"https://two.example{PATH}"]


async def test_a_checkout_has_the_address_for_the_payer(client_for):
    server = Server(recorded("invoice-checkout-payu"))

    checkout = (await client_for(server).invoices.create_checkout("inv_1")).data

    assert checkout.checkout_url.startswith("https://staging.payu.co.za/rpp.do?")
    assert checkout.provider == "payu"
    assert checkout.expires_at > datetime(2026, 11, 22, tzinfo=timezone.utc)
