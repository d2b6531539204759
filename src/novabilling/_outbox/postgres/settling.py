"""Write what became of claimed events, all of it in one transaction."""

from __future__ import annotations

import time
from typing import Any

from ..entries import Settlement
from .leases import claimed
from .reading import changed
from .statements import Statements


def settle(connection: Any, sql: Statements, outcome: Settlement) -> None:
    """Remove what was sent, and note what is held or dead, unless others have claimed it since."""
    if not outcome.waiting and not outcome.dead:
        if outcome.done:
            changed(connection, sql.done, claimed(outcome.done))
        return
    now = time.time()
    with connection.transaction():
        if outcome.done:
            changed(connection, sql.done, claimed(outcome.done))
        if outcome.waiting:
            held = outcome.waiting
            params = (
                *claimed(row.entry for row in held),
                [max(0.0, row.due - now) for row in held],
                [max(0.0, now - row.since) for row in held],
                [_text(row.reason) for row in held],
            )
            changed(connection, sql.wait, params)
        if outcome.dead:
            reasons = [_text(row.reason) for row in outcome.dead]
            dead = claimed(row.entry for row in outcome.dead)
            changed(connection, sql.give_up, (*dead, reasons))


def _text(reason: str) -> str:
    """Leave out what no text of PostgreSQL has: an event must not be in the way for its reason."""
    return reason.replace("\0", "").encode("utf-8", "replace").decode()
