"""Bills before a period ends: usage that has reached the threshold of its plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Optional

from .._javascript import values as js
from .._javascript.values import Row
from .._world.world import World
from .billing import bill_period
from .usage import usage_of

MINUTE = timedelta(minutes=1)


def check_soon(world: World, tenant: Row, subscription: Row) -> None:
    """Let the threshold be checked a minute after this event, together with those in between.

    Nobody has to wait for it: the check is done as soon as anything but an event arrives, and
    stands for the one at the end of the minute.
    """
    plan = world.databases[tenant["id"]]["plan"].rows[subscription["planId"]]
    if not plan["progressiveBillingThreshold"]:
        return
    last, now = subscription["lastProgressiveBillingAt"], world.clock.now()
    if last is not None and now < last:
        return
    check_at(world, tenant["id"], subscription["id"], now + MINUTE)


def check_at(world: World, tenant_id: str, subscription_id: str, due: datetime) -> None:
    """Let the threshold be checked, unless that is planned already."""
    key = f"progressive-{subscription_id}"
    world.jobs.add(key, partial(_check, world), tenant_id, subscription_id, due)


def _check(world: World, tenant_id: str, subscription_id: str, due: datetime) -> None:
    found = world.central["tenant"].rows.get(tenant_id)
    if found and subscription_id in world.databases[tenant_id]["subscription"].rows:
        at = max(world.clock.now(), due)
        bill_over_threshold(world, found, subscription_id, at)


def bill_over_threshold(
    world: World, tenant: Row, subscription_id: str, at: Optional[datetime] = None
) -> None:
    """Make an invoice before the period ends if usage has reached the plan's threshold."""
    db = world.databases[tenant["id"]]
    subscription = db["subscription"].rows[subscription_id]
    threshold = db["plan"].rows[subscription["planId"]]["progressiveBillingThreshold"]
    if subscription["status"] != "ACTIVE" or not threshold or threshold < 0:
        return
    end = at or world.clock.now()
    since = subscription["lastProgressiveBillingAt"] or subscription["currentPeriodStart"]
    usages = usage_of(db, subscription, since, lambda moment: moment <= end)
    if js.add_up(usage.cost for usage in usages) >= float(threshold):
        db["subscription"].update(subscription_id, {"lastProgressiveBillingAt": end})
        # This is the whole bill of the period: base price and earlier usage are charged again.
        bill_period(world, tenant, subscription_id)
