"""Arguments with which any method can be called."""

from __future__ import annotations

import inspect
import io
from typing import Any, Callable, Dict, List

from tests.operations import IDS, METHODS, NEEDED

VALUES: Dict[str, Any] = {
    "aggregation_type": "sum",
    "amount": 1,
    "billing_interval": "monthly",
    "charge_model": "standard",
    "credentials": {"secret_key": "k"},
    "currency": "NGN",
    "discount_type": "percentage",
    "discount_value": 1,
    "due_date": "2027-01-01",
    "email": "a@b.co",
    "events": [{"subscription_id": "s", "code": "c", "transaction_id": "t"}],
    "items": [{"description": "d", "amount": 1}],
    "prices": [{"currency": "NGN", "amount": 1}],
    "rate": 5,
    "scopes": ["read"],
    "status": "successful",
    "url": "https://a.example/hook",
}
REASONS = {"credit_notes.create": "other"}
ASKING = [
    (resource, method)
    for resource, method in METHODS
    if (resource, method) != ("webhooks", "verify")
]
"""All methods that send a request."""


def required(method: Callable[..., Any], name: str) -> Dict[str, Any]:
    """Return what a method must be given; ids are "x"."""
    given: Dict[str, Any] = {}
    for parameter in inspect.signature(method).parameters.values():
        if parameter.default is parameter.empty or NEEDED.get(name) == parameter.name:
            value = VALUES.get(parameter.name, "x")
            if parameter.name == "events" and name == "webhooks.create":
                value = ["payment.failed"]
            if parameter.name == "reason":
                value = REASONS[name]
            if name == "invoices.download_pdf" and parameter.name == "to":
                value = io.BytesIO()
            given[parameter.name] = value
    return given


def call(client: Any, resource: str, name: str, **more: Any) -> Any:
    """Call a method with what it needs; an iterator is asked for its first rows."""
    method = getattr(getattr(client, resource), name)
    result = method(**{**required(method, f"{resource}.{name}"), **more})
    if name.startswith("iter"):
        return [row for _, row in zip(range(150), result)]
    return result


def path_ids(resource: str, name: str) -> List[str]:
    """Return the names of the ids that stand in the path."""
    return [one for one in IDS[resource][name].split() if one.endswith("_id")]
