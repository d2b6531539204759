"""Other terms of a plan for one customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

from .._words.fields import Model, Timestamp, check_amounts
from ._summaries import CustomerSummary, PlanSummary


class PlanOverride(Model, frozen=True, kw_only=True):
    """Other terms of a plan for one customer.

    Attributes:
        id: The id that the server gave it.
        customer_id: The id of the customer.
        plan_id: The id of the plan.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        overridden_prices: Other prices, each of which the 1.0 server stores as empty; None if there
            are none.
        overridden_minimum_commitment: The least that an invoice comes to, in major units of the
            subscription's currency; None for the plan's own.
        overridden_charges: Other prices of charges, each of which the 1.0 server stores as empty;
            None if there are none.
        metadata: Your own data; None if there is none.
        customer: The customer in short; None where the server leaves it out.
        plan: The plan in short; None where the server leaves it out.
    """

    id: str
    customer_id: str
    plan_id: str
    created_at: Timestamp
    updated_at: Timestamp
    overridden_prices: Optional[List[Any]] = None
    overridden_minimum_commitment: Optional[Decimal] = None
    overridden_charges: Optional[List[Any]] = None
    metadata: Optional[Dict[str, Any]] = None
    customer: Optional[CustomerSummary] = None
    plan: Optional[PlanSummary] = None

    def __post_init__(self) -> None:
        check_amounts(self.overridden_minimum_commitment)
