"""A durable outbox for usage events: recorded on the disk, and sent until the server has them.

with Outbox(client, SQLiteStore("usage")) as outbox:
    outbox.record(subscription_id="usr_1", code="api_calls", properties={"n": 3})
"""

from __future__ import annotations

from typing import get_type_hints

from .._async.outbox.delivery import adeliver
from .._async.outbox.outbox import AsyncOutbox
from .._call.errors import OutboxError, OutboxFullError
from .._outbox.entries import DeadLetter, OutboxStats
from .._outbox.postgres.statements import Statement
from .._outbox.postgres.store import PostgresStore
from .._outbox.sqlite.store import SQLiteStore
from .._outbox.store import Store
from .._outbox.verdicts import Verdict
from .._sync.outbox.delivery import deliver
from .._sync.outbox.outbox import Outbox

__all__ = [
    "AsyncOutbox",
    "DeadLetter",
    "Outbox",
    "OutboxError",
    "OutboxFullError",
    "OutboxStats",
    "PostgresStore",
    "SQLiteStore",
    "Statement",
    "Store",
    "Verdict",
    "adeliver",
    "deliver",
]

for _struct in (DeadLetter, OutboxStats, Verdict):  # help() looks here for what they name
    _struct.__annotations__ = get_type_hints(_struct)

for _name in __all__:  # tracebacks show the public names
    if not issubclass(type(globals()[_name]), type) or not _name.endswith("Error"):
        globals()[_name].__module__ = __name__
