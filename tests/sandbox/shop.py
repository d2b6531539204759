"""A sandbox with a clock to turn, a customer, and rows put in below the operations."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Dict

import httpx

from novabilling.sandbox import Sandbox

Row = Dict[str, Any]
START = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


class Shop:
    def __init__(self) -> None:
        self.time = START
        self.sandbox = Sandbox(clock=lambda: self.time)
        self.world = self.sandbox._world
        self.tenant_id, self.db = next(iter(self.world.databases.items()))
        self.customer = self.row("customer", externalId="u1", email="a@b.co", currency="NGN")["id"]

    @property
    def tenant(self) -> Row:
        return self.world.central["tenant"].rows[self.tenant_id]

    def settings(self, **settings: Any) -> None:
        self.world.central["tenant"].update(self.tenant_id, {"settings": settings})

    def wait(self, **span: float) -> None:
        self.time += timedelta(**span)

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        url = f"http://sandbox.local/api/{path}"
        return self.sandbox.handle(httpx.Request(method, url, json=body, headers=headers))

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        response = self.send(method, path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def refusal(self, method: str, path: str, body: Any = None) -> str:
        response = self.send(method, path, body)
        assert response.status_code >= 400
        return f"{response.status_code} {response.json()['message']}".replace("\n", "")

    def row(self, table: str, **columns: Any) -> Row:
        return self.db[table].create(columns)

    def plan(self, amount: Any = 50000, **columns: Any) -> str:
        """Add a plan with a price in NGN; it is monthly and billed in advance."""
        number = len(self.db["plan"].rows)
        given = {"name": f"Plan {number}", "code": f"plan_{number}", "billingInterval": "MONTHLY"}
        plan = self.row("plan", **{**given, "billingTiming": "IN_ADVANCE", **columns})
        self.row("planPrice", planId=plan["id"], currency="NGN", amount=amount)
        return str(plan["id"])

    def subscribe(self, plan: str, **fields: Any) -> Any:
        body = {"customerId": self.customer, "planId": plan, "currency": "NGN", **fields}
        return self.ok("POST", "subscriptions", body)

    def invoices(self, subscription: Row) -> Any:
        """List the invoices of a subscription, the newest first."""
        return self.ok("GET", f"subscriptions/{subscription['id']}")["invoices"]

    def bill(self, plan: str, **fields: Any) -> Any:
        """Subscribe, and return the one invoice that makes."""
        (invoice,) = self.invoices(self.subscribe(plan, **fields))
        return invoice
