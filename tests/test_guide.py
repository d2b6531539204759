"""Every Python block of the guide runs as printed, sync as it stands and async with awaits."""

from __future__ import annotations

import contextlib
import gc
import io
import re
import textwrap
import warnings
from typing import Any, Dict, Iterator, Tuple

import anyio
import pytest

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingWarning
from novabilling.sandbox import Sandbox
from tests.guide import GUIDE, Block, blocks, prepared
from tests.loopback import serve

BLOCKS = blocks()
AWAITED = [block for block in BLOCKS if not block.runs_itself]
pytestmark = pytest.mark.skipif(not BLOCKS, reason=f"the guide is not here: {GUIDE.name}")

ID = r"c[a-z0-9]{24}"
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00"

# What the blocks print, line by line, where it is known; the rest print nothing.
PRINTS: Dict[str, str] = {
    "Customers / Create a Customer": f"Created customer: {ID}",
    "Customers / Get a Customer": "Name: John Doe\nEmail: john.world@example.com",
    "Customers / List Customers": r"Total customers: 1\nJohn Doe \(john.world@example.com\)",
    "Customers / Delete a Customer": "Customer deleted",
    "Customers / Get Customer Subscriptions": f"{ID}: active - Plan: {ID}",
    "Customers / Get Customer Invoices": f"{ID}: draft - NGN 17500",
    "Plans / Create a Plan": f"Created plan: {ID}",
    "Plans / List Plans": r"Scale \(scale\): monthly\nStarter \(starter\): monthly",
    "Subscriptions / Create a Subscription": (
        f"Subscription status: active\nCurrent period ends: {DATE}"
    ),
    "Subscriptions / Cancel a Subscription": f"Subscription will cancel at: {DATE}",
    "Subscriptions / Pause a Subscription": "Subscription paused",
    "Subscriptions / Resume a Subscription": "Subscription resumed",
    "Subscriptions / Change Plan": f"Plan changed. New period end: {DATE}",
    "Subscriptions / List Subscriptions": f"{ID}: active - Plan: {ID}",
    "Invoices / Create an Invoice": f"Invoice ID: {ID}\nTotal: NGN 17500",
    "Invoices / List Invoices": f"{ID}: finalized - NGN 17500",
    "Invoices / Finalize an Invoice": (
        rf"Invoice finalized. PDF URL: http://[\d.:]+/uploads/invoices/invoice-{ID}\.pdf"
    ),
    "Invoices / Void an Invoice": "Invoice voided: void",
    "Invoices / Mark an Invoice as Paid": "Invoice marked paid: paid",
    "Invoices / Get Invoice PDF": (rf"PDF URL: http://[\d.:]+/uploads/invoices/invoice-{ID}\.pdf"),
    "Payments / List Payments": f"{ID}: NGN 17500 - successful\nTotal paid: 17500",
    "Payments / Get a Payment": f"Payment ID: {ID}\nStatus: successful\nAmount: NGN 17500",
    "Payments / Refund a Payment": f"Refund ID: {ID}\nRefund status: refunded",
    "Payment Providers / List Payment Providers": "paystack: paystack - Active",
    "Payment Providers / Configure a Payment Provider": f"Provider configured: {ID}",
    "Webhooks / List Webhooks": "https://yourapp.example/hooks: active",
    "Webhooks / Create a Webhook": f"Webhook ID: {ID}\nSecret: [0-9a-f]{{64}}",
    "Error Handling": "Customer not found: Customer not found",
    "Async Support": f"Created customer: {ID}\nCustomer: John Doe\nActive plans: 2",
    "Pagination / Manual Pagination": "John Doe",
}


@pytest.fixture
def server() -> Iterator[Tuple[Sandbox, str]]:
    sandbox = Sandbox()
    with serve(sandbox.handle) as url:
        yield sandbox, url


def check(block: Block, run: Any) -> None:
    """Run a block and compare what it prints; the block that names a provider warns."""
    names_provider = "payment_providers.create" in block.code
    warns: Any = pytest.warns(NovaBillingWarning) if names_provider else contextlib.nullcontext()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warns:
        run()

    assert re.fullmatch(PRINTS.get(block.title, ""), printed.getvalue().strip())


@pytest.mark.parametrize("block", BLOCKS, ids=[block.title for block in BLOCKS])
def test_runs_as_printed(block, server, monkeypatch):
    sandbox, url = server
    monkeypatch.setenv("NOVABILLING_TOKEN", sandbox.token)
    code = compile(prepared(block, sandbox, url), f"<guide: {block.title}>", "exec")
    with NovaBilling(token=sandbox.jwt, base_url=url) as client:
        names: Dict[str, Any] = {"client": client, "NovaBilling": NovaBilling}

        with warnings.catch_warnings():
            # The guide closes no client: the event loop that ended warns of its sockets.
            warnings.simplefilter("ignore" if block.runs_itself else "error", ResourceWarning)
            check(block, lambda: exec(code, names))
            made = names.pop("client")
            if isinstance(made, NovaBilling):
                made.close()
            gc.collect()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("block", AWAITED, ids=[block.title for block in AWAITED])
def test_runs_with_awaits(block, backend, server, monkeypatch):
    sandbox, url = server
    monkeypatch.setenv("NOVABILLING_TOKEN", sandbox.token)
    code = re.sub(r"\b(?:Async)?NovaBilling\b", "AsyncNovaBilling", prepared(block, sandbox, url))
    code = re.sub(r"\bclient\.(\w+)\.(\w+)\(", r"await client.\1.\2(", code)
    body = textwrap.indent(code, "    ")
    names: Dict[str, Any] = {"AsyncNovaBilling": AsyncNovaBilling}
    exec(f"async def block(client):\n{body}\n    return client", names)

    async def run() -> None:
        async with AsyncNovaBilling(token=sandbox.jwt, base_url=url) as client:
            made = await names["block"](client)
            await made.aclose()

    check(block, lambda: anyio.run(run, backend=backend))


def test_blocks_are_all_found():
    assert len(BLOCKS) == GUIDE.read_text("utf-8").count("```python")
    assert set(PRINTS) <= {block.title for block in BLOCKS}
