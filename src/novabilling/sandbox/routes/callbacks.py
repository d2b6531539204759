"""What payment providers send to say how a payment went: PayU's notification, unsigned."""

from __future__ import annotations

from typing import Dict, NamedTuple, Optional

from .._errors import HttpError
from .._http.engine import Call, route
from .._javascript.values import Row, as_object, to_boolean, to_string
from .._store.database import Database
from .._store.rows import money_of


class Notice(NamedTuple):
    """A provider's word on a payment."""

    transaction_id: str
    invoice_id: str
    succeeded: bool


@route("POST ~/webhooks/payu")
def payu(call: Call) -> Dict[str, str]:
    """Settle a payment of the first tenant that has one; the answer is always the same."""
    tenants = call.world.databases if call.body is not None else {}
    for tenant_id, db in tenants.items():
        try:
            payment = _settle(call, db)
        except HttpError:
            # A tenant whose database refuses is left for the next one.
            continue
        if payment:
            _notify(call, tenant_id, payment)
            break
    return {"status": "success"}


def _notify(call: Call, tenant_id: str, payment: Row) -> None:
    data = {
        "paymentId": payment["id"],
        "invoiceId": payment["invoiceId"],
        **money_of(payment),
        "provider": payment["provider"],
        "transactionId": payment["providerTransactionId"],
    }
    call.world.notify(tenant_id, f"payment.{payment['status'].lower()}", data)


def _settle(call: Call, db: Database) -> Optional[Row]:
    """Return the payment that was settled."""
    if not db["paymentProvider"].first(providerName="payu", isActive=True):
        return None
    body = as_object(call.body)
    state = _text(body, "TransactionState")
    notice = Notice(
        _text(body, "PayUReference"), _text(body, "MerchantReference"), state == "SUCCESSFUL"
    )
    payment = _find(db, notice)
    return _write(call, db, payment, notice) if payment else None


def _text(body: Row, name: str) -> str:
    value = body.get(name)
    return to_string(value) if to_boolean(value) else ""


def _find(db: Database, notice: Notice) -> Optional[Row]:
    for payment in db["payment"].find(provider="payu"):
        if payment["providerTransactionId"] == notice.transaction_id:
            return payment
        if payment["invoiceId"] == notice.invoice_id:
            return payment
    return None


def _write(call: Call, db: Database, payment: Row, notice: Notice) -> Row:
    changes: Row = {"status": "SUCCEEDED", "providerTransactionId": notice.transaction_id}
    if not notice.succeeded:
        changes.update(status="FAILED", failureReason="Payment failed via webhook")
    payment = db["payment"].update(payment["id"], changes)
    if notice.succeeded:
        paid = {"status": "PAID", "paidAt": call.now}
        db["invoice"].update(payment["invoiceId"], paid)
    return payment
