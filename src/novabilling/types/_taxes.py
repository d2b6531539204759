"""Taxes and what they are assigned to."""

from __future__ import annotations

from decimal import Decimal
from typing import Optional

from .._words.fields import Model, Timestamp, check_amounts


class Tax(Model, frozen=True, kw_only=True):
    """A tax on the invoices of subscriptions.

    Attributes:
        id: The id that the server gave it.
        name: Its name on invoices.
        code: Your own key of it, unique within the tenant.
        rate: The percentage: 7.5 is 7.5 %.
        applied_by_default: Whether it applies where neither the plan nor the customer has taxes of
            its own.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        description: Text about it; None if there is none.
    """

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
    """A tax on a customer, a plan or a charge: one of the three ids is set.

    Attributes:
        id: The id that the server gave the assignment.
        tax_id: The id of the tax.
        customer_id: The customer that has it, or None.
        plan_id: The plan that has it, or None.
        charge_id: The charge that has it, or None.
    """

    id: str
    tax_id: str
    customer_id: Optional[str] = None
    plan_id: Optional[str] = None
    charge_id: Optional[str] = None
