"""A webhook delivery that tests change, and those that were recorded."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timezone
from typing import Any, Dict, List

from novabilling import webhooks
from tests.samples import DATA

SECRET = "whsec_canary_f0bd3dd3deded97f26ffa963a05656a3"
OTHER = "another_secret"
AT = datetime(2026, 11, 22, 18, 54, 51, 420_000, tzinfo=timezone.utc)
BODY = (
    b'{"event":"payment.succeeded","data":{"paymentId":"pay_1","invoiceId":"inv_1",'
    b'"amount":120.5,"currency":"NGN","provider":"payu","transactionId":"ref_1"},'
    b'"timestamp":"2026-11-22T18:54:51.420Z"}'
)
SIGNATURE = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


def deliveries() -> List[Dict[str, Any]]:
    """Return all recorded deliveries: 127 POSTs and a GET."""
    lines = (DATA / "webhook_deliveries.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def verify(body: Any = BODY, signature: Any = SIGNATURE, secret: Any = SECRET, **more: Any) -> Any:
    return webhooks.verify(body, signature, secret, **{"now": AT, **more})


def signed(body: bytes) -> Any:
    """Return what becomes of a body whose signature is right."""
    return verify(body, webhooks.sign(body, SECRET), tolerance=None)
