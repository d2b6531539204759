"""Rules of invoices that the recording does not show: numbers, amounts, states, lists."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Context, Inexact, localcontext
from typing import Any, Dict, List

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller
from tests.sandbox.shop import START, Shop

DRAFT = {"items": [], "dueDate": "2027-01-01"}


class Clock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, tzinfo=timezone.utc)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(clock: Clock) -> Caller:
    return Caller(Sandbox(clock=clock))


@pytest.fixture
def customer(api: Caller) -> Dict[str, Any]:
    return api.customer()


@pytest.mark.parametrize(
    ("given", "following"),
    [
        ("INV-00041", "INV-00042"),
        ("INV-99999", "INV-100000"),
        ("OLD-INV-7-8", "INV-00008"),
        ("inv-7", "INV-00001"),
        ("INV-", "INV-00001"),
        ("INV-9007199254740993", "INV-9007199254740992"),
        (f"INV-{10**21}", "INV-1e+21"),
    ],
)
def test_the_number_counts_on_from_the_latest_invoice(
    api: Caller, customer: Dict[str, Any], given: str, following: str
) -> None:
    api.invoice(customer, invoiceNumber=given)
    assert api.invoice(customer)["invoiceNumber"] == following


@pytest.mark.parametrize("context", [Context(prec=9), Context(traps=[Inexact])])
def test_the_decimal_context_of_the_user_changes_no_amount(
    api: Caller, customer: Dict[str, Any], context: Context
) -> None:
    items = [{"description": "x", "quantity": 1.00001, "unitAmount": 1234567.25}]
    with localcontext(context):
        assert api.invoice(customer, items=items)["amount"] == "1234579.5957"


def test_a_backdated_invoice_does_not_count(api: Caller, customer: Dict[str, Any]) -> None:
    api.invoice(customer, invoiceNumber="INV-00005")
    api.invoice(customer, invoiceNumber="INV-00100", createdAt="2020-01-01")
    assert api.invoice(customer)["invoiceNumber"] == "INV-00006"


def test_numbering_is_stuck_until_a_number_is_given(api: Caller, customer: Dict[str, Any]) -> None:
    api.invoice(customer)
    api.invoice(customer, invoiceNumber="MIG-7")
    body = {**DRAFT, "customerId": customer["id"]}
    refusal = '500 Unique constraint failed on the fields: (`"invoiceNumber"`)'
    assert [api.refusal("POST", "/invoices", body) for _ in range(2)] == [refusal, refusal]
    api.invoice(customer, invoiceNumber="INV-00009")
    assert api.invoice(customer)["invoiceNumber"] == "INV-00010"


def test_the_newest_invoice_decides_on_the_next_number(
    api: Caller, customer: Dict[str, Any]
) -> None:
    stuck = '500 Unique constraint failed on the fields: (`"invoiceNumber"`)'

    def make(**fields: Any) -> str:
        number: str = api.invoice(customer, **fields)["invoiceNumber"]
        return number

    def refusals() -> List[str]:
        body = {**DRAFT, "customerId": customer["id"]}
        return [api.refusal("POST", "/invoices", body) for _ in range(2)]

    assert make() == "INV-00001"
    assert make(createdAt="2026-01-01") == "INV-00002"
    assert refusals() == [stuck, stuck]
    assert make(invoiceNumber="INV-00050") == "INV-00050"
    assert make() == "INV-00051"
    assert make(createdAt="2099-01-01") == "INV-00052"
    assert make() == "INV-00053"
    assert refusals() == [stuck, stuck]
    assert make(invoiceNumber="INV-00060") == "INV-00060"
    assert refusals() == [stuck, stuck]


def test_a_subscription_billed_in_advance_lacks_its_invoice_until_numbers_go_on() -> None:
    shop = Shop()
    shop.sandbox.client().invoices.create(
        customer_id=shop.customer, items=[], due_date="2030-01-31"
    )
    shop.row(
        "invoice",
        invoiceNumber="ORDER-1",
        customerId=shop.customer,
        amount=1,
        currency="NGN",
        dueDate=START,
    )

    lost, late = shop.subscribe(shop.plan()), shop.subscribe(shop.plan())
    assert shop.invoices(late) == shop.invoices(lost) == []

    shop.ok(
        "POST",
        "invoices",
        {
            "customerId": shop.customer,
            "items": [],
            "dueDate": "2030-01-31",
            "invoiceNumber": "INV-00002",
        },
    )
    shop.wait(seconds=1)
    new = shop.subscribe(shop.plan())
    found = [shop.invoices(one)[0]["invoiceNumber"] for one in (lost, late, new)]
    assert found == ["INV-00003", "INV-00004", "INV-00005"]


@pytest.mark.parametrize(
    ("seconds", "tries", "billed"), [(6, 1, 1), (6, 2, 1), (6, 3, 0), (7, 1, 0)]
)
def test_a_bill_is_tried_three_times_in_six_seconds(seconds: int, tries: int, billed: int) -> None:
    shop = Shop()
    new = {"customerId": shop.customer, "items": [], "dueDate": "2030-01-31"}
    shop.ok("POST", "invoices", new)
    shop.ok("POST", "invoices", {**new, "invoiceNumber": "ORDER-1"})
    lost = shop.subscribe(shop.plan())
    for number in range(tries - 1):
        # The next number is taken again, so each of these has one more try that fails.
        shop.ok("POST", "invoices", {**new, "invoiceNumber": f"ORDER-2{number}"})
    shop.wait(seconds=seconds)
    shop.ok("POST", "invoices", {**new, "invoiceNumber": "INV-00007"})
    assert len(shop.invoices(lost)) == billed


def test_an_empty_number_status_or_currency_is_as_good_as_none(
    api: Caller, customer: Dict[str, Any]
) -> None:
    left_out = {"invoiceNumber": "", "status": "", "currency": ""}
    invoice = api.invoice(customer, **left_out)
    assert [invoice[name] for name in left_out] == ["INV-00001", "DRAFT", "NGN"]
    nulls = dict.fromkeys([*left_out, "subscriptionId", "paidAt", "createdAt"])
    assert api.invoice(customer, **nulls)["invoiceNumber"] == "INV-00002"


def test_an_empty_subscription_is_an_unknown_one(api: Caller, customer: Dict[str, Any]) -> None:
    body = {**DRAFT, "customerId": customer["id"], "subscriptionId": ""}
    assert api.refusal("POST", "/invoices", body).endswith("`Invoice_subscriptionId_fkey`")


@pytest.mark.parametrize(
    ("lines", "amount"),
    [
        ([(1, 0.1), (1, 0.2)], "0.3"),
        ([(3, 1.005)], "3.015"),
        ([(1.5, 0.33335)], "0.5"),
        ([(1, 123456789012.1234)], "123456789012.1234"),
        ([(1, 1234567890123.1234)], "1234567890123.123"),
    ],
)
def test_the_amount_is_computed_in_floats(
    api: Caller, customer: Dict[str, Any], lines: Any, amount: str
) -> None:
    items = [{"description": "x", "quantity": n, "unitAmount": price} for n, price in lines]
    assert api.invoice(customer, items=items)["amount"] == amount


@pytest.mark.parametrize("items", [[{"description": "x", "quantity": 1, "unitAmount": 1e15}], [[]]])
def test_an_amount_that_no_column_holds_is_500(
    api: Caller, customer: Dict[str, Any], items: Any
) -> None:
    body = {**DRAFT, "customerId": customer["id"], "items": items}
    assert api.refusal("POST", "/invoices", body).startswith("500 Value out of range")
    assert api.get("/invoices")["meta"]["total"] == 0


def test_the_answer_is_older_than_the_address_of_the_pdf(
    api: Caller, customer: Dict[str, Any]
) -> None:
    invoice = api.invoice(customer)
    assert invoice["pdfUrl"] == f"/uploads/invoices/invoice-{invoice['id']}.pdf"
    assert invoice["customer"] == customer
    stored = api.get(f"/invoices/{invoice['id']}")
    assert stored == {**invoice, "subscription": None, "payments": []}


def test_a_customer_that_is_unknown_is_404(api: Caller) -> None:
    refusal = api.refusal("POST", "/invoices", {**DRAFT, "customerId": "nobody"})
    assert refusal == "404 Customer not found"


@pytest.mark.parametrize(
    ("status", "action", "refusal"),
    [
        ("PENDING", "finalize", "400 Only draft invoices can be finalized"),
        ("FAILED", "finalize", "400 Only draft invoices can be finalized"),
        ("PAID", "void", "400 Cannot void a paid invoice"),
        ("PAID", "mark-paid", "400 Invoice is already paid"),
        ("PAID", "checkout", "400 Invoice is already paid"),
        ("CANCELED", "checkout", "400 Invoice has been voided"),
        ("DRAFT", "checkout", "400 No active payment provider configured"),
    ],
)
def test_states_that_forbid_an_action(
    api: Caller, customer: Dict[str, Any], status: str, action: str, refusal: str
) -> None:
    invoice = api.invoice(customer, status=status)
    assert api.refusal("POST", f"/invoices/{invoice['id']}/{action}", {}) == refusal
    assert api.get(f"/invoices/{invoice['id']}")["status"] == status


@pytest.mark.parametrize("action", ["mark-paid", "checkout", "send-email"])
def test_a_missing_body_is_noticed_before_a_missing_invoice(api: Caller, action: str) -> None:
    assert api.refusal("POST", f"/invoices/x/{action}", {}) == "404 Invoice not found"
    refusal = api.refusal("POST", f"/invoices/x/{action}")
    assert refusal.startswith("500 Cannot read properties of undefined (reading '")


def test_void_invoices_are_canceled_as_often_as_one_likes(
    api: Caller, customer: Dict[str, Any]
) -> None:
    path = f"/invoices/{api.invoice(customer)['id']}/void"
    assert [api.post(path)["status"] for _ in range(2)] == ["CANCELED", "CANCELED"]


@pytest.mark.parametrize(
    ("status", "method", "provider"),
    [("DRAFT", "cash", "cash"), ("FAILED", "", "manual"), ("CANCELED", None, "manual")],
)
def test_marking_as_paid_adds_a_payment(
    api: Caller, customer: Dict[str, Any], clock: Clock, status: str, method: Any, provider: str
) -> None:
    invoice = api.invoice(customer, 12.5, status=status)
    clock.moment += timedelta(days=1)
    paid = api.post(f"/invoices/{invoice['id']}/mark-paid", paymentMethod=method)
    assert (paid["status"], paid["paidAt"]) == ("PAID", "2026-11-23T00:00:00.000Z")
    (payment,) = api.get(f"/invoices/{invoice['id']}")["payments"]
    kept = {"provider": provider, "amount": "12.5", "currency": "NGN", "status": "SUCCEEDED"}
    assert {name: payment[name] for name in kept} == kept


@pytest.mark.parametrize(
    ("email", "to"),
    [("", "ada@example.com"), (None, "ada@example.com"), (5, "5"), ({}, "[object Object]")],
)
def test_mail_goes_to_whatever_is_given(
    api: Caller, customer: Dict[str, Any], email: Any, to: str
) -> None:
    answer = api.post(f"/invoices/{api.invoice(customer)['id']}/send-email", email=email)
    assert answer == {"message": f"Invoice email queued for {to}"}


def test_lists_filter_by_customer_status_and_time(api: Caller, customer: Dict[str, Any]) -> None:
    other = api.customer(externalId="u2")
    api.invoice(other, invoiceNumber="A", status="PAID", createdAt="2026-01-01T00:00:00Z")
    api.invoice(customer, invoiceNumber="B", createdAt="2026-01-02T00:00:00Z")
    api.invoice(customer, invoiceNumber="C", createdAt="2026-01-03T00:00:00Z")

    def numbers(**query: str) -> str:
        return "".join(row["invoiceNumber"] for row in api.get("/invoices", **query)["data"])

    assert numbers() == numbers(status="", customerId="") == "CBA"
    assert numbers(customerId=customer["id"]) == "CB"
    assert numbers(status="PAID") == "A"
    assert numbers(dateFrom="2026-01-02") == "CB"
    assert numbers(dateTo="2026-01-02") == "BA"
    assert numbers(dateFrom="2026-01-02T01:00:00+01:00", dateTo="2026-01-02") == "B"


@pytest.mark.parametrize(("name", "argument"), [("dateFrom", "gte"), ("dateTo", "lte")])
@pytest.mark.parametrize("resource", ["invoice", "payment"])
def test_a_week_is_a_date_to_the_check_alone(
    api: Caller, resource: str, name: str, argument: str
) -> None:
    refusal = api.refusal("GET", f"/{resource}s?{name}=2026-W05")
    assert refusal == (
        f"500 Invalid value for argument `{argument}`: "
        "Provided Date object is invalid. Expected Date."
    )


def test_spending_is_added_up_in_floats(api: Caller, customer: Dict[str, Any]) -> None:
    for amount in (0.1, 0.2):
        api.invoice(customer, amount, status="PAID")
    assert api.get("/customers")["data"][0]["totalSpent"] == 0.1 + 0.2


def test_invoices_go_with_their_customer_and_their_files_stay(
    api: Caller, customer: Dict[str, Any]
) -> None:
    invoice = api.invoice(customer)
    assert api.send("DELETE", f"/api/customers/{customer['id']}").status_code == 200
    assert api.refusal("GET", f"/invoices/{invoice['id']}") == "404 Invoice not found"
    assert api.send("GET", invoice["pdfUrl"]).status_code == 200
