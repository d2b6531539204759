"""Money in the analytics: USD at fixed rates, in floats, rounded as the server does."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Iterable

from .._javascript import values as js
from .._javascript.values import Number, Row
from .._store.database import Database
from .billing import price_in

# What a dollar costs; amounts in other currencies count as if they were dollars.
_RATES = {
    "USD": 1,
    "EUR": 0.92,
    "GBP": 0.79,
    "NGN": 1550,
    "KES": 153,
    "UGX": 3750,
    "GHS": 7.75,
    "ZAR": 18.2,
    "TZS": 2650,
    "RWF": 1350,
    "ETB": 57,
    "EGP": 50,
    "XOF": 605,
    "XAF": 605,
    "MAD": 10,
    "DZD": 135,
    "ZMW": 27,
}

# The other intervals count as if they were a month: an hourly price is its monthly revenue.
_MONTHS = {"QUARTERLY": 3, "YEARLY": 12}


def to_usd(amount: Decimal, currency: str) -> float:
    return float(amount) / _RATES.get(currency.upper(), 1)


def total_usd(rows: Iterable[Row]) -> float:
    """Add up the amounts of invoices, payments or credit notes."""
    return js.add_up(to_usd(row["amount"], row["currency"]) for row in rows)


def fixed(value: float) -> str:
    """`value.toFixed(2)`: of the float as it is, halves away from zero."""
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def rounded(value: float, places: int = 2) -> Number:
    """`Math.round(value * 100) / 100`."""
    scale = 10.0**places
    return js.number(math.floor(value * scale + 0.5) / scale)


def monthly_usd(db: Database, subscription: Row) -> float:
    """Work out the monthly revenue of a subscription; a deleted price is worth nothing."""
    interval = db["plan"].rows[subscription["planId"]]["billingInterval"]
    price = price_in(db, subscription["planId"], subscription["currency"])
    if not price:
        return 0.0
    return to_usd(price["amount"], subscription["currency"]) / _MONTHS.get(interval, 1)
