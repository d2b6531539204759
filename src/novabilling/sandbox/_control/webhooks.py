"""Webhooks: what was sent, sending it again, and making an event happen."""

from __future__ import annotations

from typing import List, Optional

from .._javascript.values import Row
from .._served.addresses import check_url
from .._served.forwarding import SignedAt
from .._served.triggers import NOT_POSSIBLE, TRIGGERS, trigger
from .._served.views import delivery_row
from .control import Control, on, refused
from .guard import Refusal
from .router import Asked


@on("GET /deliveries")
def list_deliveries(control: Control, asked: Asked) -> Row:
    after = asked.query.integer("after", 0)
    limit = asked.query.integer("limit", 100, least=1, most=1000)
    asked.query.done()
    total = len(control.sandbox.sent_and_unsent)
    return {"data": _rows(control, after, limit), "total": total}


def _rows(control: Control, after: int, limit: int) -> List[Row]:
    places = range(len(control.sandbox.sent_and_unsent) - 1, after - 1, -1)
    return [delivery_row(control.sandbox, control.forwarder, place) for place in places[:limit]]


@on("POST /deliveries/wait")
async def wait_for_deliveries(control: Control, asked: Asked) -> Row:
    """Answer when nothing is on its way any more."""
    asked.body.done()
    await control.forwarder.drain()
    return {"total": len(control.sandbox.sent_and_unsent)}


def _place(control: Control, asked: Asked) -> int:
    text = asked.params["id"]
    place = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 12 else -1
    if not 0 <= place < len(control.sandbox.sent_and_unsent):
        raise Refusal(404, f"there is no delivery {text[:40]}")
    return place


@on("GET /deliveries/{id}")
def get_delivery(control: Control, asked: Asked) -> Row:
    asked.query.done()
    return delivery_row(control.sandbox, control.forwarder, _place(control, asked))


@on("POST /deliveries/{id}/send")
async def send_again(control: Control, asked: Asked) -> Row:
    place, url, signed_at = _place(control, asked), _url(asked), _signed_at(asked)
    asked.body.done()
    if url is None:
        url = control.forwarder.target(control.sandbox.sent_and_unsent[place])
    if url is None:
        raise Refusal(400, "nobody listens, and no URL is trusted: say where to, in the field to")
    await control.forwarder.send(place, url, signed_at)
    return delivery_row(control.sandbox, control.forwarder, place)


def _url(asked: Asked) -> Optional[str]:
    if not asked.body.has("to"):
        return None
    url = asked.body.text("to")
    return refused(lambda: check_url(url))


def _signed_at(asked: Asked) -> Optional[SignedAt]:
    if not asked.body.has("signed_at"):
        return None
    word = asked.body.text("signed_at")
    if word == "real":
        return "real"
    if word == "sandbox":
        return "sandbox"
    raise Refusal(400, "signed_at must be real or sandbox")


@on("POST /forward")
def forward(control: Control, asked: Asked) -> Row:
    """Send what happens from now on to a URL; null ends it."""
    control.forwarder.to = _url(asked)
    control.forwarder.signed_at = _signed_at(asked) or "real"
    asked.body.done()
    return {"forward_to": control.forwarder.to, "signed_at": control.forwarder.signed_at}


@on("GET /trigger")
def list_triggers(_control: Control, asked: Asked) -> Row:
    asked.query.done()
    return {"events": sorted(TRIGGERS), "not_possible": NOT_POSSIBLE}


@on("POST /trigger")
async def make_happen(control: Control, asked: Asked) -> Row:
    event, url, signed_at = asked.body.text("event"), _url(asked), _signed_at(asked)
    asked.body.done()
    start = len(control.sandbox.sent_and_unsent)
    try:
        place = trigger(control.sandbox, event)
    except (LookupError, ValueError) as error:
        raise Refusal(400, str(error.args[0])) from None
    made = len(control.sandbox.sent_and_unsent)
    if url is not None:
        await control.forwarder.send(place, url, signed_at)
    else:
        await control.forwarder.drain()
    row = delivery_row(control.sandbox, control.forwarder, place)
    return {**row, "also": [*range(start + 1, place + 1), *range(place + 2, made + 1)]}
