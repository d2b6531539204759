"""What the server does by the clock: bills at 02:00, drafts every hour, reminders at 08:00."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import List, Optional

from .._javascript.calendar import DAY
from .._javascript.values import InvalidDate, Row, as_list, as_object, to_date
from .._store.rows import money_of, only
from .._world.world import World
from .billing import bill_period

AHEAD = timedelta(days=3)
"""Before a period's end, a bill is made this early, and again in each night."""


def bill_ending_periods(world: World, tenant: Row) -> None:
    """Bill every active subscription whose period ends within three days, or has ended."""
    until = world.clock.now() + AHEAD
    subscriptions = world.databases[tenant["id"]]["subscription"].find(status="ACTIVE")
    for row in subscriptions:
        if row["currentPeriodEnd"] <= until:
            bill_period(world, tenant, row["id"])


def finalize_drafts(world: World, tenant: Row) -> None:
    """Turn the drafts whose grace period has ended into invoices that are to be paid."""
    db, now = world.databases[tenant["id"]], world.clock.now()
    for draft in db["invoice"].find(status="DRAFT"):
        end = as_object(draft["metadata"]).get("gracePeriodEndsAt")
        moment = to_date(end) if end else None
        if moment is None or (not isinstance(moment, InvalidDate) and moment > now):
            continue
        invoice = db["invoice"].update(draft["id"], {"status": "PENDING"})
        about = only(invoice, "invoiceNumber", "customerId")
        data = {"invoiceId": invoice["id"], **about, **money_of(invoice)}
        world.notify(tenant["id"], "invoice.finalized", data)


def remind(world: World, tenant: Row) -> None:
    """Note on unpaid invoices which reminders their customers got; no mail leaves the sandbox."""
    invoices, now = world.databases[tenant["id"]]["invoice"], world.clock.now()
    for row in [*invoices.find(status="PENDING"), *invoices.find(status="FAILED")]:
        metadata = as_object(row["metadata"])
        sent = as_list(metadata.get("remindersSent"))
        reminder = _reminder(row["dueDate"], now)
        if reminder is not None and reminder not in sent:
            changes = {**metadata, "remindersSent": [*sent, reminder]}
            invoices.update(row["id"], {"metadata": changes})


def _reminder(due: datetime, now: datetime) -> Optional[str]:
    days = math.floor((due - now) / DAY + 0.5)
    if days in (2, 3):
        return "upcoming"
    named: List[int] = [3, 7, 14]
    return "due_today" if days == 0 else f"overdue_{-days}" if -days in named else None
