"""Prepaid credits: what leaves a wallet, and how invoices draw on wallets."""

from __future__ import annotations

import math
from typing import Any, Optional

from .._javascript.values import UNDEFINED, Row
from .._store.columns import decimal_of_number
from .._store.database import Database


def _round(value: float) -> float:
    # Half up to four decimals, as the server's Math.round does it; what has none stays as it is.
    scaled = value * 10000
    return math.floor(scaled + 0.5) / 10000 if math.isfinite(scaled) else scaled


def amount_of_credits(credits_: float, wallet: Row) -> float:
    return _round(credits_ * float(wallet["rateAmount"]))


def take_credits(
    db: Database,
    wallet: Row,
    credits_: float,
    kind: str,
    *,
    invoice_id: Optional[str] = None,
    metadata: Any = UNDEFINED,
) -> Row:
    """Move credits out of a wallet, VOIDED or INVOICED; both kinds count as consumed."""
    amount = amount_of_credits(credits_, wallet)
    transaction = db["walletTransaction"].create(
        {
            "walletId": wallet["id"],
            "transactionType": "OUTBOUND",
            "transactionStatus": kind,
            "creditAmount": credits_,
            "amount": amount,
            "invoiceId": invoice_id,
            "settledAt": db.clock.now(),
            "metadata": metadata,
        }
    )
    moved, worth = decimal_of_number(credits_), decimal_of_number(amount)
    db["wallet"].update(
        wallet["id"],
        {
            "creditsBalance": wallet["creditsBalance"] - moved,
            "balance": wallet["balance"] - worth,
            "consumedCredits": wallet["consumedCredits"] + moved,
            "consumedAmount": wallet["consumedAmount"] + worth,
        },
    )
    return transaction


def pay_from_wallets(db: Database, invoice: Row, amount: float) -> float:
    """Draw on the customer's wallets, the oldest first; return what they gave."""
    remaining, paid = amount, 0.0
    wallets = db["wallet"].newest(
        customerId=invoice["customerId"], currency=invoice["currency"], status="ACTIVE"
    )
    for wallet in wallets[::-1]:
        part = min(remaining, float(wallet["balance"]))
        if part <= 0 or _has_expired(db, wallet):
            continue
        credits_ = _round(part / float(wallet["rateAmount"]))
        take_credits(db, wallet, credits_, "INVOICED", invoice_id=invoice["id"])
        remaining -= part
        paid += part
    return paid


def _has_expired(db: Database, wallet: Row) -> bool:
    end = wallet["expirationAt"]
    return end is not None and end <= db.clock.now()
