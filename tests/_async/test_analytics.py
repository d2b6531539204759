from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from novabilling.types import (
    ChurnCohorts,
    CustomerAnalytics,
    LifetimeValue,
    MrrBreakdown,
    NetRevenue,
    PaymentAnalytics,
    RevenueAnalytics,
    SubscriptionAnalytics,
)
from tests.samples import Case, name_of, recorded, sent, shape
from tests.support import Server

pytestmark = pytest.mark.anyio

FILTERS = {
    "date_from": date(2026, 1, 1),
    "date_to": "2026-02-01",
    "currency": "ngn",
    "group_by": "month",
}
QUERY = "dateFrom=2026-01-01&dateTo=2026-02-01&currency=NGN&groupBy=month"

FILTERED = [
    ("get_revenue", "revenue", RevenueAnalytics),
    ("get_subscriptions", "subscriptions", SubscriptionAnalytics),
    ("get_customers", "customers", CustomerAnalytics),
    ("get_payments", "payments", PaymentAnalytics),
    ("get_mrr_breakdown", "mrr-breakdown", MrrBreakdown),
    ("get_net_revenue", "net-revenue", NetRevenue),
]

CASES = [
    Case(
        lambda c: c.get_churn_cohorts(),
        "GET /api/analytics/churn-cohorts",
        None,
        "analytics-churn-cohorts",
        ChurnCohorts,
    ),
    Case(
        lambda c: c.get_churn_cohorts(months=3),
        "GET /api/analytics/churn-cohorts?months=3",
        None,
        "analytics-churn-cohorts-3",
        ChurnCohorts,
    ),
    Case(
        lambda c: c.get_lifetime_value(),
        "GET /api/analytics/ltv",
        None,
        "analytics-ltv",
        LifetimeValue,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).analytics)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


@pytest.mark.parametrize(("method", "path", "returns"), FILTERED)
async def test_figures_of_everything_are_read_without_a_query(client_for, method, path, returns):
    server = Server(recorded(f"analytics-{path}"))

    result = await getattr(client_for(server).analytics, method)()

    assert sent(server) == (f"GET /api/analytics/{path}", None)
    assert shape(result) == returns


@pytest.mark.parametrize(("method", "path", "returns"), FILTERED)
async def test_figures_of_a_period_are_read_with_the_filters(client_for, method, path, returns):
    server = Server(recorded(f"analytics-{path}"))

    result = await getattr(client_for(server).analytics, method)(**FILTERS)

    assert sent(server) == (f"GET /api/analytics/{path}?{QUERY}", None)
    assert shape(result) == returns


async def test_revenue_is_decimal(client_for):
    revenue = (await client_for(Server(recorded("analytics-revenue"))).analytics.get_revenue()).data

    assert revenue == RevenueAnalytics(
        total_revenue=Decimal("30045.53"),
        invoice_count=8,
        mrr=Decimal("130.03"),
        arr=Decimal("1560.39"),
    )


async def test_rates_are_read_without_the_percent_sign(client_for):
    server = Server(recorded("analytics-subscriptions"))

    figures = (await client_for(server).analytics.get_subscriptions()).data

    assert figures.churn_rate == Decimal("25.00")
    assert figures.retention_rate == Decimal("75.00")


async def test_numbers_become_exact_decimals_by_plan_as_well(client_for):
    server = Server(recorded("analytics-mrr-breakdown"))

    figures = (await client_for(server).analytics.get_mrr_breakdown()).data

    assert figures.total_mrr == Decimal("130.03")
    assert figures.by_plan[0].plan_name == "Pro Monthly"
    assert figures.by_plan[0].mrr == Decimal("51.88")


async def test_net_revenue_may_be_negative(client_for):
    server = Server(recorded("analytics-net-revenue"))

    assert (await client_for(server).analytics.get_net_revenue()).data.net_revenue == Decimal(
        "-93524.52"
    )


async def test_cohorts_have_a_percentage_for_each_month(client_for):
    server = Server(recorded("analytics-churn-cohorts"))

    cohorts = (await client_for(server).analytics.get_churn_cohorts()).data

    assert cohorts.months[0] == "2025-12"
    assert cohorts.cohorts[1].retention_percentages == [Decimal(100)] * 11


async def test_lifetime_value_is_read_in_all_and_by_plan(client_for):
    server = Server(recorded("analytics-ltv"))

    figures = (await client_for(server).analytics.get_lifetime_value()).data

    assert figures.avg_ltv == Decimal("1875.07")
    assert figures.by_plan[0].avg_lifespan_days == Decimal(82)
