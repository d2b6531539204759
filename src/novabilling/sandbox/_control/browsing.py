"""What is looked at and kept: requests seen, tables, snapshots."""

from __future__ import annotations

import re

from .._javascript.values import Row
from .._served.tables import list_tables, read_row, read_table
from .control import Control, on
from .guard import Refusal
from .router import Asked

MOST_SNAPSHOTS = 100

_SNAPSHOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@on("GET /requests")
def list_requests(control: Control, asked: Asked) -> Row:
    query = asked.query
    after, limit = query.integer("after", 0), query.integer("limit", 100, least=1, most=500)
    text, status = query.text("text", most=200), query.text("status", most=10)
    query.done()
    found = control.journal.find(after, limit, text, status)
    return {"data": [one.summary() for one in found]}


@on("GET /requests/{id}")
def get_request(control: Control, asked: Asked) -> Row:
    reveal = asked.query.flag("reveal")
    asked.query.done()
    text = asked.params["id"]
    known = text.isascii() and text.isdigit() and len(text) < 12
    found = control.journal.get(int(text)) if known else None
    if found is None:
        raise Refusal(404, f"there is no request {text[:40]}, or it is too long ago")
    return found.details(reveal=reveal)


@on("GET /tables")
def get_tables(control: Control, asked: Asked) -> Row:
    asked.query.done()
    return {"data": list_tables(control.sandbox)}


@on("GET /tables/{name}")
def get_table(control: Control, asked: Asked) -> Row:
    query = asked.query
    limit, offset = query.integer("limit", 50, least=1, most=500), query.integer("offset", 0)
    text, reveal = query.text("text", most=200), query.flag("reveal")
    query.done()
    name = asked.params["name"]
    try:
        return read_table(
            control.sandbox, name, limit=limit, offset=offset, text=text, reveal=reveal
        )
    except LookupError as error:
        raise Refusal(404, str(error)) from None


@on("GET /tables/{name}/{id}")
def get_row(control: Control, asked: Asked) -> Row:
    reveal = asked.query.flag("reveal")
    asked.query.done()
    name, row_id = asked.params["name"], asked.params["id"]
    try:
        return read_row(control.sandbox, name, row_id, reveal=reveal)
    except LookupError as error:
        raise Refusal(404, str(error)) from None


def _name(asked: Asked) -> str:
    name = asked.params["name"]
    if not _SNAPSHOT.fullmatch(name):
        raise Refusal(400, "a snapshot's name has 1 to 64 letters, digits, - and _, no path")
    return name


@on("GET /snapshots")
def list_snapshots(control: Control, asked: Asked) -> Row:
    asked.query.done()
    return {"data": list(control.sandbox.snapshots)}


@on("POST /snapshots/{name}")
def keep(control: Control, asked: Asked) -> Row:
    """Keep the state under a name, in place of what had it before."""
    name, snapshots = _name(asked), control.sandbox.snapshots
    asked.body.done()
    if name not in snapshots and len(snapshots) >= MOST_SNAPSHOTS:
        raise Refusal(400, f"at most {MOST_SNAPSHOTS} snapshots are kept: delete one")
    snapshots[name] = control.sandbox.snapshot()
    return {"name": name}


@on("POST /snapshots/{name}/restore")
def restore(control: Control, asked: Asked) -> Row:
    name = _name(asked)
    asked.body.done()
    snapshot = control.sandbox.snapshots.get(name)
    if snapshot is None:
        raise Refusal(404, f"there is no snapshot {name}")
    control.sandbox.restore(snapshot)
    control.forwarder.clear()
    return {"now": control.sandbox.now()}


@on("DELETE /snapshots/{name}")
def forget(control: Control, asked: Asked) -> Row:
    name = _name(asked)
    asked.body.done()
    if control.sandbox.snapshots.pop(name, None) is None:
        raise Refusal(404, f"there is no snapshot {name}")
    return {"name": name}
