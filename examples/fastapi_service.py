"""A FastAPI service with one client for all requests, and an endpoint for webhooks.

It runs on the embedded sandbox, or with NOVABILLING_LIVE=1 on the server that NOVABILLING_TOKEN and
NOVABILLING_WEBHOOK_SECRET belong to:

    python examples/fastapi_service.py  # plays a payment through
    uvicorn --app-dir examples fastapi_service:app  # serves
"""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from typing import Any, AsyncIterator, Dict, Set

import httpx
from fastapi import Depends, FastAPI, Request, Response

from novabilling import AsyncNovaBilling, webhooks
from novabilling.contrib.fastapi import webhook_event
from novabilling.sandbox import Sandbox
from novabilling.types import AnyWebhookEvent, InvoiceEvent, PaymentEvent

SANDBOX = Sandbox()
PAID: Set[str] = set()  # customers who may use the service; yours is a table


def webhook_secret() -> str:
    """Return the secret from the environment, or the sandbox's."""
    if "NOVABILLING_WEBHOOK_SECRET" in os.environ:
        return os.environ["NOVABILLING_WEBHOOK_SECRET"]
    with SANDBOX.client(token=SANDBOX.jwt) as owner:
        return str(owner.tenants.get_me().data.webhook_secret)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the client when the service starts, close it when it ends."""
    async with connect() as client:
        app.state.client = client
        yield


def billing(request: Request) -> AsyncNovaBilling:
    """Return the one client of the service."""
    client: AsyncNovaBilling = request.app.state.client
    return client


app = FastAPI(lifespan=lifespan)
CLIENT = Depends(billing)
EVENT = Depends(webhook_event(webhook_secret))


@app.get("/customers/{customer_id}")
async def customer(customer_id: str, client: AsyncNovaBilling = CLIENT) -> Dict[str, Any]:
    found = await client.customers.get(customer_id)
    return {"email": found.data.email, "paid": customer_id in PAID}


@app.post("/webhooks/novabilling")
async def deliver(event: AnyWebhookEvent = EVENT, client: AsyncNovaBilling = CLIENT) -> Response:
    """Read the invoice again and act on its state: then a repeated delivery does no harm."""
    # A payment that its provider confirms sends no event of its invoice.
    if isinstance(event, (InvoiceEvent, PaymentEvent)):
        invoice = await client.invoices.get(event.data.invoice_id)
        if invoice.data.status == "paid":
            PAID.add(invoice.data.customer_id)
    return Response(status_code=204)


def connect() -> AsyncNovaBilling:
    if os.environ.get("NOVABILLING_LIVE") == "1":  # a token that happens to be set is not enough
        token = os.environ.get("NOVABILLING_TOKEN")
        if not token:
            raise SystemExit("set the variable NOVABILLING_TOKEN to an API key of the server")
        return AsyncNovaBilling(token=token)
    return SANDBOX.async_client()


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
    transport = httpx.ASGITransport(app)
    async with lifespan(app), httpx.AsyncClient(
        transport=transport, base_url="http://service.local"
    ) as browser:
        print((await browser.get(f"/customers/{customer.id}")).json())
        for secret in ("of somebody else", webhook_secret(), webhook_secret()):
            headers = {"X-Webhook-Signature": webhooks.sign(body, secret)}
            answer = await browser.post("/webhooks/novabilling", content=body, headers=headers)
            print(answer.status_code, answer.text)
        print((await browser.get(f"/customers/{customer.id}")).json())


if __name__ == "__main__":
    asyncio.run(play())
