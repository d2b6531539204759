"""Customers, plans and invoices in short, as other objects hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, Optional

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import InvoiceStatus


class CustomerSummary(Model, frozen=True, kw_only=True):
    """A customer in another object; fields after the name are None where the server omits them."""

    id: str
    email: str
    name: Optional[str] = None
    external_id: Optional[str] = None
    country: Optional[str] = None
    currency: Optional[str] = None
    net_payment_terms: Optional[int] = None
    metadata: Optional[Dict[str, Any]] = None
    created_at: Optional[Timestamp] = None
    updated_at: Optional[Timestamp] = None


class PlanSummary(Model, frozen=True, kw_only=True):
    """A plan in another object."""

    id: str
    name: str
    code: str


class InvoiceSummary(Model, frozen=True, kw_only=True):
    """An invoice in another object."""

    id: str
    invoice_number: str
    amount: Decimal
    currency: Optional[str] = None
    status: Optional[Word[InvoiceStatus]] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)
