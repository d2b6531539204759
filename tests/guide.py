"""The Python blocks of the published guide, and a tenant in which each can succeed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

from novabilling import NovaBilling
from novabilling.sandbox import Sandbox

GUIDE = Path(__file__).resolve().parents[2] / "shared" / "guide" / "python-sdk.md"


@dataclass(frozen=True)
class Block:
    """A block of the guide under the headings that lead to it."""

    title: str
    code: str

    @property
    def runs_itself(self) -> bool:
        return "asyncio.run(" in self.code


def blocks() -> List[Block]:
    """Read all Python blocks, in order; none where the guide is absent."""
    if not GUIDE.exists():
        return []
    found: List[Block] = []
    headings = {2: "", 3: ""}
    pattern = re.compile(r"^(##+) ([^\n]+)$|^```python\n(.*?)^```$", re.M | re.S)
    for match in pattern.finditer(GUIDE.read_text("utf-8")):
        if match.group(1):
            depth = len(match.group(1))
            headings[depth] = match.group(2)
            headings.update((deeper, "") for deeper in headings if deeper > depth)
        else:
            title = " / ".join(filter(None, headings.values()))
            found.append(Block(title, match.group(3)))
    return found


def prepared(block: Block, sandbox: Sandbox, base_url: str) -> str:
    """Put token, base URL and real ids into a block."""
    token = sandbox.jwt if "webhooks." in block.code else sandbox.token
    code = block.code
    for printed, real in world(block, sandbox).items():
        code = code.replace(printed, real)
    code = re.sub(r',\s*(#.*\n\s*)?base_url="https://api.novabilling.com"(,?)', r"\2", code)
    code = re.sub(r'token="sk_live_[^"]*"', f"token={token!r}, base_url={base_url!r}", code)
    return code.replace(
        'token=os.environ["NOVABILLING_TOKEN"]',
        f'token=os.environ["NOVABILLING_TOKEN"], base_url={base_url!r}',
    )


def world(block: Block, sandbox: Sandbox) -> Dict[str, str]:
    """Make what a block speaks of; return the real ids by the printed ones."""
    client = sandbox.client()
    customer = client.customers.create(
        external_id="usr_world", email="john.world@example.com", currency="NGN", name="John Doe"
    ).data
    ids = {"cus_x1y2z3a4b5c6": customer.id}
    plan = make_plan(client, "starter", 15000)
    ids["pln_d7e8f9g0h1i2"] = plan
    ids["pln_newplan123"] = make_plan(client, "scale", 45000)
    if re.search(r"sub_j3k4l5m6n7o8|subscriptions\.list|get_subscriptions", block.code):
        subscription = client.subscriptions.create(
            customer_id=customer.id, plan_id=plan, currency="NGN"
        ).data
        ids["sub_j3k4l5m6n7o8"] = subscription.id
        if ".resume(" in block.code:
            client.subscriptions.pause(subscription.id)
    if re.search(r"inv_p1q2r3s4t5u6|invoices\.list|get_invoices", block.code):
        ids["inv_p1q2r3s4t5u6"] = make_invoice(client, customer.id)
        if "invoices.list" in block.code:
            client.invoices.finalize(ids["inv_p1q2r3s4t5u6"])
    if re.search(r"pay_v1w2x3y4z5a6|payments\.list", block.code):
        client.invoices.mark_paid(make_invoice(client, customer.id))
        ids["pay_v1w2x3y4z5a6"] = client.payments.list(customer_id=customer.id).data[0].id
    if "payment_providers.list" in block.code:
        client.payment_providers.create(type="paystack", credentials={"secret_key": "sk"})
    if "webhooks.list" in block.code:
        client = client.with_options(token=sandbox.jwt)
        client.webhooks.create(url="https://yourapp.example/hooks", events=["invoice.paid"])
    return ids


def make_plan(client: NovaBilling, code: str, amount: int) -> str:
    plan = client.plans.create(
        name=code.title(),
        code=code,
        billing_interval="monthly",
        billing_timing="in_arrears",
        prices=[{"currency": "NGN", "amount": amount}],
    )
    return plan.data.id


def make_invoice(client: NovaBilling, customer_id: str) -> str:
    invoice = client.invoices.create(
        customer_id=customer_id,
        items=[{"description": "Pro Plan", "amount": 17500}],
        due_date="2027-02-28",
    )
    return invoice.data.id
