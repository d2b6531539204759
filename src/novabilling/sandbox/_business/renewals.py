"""What the server does at 03:00: trials end, periods are renewed, cancellations take effect."""

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
    _change_plans(db, now)
    for row in trials:
        about = subscription_summary(row, "planId", "status")
        world.notify(tenant["id"], "subscription.trial_ended", about)
    for row in renewed:
        # As the row was before its plan changed.
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


def _over(db: Database, now: datetime) -> List[Row]:
    """Find the active subscriptions whose period has ended."""
    return [
        row for row in db["subscription"].find(status="ACTIVE") if row["currentPeriodEnd"] <= now
    ]


def _start_next_periods(db: Database, now: datetime) -> List[Row]:
    """Move on by one period a night, at the old plan, however long ago it ended."""
    return [
        db["subscription"].update(
            row["id"],
            {
                "currentPeriodStart": row["currentPeriodEnd"],
                "currentPeriodEnd": period_end(
                    row["currentPeriodEnd"], _interval(db, row["planId"])
                ),
            },
        )
        for row in _over(db, now)
        if row["cancelAt"] is None
    ]


def _cancel(db: Database, now: datetime) -> None:
    for row in db["subscription"].find():
        if row["cancelAt"] and row["cancelAt"] <= now and row["status"] != "CANCELED":
            db["subscription"].update(row["id"], {"status": "CANCELED", "canceledAt": now})


def _change_plans(db: Database, now: datetime) -> None:
    """Apply the plans that wait, where the period is over after its renewal as well."""
    for row in _over(db, now):
        metadata = dict(js.as_object(row["metadata"]))
        pending = js.as_object(metadata.pop("pendingPlanChange", None))
        plan = pending.get("newPlanId")
        if isinstance(plan, str) and plan in db["plan"].rows:
            changes = {"previousPlanId": row["planId"], "planId": plan, "metadata": metadata}
            db["subscription"].update(row["id"], changes)
