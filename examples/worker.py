"""Bill orders in worker processes, as Celery and RQ do: results and errors cross by pickle.

A task runs again only if it certainly did nothing. What may have been applied is looked up first:
`reconcile` finds out whether the invoice was made, from the record in the error, which crosses as
JSON, so that no order is billed twice. The order in the notes tells the invoices apart. It runs on
a sandbox inside the worker, behind a network that fails:

    python examples/worker.py
"""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Callable, Dict, TypeVar

import httpx

from novabilling import (
    APIConnectionError,
    CallRecord,
    NovaBilling,
    NovaBillingError,
    Outcome,
    RateLimitError,
)
from novabilling.sandbox import Sandbox
from novabilling.types import Invoice

T = TypeVar("T")
client: NovaBilling
customer_id: str

# Tasks: they run in the worker.


def bill(order: str, amount: float) -> Invoice:
    """Make the invoice of an order."""
    return client.invoices.create(
        customer_id=customer_id,
        items=[{"description": order, "amount": amount}],
        notes=f"Order {order}",
        due_date="2030-01-31",
    ).data


def look(call: Dict[str, Any]) -> Outcome:
    """Find out what became of a call; another worker may have made it, or yesterday's."""
    return client.reconcile(CallRecord.from_dict(call), settle=0.5)


# The queue: it sees what comes back.


def run(pool: Executor, task: Callable[..., T], *args: Any, attempts: int = 3) -> T:
    """Run a task, again while it fails without having done anything."""
    try:
        return pool.submit(task, *args).result()
    except (APIConnectionError, RateLimitError) as error:
        if error.may_have_been_applied or attempts <= 1:
            raise
        print(f"  {type(error).__name__}: nothing was done, once more")
    return run(pool, task, *args, attempts=attempts - 1)


def bill_once(pool: Executor, order: str, amount: float) -> None:
    print(f"order {order}")
    try:
        invoice = run(pool, bill, order, amount)
    except NovaBillingError as error:
        print(f"  {type(error).__name__}: may have been applied: {error.may_have_been_applied}")
        if error.call is None or not error.may_have_been_applied:
            print(f"  not billed: {error.message}")
            return
        outcome = run(pool, look, error.call.to_dict())
        print(f"  applied: {outcome.applied}, evidence: {outcome.evidence}")
        if not outcome.applied:
            print(f"  {outcome.why}")
            return
        invoice = outcome.data
    print(f"  {invoice.invoice_number}: {invoice.currency} {invoice.total}")


# The worker: one client for each process, made when it starts.


def start() -> None:
    global client, customer_id
    sandbox = Sandbox()
    customer = sandbox.client().customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN"
    )
    customer_id = customer.data.id
    transport = httpx.MockTransport(unreliable(sandbox))
    client = NovaBilling(
        token=sandbox.token,
        base_url="http://sandbox.local",
        http_client=httpx.Client(transport=transport),
        max_retries=0,  # the queue repeats
    )


def unreliable(sandbox: Sandbox) -> Callable[[httpx.Request], httpx.Response]:
    """Stand between client and server: order 2 finds no server, the answer to order 3 is lost."""
    refused = {b"Order 2"}

    def handle(request: httpx.Request) -> httpx.Response:
        if any(order in request.content for order in refused):
            refused.clear()
            raise httpx.ConnectError("connection refused", request=request)
        answer = sandbox.handle(request)
        if b"Order 3" in request.content:
            raise httpx.ReadTimeout("no answer", request=request)
        return answer

    return handle


def main() -> None:
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=start) as pool:
        for order, amount in (("1", 15000), ("2", 2500.5), ("3", 120), ("4", -1)):
            bill_once(pool, order, amount)
        print(f"invoices: {run(pool, count)}")


def count() -> int:
    return client.invoices.list().meta.total


if __name__ == "__main__":
    main()
