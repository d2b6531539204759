"""What other billing APIs call the fields of results, for the error of somebody who tries it."""

from __future__ import annotations

from typing import Dict

_OURS: Dict[str, str] = {
    "amount_due": "amount",
    "amount_paid": "amount",
    "amount_refunded": "refunded_amount",
    "amount_total": "amount",
    "client_reference_id": "external_id",
    "created": "created_at",
    "customer": "customer_id",
    "failure_message": "failure_reason",
    "hosted_invoice_url": "pdf_url",
    "invoice": "invoice_id",
    "invoice_pdf": "pdf_url",
    "lines": "items",
    "number": "invoice_number",
    "payment_intent": "provider_transaction_id",
    "period_end": "current_period_end",
    "period_start": "current_period_start",
    "plan": "plan_id",
    "subscription": "subscription_id",
}


def hint_for(of: type, name: str) -> str:
    """Say what a field is called here, if a type has it; else nothing."""
    ours = _OURS.get(name)
    return f"; it is {ours!r} here" if ours is not None and hasattr(of, ours) else ""
