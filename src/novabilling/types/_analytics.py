"""Figures about a tenant's business. Amounts are converted to USD by the server."""

from __future__ import annotations

from decimal import Decimal
from typing import List

from .._words.fields import Model, Percentage, check_amounts


class RevenueAnalytics(Model, frozen=True, kw_only=True):
    """Revenue in a period; `mrr` and `arr` are of now, whatever the period."""

    total_revenue: Decimal
    invoice_count: int
    mrr: Decimal
    arr: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.total_revenue, self.mrr, self.arr)

    @property
    def total(self) -> Decimal:
        """Return `total_revenue`, of which this is a second name."""
        return self.total_revenue

    @property
    def count(self) -> int:
        """Return `invoice_count`, of which this is a second name."""
        return self.invoice_count


class SubscriptionAnalytics(Model, frozen=True, kw_only=True):
    """Subscriptions by status; rates in percent (25.00 is a quarter)."""

    total: int
    active: int
    canceled: int
    trialing: int
    paused: int
    new_subscriptions: int
    churn_rate: Percentage
    retention_rate: Percentage


class CustomerAnalytics(Model, frozen=True, kw_only=True):
    """Customers in a period; `arpu` is the average revenue per customer."""

    total_customers: int
    new_customers: int
    arpu: Decimal
    total_revenue: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.arpu, self.total_revenue)

    @property
    def total(self) -> int:
        """Return `total_customers`, of which this is a second name."""
        return self.total_customers


class PaymentAnalytics(Model, frozen=True, kw_only=True):
    """Payments by outcome; the rate in percent."""

    total_payments: int
    succeeded: int
    failed: int
    pending: int
    success_rate: Percentage

    @property
    def total(self) -> int:
        """Return `total_payments`, of which this is a second name."""
        return self.total_payments


class MrrByPlan(Model, frozen=True, kw_only=True):
    """The monthly recurring revenue of one plan."""

    plan_id: str
    plan_name: str
    mrr: Decimal
    subscription_count: int

    def __post_init__(self) -> None:
        check_amounts(self.mrr)


class MrrBreakdown(Model, frozen=True, kw_only=True):
    """Where the monthly recurring revenue comes from and how it moves."""

    total_mrr: Decimal
    new_mrr: Decimal
    expansion_mrr: Decimal
    contraction_mrr: Decimal
    churn_mrr: Decimal
    net_new_mrr: Decimal
    by_plan: List[MrrByPlan]

    def __post_init__(self) -> None:
        check_amounts(self.total_mrr, self.new_mrr, self.expansion_mrr)
        check_amounts(self.contraction_mrr, self.churn_mrr, self.net_new_mrr)


class NetRevenue(Model, frozen=True, kw_only=True):
    """Revenue less what was given back; a refund counts as its whole payment."""

    gross_revenue: Decimal
    refunds: Decimal
    credit_notes: Decimal
    net_revenue: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.gross_revenue, self.refunds, self.credit_notes, self.net_revenue)


class Cohort(Model, frozen=True, kw_only=True):
    """The customers of one month ("2026-11") and the percentage that stayed, month by month."""

    month: str
    total_customers: int
    retention_percentages: List[Percentage]


class ChurnCohorts(Model, frozen=True, kw_only=True):
    """The cohorts of the last months."""

    months: List[str]
    cohorts: List[Cohort]


class LifetimeValueByPlan(Model, frozen=True, kw_only=True):
    """What a customer of one plan brings on average, and for how many days."""

    plan_id: str
    plan_name: str
    avg_ltv: Decimal
    avg_lifespan_days: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.avg_ltv, self.avg_lifespan_days)


class LifetimeValue(Model, frozen=True, kw_only=True):
    """What a customer brings on average, and for how many days."""

    avg_ltv: Decimal
    avg_lifespan_days: Decimal
    by_plan: List[LifetimeValueByPlan]

    def __post_init__(self) -> None:
        check_amounts(self.avg_ltv, self.avg_lifespan_days)
