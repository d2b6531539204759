"""The portal: what a customer sees of subscriptions, invoices and payments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop import START, Row, Shop


@pytest.fixture
def shop() -> Shop:
    return Shop()


def invoice(shop: Shop, amount: Any = 10, **columns: Any) -> Row:
    number = f"INV-{len(shop.db['invoice'].rows)}"
    about = {"invoiceNumber": number, "customerId": shop.customer, "currency": "NGN"}
    return shop.row("invoice", **{**about, "amount": amount, "dueDate": START, **columns})


def pay(shop: Shop, owner: Row, amount: Any = 10) -> Row:
    return shop.row("payment", invoiceId=owner["id"], provider="p", amount=amount, currency="NGN")


def test_subscriptions_that_are_over_or_unpaid_are_not_in_the_overview(shop: Shop) -> None:
    plan = shop.plan(billingTiming="IN_ARREARS")
    for status in ("ACTIVE", "PAST_DUE", "CANCELED", "TRIALING", "PAUSED"):
        shop.subscribe(plan, status=status)
    overview = shop.ok("GET", "portal/customers/u1/billing")
    shown = [row["status"] for row in overview["subscriptions"]]
    assert shown == ["PAUSED", "TRIALING", "ACTIVE"]
    assert overview["summary"]["activeSubscriptions"] == 1
    assert len(shop.ok("GET", "portal/customers/u1/subscriptions")) == 5


def test_the_overview_has_the_20_newest_and_sums_up_all(shop: Shop) -> None:
    for status in ["PAID", "PENDING", "DRAFT"] * 7:
        pay(shop, invoice(shop, "0.1", status=status))
    overview = shop.ok("GET", "portal/customers/u1/billing")
    assert overview["summary"] == {
        "activeSubscriptions": 0,
        "totalSpent": 0.7,
        "currency": "NGN",
        "pendingInvoices": 7,
    }
    invoice(shop, status="DRAFT")
    invoice(shop, status="DRAFT")
    overview = shop.ok("GET", "portal/customers/u1/billing")
    # Only those that are shown are counted.
    assert overview["summary"]["pendingInvoices"] == 6
    numbers = [f"INV-{number}" for number in range(22, 2, -1)]
    assert [row["invoiceNumber"] for row in overview["invoices"]] == numbers
    numbers = [f"INV-{number}" for number in range(20, 0, -1)]
    assert [row["invoiceNumber"] for row in overview["payments"]] == numbers
    assert "invoiceId" not in overview["payments"][0]


def test_only_the_customers_own_invoices_and_payments_are_shown(shop: Shop) -> None:
    other = shop.row("customer", externalId="u2", email="b@b.co", currency="NGN")
    own, foreign = invoice(shop, 12.5), invoice(shop, customerId=other["id"])
    pay(shop, foreign)
    payment = pay(shop, own, "3.50")
    (row,) = shop.ok("GET", "portal/customers/u1/payments")["data"]
    assert (row["id"], row["amount"], row["invoiceId"]) == (payment["id"], 3.5, own["id"])
    (row,) = shop.ok("GET", "portal/customers/u1/invoices?status=")["data"]
    assert (row["id"], row["amount"]) == (own["id"], 12.5)
    path = f"portal/customers/u1/invoices/{foreign['id']}/checkout"
    assert shop.refusal("POST", path, {}) == "404 Invoice not found"


def test_invoices_are_filtered_by_status_and_paged_in_whole_numbers(shop: Shop) -> None:
    rows = [invoice(shop, status=status) for status in ("PAID", "DRAFT", "PAID")]
    answer = shop.ok("GET", "portal/customers/u1/invoices?status=PAID&limit=1.5")
    assert [row["id"] for row in answer["data"]] == [rows[2]["id"]]
    assert answer["meta"] == {"total": 2, "page": 1, "limit": 1, "totalPages": 2}


@pytest.mark.parametrize("what", ["billing", "subscriptions", "invoices", "payments"])
def test_a_customer_is_found_by_the_external_id_alone(shop: Shop, what: str) -> None:
    refusal = shop.refusal("GET", f"portal/customers/{shop.customer}/{what}")
    assert refusal == "404 Customer not found"


def test_checkout_answers_with_the_amount_as_a_number_and_no_end(shop: Shop) -> None:
    shop.row("paymentProvider", providerName="payu", credentials='{"safeKey":"k"}')
    own = invoice(shop, "12.50")
    path = f"portal/customers/u1/invoices/{own['id']}/checkout"
    answer = shop.ok("POST", path, {})
    assert list(answer) == [
        "checkoutUrl",
        "paymentId",
        "provider",
        "invoiceNumber",
        "amount",
        "currency",
    ]
    assert (answer["invoiceNumber"], answer["amount"]) == ("INV-0", 12.5)


def test_a_checkout_looks_for_its_customer_before_its_body(shop: Shop) -> None:
    assert (
        shop.refusal("POST", "portal/customers/x/invoices/y/checkout") == "404 Customer not found"
    )
    refusal = shop.refusal("POST", "portal/customers/u1/invoices/y/checkout")
    assert refusal == "500 Cannot read properties of undefined (reading 'callbackUrl')"
