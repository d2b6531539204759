"""Payments, refunds, providers, checkout and PayU's notifications beyond the recording."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Dict, List
from urllib.parse import parse_qsl

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller


@pytest.fixture
def api() -> Caller:
    return Caller(Sandbox())


@pytest.fixture
def customer(api: Caller) -> Dict[str, Any]:
    return api.customer()


@pytest.fixture
def invoice(api: Caller, customer: Dict[str, Any]) -> Dict[str, Any]:
    return api.invoice(customer)


def provider(api: Caller, name: str, priority: int = 1, **credentials: Any) -> str:
    body = {"providerName": name, "priority": priority, "credentials": credentials}
    return str(api.post("/payment-providers", **body)["id"])


def pay(api: Caller, invoice: Dict[str, Any], **fields: Any) -> Dict[str, Any]:
    about = {"provider": "manual", "amount": 100, "currency": "NGN", "status": "SUCCEEDED"}
    body = {"invoiceId": invoice["id"], **about, **fields}
    payment: Dict[str, Any] = api.post("/payments", **body)
    return payment


def checkout(api: Caller, invoice: Dict[str, Any], **body: Any) -> Any:
    return api.post(f"/invoices/{invoice['id']}/checkout", **body)


def notify(api: Caller, invoice: Dict[str, Any], state: str, reference: Any) -> None:
    body = {
        "MerchantReference": invoice["id"],
        "TransactionState": state,
        "PayUReference": reference,
    }
    response = api.send("POST", "/webhooks/payu", body, headers={"Authorization": ""})
    assert (response.status_code, response.json()) == (200, {"status": "success"})


def payments(api: Caller, invoice: Dict[str, Any]) -> List[Dict[str, Any]]:
    rows: List[Dict[str, Any]] = api.get(f"/invoices/{invoice['id']}")["payments"]
    return rows


def test_a_successful_payment_of_any_sum_pays_the_invoice(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    payment = pay(api, invoice, amount=1, currency="usd", createdAt="2026-02-01")
    assert payment["currency"] == "USD"
    assert payment["invoice"]["status"] == "DRAFT"
    paid = api.get(f"/payments/{payment['id']}")["invoice"]
    assert (paid["status"], paid["paidAt"]) == ("PAID", "2026-02-01T00:00:00.000Z")
    pay(api, invoice, createdAt="2026-03-01")
    assert api.get(f"/invoices/{invoice['id']}")["paidAt"] == "2026-02-01T00:00:00.000Z"


@pytest.mark.parametrize("status", ["PROCESSING", "FAILED", "REFUNDED"])
def test_other_payments_leave_the_invoice(
    api: Caller, invoice: Dict[str, Any], status: str
) -> None:
    pay(api, invoice, status=status, createdAt=None, providerTransactionId=None)
    assert api.get(f"/invoices/{invoice['id']}")["status"] == "DRAFT"


@pytest.mark.parametrize(
    ("body", "amount"),
    [({}, 100), ({"amount": None}, 100), ({"amount": 0}, 0), ({"amount": "99.5"}, 99.5)],
)
def test_a_refund_of_any_sum_refunds_the_payment_once(
    api: Caller, invoice: Dict[str, Any], body: Any, amount: Any
) -> None:
    payment = pay(api, invoice)
    refunded = api.post(f"/payments/{payment['id']}/refund", **body)
    assert refunded["status"] == "REFUNDED"
    assert refunded["metadata"]["refundAmount"] == amount
    assert list(refunded["metadata"]) == ["refundedAt", "refundAmount"]
    again = api.refusal("POST", f"/payments/{payment['id']}/refund", body)
    assert again == "400 Only succeeded payments can be refunded"
    assert api.get(f"/invoices/{invoice['id']}")["status"] == "PAID"


def test_the_reason_of_a_refund_may_be_null(api: Caller, invoice: Dict[str, Any]) -> None:
    payment = pay(api, invoice)
    refunded = api.post(f"/payments/{payment['id']}/refund", reason=None)
    assert refunded["metadata"]["refundReason"] is None


def test_payments_are_filtered_and_newest_first(api: Caller, invoice: Dict[str, Any]) -> None:
    first = pay(api, invoice, provider="cash", createdAt="2026-01-02")
    second = pay(api, invoice, status="FAILED", createdAt="2026-01-01")

    def ids(**query: str) -> List[str]:
        return [row["id"] for row in api.get("/payments", **query)["data"]]

    assert ids() == ids(status="", provider="", invoiceId="") == [first["id"], second["id"]]
    assert ids(provider="cash") == ids(dateFrom="2026-01-02") == [first["id"]]
    assert ids(status="FAILED") == ids(dateTo="2026-01-01") == [second["id"]]
    assert ids(invoiceId="x") == []


def test_a_refund_is_at_most_the_payment(api: Caller, invoice: Dict[str, Any]) -> None:
    path = f"/payments/{pay(api, invoice)['id']}/refund"
    assert (
        api.refusal("POST", path, {"amount": 100.01}) == "400 Refund amount exceeds payment amount"
    )
    assert api.refusal("POST", "/payments/x/refund", {}) == "404 Payment not found"


def test_a_provider_is_configured_once(api: Caller) -> None:
    path = f"/payment-providers/{provider(api, 'payu')}"
    body = {"providerName": "payu", "credentials": {}}
    assert api.refusal("POST", "/payment-providers", body) == "409 Provider already configured"
    assert api.send("DELETE", f"/api{path}").status_code == 200
    assert api.refusal("DELETE", path) == "404 Payment provider not found"
    provider(api, "payu")


def test_an_update_of_a_provider_resets_what_is_left_out(api: Caller) -> None:
    path = f"/payment-providers/{provider(api, 'payu', 4)}"
    api.patch(path, isActive=False, priority=7)
    assert api.patch(path, credentials=None)["priority"] == 1
    assert api.get(path)["isActive"] is True
    refusal = api.refusal("PATCH", path, {"priority": None})
    assert refusal == "500 Argument `priority` must not be null."
    assert "credentials" not in api.get("/payment-providers")[0]


def test_credentials_are_kept_as_they_are(api: Caller, invoice: Dict[str, Any]) -> None:
    # Encrypted text on the server: a NUL, which no text column takes, does no harm.
    path = f"/payment-providers/{provider(api, 'payu', safeKey='a')}"
    api.patch(path, credentials={"safeKey": "\x00&~*"})
    assert "?safekey=%00%26%7E*&" in checkout(api, invoice)["checkoutUrl"]


@pytest.mark.parametrize("name", ["stripe", "Paystack", "dpo-group", "PESAPAL", "payu"])
def test_no_provider_can_be_reached(api: Caller, name: str) -> None:
    answer = api.post(f"/payment-providers/{provider(api, name)}/test")
    assert answer == {"success": False, "message": "Connection failed"}


def test_a_checkout_lasts_half_an_hour(api: Caller, invoice: Dict[str, Any]) -> None:
    provider(api, "payu")
    begun = api.sandbox.now()
    ends = datetime.fromisoformat(checkout(api, invoice)["expiresAt"].replace("Z", "+00:00"))
    assert timedelta(0) <= ends - begun - timedelta(minutes=30) < timedelta(seconds=1)


def test_checkout_takes_the_active_provider_of_the_lowest_priority(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    first = provider(api, "stripe", 1)
    provider(api, "payu", 2)
    provider(api, "dpo", 3)
    api.patch(f"/payment-providers/{first}", isActive=False, priority=1)
    assert checkout(api, invoice)["provider"] == "payu"


@pytest.mark.parametrize("name", ["Flutterwave", "dpo-group", "stripe"])
def test_a_provider_out_of_reach_leaves_a_failed_payment(
    api: Caller, invoice: Dict[str, Any], name: str
) -> None:
    provider(api, name)
    path = f"/invoices/{invoice['id']}/checkout"
    assert api.refusal("POST", path, {"callbackUrl": "https://x.co"}) == "400 fetch failed"
    (payment,) = payments(api, invoice)
    assert (payment["provider"], payment["status"]) == (name, "FAILED")
    assert payment["failureReason"] == "fetch failed"


def test_stripe_wants_an_address_to_return_to(api: Caller, invoice: Dict[str, Any]) -> None:
    provider(api, "stripe")
    words = "callbackUrl is required for Stripe checkout"
    path = f"/invoices/{invoice['id']}/checkout"
    assert api.refusal("POST", path, {"callbackUrl": ""}) == f"400 {words}"
    assert payments(api, invoice)[0]["failureReason"] == words


def test_an_unsupported_provider_leaves_no_payment(api: Caller, invoice: Dict[str, Any]) -> None:
    provider(api, "mpesa")
    refusal = api.refusal("POST", f"/invoices/{invoice['id']}/checkout", {})
    assert refusal == "500 Unsupported payment provider: mpesa"
    assert payments(api, invoice) == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (None, {}),
        ("Ada", {"customer.firstName": "Ada"}),
        ("Ada  B. Löve", {"customer.firstName": "Ada", "customer.lastName": " B. Löve"}),
        (" Ada", {"customer.lastName": "Ada"}),
    ],
)
def test_payu_gets_the_parts_of_the_name(api: Caller, name: Any, parts: Dict[str, str]) -> None:
    provider(api, "PayU", environment="production")
    url = checkout(api, api.invoice(api.customer(name=name), 0.145))["checkoutUrl"]
    address, _, query = url.partition("?")
    assert address == "https://secure.payu.co.za/rpp.do"
    sent = dict(parse_qsl(query, keep_blank_values=True))
    assert (sent["safekey"], sent["amount"]) == ("undefined", "14")
    assert {key: text for key, text in sent.items() if key.startswith("customer.")} == {
        "customer.email": "ada@example.com",
        **parts,
    }


@pytest.mark.parametrize(
    ("callback", "text"), [(False, ""), ([1, 2], "1%2C2"), ("a b\ud800", "a+b%EF%BF%BD")]
)
def test_payu_gets_the_callback_as_text(
    api: Caller, invoice: Dict[str, Any], callback: Any, text: str
) -> None:
    provider(api, "payu")
    url = checkout(api, invoice, callbackUrl=callback)["checkoutUrl"]
    assert f"&returnUrl={text}&cancelUrl={text}&notifyUrl={text}" in url


def test_payu_settles_payments_one_after_the_other(api: Caller, invoice: Dict[str, Any]) -> None:
    provider(api, "payu")
    first, second = (checkout(api, invoice)["paymentId"] for _ in range(2))
    notify(api, invoice, "FAILED", "r1")
    assert [row["id"] for row in payments(api, invoice)] == [second, first]
    notify(api, invoice, "SUCCESSFUL", "r2")
    rows = payments(api, invoice)
    assert [row["id"] for row in rows] == [first, second]
    assert [row["status"] for row in rows] == ["FAILED", "SUCCEEDED"]
    assert [row["failureReason"] for row in rows] == ["Payment failed via webhook", None]
    assert [row["providerTransactionId"] for row in rows] == ["r1", "r2"]
    assert api.get(f"/invoices/{invoice['id']}")["status"] == "PAID"
    listed = api.get(f"/customers/{invoice['customerId']}/payments")
    assert [row["id"] for row in listed] == [first, second]


def test_payu_is_known_by_its_own_reference_too(api: Caller, invoice: Dict[str, Any]) -> None:
    provider(api, "payu")
    payment = pay(api, invoice, provider="payu", status="PROCESSING", providerTransactionId="7")
    notify(api, {"id": None}, "SUCCESSFUL", 7)
    assert api.get(f"/payments/{payment['id']}")["status"] == "SUCCEEDED"


def test_a_notification_finds_its_tenant(api: Caller) -> None:
    company = {"companyName": "B Ltd", "name": "Bola", "email": "b@example.com"}
    company["password"] = "long-password"
    other = Caller(api.sandbox, api.post("/auth/register", **company)["apiKey"])
    provider(api, "payu")
    provider(other, "payu")
    invoice = other.invoice(other.customer())
    payment = pay(other, invoice, provider="payu", status="PROCESSING")
    notify(api, invoice, "SUCCESSFUL", "r1")
    assert other.get(f"/payments/{payment['id']}")["status"] == "SUCCEEDED"


def test_notifications_that_fit_nothing_change_nothing(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    payment = pay(api, invoice, provider="payu", status="PROCESSING")
    notify(api, invoice, "SUCCESSFUL", "r1")
    provider(api, "payu")
    notify(api, {"id": "x"}, "SUCCESSFUL", "r1")
    notify(api, invoice, "SUCCESSFUL", "a\x00b")
    assert api.send("POST", "/webhooks/payu").status_code == 200
    assert api.get(f"/payments/{payment['id']}")["status"] == "PROCESSING"


def test_payments_of_several_invoices_come_as_they_were_last_written() -> None:
    api = Caller(Sandbox(seed=1))
    customer = api.customer()
    invoice = api.invoice(customer)
    first, second = pay(api, invoice)["id"], pay(api, invoice)["id"]
    path = f"/customers/{customer['id']}/payments"
    api.post(f"/payments/{first}/refund")
    assert [row["id"] for row in api.get(path)] == [first, second]
    api.invoice(customer)
    assert [row["id"] for row in api.get(path)] == [second, first]
    stored = api.get(f"/invoices/{invoice['id']}")["payments"]
    assert [row["id"] for row in stored] == [first, second]
