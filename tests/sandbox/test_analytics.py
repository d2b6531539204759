"""The figures of the analytics, over rows that stand in the tables."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Dict

import httpx
import pytest

from novabilling.sandbox import Sandbox
from novabilling.sandbox._business.figures import fixed, rounded
from novabilling.sandbox._javascript import values as js

Row = Dict[str, Any]

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
MAY = datetime(2026, 5, 10, tzinfo=timezone.utc)


class Books:
    """A tenant's tables, and short ways to write into them."""

    def __init__(self) -> None:
        self.now = NOW
        self.sandbox = Sandbox(clock=lambda: self.now)
        (self.db,) = self.sandbox._world.databases.values()
        self.plan = self.add_plan("basic", "MONTHLY", USD=30)
        self.customer = self.add_customer()

    def add_customer(self, **fields: Any) -> Row:
        name = f"u{len(self.db['customer'].rows)}"
        return self.db["customer"].create(
            {"externalId": name, "email": f"{name}@example.com", "currency": "USD", **fields}
        )

    def add_plan(self, code: str, interval: str, **prices: float) -> Row:
        plan = self.db["plan"].create(
            {"name": code.title(), "code": code, "billingInterval": interval}
        )
        for currency, amount in prices.items():
            price = {"planId": plan["id"], "currency": currency, "amount": amount}
            self.db["planPrice"].create(price)
        return plan

    def subscribe(self, plan: Any = None, **fields: Any) -> Row:
        period = {"currentPeriodStart": NOW, "currentPeriodEnd": NOW}
        row = {"customerId": self.customer["id"], "planId": (plan or self.plan)["id"]}
        return self.db["subscription"].create({"currency": "USD", **row, **period, **fields})

    def bill(self, amount: float, **fields: Any) -> Row:
        number = f"INV-{len(self.db['invoice'].rows)}"
        row = {"invoiceNumber": number, "customerId": self.customer["id"], "dueDate": NOW}
        paid = {"status": "PAID", "paidAt": self.now, "currency": "USD", "amount": amount}
        return self.db["invoice"].create({**row, **paid, **fields})

    def pay(self, amount: float, **fields: Any) -> Row:
        invoice = self.db["invoice"].first() or self.bill(1)
        row = {"invoiceId": invoice["id"], "provider": "manual", "status": "SUCCEEDED"}
        return self.db["payment"].create({**row, "amount": amount, "currency": "USD", **fields})

    def credit(self, amount: float, status: str, **fields: Any) -> Row:
        invoice = self.db["invoice"].first() or self.bill(1)
        row = {"invoiceId": invoice["id"], "customerId": self.customer["id"], "reason": "OTHER"}
        return self.db["creditNote"].create(
            {**row, "amount": amount, "currency": "USD", "status": status, **fields}
        )

    def send(self, name: str, query: str = "") -> httpx.Response:
        return self.sandbox.handle(
            httpx.Request(
                "GET",
                f"http://sandbox.local/api/analytics/{name}?{query}",
                headers={"Authorization": f"Bearer {self.sandbox.token}"},
            )
        )

    def read(self, name: str, query: str = "") -> Any:
        response = self.send(name, query)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.mark.parametrize(
    ("value", "text"), [(0.125, "0.13"), (-0.125, "-0.13"), (1.005, "1.00"), (0.0, "0.00")]
)
def test_two_decimals_are_of_the_float_and_halves_go_away_from_zero(value: float, text: str):
    assert fixed(value) == text


@pytest.mark.parametrize(
    ("value", "places", "result"), [(-93524.5218, 2, -93524.52), (2.5, 0, 3), (-2.5, 0, -2)]
)
def test_numbers_are_rounded_with_halves_upwards(value: float, places: int, result: float):
    assert rounded(value, places) == result


def test_revenue_adds_paid_invoices_in_dollars(books: Books):
    books.bill(10.5)
    books.bill(1550, currency="NGN")
    books.bill(306, currency="KES")
    books.bill(5, currency="ZZZ")
    books.bill(1000, status="PENDING", paidAt=None)

    revenue = books.read("revenue")

    assert (revenue["totalRevenue"], revenue["invoiceCount"]) == ("18.50", 4)


