"""What shows afterwards that an invoice was made or changed."""

from __future__ import annotations

from .._reconcile.declared import Made, Paid, Reached
from ..types._billing import Invoice

_ONE = "/invoices/{invoice_id}"

MADE = Made(
    "/invoices?customerId={customerId}&limit=100",
    Invoice,
    key=("invoiceNumber",),
    same={"items": "metadata.items"},
    drifts=("status", "paidAt"),
    place="/customers/{customerId}",
)
FINALIZED = Reached(_ONE, Invoice, want={"status": "PENDING"}, before=("DRAFT",), once=True)
VOIDED = Reached(_ONE, Invoice, want={"status": "CANCELED"}, before=("DRAFT", "PENDING", "FAILED"))
PAID = Paid(_ONE, Invoice)
