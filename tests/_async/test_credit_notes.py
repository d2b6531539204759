from __future__ import annotations

from decimal import Decimal

import pytest

from novabilling import BadRequestError
from novabilling.types import CreditNote
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem, two_pages

pytestmark = pytest.mark.anyio

CASES = [
    Case(
        lambda c: c.list(),
        "GET /api/credit-notes",
        None,
        "credit-notes-list-filters",
        [CreditNote],
    ),
    Case(
        lambda c: c.list(
            customer_id="cus_1", invoice_id="inv_1", status="finalized", page=2, limit=50
        ),
        "GET /api/credit-notes?customerId=cus_1&invoiceId=inv_1&status=FINALIZED&page=2&limit=50",
        None,
        "credit-notes-list-filters",
        [CreditNote],
    ),
    Case(
        lambda c: c.create(
            invoice_id="inv_1",
            customer_id="cus_1",
            amount=Decimal("99.99"),
            currency="ngn",
            reason="product_unsatisfactory",
        ),
        "POST /api/credit-notes",
        {
            "invoiceId": "inv_1",
            "customerId": "cus_1",
            "amount": 99.99,
            "currency": "NGN",
            "reason": "PRODUCT_UNSATISFACTORY",
        },
        "credit-note-create",
        CreditNote,
    ),
    Case(
        lambda c: c.create(
            invoice_id="inv_1",
            customer_id="cus_1",
            amount=1,
            currency="NGN",
            reason="other",
            metadata={"my_key": {"some_thing": 1}},
            status="finalized",
            created_at="2026-01-02",
        ),
        "POST /api/credit-notes",
        {
            "invoiceId": "inv_1",
            "customerId": "cus_1",
            "amount": 1,
            "currency": "NGN",
            "reason": "OTHER",
            "metadata": {"my_key": {"some_thing": 1}},
            "status": "FINALIZED",
            "createdAt": "2026-01-02",
        },
        "credit-note-create-finalized",
        CreditNote,
    ),
    Case(
        lambda c: c.get("crn_1"),
        "GET /api/credit-notes/crn_1",
        None,
        "credit-note-get",
        CreditNote,
    ),
    Case(
        lambda c: c.update("crn_1", amount=2, reason="duplicate", metadata=None),
        "PATCH /api/credit-notes/crn_1",
        {"amount": 2, "reason": "DUPLICATE", "metadata": None},
        "credit-note-update",
        CreditNote,
    ),
    Case(
        lambda c: c.finalize(credit_note_id="crn_1"),
        "POST /api/credit-notes/crn_1/finalize",
        {},
        "credit-note-finalize",
        CreditNote,
    ),
    Case(
        lambda c: c.void("crn_1"),
        "POST /api/credit-notes/crn_1/void",
        {},
        "credit-note-void",
        CreditNote,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).credit_notes)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("credit-note-get"))

    notes = client_for(server).credit_notes.iter(
        customer_id="cus_1", invoice_id="inv_1", status="draft"
    )
    found = [note.id async for note in notes]

    query = "customerId=cus_1&invoiceId=inv_1&status=DRAFT"
    assert found == ["1", "2"]
    assert server.paths == [f"GET /api/credit-notes?{query}&page={n}&limit=100" for n in (1, 2)]


async def test_a_credit_note_holds_its_invoice_and_customer_in_short(client_for):
    note = (await client_for(Server(recorded("credit-note-get"))).credit_notes.get("c")).data

    assert note.amount == Decimal(100)
    assert note.reason == "order_change"
    assert note.status == "draft"
    assert note.metadata == {"ticket": "T-1"}
    assert note.invoice.invoice_number == "INV-00006"
    assert note.invoice.amount == Decimal(1000)
    assert note.invoice.status == "draft"
    assert note.customer.name == "Chidi Okafor"
    assert note.customer.external_id is None


@pytest.mark.parametrize(
    ("name", "status"),
    [("credit-note-finalize", "finalized"), ("credit-note-void", "voided")],
)
async def test_the_status_of_a_credit_note_is_not_that_of_an_invoice(client_for, name, status):
    note = (await client_for(Server(recorded(name))).credit_notes.get("crn_1")).data

    assert note.status == status


@pytest.mark.parametrize("reason", ["refund", "", 5, "duplicates"])
async def test_a_reason_that_the_server_does_not_know_is_refused(client_for, reason):
    server = Server(recorded("credit-note-update"))

    with pytest.raises((TypeError, ValueError), match=r"^reason must be"):
        await client_for(server).credit_notes.update("crn_1", reason=reason)

    assert server.requests == []


async def test_a_note_above_what_is_left_of_the_invoice_is_a_bad_request(client_for):
    server = Server(problem(400, "Credit note amount exceeds the remaining amount"))

    with pytest.raises(BadRequestError, match="exceeds"):
        await client_for(server).credit_notes.finalize("crn_1")
