"""What the server does to subscriptions at night, when a trial or a period has ended."""

from __future__ import annotations

from datetime import datetime
from typing import List

from .._javascript import values as js
from .._javascript.calendar import period_end
from .._javascript.values import Row
from .._store.database import Database
from .._store.rows import subscription_summary
from .._world.world import World
from .billing import bill_period


def renew_subscriptions(world: World, tenant: Row) -> None:
    """Do the work of one night for a tenant."""
    db, now = world.databases[tenant["id"]], world.clock.now()
    trials, renewed = _end_trials(db, now), _start_next_periods(db, now)
    _cancel(db, now)
    for row in trials:
        about = subscription_summary(row, "planId", "status")
        world.notify(tenant["id"], "subscription.trial_ended", about)
    for row in renewed:
        about = subscription_summary(row, "planId", "currentPeriodStart", "currentPeriodEnd")
        world.notify(tenant["id"], "subscription.renewed", about)
    # Bills come last: the server makes them in jobs of their own.
    in_advance = [row for row in trials if row["billingTiming"] == "IN_ADVANCE"]
    for row in in_advance + renewed:
        bill_period(world, tenant, row["id"])


def _end_trials(db: Database, now: datetime) -> List[Row]:
    """Turn trials that are over into paid periods."""
    rows = db["subscription"].find(status="TRIALING")
    return [
        db["subscription"].update(
            row["id"],
            {
                "status": "ACTIVE",
                "currentPeriodStart": now,
                "currentPeriodEnd": period_end(now, _interval(db, row["planId"])),
                "trialStart": None,
                "trialEnd": None,
            },
        )
        for row in rows
        if row["trialEnd"] is not None and row["trialEnd"] <= now
    ]


def _interval(db: Database, plan_id: str) -> str:
    return str(db["plan"].rows[plan_id]["billingInterval"])


def _start_next_periods(db: Database, now: datetime) -> List[Row]:
    """Move on by one period a night, however long ago it ended."""
    rows = db["subscription"].find(status="ACTIVE")
    return [
        db["subscription"].update(row["id"], _next_period(db, row))
        for row in rows
        if row["currentPeriodEnd"] <= now and row["cancelAt"] is None
    ]


def _next_period(db: Database, row: Row) -> Row:
    """Write the changes for the next period; a plan that waits for it comes with it."""
    changes, start = _pending_plan(db, row), row["currentPeriodEnd"]
    end = period_end(start, _interval(db, {**row, **changes}["planId"]))
    return {"currentPeriodStart": start, "currentPeriodEnd": end, **changes}


def _pending_plan(db: Database, row: Row) -> Row:
    metadata = dict(js.as_object(row["metadata"]))
    pending = js.as_object(metadata.pop("pendingPlanChange", None))
    plan_id = str(pending.get("newPlanId"))
    if plan_id not in db["plan"].rows:
        return {}
    return {"previousPlanId": row["planId"], "planId": plan_id, "metadata": metadata}


def _cancel(db: Database, now: datetime) -> None:
    for row in db["subscription"].find():
        if row["cancelAt"] and row["cancelAt"] <= now and row["status"] != "CANCELED":
            db["subscription"].update(row["id"], {"status": "CANCELED", "canceledAt": now})
