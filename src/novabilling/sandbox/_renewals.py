"""What the server does to subscriptions at night, when a trial or a period has ended."""

from __future__ import annotations

from datetime import datetime
from typing import List

from . import _javascript as js
from ._billing import bill_period
from ._calendar import period_end
from ._database import Database
from ._javascript import Row
from ._world import World


def renew_subscriptions(world: World, tenant: Row) -> None:
    db, now = world.databases[tenant["id"]], world.clock.now()
    due = _end_trials(db, now) + _start_next_periods(db, now)
    _cancel(db, now)
    _change_plans(db, now)
    # Bills wait until the job is through, so they are for the new periods and plans.
    for subscription_id in due:
        bill_period(world, tenant, subscription_id)


def _end_trials(db: Database, now: datetime) -> List[str]:
    """Turn trials into paid periods; return those that are to be paid in advance."""
    due: List[str] = []
    for row in db["subscription"].find(status="TRIALING"):
        if row["trialEnd"] is None or row["trialEnd"] > now:
            continue
        interval = db["plan"].rows[row["planId"]]["billingInterval"]
        db["subscription"].update(
            row["id"],
            {
                "status": "ACTIVE",
                "currentPeriodStart": now,
                "currentPeriodEnd": period_end(now, interval),
                "trialStart": None,
                "trialEnd": None,
            },
        )
        due += [row["id"]] if row["billingTiming"] == "IN_ADVANCE" else []
    return due


def _ended(db: Database, now: datetime) -> List[Row]:
    rows = db["subscription"].find(status="ACTIVE")
    return [row for row in rows if row["currentPeriodEnd"] <= now]


def _start_next_periods(db: Database, now: datetime) -> List[str]:
    """Move on by one period a night, however long ago it ended; all of them are billed."""
    due = [row for row in _ended(db, now) if row["cancelAt"] is None]
    for row in due:
        start, interval = row["currentPeriodEnd"], db["plan"].rows[row["planId"]]["billingInterval"]
        period = {"currentPeriodStart": start, "currentPeriodEnd": period_end(start, interval)}
        db["subscription"].update(row["id"], period)
    return [row["id"] for row in due]


def _cancel(db: Database, now: datetime) -> None:
    for row in db["subscription"].find():
        if row["cancelAt"] and row["cancelAt"] <= now and row["status"] != "CANCELED":
            db["subscription"].update(row["id"], {"status": "CANCELED", "canceledAt": now})


def _change_plans(db: Database, now: datetime) -> None:
    # Renewal comes first: only a period that has ended again by now gets its pending plan.
    for row in _ended(db, now):
        metadata = dict(js.as_object(row["metadata"]))
        pending = js.as_object(metadata.pop("pendingPlanChange", None))
        plan = db["plan"].rows.get(str(pending.get("newPlanId")))
        if plan:
            db["subscription"].update(
                row["id"],
                {"previousPlanId": row["planId"], "planId": plan["id"], "metadata": metadata},
            )
