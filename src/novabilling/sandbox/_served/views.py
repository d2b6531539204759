"""Faults, deliveries and keys as the control API shows them."""

from __future__ import annotations

import json

from .._javascript.values import Row
from .._world.faults import Fault
from .forwarding import Attempt, Forwarder
from .journal import masked_address
from .sandbox import ServedSandbox


def fault_row(fault: Fault) -> Row:
    row = fault._asdict()
    row["kind"] = "drop" if fault.status is None else "fail"
    if fault.route is not None:
        row["route"] = "/" + "/".join(fault.route[1:])  # as errors name it, without /api
    return row


def delivery_row(sandbox: ServedSandbox, forwarder: Forwarder, place: int) -> Row:
    """Return a delivery with what each attempt to send it was answered."""
    delivery = sandbox.sent_and_unsent[place]
    attempts = forwarder.attempts.get(place, [])
    # Each attempt has a timestamp and signature of its own: these are of the last one.
    raw, headers = delivery.body.decode(), dict(delivery.headers)
    if attempts:
        raw, headers["X-Webhook-Signature"] = attempts[-1].body, attempts[-1].signature
    statuses = list(delivery.statuses)
    accepted = bool(statuses) and 200 <= (statuses[-1] or 0) <= 299
    state = "accepted" if accepted else "failed" if statuses else "not sent"
    return {
        "id": place + 1,
        "event": delivery.event,
        "url": masked_address(delivery.url) or None,
        "timestamp": delivery.timestamp,
        "tenant_id": delivery.tenant_id,
        "state": state,
        "statuses": statuses,
        "headers": headers,
        "body": json.loads(raw),
        "raw_body": raw,
        "attempts": [_attempt_row(one) for one in attempts],
    }


def _attempt_row(attempt: Attempt) -> Row:
    row = attempt._asdict()
    del row["body"]
    row["timestamp"], row["url"] = attempt.timestamp, masked_address(attempt.url)
    return row


def credentials_of(sandbox: ServedSandbox) -> Row:
    """Return what an app needs to talk to the sandbox, and to check its webhooks."""
    tenant = sandbox.tenant
    return {
        "token": tenant["apiKey"],
        "jwt": sandbox.jwt,
        "webhook_secret": tenant["webhookSecret"],
        "webhook_url": tenant["webhookUrl"],
    }