A_MILLION = {
    "EUR": 1_086_956,
    "eur": 1_086_956,
    "GBP": 1_265_822,
    "NGN": 645,
    "KES": 6_535,
    "UGX": 266,
    "GHS": 129_032,
    "ZAR": 54_945,
    "TZS": 377,
    "RWF": 740,
    "ETB": 17_543,
    "EGP": 20_000,
    "XOF": 1_652,
    "XAF": 1_652,
    "MAD": 100_000,
    "DZD": 7_407,
    "ZMW": 37_037,
    "JPY": 1_000_000,
}


@pytest.mark.parametrize("currency", A_MILLION)
def test_a_million_of_a_currency_in_dollars(books: Books, currency: str):
    books.bill(1_000_000, currency=currency)

    assert int(float(books.read("revenue")["totalRevenue"])) == A_MILLION[currency]


def test_revenue_knows_a_currency_and_a_period_with_both_ends(books: Books):
    books.bill(1550, currency="NGN", paidAt=MAY)
    books.bill(3100, currency="NGN")
    books.bill(7, paidAt=MAY)
    books.bill(9, paidAt=None)

    assert books.read("revenue", "currency=NGN")["totalRevenue"] == "3.00"
    assert books.read("revenue", "currency=")["invoiceCount"] == 4
    may = books.read("revenue", "dateFrom=2026-05-10&dateTo=2026-05-10")
    assert (may["totalRevenue"], may["invoiceCount"]) == ("8.00", 2)
    assert books.read("revenue", "dateFrom=2026-05-10T00:00:01Z")["totalRevenue"] == "2.00"
    assert books.read("revenue", "dateTo=2026-05-09")["totalRevenue"] == "0.00"


def test_recurring_revenue_is_of_active_subscriptions_whatever_the_filters(books: Books):
    books.subscribe()
    books.subscribe(books.add_plan("quarter", "QUARTERLY", USD=87))
    books.subscribe(books.add_plan("year", "YEARLY", NGN=18600), currency="NGN")
    books.subscribe(books.add_plan("day", "DAILY", USD=1.25))
    books.subscribe(status="TRIALING")

    for query in ("", "currency=KES&dateTo=2001-01-01&groupBy=day"):
        revenue = books.read("revenue", query)
        assert (revenue["mrr"], revenue["arr"]) == ("61.25", "735.00")


def test_a_subscription_whose_price_was_deleted_brings_nothing(books: Books):
    books.subscribe(currency="EUR")

    assert books.read("revenue")["mrr"] == "0.00"
    assert books.read("mrr-breakdown")["byPlan"] == []


def test_subscriptions_are_counted_by_status_and_beginnings_know_the_period(books: Books):
    for status in ("ACTIVE", "ACTIVE", "TRIALING", "PAUSED", "PAST_DUE"):
        books.subscribe(status=status, createdAt=MAY)
    books.subscribe(status="CANCELED", canceledAt=MAY)

    assert books.read("subscriptions", "currency=NGN") == {
        "total": 6,
        "active": 2,
        "canceled": 1,
        "trialing": 1,
        "paused": 1,
        "newSubscriptions": 6,
        "churnRate": "16.67%",
        "retentionRate": "83.33%",
    }
    later = books.read("subscriptions", "dateFrom=2026-06-01")
    assert (later["total"], later["canceled"], later["newSubscriptions"]) == (6, 1, 1)
    assert (later["churnRate"], later["retentionRate"]) == ("16.67%", "83.33%")
    earlier = books.read("subscriptions", "dateTo=2026-06-01")
    assert (earlier["canceled"], earlier["newSubscriptions"]) == (0, 5)


def test_new_customers_know_the_period_and_revenue_per_customer_does_not(books: Books):
    books.add_customer(createdAt=MAY)
    books.bill(10)
    books.bill(10, paidAt=MAY)

    assert books.read("customers", "dateFrom=2026-06-01&currency=NGN") == {
        "totalCustomers": 2,
        "newCustomers": 1,
        "arpu": "10.00",
        "totalRevenue": "20.00",
    }


