"""What becomes of the events of a batch, by their outcomes: done, later, dead, or sent again."""

from __future__ import annotations

import time
from typing import List, NamedTuple, Optional, Sequence

from .._runtime import concurrency
from .._words.decoders import UNREADABLE
from .entries import MAX_WAIT, Dead, Entry, Settlement, Waiting, head_of
from .schedule import Batch
from .verdicts import NO_ITEM, Item, Outcome

FIRST_WAIT = 5.0


class Sorted(NamedTuple):
    """A batch after its answer."""

    settlement: Settlement
    again: List[Entry]
    """Those that say nothing about themselves: the whole batch could not be sent."""
    problem: Optional[Outcome]
    """Why they could not; None if the server has answered."""
    sent: int
    duplicates: int


def sort(batch: Batch, outcomes: Sequence[Outcome], give_up_after: float, works: bool) -> Sorted:
    """Sort the events of a batch; `works` says whether the server took any lately."""
    settlement = Settlement()
    again: List[Entry] = []
    problem: Optional[Outcome] = None
    statuses = [outcome.status for outcome in outcomes]
    now = time.time()
    for entry, outcome in zip(batch.entries, outcomes):
        if outcome.status in ("sent", "duplicate"):
            settlement.done.append(entry)
        elif outcome.status == "dead":
            settlement.dead.append(Dead(entry, outcome.reason or ""))
        elif outcome.cause == "event" or _stands_alone(batch, outcome, works):
            _wait(settlement, entry, outcome, now, give_up_after)
        else:
            again.append(entry)
            problem = outcome
    return Sorted(settlement, again, problem, statuses.count("sent"), statuses.count("duplicate"))


def _stands_alone(batch: Batch, outcome: Outcome, works: bool) -> bool:
    """Say whether an event alone breaks the server, which takes others."""
    return outcome.cause == "broken" and works and len(batch.entries) == 1


def _wait(
    settlement: Settlement, entry: Entry, outcome: Outcome, now: float, give_up_after: float
) -> None:
    since = now if entry.since is None else min(now, entry.since)  # a clock may be set back
    reason = outcome.reason or ""
    if now - since >= give_up_after:
        settlement.dead.append(Dead(entry, reason))
        return
    wait = min(MAX_WAIT, max(FIRST_WAIT, (now - since) / 2))
    if outcome.retry_after is not None:
        wait = min(MAX_WAIT, outcome.retry_after)
    due = min(now + wait, since + give_up_after)
    settlement.waiting.append(Waiting(entry, due, since, reason))


def item_of(entry: Entry) -> Item:
    """Read what has to be known of an event to send it."""
    try:
        recorded = concurrency.monotonic() - (time.time() - entry.at)
        return Item(entry.body, head_of(entry.body), recorded)
    except UNREADABLE:
        return NO_ITEM
