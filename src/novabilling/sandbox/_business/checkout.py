"""Checkout at a payment provider.

PayU's page has an address that the server builds by itself. All other providers are out of
reach, as they were when the real server's answers were recorded.
"""

from __future__ import annotations

import math
import re
from typing import Any, Dict, Optional
from urllib.parse import quote_plus

from .._errors import HttpError, bad_request
from .._javascript import json
from .._javascript import values as js
from .._javascript.values import UNDEFINED, Row
from .._store.database import Database

PROVIDERS = ("stripe", "paystack", "flutterwave", "dpo", "dpo-group", "payu", "pesapal")
UNREACHABLE = "fetch failed"


def checkout(db: Database, invoice: Row, callback_url: Any) -> Row:
    """Start a payment at the active provider with the lowest priority."""
    if invoice["status"] == "PAID":
        raise bad_request("Invoice is already paid")
    if invoice["status"] == "CANCELED":
        raise bad_request("Invoice has been voided")
    provider = _active_provider(db)
    if not provider:
        raise bad_request("No active payment provider configured")
    name = provider["providerName"]
    complaint = unsupported(name)
    if complaint:
        raise HttpError(500, complaint)
    payment = db["payment"].create(
        {
            "invoiceId": invoice["id"],
            "provider": name,
            "amount": invoice["amount"],
            "currency": invoice["currency"],
            "status": "PROCESSING",
        }
    )
    url = _payment_url(db, provider, payment, callback_url)
    db["payment"].update(payment["id"], {"providerTransactionId": invoice["id"]})
    return {"checkoutUrl": url, "paymentId": payment["id"], "provider": name}


def unsupported(name: str) -> Optional[str]:
    """Return the complaint about a provider that the server has no code for."""
    return None if name.lower() in PROVIDERS else f"Unsupported payment provider: {name}"


def _active_provider(db: Database) -> Optional[Row]:
    # Among equals the database finds the one first that was not written to for longest.
    rows = db["paymentProvider"].find(isActive=True)
    return min(rows, key=lambda row: (row["priority"], row["updatedAt"]), default=None)


def _payment_url(db: Database, provider: Row, payment: Row, callback_url: Any) -> str:
    name = provider["providerName"].lower()
    if name == "payu":
        return _payu_url(db, provider, payment, callback_url)
    reason = UNREACHABLE
    if name == "stripe" and not js.to_boolean(callback_url):
        reason = "callbackUrl is required for Stripe checkout"
    db["payment"].update(payment["id"], {"status": "FAILED", "failureReason": reason})
    raise bad_request(reason)


def _payu_url(db: Database, provider: Row, payment: Row, callback_url: Any) -> str:
    credentials = js.as_object(json.parse(provider["credentials"]))
    live = credentials.get("environment") == "production"
    host = "secure" if live else "staging"
    customer = db["customer"].rows[db["invoice"].rows[payment["invoiceId"]]["customerId"]]
    fields = _payu_fields(credentials.get("safeKey", UNDEFINED), payment, customer, callback_url)
    query = "&".join(f"{name}={_form_encoded(text)}" for name, text in fields.items())
    return f"https://{host}.payu.co.za/rpp.do?{query}"


def _payu_fields(safe_key: Any, payment: Row, customer: Row, callback_url: Any) -> Dict[str, str]:
    reference, currency = payment["invoiceId"], payment["currency"]
    cents = js.number_text(math.floor(float(payment["amount"]) * 100 + 0.5))
    back = js.to_string(callback_url) if js.to_boolean(callback_url) else ""
    fields = {
        "safekey": js.to_string(safe_key),
        "merchantReference": reference,
        "amount": cents,
        "currencyCode": currency,
        "basket.description": f"Payment for {reference}",
        "basket.amountInCents": cents,
        "basket.currencyCode": currency,
        "customer.email": customer["email"],
        "returnUrl": back,
        "cancelUrl": back,
        "notifyUrl": back,
    }
    first_name, _, last_name = (customer["name"] or "").partition(" ")
    names = {"customer.firstName": first_name, "customer.lastName": last_name}
    return {**fields, **{name: text for name, text in names.items() if text}}


def _form_encoded(text: str) -> str:
    """Encode a value as `URLSearchParams` does."""
    whole = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return quote_plus(whole, safe="*").replace("~", "%7E")
