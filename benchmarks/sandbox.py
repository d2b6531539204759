"""What the sandbox costs with few rows and with many.

Requests go in by `Sandbox.handle()`, the door of all clients that it makes, and are made before the
clock runs; the SDK's own part is that of the other sections. Once through a client, for comparison.
"""

from __future__ import annotations

import time
from itertools import count
from statistics import median
from typing import Callable, Dict, List, Tuple

import httpx

from benchmarks.server import Server
from benchmarks.timing import per_call, say, title, verdict, without_first
from novabilling.sandbox import Sandbox

FEW = 1_000
MANY = 100_000
IN_BATCHES = 50_000
BATCH = 100
PER_ROUND = 100
TARGETS = {"an event": 150.0, "a customer": 250.0, "list(limit=20)": 300.0}
RATIO = 1.3


class Load:
    """A sandbox with customers, events of one subscription, and what is asked of it."""

    def __init__(self, rows: int) -> None:
        self.sandbox = Sandbox()
        self.client = self.sandbox.client()
        self.numbers = count()
        plan = self.client.plans.create(
            name="Pro",
            code="pro",
            billing_interval="monthly",
            prices=[{"currency": "NGN", "amount": 15000}],
        ).data
        self.client.billable_metrics.create(name="Calls", code="calls", aggregation_type="count")
        customer = self.client.customers.create(
            external_id="usr_1", email="ada@example.com", currency="NGN"
        ).data
        self.subscription = self.client.subscriptions.create(
            customer_id=customer.id, plan_id=plan.id, currency="NGN"
        ).data.id
        for _ in range(rows // BATCH):
            self.sandbox.handle(self.batch())
        for _ in range(rows):
            self.sandbox.handle(self.customer())

    def request(self, method: str, path: str, body: object = None) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self.sandbox.token}"}
        url = f"http://sandbox.local/api{path}"
        return httpx.Request(method, url, json=body, headers=headers)

    def fields(self) -> Dict[str, object]:
        number = next(self.numbers)
        return {
            "transactionId": f"t{number}",
            "subscriptionId": self.subscription,
            "code": "calls",
            "properties": {"path": "/v1"},
        }

    def event(self) -> httpx.Request:
        return self.request("POST", "/events", self.fields())

    def batch(self) -> httpx.Request:
        events = [self.fields() for _ in range(BATCH)]
        return self.request("POST", "/events/batch", {"events": events})

    def customer(self) -> httpx.Request:
        body = {"externalId": f"u{next(self.numbers)}", "email": "a@b.co", "currency": "NGN"}
        return self.request("POST", "/customers", body)

    def page(self) -> httpx.Request:
        return self.request("GET", "/customers?limit=20")

    def cost(self, make: Callable[[], httpx.Request]) -> float:
        """Return the CPU seconds of one call of a round."""
        requests = [make() for _ in range(PER_ROUND)]
        handle, pending = self.sandbox.handle, iter(requests)
        return per_call(lambda: handle(next(pending)), PER_ROUND)


def in_rounds(few: Load, many: Load, rounds: int) -> Dict[str, Tuple[List[float], List[float]]]:
    """Let both take turns at each of the calls."""
    found: Dict[str, Tuple[List[float], List[float]]] = {}
    for load, place in ((few, 0), (many, 1)) * (rounds + 1):
        calls = {"an event": load.event, "a customer": load.customer, "list(limit=20)": load.page}
        for name, make in calls.items():
            found.setdefault(name, ([], []))[place].append(load.cost(make))
    return {
        name: (without_first({"": one})[""], without_first({"": other})[""])
        for name, (one, other) in found.items()
    }


def print_sandbox(_: Server, quick: bool) -> None:
    """Print the figures of few and of many rows side by side, and of what is done once."""
    many_rows = MANY // 5 if quick else MANY
    few, many = Load(FEW), Load(many_rows)
    title("Sandbox.handle(), CPU", f"{FEW} rows", f"{many_rows} rows", "target", "", "ratio")
    for name, (one, other) in in_rounds(few, many, 5 if quick else 20).items():
        costs = median(one) * 1e6, median(other) * 1e6
        ratio = median(b / a for a, b in zip(one, other))
        target = verdict(max(costs), TARGETS[name])
        say(
            name,
            *(f"{cost:.0f} us" for cost in costs),
            *target,
            f"{ratio:.2f}",
            *verdict(ratio, RATIO),
        )

    title("Once", "", "target")
    batches = [few.batch() for _ in range(IN_BATCHES // BATCH)]
    started = time.perf_counter()
    for request in batches:
        few.sandbox.handle(request)
    seconds = time.perf_counter() - started
    say(f"{IN_BATCHES} events in batches", f"{seconds:.1f} s", *verdict(seconds, 10.0))
    made = per_call(Sandbox, 200) * 1e3
    say("Sandbox()", f"{made:.2f} ms", *verdict(made, 1.0))
    numbers = count()
    spent = per_call(lambda: create_event(few, next(numbers)), 500) * 1e6
    say("an event through a client", f"{spent:.0f} us")
    saved = per_call(many.sandbox.snapshot, 100) * 1e6
    say(f"snapshot() of {many_rows} rows", f"{saved:.0f} us")
    snapshot = many.sandbox.snapshot()
    started = time.perf_counter()
    many.sandbox.handle(many.customer())
    first = (time.perf_counter() - started) * 1e3
    say("the first customer after it", f"{first:.1f} ms")
    many.sandbox.restore(snapshot)


def create_event(load: Load, number: int) -> None:
    load.client.events.create(
        transaction_id=f"c{number}", subscription_id=load.subscription, code="calls"
    )
