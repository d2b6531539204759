"""The sandbox as a whole: how it stands, its keys, and beginning anew."""

from __future__ import annotations

from novabilling._version import __version__

from .._javascript.values import Row
from .._served.tables import list_tables
from .._served.views import credentials_of, fault_row
from .control import Control, on
from .router import Asked


@on("GET /status")
def get_status(control: Control, asked: Asked) -> Row:
    """Return a number that grows with every change, and what stands at the top of the page."""
    asked.query.done()
    sandbox, world = control.sandbox, control.sandbox.world
    return {
        "version": f"{control.journal.version}.{control.version}.{control.forwarder.version}",
        "novabilling": __version__,
        "now": sandbox.now(),
        "seeded": sandbox.is_seeded,
        "forward_to": control.forwarder.to,
        "deliveries": len(sandbox.sent_and_unsent),
        "requests": len(control.journal.find(0, 1000, "", "")),
        "faults": [fault_row(fault) for fault in sandbox.planned_faults],
        "latency": world.faults.latency,
        "overlap": world.faults.overlap,
        "rate_limit": world.rate_limit.limit,
        "snapshots": list(sandbox.snapshots),
        "tables": list_tables(sandbox),
    }


@on("GET /credentials")
def get_credentials(control: Control, asked: Asked) -> Row:
    asked.query.done()
    return credentials_of(control.sandbox)


@on("POST /reset")
def reset(control: Control, asked: Asked) -> Row:
    asked.body.done()
    control.sandbox.reset()
    control.journal.clear()
    control.forwarder.clear()
    control.forwarder.to, control.forwarder.signed_at = None, "real"
    return {"now": control.sandbox.now()}
