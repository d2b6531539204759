"""What a call costs does not depend on how many rows there are: its functions are counted."""

from __future__ import annotations

import cProfile
import pstats
from typing import Any, Callable, Dict

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller

FEW, MANY = 50, 2000


class Load:
    """A sandbox with as many customers, events, invoices and wallets as are asked for."""

    def __init__(self, rows: int) -> None:
        self.sandbox = Sandbox(seed=1)
        self.api = Caller(self.sandbox)
        self.number = 0
        prices = [{"currency": "NGN", "amount": 1}]
        self.plan = self.api.post(
            "/plans", name="P", code="p", billingInterval="MONTHLY", prices=prices
        )["id"]
        self.api.post("/billable-metrics", name="M", code="m", aggregationType="COUNT")
        self.customer = self.add_customer()
        self.subscription = self.api.post(
            "/subscriptions", customerId=self.customer, planId=self.plan, currency="NGN"
        )["id"]
        for _ in range(rows // 50):
            self.api.post("/events/batch", events=[self.event() for _ in range(50)])
        for _ in range(rows):
            customer = self.add_customer()
            self.invoice = self.api.invoice({"id": customer})["id"]
            self.wallet = self.api.post("/wallets", customerId=customer, currency="NGN")["id"]

    def event(self) -> Dict[str, Any]:
        self.number += 1
        about = {"transactionId": f"t{self.number}", "subscriptionId": self.subscription}
        return {**about, "code": "m", "timestamp": "2026-06-01T00:00:00Z"}

    def add_customer(self) -> str:
        self.number += 1
        name: str = self.api.customer(externalId=f"u{self.number}")["id"]
        return name


CALLS: Dict[str, Callable[[Load], Any]] = {
    "an event": lambda w: w.api.post("/events", **w.event()),
    "a batch": lambda w: w.api.post("/events/batch", events=[w.event() for _ in range(20)]),
    "an event again": lambda w: w.api.post("/events", **{**w.event(), "transactionId": "t1"}),
    "a customer": lambda w: w.add_customer(),
    "a customer's taken key": lambda w: w.api.refusal(
        "POST", "/customers", {"externalId": "u1", "email": "a@b.co", "currency": "NGN"}
    ),
    "an invoice": lambda w: w.api.invoice({"id": w.customer}),
    "an invoice that is paid": lambda w: w.api.post(f"/invoices/{w.invoice}/mark-paid"),
    "an invoice to read": lambda w: w.api.get(f"/invoices/{w.invoice}"),
    "a customer to read": lambda w: w.api.get("/portal/customers/u1/billing"),
    "a top-up": lambda w: w.api.post("/wallets/transactions", walletId=w.wallet, paidCredits=1),
    "an update": lambda w: w.api.patch(f"/customers/{w.customer}", name="Ada"),
    "a deletion": lambda w: w.api.send("DELETE", f"/api/customers/{w.add_customer()}"),
    "a plan in a transaction": lambda w: w.api.post(
        "/plans", name="P", code=f"q{w.number}", billingInterval="DAILY", prices=[]
    ),
    "customers": lambda w: w.api.get("/customers", limit=20),
    "customers in a currency": lambda w: w.api.get("/customers", limit=20, currency="NGN"),
    "invoices by status": lambda w: w.api.get("/invoices", limit=20, status="DRAFT", page=2),
    "invoices in a time": lambda w: w.api.get("/invoices", limit=20, dateFrom="2026-06-01"),
    "wallets of a customer": lambda w: w.api.get("/wallets", customerId=w.customer),
    "events of a time": lambda w: w.api.get(
        f"/events/subscription/{w.subscription}", perPage=20, code="m", to="2026-06-01"
    ),
    "a snapshot": lambda w: w.sandbox.snapshot(),
}


def functions_of(call: Callable[[Load], Any], load: Load) -> int:
    with cProfile.Profile() as profile:
        call(load)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def loads() -> Any:
    return Load(FEW), Load(MANY)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_costs_the_same_with_few_rows_and_with_many(loads: Any, name: str) -> None:
    few, many = (functions_of(CALLS[name], load) for load in loads)
    assert many <= few * 1.05 + 5


def test_a_snapshot_and_the_present_share_what_did_not_change() -> None:
    load = Load(FEW)
    db = next(iter(load.sandbox._world.databases.values()))
    before = {name: table.rows for name, table in db._tables.items()}

    snapshot = load.sandbox.snapshot()
    load.add_customer()

    changed = {name for name, table in db._tables.items() if table.rows is not before[name]}
    assert changed == {"customer"}
    load.sandbox.restore(snapshot)
    assert all(table.rows is before[name] for name, table in db._tables.items())