def test_payments_are_pending_unless_they_succeeded_or_failed(books: Books):
    for status in ("SUCCEEDED", "FAILED", "REFUNDED", "PROCESSING", "PENDING", "PENDING"):
        books.pay(1, status=status)
    books.pay(1, createdAt=MAY)

    assert books.read("payments", "dateFrom=2026-06-01&currency=NGN") == {
        "totalPayments": 6,
        "succeeded": 1,
        "failed": 1,
        "pending": 4,
        "successRate": "16.67%",
    }
    assert books.read("payments")["totalPayments"] == 7


def test_net_revenue_takes_whole_refunded_payments_and_finalized_notes_off(books: Books):
    books.bill(100)
    books.bill(50, paidAt=NOW, createdAt=MAY)
    books.pay(20, status="REFUNDED", metadata={"refundAmount": 1})
    books.pay(20, status="REFUNDED", createdAt=MAY)
    books.credit(1.239, "FINALIZED")
    books.credit(1550, "FINALIZED", currency="NGN", createdAt=MAY)
    books.credit(7, "DRAFT")
    books.credit(7, "VOIDED")

    assert books.read("net-revenue", "currency=NGN") == {
        "grossRevenue": 150,
        "refunds": 40,
        "creditNotes": 2.24,
        "netRevenue": 107.76,
    }
    assert books.read("net-revenue", "dateFrom=2026-06-01")["netRevenue"] == 78.76


def test_the_breakdown_tells_what_this_month_brought(books: Books):
    books.subscribe(createdAt=MAY)
    books.subscribe()
    books.subscribe(status="CANCELED", canceledAt=NOW)
    books.subscribe(status="CANCELED", canceledAt=MAY)
    books.subscribe(status="CANCELED", createdAt=MAY)

    breakdown = books.read("mrr-breakdown", "dateTo=2001-01-01&currency=NGN")

    assert breakdown.pop("byPlan")[0]["mrr"] == 60
    assert breakdown == {
        "totalMrr": 60,
        "newMrr": 30,
        "expansionMrr": 0,
        "contractionMrr": 0,
        "churnMrr": 30,
        "netNewMrr": 0,
    }


def test_changes_of_plan_count_whole_prices_whatever_their_interval(books: Books):
    year = books.add_plan("year", "YEARLY", USD=120)
    small = books.add_plan("small", "MONTHLY", USD=20)
    books.subscribe(year, previousPlanId=books.plan["id"], createdAt=MAY)
    books.subscribe(small, previousPlanId=books.plan["id"], createdAt=MAY)
    books.subscribe(year, previousPlanId=books.plan["id"], createdAt=MAY, updatedAt=MAY)
    books.subscribe(year, previousPlanId=books.plan["id"], status="CANCELED", canceledAt=MAY)

    breakdown = books.read("mrr-breakdown")

    assert (breakdown["totalMrr"], breakdown["newMrr"]) == (40, 0)
    assert (breakdown["expansionMrr"], breakdown["contractionMrr"]) == (90, 10)
    assert breakdown["netNewMrr"] == 80


def test_plans_come_in_the_order_in_which_their_subscriptions_were_last_written(books: Books):
    first = books.subscribe()
    books.subscribe(books.add_plan("other", "MONTHLY", USD=1))
    assert plan_names(books) == ["Basic", "Other"]

    books.now += timedelta(seconds=1)
    books.db["subscription"].update(first["id"], {"metadata": {}})
    assert plan_names(books) == ["Other", "Basic"]


def plan_names(books: Books) -> Any:
    return [plan["planName"] for plan in books.read("ltv")["byPlan"]]


