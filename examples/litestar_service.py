"""A Litestar service with one client for all requests, and an endpoint for webhooks.

Litestar needs no adapter: `novabilling.webhooks.verify` takes what a request has.

    python examples/litestar_service.py  # plays a payment through
    uvicorn --app-dir examples litestar_service:app  # serves
"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Any, AsyncIterator, Dict, Set

from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.testing import AsyncTestClient

from novabilling import AsyncNovaBilling, WebhookSignatureError, webhooks
from novabilling.sandbox import Sandbox
from novabilling.types import InvoiceEvent, PaymentEvent

SANDBOX = Sandbox()
with SANDBOX.client(token=SANDBOX.jwt) as _owner:
    SECRET = str(_owner.tenants.get_me().data.webhook_secret)
PAID: Set[str] = set()  # customers who may use the service; yours is a table


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Open the client when the service starts, close it when it ends."""
    async with SANDBOX.async_client() as client:
        app.state.client = client
        yield


@get("/customers/{customer_id:str}")
async def customer(request: Request[Any, Any, Any], state: State) -> Dict[str, Any]:
    client: AsyncNovaBilling = state.client
    customer_id: str = request.path_params["customer_id"]
    found = await client.customers.get(customer_id)
    return {"email": found.data.email, "paid": customer_id in PAID}


@post("/webhooks/novabilling", status_code=204)
async def deliver(request: Request[Any, Any, Any], state: State) -> None:
    """Read the invoice again and act on its state: then a repeated delivery does no harm."""
    event = webhooks.verify(
        await request.body(),
        request.headers.get("X-Webhook-Signature"),
        SECRET,
        event_type=request.headers.get("X-Event-Type"),
    )
    client: AsyncNovaBilling = state.client
    # A payment that its provider confirms sends no event of its invoice.
    if isinstance(event, (InvoiceEvent, PaymentEvent)):
        invoice = await client.invoices.get(event.data.invoice_id)
        if invoice.data.status == "paid":
            PAID.add(invoice.data.customer_id)


def refuse(_: Request[Any, Any, Any], __: WebhookSignatureError) -> Response[str]:
    return Response("invalid webhook delivery", status_code=400, media_type=MediaType.TEXT)


app = Litestar(
    [customer, deliver],
    lifespan=[lifespan],
    exception_handlers={WebhookSignatureError: refuse},
    request_max_body_size=webhooks.MAX_PAYLOAD,
)


async def play() -> None:
    """Pay an invoice on the sandbox, and deliver what the server would."""
    client = SANDBOX.client()
    customer = client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN"
    ).data
    invoice = client.invoices.create(
        customer_id=customer.id,
        items=[{"description": "Pro plan", "amount": 15000}],
        due_date="2030-01-31",
    ).data
    client.invoices.mark_paid(invoice.id, payment_method="bank_transfer")
    client.close()
    data = {"invoiceId": invoice.id, "invoiceNumber": "1", "customerId": customer.id}
    body = json.dumps(
        {
            "event": "invoice.paid",
            "data": {**data, "amount": 15000, "currency": "NGN"},
            "timestamp": datetime.now(timezone.utc).isoformat(),
        }
    )
    async with AsyncTestClient(app) as browser:
        print((await browser.get(f"/customers/{customer.id}")).json())
        for secret in ("of somebody else", SECRET, SECRET):
            headers = {"X-Webhook-Signature": webhooks.sign(body, secret)}
            answer = await browser.post("/webhooks/novabilling", content=body, headers=headers)
            print(answer.status_code, answer.text)
        print((await browser.get(f"/customers/{customer.id}")).json())


if __name__ == "__main__":
    asyncio.run(play())
