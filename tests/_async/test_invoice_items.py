from __future__ import annotations

import json
from decimal import Decimal

import httpx
import pytest

from novabilling.types import InvoiceItem, InvoiceItemDto
from tests.samples import body_of, recorded
from tests.support import Server

pytestmark = pytest.mark.anyio


def invoice_with(**fields):
    """Answer with an invoice with these fields on the wire."""
    return Server(httpx.Response(200, json={**body_of("invoice-get"), **fields}))


async def test_the_items_of_an_invoice_have_the_price_of_one_unit(client_for):
    invoice = (await client_for(Server(recorded("invoice-get"))).invoices.get("inv_1")).data

    (item,) = invoice.items
    assert item == InvoiceItem(
        description="Setup fee", quantity=Decimal(2), amount=Decimal("15000.5"), type=None
    )
    assert item.unit_amount == item.amount


async def test_the_items_of_an_invoice_that_the_server_made_have_a_type(client_for):
    rows = await client_for(Server(recorded("billing-invoices-after"))).customers.get_invoices("c")

    kinds = {item.type for invoice in rows for item in invoice.items}
    assert "plan" in kinds


@pytest.mark.parametrize(
    "metadata",
    [None, {}, {"items": None}, {"items": []}, {"items": "none"}, {"items": {"a": 1}}, {"a": 1}],
    ids=str,
)
async def test_an_invoice_without_stored_items_has_none(client_for, metadata):
    invoice = (await client_for(invoice_with(metadata=metadata)).invoices.get("inv_1")).data

    assert invoice.items == []
    assert invoice.notes is None
    assert invoice.metadata == metadata


async def test_items_that_somebody_else_put_there_do_not_break_the_invoice(client_for):
    lines = [
        5,
        None,
        {},
        {"description": 7, "quantity": "2.5", "unitAmount": True, "type": 1},
        {"description": None, "quantity": "two", "unitAmount": None},
    ]

    invoice = (await client_for(invoice_with(metadata={"items": lines})).invoices.get("inv_1")).data

    assert invoice.items == [
        InvoiceItem(description="", quantity=Decimal(1), amount=Decimal(0)),
        InvoiceItem(description="7", quantity=Decimal("2.5"), amount=Decimal(0), type="1"),
        InvoiceItem(description="", quantity=Decimal(1), amount=Decimal(0)),
    ]


async def test_a_note_is_sent_as_a_last_line_of_amount_0(client_for):
    server = Server(recorded("invoice-create"))

    await client_for(server).invoices.create(
        customer_id="cus_1",
        items=[InvoiceItemDto(description="Pro Plan", amount=15000)],
        due_date="2027-01-01",
        notes="Thank you for your business!",
    )

    assert server.body["items"] == [
        {"description": "Pro Plan", "unitAmount": 15000, "quantity": 1},
        {"description": "Note: Thank you for your business!", "unitAmount": 0, "quantity": 1},
    ]
    assert "notes" not in server.body


async def test_a_note_leaves_the_list_of_the_caller_alone(client_for):
    items = [InvoiceItemDto(description="Pro Plan", amount=15000)]

    await client_for(Server(recorded("invoice-create"))).invoices.create(
        customer_id="cus_1", items=items, due_date="2027-01-01", notes="Thanks"
    )

    assert len(items) == 1


@pytest.mark.parametrize("arguments", [{}, {"notes": None}, {"notes": ""}], ids=str)
async def test_nothing_is_added_without_a_note(client_for, arguments):
    server = Server(recorded("invoice-create"))

    await client_for(server).invoices.create(
        customer_id="cus_1", items=[], due_date="2027-01-01", **arguments
    )

    assert server.body["items"] == []


@pytest.mark.parametrize("notes", [5, ["Thanks"], True])
async def test_a_note_that_is_not_text_is_refused(client_for, notes):
    server = Server(recorded("invoice-create"))

    with pytest.raises(TypeError, match=r"^notes must be a str"):
        await client_for(server).invoices.create(
            customer_id="cus_1", items=[], due_date="2027-01-01", notes=notes
        )

    assert server.requests == []


def line(description, unit_amount=0, **more):
    return {"description": description, "unitAmount": unit_amount, "quantity": 1, **more}


@pytest.mark.parametrize(
    ("lines", "notes", "descriptions"),
    [
        ([line("Pro", 5), line("Note: Thanks")], "Thanks", ["Pro"]),
        ([line("Note: Thanks")], "Thanks", []),
        ([line("Note: ")], "", []),
        ([line("Note: a\nb: Note: c")], "a\nb: Note: c", []),
        ([line("Note: a"), line("Note: b")], "b", ["Note: a"]),
        ([line("Note: Thanks"), line("Pro", 5)], None, ["Note: Thanks", "Pro"]),
        ([line("Pro", 5), line("Note: Thanks", 1)], None, ["Pro", "Note: Thanks"]),
        ([line("Pro", 5), line("Note: Thanks", type="plan")], None, ["Pro", "Note: Thanks"]),
        ([line("Pro", 5), line("note: Thanks")], None, ["Pro", "note: Thanks"]),
        ([line("Free")], None, ["Free"]),
    ],
    ids=[
        "a note",
        "nothing but a note",
        "an empty note",
        "a note of two lines",
        "a hand-made note before it",
        "not the last line",
        "with an amount",
        "made by the server",
        "another spelling",
        "a free line",
    ],
)
async def test_a_note_is_read_back_and_left_out_of_the_items(
    client_for, lines, notes, descriptions
):
    invoice = (await client_for(invoice_with(metadata={"items": lines})).invoices.get("inv_1")).data

    assert invoice.notes == notes
    assert [item.description for item in invoice.items] == descriptions
    assert invoice.metadata == {"items": lines}


async def test_a_note_that_was_written_is_read_back(client_for):
    def store(request):
        items = json.loads(request.content)["items"]
        return httpx.Response(201, json={**body_of("invoice-create"), "metadata": {"items": items}})

    invoice = (
        await client_for(Server(store)).invoices.create(
            customer_id="c",
            items=[InvoiceItemDto("Pro", 1)],
            due_date="2027-01-01",
            notes="Ünï\nNote: ☃",
        )
    ).data

    assert invoice.notes == "Ünï\nNote: ☃"
    assert [item.description for item in invoice.items] == ["Pro"]