def test_cohorts_follow_customers_in_every_month_in_which_they_subscribed(books: Books):
    september = datetime(2026, 9, 3, tzinfo=timezone.utc)
    books.subscribe(createdAt=september, status="CANCELED", canceledAt=NOW)
    for _ in range(2):
        books.customer = books.add_customer()
        gone = september + timedelta(days=30)
        books.subscribe(createdAt=september, status="CANCELED", canceledAt=gone)
    for status in ("ACTIVE", "PAUSED", "PAST_DUE", "CANCELED"):
        books.subscribe(status=status)
        books.customer = books.add_customer()

    assert books.read("churn-cohorts", "months=3&zz=1") == {
        "months": ["2026-09", "2026-10", "2026-11"],
        "cohorts": [
            {
                "month": "2026-09",
                "totalCustomers": 3,
                "retentionPercentages": [100, 33.33, 33.33],
            },
            {"month": "2026-10", "totalCustomers": 0, "retentionPercentages": []},
            {"month": "2026-11", "totalCustomers": 4, "retentionPercentages": [25]},
        ],
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 12),
        ("months=x", 12),
        ("months=0", 12),
        ("months=", 12),
        ("months=2.9", 2),
        ("months=3&months=5", 3),
        ("months=-1", 0),
        ("months=30", 30),
    ],
)
def test_the_number_of_months_is_read_loosely(books: Books, query: str, count: int):
    cohorts = books.read("churn-cohorts", query)

    assert len(cohorts["months"]) == len(cohorts["cohorts"]) == count
    assert cohorts["months"][-1:] == (["2026-11"] if count else [])


def test_lifetime_value_averages_what_subscriptions_were_billed_for(books: Books):
    first = books.subscribe(createdAt=NOW - timedelta(days=9))
    books.subscribe()
    other = books.subscribe(
        books.add_plan("other", "MONTHLY", USD=1),
        createdAt=MAY,
        canceledAt=MAY + timedelta(days=5),
        status="CANCELED",
    )
    backdated = {"status": "CANCELED", "canceledAt": MAY}
    books.db["subscription"].update(books.subscribe()["id"], backdated)
    books.bill(30, subscriptionId=first["id"])
    books.bill(15500, subscriptionId=other["id"], currency="NGN")
    books.bill(1000)
    books.bill(1000, subscriptionId=first["id"], status="PENDING")

    value = books.read("ltv", "zz=1")

    assert (value["avgLtv"], value["avgLifespanDays"]) == (10, 4)
    assert {plan["planName"]: plan for plan in value["byPlan"]} == {
        "Basic": {
            "planId": books.plan["id"],
            "planName": "Basic",
            "avgLtv": 10,
            "avgLifespanDays": 4,
        },
        "Other": {
            "planId": other["planId"],
            "planName": "Other",
            "avgLtv": 10,
            "avgLifespanDays": 5,
        },
    }


def test_an_empty_tenant_has_figures_too():
    sandbox = Sandbox()
    analytics = sandbox.client().analytics

    assert analytics.get_revenue().data.arr == 0
    assert analytics.get_subscriptions().data.retention_rate == 100
    assert analytics.get_customers().data.arpu == 0
    assert analytics.get_payments().data.success_rate == 0
    assert analytics.get_mrr_breakdown().data.by_plan == []
    assert analytics.get_net_revenue().data.net_revenue == 0
    assert analytics.get_lifetime_value().data.avg_lifespan_days == 0


CHECKED = ["revenue", "subscriptions", "customers", "payments", "mrr-breakdown", "net-revenue"]


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize(
    "query",
    [
        "provider=manual",
        "groupBy=year",
        "groupBy=",
        "dateTo=soon",
        "dateFrom=",
        "currency=A&currency=B",
    ],
)
def test_bad_and_unknown_parameters_are_refused(books: Books, name: str, query: str):
    assert books.send(name, query).json()["message"] == "Validation failed"


@pytest.mark.parametrize("name", ["revenue", "subscriptions", "customers", "payments"])
def test_a_week_date_passes_the_checks_and_stops_the_database(books: Books, name: str):
    response = books.send(name, "dateFrom=2027-W09")

    assert response.status_code == 500
    assert "Provided Date object is invalid" in response.json()["message"]


def test_dates_may_carry_an_offset(books: Books):
    books.bill(1, paidAt=js.to_date("2026-05-10T01:00:00Z"))

    assert books.read("revenue", "dateFrom=2026-05-10T02:00:00%2B01:00")["invoiceCount"] == 1
    assert books.read("revenue", "dateFrom=2026-05-10T02:00:00%2B00:00")["invoiceCount"] == 0
