"""Other terms of a plan for one customer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

from .._words.fields import Model, Timestamp, check_amounts
from ._summaries import CustomerSummary, PlanSummary


class PlanOverride(Model, frozen=True, kw_only=True):
    """Other terms of a plan for one customer; the 1.0 server stores prices and charges as empty."""

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
