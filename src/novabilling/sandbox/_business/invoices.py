"""Invoices as rows: their numbers and amounts, and the PDF that each of them is born with."""

from __future__ import annotations

import re
from typing import List

from .._javascript.values import UNDEFINED, Number, Row, as_object, number, number_text, to_number
from .._store.database import Database
from .._world.pdf import InvoiceDocument
from .._world.world import World


def create_invoice(world: World, tenant: Row, data: Row) -> Row:
    """Insert an invoice; it gets the next number, unless `data` has one, and a PDF.

    The row that is returned has the address of the PDF, and an `updatedAt` from before that
    was written: so it stands in the server's answers.
    """
    database = world.databases[tenant["id"]]
    given = data.get("invoiceNumber") or next_number(database)
    invoice = database["invoice"].create({**data, "invoiceNumber": given})
    file = f"invoice-{invoice['id']}.pdf"
    world.keep_upload(file, document(database, tenant, invoice))
    address = {"pdfUrl": f"/uploads/invoices/{file}"}
    database["invoice"].update(invoice["id"], address)
    return {**invoice, **address}


def next_number(database: Database) -> str:
    """Count on from the latest invoice; one with a number of another kind restarts the count."""
    latest = database["invoice"].newest()[:1]
    match = re.search(r"INV-([0-9]+)", latest[0]["invoiceNumber"]) if latest else None
    following = float(match[1]) + 1 if match else 1
    return f"INV-{number_text(following).rjust(5, '0')}"


def total(items: List[Row]) -> Number:
    """Add up the line items, in floats as the server does."""
    amount = 0.0
    for item in items:
        # A list among the items passes the checks; it has neither field, and NaN is refused later.
        fields = as_object(item)
        amount += _factor(fields, "quantity") * _factor(fields, "unitAmount")
    return number(amount)


def _factor(item: Row, name: str) -> float:
    return float(to_number(item.get(name, UNDEFINED)))


def document(database: Database, tenant: Row, invoice: Row) -> InvoiceDocument:
    """Take the invoice as it is now to its PDF."""
    return InvoiceDocument(invoice, database["customer"].rows[invoice["customerId"]], tenant)


def with_customer(database: Database, invoice: Row) -> Row:
    return {**invoice, "customer": database["customer"].rows[invoice["customerId"]]}
