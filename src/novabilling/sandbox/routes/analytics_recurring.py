"""Analytics of the subscriptions: monthly recurring revenue, cohorts, lifetime value."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Dict, List, Optional, Set

from .._business.billing import price_in
from .._business.figures import monthly_usd, rounded, to_usd, total_usd
from .._http.engine import Call, route
from .._javascript.values import Row, add_up, parse_int, to_string
from .._store.database import as_stored
from .analytics import QUERY

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
MOST_MONTHS = 12 * 1000


def _by_plan(subscriptions: List[Row]) -> Dict[str, List[Row]]:
    found: Dict[str, List[Row]] = {}
    for row in subscriptions:
        found.setdefault(row["planId"], []).append(row)
    return found


def _plan(call: Call, plan_id: str) -> Row:
    return {"planId": plan_id, "planName": call.db["plan"].rows[plan_id]["name"]}


@route("GET /analytics/mrr-breakdown", query=QUERY)
def get_mrr_breakdown(call: Call) -> Row:
    """Compare with the start of this month; the query is checked and then ignored."""
    active = call.db["subscription"].find(status="ACTIVE")
    month = call.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    created = [row for row in active if row["createdAt"] >= month]
    canceled = call.db["subscription"].find(status="CANCELED")
    lost = [row for row in canceled if row["canceledAt"] and row["canceledAt"] >= month]
    changes = [_change(call, row) for row in active if row["updatedAt"] >= month]
    new, churn = _monthly(call, created), _monthly(call, lost)
    up, down = (add_up(max(sign * one, 0.0) for one in changes) for sign in (1, -1))
    return {
        "totalMrr": rounded(_monthly(call, active)),
        "newMrr": rounded(new),
        "expansionMrr": rounded(up),
        "contractionMrr": rounded(down),
        "churnMrr": rounded(churn),
        "netNewMrr": rounded(new + up - down - churn),
        # A subscription whose price was deleted is not counted at all.
        "byPlan": [
            _plan_mrr(call, *item)
            for item in _by_plan([row for row in active if _price(call, row)]).items()
        ],
    }


def _monthly(call: Call, subscriptions: List[Row]) -> float:
    return add_up(monthly_usd(call.db, row) for row in subscriptions)


def _change(call: Call, subscription: Row) -> float:
    """Tell what a change of plan brought: whole prices, whatever interval they are for."""
    before, currency = subscription["previousPlanId"], subscription["currency"]
    old = price_in(call.db, before, currency) if before is not None else None
    new = _price(call, subscription)
    if not old or not new:
        return 0.0
    return to_usd(new["amount"], currency) - to_usd(old["amount"], currency)


def _price(call: Call, subscription: Row) -> Optional[Row]:
    return price_in(call.db, subscription["planId"], subscription["currency"])


def _plan_mrr(call: Call, plan_id: str, subscriptions: List[Row]) -> Row:
    figures = {
        "mrr": rounded(_monthly(call, subscriptions)),
        "subscriptionCount": len(subscriptions),
    }
    return {**_plan(call, plan_id), **figures}


@route("GET /analytics/churn-cohorts")
def get_churn_cohorts(call: Call) -> Row:
    """Group the customers by the months in which they subscribed, and see who stays."""
    current = _month(call.now)
    months = range(current - _asked_months(call) + 1, current + 1)
    customers: Dict[str, List[Row]] = {}
    cohorts: Dict[int, Set[str]] = {}
    for row in call.db["subscription"].find():
        customers.setdefault(row["customerId"], []).append(row)
        month = _month(row["createdAt"])
        if row["createdAt"] <= _last_second(month):
            cohorts.setdefault(month, set()).add(row["customerId"])
    return {
        "months": [_month_text(month) for month in months],
        "cohorts": [
            _cohort(month, [customers[name] for name in cohorts.get(month, ())], current)
            for month in months
        ],
    }


def _asked_months(call: Call) -> int:
    """`parseInt(months) || 12`; no list can be longer than time itself."""
    months = parse_int(to_string(call.query.get("months", "")))
    return int(min(max(months, 0), MOST_MONTHS)) if months == months and months else 12


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month - 1


def _first_day(month: int) -> datetime:
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=timezone.utc)


def _month_text(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _cohort(month: int, customers: List[List[Row]], current: int) -> Row:
    later = range(month, current + 1) if customers else ()
    kept = [sum(_stays(subscriptions, end) for subscriptions in customers) for end in later]
    return {
        "month": _month_text(month),
        "totalCustomers": len(customers),
        "retentionPercentages": [rounded(count / len(customers) * 100) for count in kept],
    }


def _stays(subscriptions: List[Row], month: int) -> bool:
    """Tell whether any subscription outlives the month; who pauses or owes does not stay."""
    end = _last_second(month)
    return any(
        row["createdAt"] <= end
        and (
            row["status"] in ("ACTIVE", "TRIALING")
            or (row["canceledAt"] is not None and row["canceledAt"] > end)
        )
        for row in subscriptions
    )


def _last_second(month: int) -> datetime:
    """Return where the server ends a month: a second before the next."""
    return _first_day(month + 1) - _SECOND


@route("GET /analytics/ltv")
def get_lifetime_value(call: Call) -> Row:
    subscriptions = as_stored(call.db["subscription"].find())
    plans = _by_plan(subscriptions)
    return {
        **_averages(call, subscriptions),
        "byPlan": [{**_plan(call, name), **_averages(call, rows)} for name, rows in plans.items()],
    }


def _averages(call: Call, subscriptions: List[Row]) -> Row:
    """Average what was paid on the invoices of subscriptions, and the days they lasted."""
    count, invoices = max(len(subscriptions), 1), call.db["invoice"]
    paid = [
        total_usd(invoices.find(subscriptionId=row["id"], status="PAID")) for row in subscriptions
    ]
    days = add_up(_lifespan(call, row) for row in subscriptions)
    return {"avgLtv": rounded(add_up(paid) / count), "avgLifespanDays": rounded(days / count, 0)}


def _lifespan(call: Call, subscription: Row) -> float:
    """Count the days up to now or the cancellation, at least one."""
    end = subscription["canceledAt"] or call.now
    days: float = (end - subscription["createdAt"]) / _DAY
    return max(days, 1.0)
