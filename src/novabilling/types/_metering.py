"""Usage: what is counted, what it costs, and the events themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Dict, List, Optional

import msgspec

from .._words.fields import Model, Timestamp, Word, check_amounts
from .._words.literals import AggregationType, BillingTiming, ChargeModel, EventStatus
from ._billing import Plan


class BillableMetricFilter(Model, frozen=True, kw_only=True):
    """A property of events by which a metric can be split.

    Attributes:
        id: The id that the server gave it.
        billable_metric_id: The id of the metric.
        key: The property of events.
        values: The values of it that are told apart.
    """

    id: str
    billable_metric_id: str
    key: str
    values: List[str]


class BillableMetricCounts(Model, frozen=True, kw_only=True):
    """How many objects point at a metric.

    Attributes:
        charges: How many charges use the metric.
    """

    charges: int


class BillableMetric(Model, frozen=True, kw_only=True):
    """How events with one code add up to a quantity.

    Attributes:
        id: The id that the server gave it.
        name: Its name on invoices.
        code: The code of its events, unique within the tenant.
        aggregation_type: How events add up.
        recurring: Whether its value is carried over into the next period.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        description: Text about it; None if there is none.
        field_name: The property of events that is added up; None if there is none.
        filters: Properties by which a charge can have other prices; None where the server leaves
            them out.
        charges: The charges that use it; only of a single metric, else None.
        counts: What points at it; only in lists, else None.
    """

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
    """What units from one number to another cost.

    Attributes:
        id: The id that the server gave it.
        charge_id: The id of the charge.
        from_value: The first unit of it.
        per_unit_amount: What each of its units costs, in major units of the subscription's
            currency.
        flat_amount: What it costs besides once it is entered, in major units.
        order: Its place among the ranges, from 0.
        to_value: The last unit of it; None for the last range.
    """

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
    """Other prices for events whose property has one of these values.

    Attributes:
        id: The id that the server gave it.
        charge_id: The id of the charge.
        key: The property of events.
        values: The values of it that these prices are for.
        properties: The prices, as those of the charge; None or empty if there are none.
    """

    id: str
    charge_id: str
    key: str
    values: List[str]
    properties: Optional[Dict[str, Any]] = None


class Charge(Model, frozen=True, kw_only=True):
    """What the usage of a metric costs on a plan.

    Attributes:
        id: The id that the server gave it.
        plan_id: The id of the plan.
        billable_metric_id: The id of the metric that counts the units.
        charge_model: How units become an amount.
        billing_timing: Whether it is billed at the start of a period, "in_advance", or at its end,
            "in_arrears".
        prorated: Whether a period that is not whole is charged in part.
        created_at: When it was created, in UTC.
        updated_at: When it was last changed, in UTC.
        invoice_display_name: What stands on the invoice; None for the metric's name and the units.
        min_amount_cents: The least that usage costs, in hundredths of the major unit, in every
            currency; None if there is none.
        properties: The prices of the model, in major units, as they were sent; None if there are
            none.
        graduated_ranges: The prices of "graduated" and "volume"; None where the server leaves them
            out.
        filters: Other prices for events with certain properties; None where the server leaves them
            out.
        billable_metric: The metric; None where the server leaves it out.
        plan: The plan without its prices; only of a single charge, else None.
    """

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
    """One use of something that is metered.

    Attributes:
        id: The id that the server gave it.
        transaction_id: Your own key of it, by which it is counted once.
        subscription_id: The server's id of the subscription, also where it was sent with an
            external one.
        code: The code of the metric that counts it.
        timestamp: When it happened, in UTC: it counts in the billing period of that time.
        created_at: When the server took it, in UTC.
        properties: What the metric adds up or splits by; None if there is nothing.
    """

    id: str
    transaction_id: str
    subscription_id: str
    code: str
    timestamp: Timestamp
    created_at: Timestamp
    properties: Optional[Dict[str, Any]] = None


class EventResult(Model, frozen=True, kw_only=True):
    """What became of one event of a batch.

    Attributes:
        transaction_id: The key of the event.
        status: "created", "duplicate" for one that the server knew, or "error".
        error: Why it was not counted; None if it was.
    """

    transaction_id: str
    status: Word[EventStatus]
    error: Optional[str] = None


class EventBatch(Model, frozen=True, kw_only=True):
    """What became of a batch: it may be accepted, and some of its events fail.

    Attributes:
        total: How many events were sent.
        created: How many were counted.
        duplicates: How many the server knew already.
        errors: How many failed: look at their `error` in `results`.
        results: What became of each, in the order in which they were sent.
    """

    total: int
    created: int
    duplicates: int
    errors: int
    results: List[EventResult]
