"""What payment providers send to say how a payment went: PayU's notification, unsigned."""

from __future__ import annotations

from typing import Dict, NamedTuple, Optional

from .._checkout import update_payment
from .._database import Database
from .._engine import Call, route
from .._errors import HttpError
from .._javascript import Row, as_object, to_boolean, to_string


class Notice(NamedTuple):
    """A provider's word on a payment."""

    transaction_id: str
    invoice_id: str
    succeeded: bool


@route("POST ~/webhooks/payu")
def payu(call: Call) -> Dict[str, str]:
    """Settle a payment of the first tenant that has one; the answer is always the same."""
    databases = call.world.databases.values() if call.body is not None else ()
    for db in databases:
        try:
            if _settle(call, db):
                break
        except HttpError:
            # A tenant whose database refuses is left for the next one.
            continue
    return {"status": "success"}


def _settle(call: Call, db: Database) -> bool:
    if not db["paymentProvider"].first(providerName="payu", isActive=True):
        return False
    body = as_object(call.body)
    state = _text(body, "TransactionState")
    notice = Notice(
        _text(body, "PayUReference"), _text(body, "MerchantReference"), state == "SUCCESSFUL"
    )
    payment = _find(db, notice)
    if not payment:
        return False
    _write(call, db, payment, notice)
    return True


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


def _write(call: Call, db: Database, payment: Row, notice: Notice) -> None:
    changes: Row = {"status": "SUCCEEDED", "providerTransactionId": notice.transaction_id}
    if not notice.succeeded:
        changes.update(status="FAILED", failureReason="Payment failed via webhook")
    update_payment(db, payment, changes)
    if notice.succeeded:
        paid = {"status": "PAID", "paidAt": call.now}
        db["invoice"].update(payment["invoiceId"], paid)
