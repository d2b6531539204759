"""What the server answers: customers of ours, and of the peers in their own shape."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Tuple

TIME = "2026-11-22T18:54:51.406Z"
NEW: Dict[str, Any] = {
    "externalId": "usr_1",
    "email": "user1@example.com",
    "name": "Customer 1",
    "country": "NG",
    "currency": "NGN",
    "metadata": {"plan": "tier-1", "region": "west-1"},
}


def customer(n: int) -> Dict[str, Any]:
    return {
        "id": f"0d9fbcf8-41c5-4a66-9d3a-{n:012d}",
        "externalId": f"usr_{n}",
        "email": f"user{n}@example.com",
        "name": f"Customer {n}",
        "country": "NG",
        "currency": "NGN",
        "netPaymentTerms": None,
        "metadata": {"plan": f"tier-{n}", "region": f"west-{n}"},
        "createdAt": TIME,
        "updatedAt": TIME,
    }


def page(rows: List[Dict[str, Any]]) -> Dict[str, Any]:
    meta = {"total": len(rows), "page": 1, "limit": len(rows), "totalPages": 1}
    return {"data": rows, "meta": meta}


def batch(count: int) -> Dict[str, Any]:
    results = [{"transactionId": f"b-{n}", "status": "created"} for n in range(count)]
    return {"total": count, "created": count, "duplicates": 0, "errors": 0, "results": results}


def page_of(count: int, start: int = 0) -> bytes:
    """Write a page of customers as the server does."""
    rows = [customer(n) for n in range(start, start + count)]
    return json.dumps(page(rows), separators=(",", ":")).encode()


def stripe(n: int) -> Dict[str, Any]:
    return {
        "id": f"cus_{n:014d}",
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": 1763837691,
        "currency": "usd",
        "delinquent": False,
        "description": None,
        "email": f"user{n}@example.com",
        "livemode": True,
        "metadata": {"plan": f"tier-{n}", "region": f"west-{n}"},
        "name": f"Customer {n}",
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
    }


def orb(n: int) -> Dict[str, Any]:
    return {
        "id": f"cus_{n:014d}",
        "additional_emails": [],
        "auto_collection": True,
        "balance": "0.00",
        "created_at": TIME,
        "currency": "USD",
        "email": f"user{n}@example.com",
        "email_delivery": True,
        "external_customer_id": f"usr_{n}",
        "hierarchy": {"children": [], "parent": None},
        "metadata": {"plan": f"tier-{n}", "region": f"west-{n}"},
        "name": f"Customer {n}",
        "timezone": "Etc/UTC",
    }


def metronome(n: int) -> Dict[str, Any]:
    return {
        "id": f"0d9fbcf8-41c5-4a66-9d3a-{n:012d}",
        "created_at": TIME,
        "updated_at": TIME,
        "custom_fields": {"plan": f"tier-{n}", "region": f"west-{n}"},
        "customer_config": {"salesforce_account_id": None},
        "external_id": f"usr_{n}",
        "ingest_aliases": [f"user{n}@example.com"],
        "name": f"Customer {n}",
    }


def polar(n: int) -> Dict[str, Any]:
    return {
        "id": f"0d9fbcf8-41c5-4a66-9d3a-{n:012d}",
        "created_at": TIME,
        "modified_at": TIME,
        "metadata": {"plan": f"tier-{n}", "region": f"west-{n}"},
        "external_id": f"usr_{n}",
        "email": f"user{n}@example.com",
        "email_verified": True,
        "type": "individual",
        "name": f"Customer {n}",
        "billing_name": None,
        "billing_address": None,
        "tax_id": None,
        "organization_id": "0d9fbcf8-41c5-4a66-9d3a-8b7c1f000000",
        "deleted_at": None,
        "first_user_event_at": None,
        "avatar_url": None,
    }


def a_hundred(row: Callable[[int], Dict[str, Any]], key: str = "data", **more: Any) -> Any:
    return {key: [row(n) for n in range(100)], **more}


ANSWERS: Dict[Tuple[str, str], Any] = {
    ("GET", "/api/customers/cus_1"): customer(1),
    ("GET", "/api/customers"): page([customer(n) for n in range(100)]),
    ("POST", "/api/customers"): customer(1),
    ("POST", "/api/events/batch"): batch(100),
    ("GET", "/stripe/v1/customers"): a_hundred(
        stripe, object="list", url="/v1/customers", has_more=False
    ),
    ("GET", "/orb/customers"): a_hundred(
        orb, pagination_metadata={"has_more": False, "next_cursor": None}
    ),
    ("GET", "/metronome/v1/customers"): a_hundred(metronome, next_page=None),
    ("GET", "/polar/v1/customers/"): a_hundred(
        polar, "items", pagination={"total_count": 100, "max_page": 1}
    ),
}
