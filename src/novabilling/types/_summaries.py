"""Customers, plans and invoices in short, as other objects hold them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, Optional

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import InvoiceStatus


class CustomerSummary(Model, frozen=True, kw_only=True):
    """A customer in another object; fields after the name are None where the server omits them.

    Attributes:
        id: The id that the server gave it.
        email: The address that invoices are sent to.
        name: The name on invoices; None if it has none.
        external_id: Your own id of it.
        country: The country code.
        currency: The code of the currency that its invoices are in.
        net_payment_terms: Days from an invoice to its due date.
        metadata: Your own data.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
    """

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
    """A plan in another object.

    Attributes:
        id: The id that the server gave it.
        name: Its name.
        code: Your own key of it.
    """

    id: str
    name: str
    code: str


class InvoiceSummary(Model, frozen=True, kw_only=True):
    """An invoice in another object.

    Attributes:
        id: The id that the server gave it.
        invoice_number: The number on it.
        amount: What is owed in all, in major units.
        currency: The code of the currency; None where the server leaves it out.
        status: Its status; None where the server leaves it out.
    """

    id: str
    invoice_number: str
    amount: Decimal
    currency: Optional[str] = None
    status: Optional[Word[InvoiceStatus]] = None

    def __post_init__(self) -> None:
        check_amounts(self.amount)
