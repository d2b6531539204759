"""Usage: what is counted, what it costs, and the events themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

import msgspec

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import AggregationType, BillingTiming, ChargeModel, EventStatus
from ._billing import Plan


class BillableMetricFilter(Model, frozen=True, kw_only=True):
    """A property of events by which a metric can be split."""

    id: str
    billable_metric_id: str
    key: str
    values: List[str]


class BillableMetricCounts(Model, frozen=True, kw_only=True):
    """How many objects point at a metric."""

    charges: int


class BillableMetric(Model, frozen=True, kw_only=True):
    """How events with one `code` add up to a quantity."""

    id: str
    name: str
    code: str
    aggregation_type: Word[AggregationType]
    recurring: bool
    created_at: Timestamp
    updated_at: Timestamp
    description: Optional[str] = None
    field_name: Optional[str] = None
    filters: Optional[List[BillableMetricFilter]] = None
    charges: Optional[List[Charge]] = None
    counts: Optional[BillableMetricCounts] = msgspec.field(name="_count", default=None)


class GraduatedRange(Model, frozen=True, kw_only=True):
    """What units from one number to another cost; `to_value` is None for the last range."""

    id: str
    charge_id: str
    from_value: int
    per_unit_amount: Decimal
    flat_amount: Decimal
    order: int
    to_value: Optional[int] = None

    def __post_init__(self) -> None:
        check_amounts(self.per_unit_amount, self.flat_amount)


class ChargeFilter(Model, frozen=True, kw_only=True):
    """Other prices for events whose property has one of these values."""

    id: str
    charge_id: str
    key: str
    values: List[str]
    properties: Optional[Dict[str, Any]] = None


class Charge(Model, frozen=True, kw_only=True):
    """What the usage of a metric costs on a plan."""

    id: str
    plan_id: str
    billable_metric_id: str
    charge_model: Word[ChargeModel]
    billing_timing: Word[BillingTiming]
    prorated: bool
    created_at: Timestamp
    updated_at: Timestamp
    invoice_display_name: Optional[str] = None
    min_amount_cents: Optional[int] = None
    properties: Optional[Dict[str, Any]] = None
    graduated_ranges: Optional[List[GraduatedRange]] = None
    filters: Optional[List[ChargeFilter]] = None
    billable_metric: Optional[BillableMetric] = None
    plan: Optional[Plan] = None


class UsageEvent(Model, frozen=True, kw_only=True):
    """One use of something that is metered."""

    id: str
    transaction_id: str
    subscription_id: str
    code: str
    timestamp: Timestamp
    created_at: Timestamp
    properties: Optional[Dict[str, Any]] = None


class EventResult(Model, frozen=True, kw_only=True):
    """What became of one event of a batch."""

    transaction_id: str
    status: Word[EventStatus]
    error: Optional[str] = None


class EventBatch(Model, frozen=True, kw_only=True):
    """What became of a batch: look at `errors`, for a batch may be accepted and fail."""

    total: int
    created: int
    duplicates: int
    errors: int
    results: List[EventResult]
