"""Figures about a tenant's business. Amounts are converted to USD by the server."""

from __future__ import annotations

from decimal import Decimal
from typing import List

from .._words.fields import Model, Percentage, check_amounts


class RevenueAnalytics(Model, frozen=True, kw_only=True):
    """Revenue in a period.

    Attributes:
        total_revenue: What was paid on invoices in the period, in USD.
        invoice_count: How many invoices were paid in it.
        mrr: What active subscriptions bring in a month, in USD, as of now.
        arr: Twelve times `mrr`.
    """

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
    """Subscriptions by status.

    Attributes:
        total: How many there are, canceled ones too.
        active: How many are active now.
        canceled: How many are canceled, of those that were created in the period.
        trialing: How many are in a trial now.
        paused: How many are paused now.
        new_subscriptions: How many were created in the period.
        churn_rate: `canceled` as a percentage of `total`: 25.00 is a quarter.
        retention_rate: 100 less the churn rate.
    """

    total: int
    active: int
    canceled: int
    trialing: int
    paused: int
    new_subscriptions: int
    churn_rate: Percentage
    retention_rate: Percentage


class CustomerAnalytics(Model, frozen=True, kw_only=True):
    """Customers in a period.

    Attributes:
        total_customers: How many there are.
        new_customers: How many were created in the period.
        arpu: The average revenue per customer, in USD, of all time.
        total_revenue: What was paid on all invoices, in USD.
    """

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
    """Payments by outcome.

    Attributes:
        total_payments: How many were created in the period.
        succeeded: How many of them are successful.
        failed: How many of them failed.
        pending: All others, also those that were refunded.
        success_rate: `succeeded` as a percentage of all: 25.00 is a quarter.
    """

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
    """The monthly recurring revenue of one plan.

    Attributes:
        plan_id: The id of the plan.
        plan_name: Its name.
        mrr: What its active subscriptions bring in a month, in USD.
        subscription_count: How many active subscriptions it has.
    """

    plan_id: str
    plan_name: str
    mrr: Decimal
    subscription_count: int

    def __post_init__(self) -> None:
        check_amounts(self.mrr)


class MrrBreakdown(Model, frozen=True, kw_only=True):
    """Where the monthly recurring revenue comes from and how it moves.

    Attributes:
        total_mrr: What active subscriptions bring in a month, in USD.
        new_mrr: That of subscriptions which were created this month, in USD.
        expansion_mrr: What changes to dearer plans brought this month, in USD.
        contraction_mrr: What changes to cheaper plans took this month, in USD, as a number above 0.
        churn_mrr: That of subscriptions which were canceled this month, in USD, as a number above
            0.
        net_new_mrr: New and expansion less contraction and churn, in USD.
        by_plan: The plans that have active subscriptions.
    """

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
    """Revenue less what was given back.

    Attributes:
        gross_revenue: What was paid on invoices of the period, in USD.
        refunds: The whole amounts of payments that were refunded, in USD, also where a part was.
        credit_notes: The amounts of finalized credit notes, in USD.
        net_revenue: The first less the other two, in USD.
    """

    gross_revenue: Decimal
    refunds: Decimal
    credit_notes: Decimal
    net_revenue: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.gross_revenue, self.refunds, self.credit_notes, self.net_revenue)


class Cohort(Model, frozen=True, kw_only=True):
    """The customers of one month, and the percentage that stayed.

    Attributes:
        month: The month in which they subscribed, as "2026-11".
        total_customers: How many subscribed in it.
        retention_percentages: How many of them were left at the end of that month and of each later
            one, in percent.
    """

    month: str
    total_customers: int
    retention_percentages: List[Percentage]


class ChurnCohorts(Model, frozen=True, kw_only=True):
    """The cohorts of the last months.

    Attributes:
        months: The months, as "2026-11", the oldest first.
        cohorts: The cohort of each month, in their order.
    """

    months: List[str]
    cohorts: List[Cohort]


class LifetimeValueByPlan(Model, frozen=True, kw_only=True):
    """What a subscription of one plan brings on average.

    Attributes:
        plan_id: The id of the plan.
        plan_name: Its name.
        avg_ltv: What was paid on average on the invoices of a subscription, in USD.
        avg_lifespan_days: How many days a subscription lasted on average, at least 1.
    """

    plan_id: str
    plan_name: str
    avg_ltv: Decimal
    avg_lifespan_days: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.avg_ltv, self.avg_lifespan_days)


class LifetimeValue(Model, frozen=True, kw_only=True):
    """What a subscription brings on average.

    Attributes:
        avg_ltv: What was paid on average on the invoices of a subscription, in USD.
        avg_lifespan_days: How many days a subscription lasted on average, at least 1.
        by_plan: The same for each plan.
    """

    avg_ltv: Decimal
    avg_lifespan_days: Decimal
    by_plan: List[LifetimeValueByPlan]

    def __post_init__(self) -> None:
        check_amounts(self.avg_ltv, self.avg_lifespan_days)
