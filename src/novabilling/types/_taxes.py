"""Taxes and what they are assigned to."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from .._words.fields import Model, Timestamp, check_amounts


class Tax(Model, frozen=True, kw_only=True):
    """A tax; `rate` is in percent."""

    id: str
    name: str
    code: str
    rate: Decimal
    applied_by_default: bool
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None

    def __post_init__(self) -> None:
        check_amounts(self.rate)


class TaxAssignment(Model, frozen=True, kw_only=True):
    """A tax on a customer, a plan or a charge: one of the three ids is set."""

    id: str
    tax_id: str
    customer_id: Optional[str] = None
    plan_id: Optional[str] = None
    charge_id: Optional[str] = None
