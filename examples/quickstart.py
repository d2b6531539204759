"""Live through a customer's whole life: plan, subscription, invoice, PDF, payment, refund.

It runs on the embedded sandbox, without an account or a server:

    python examples/quickstart.py
    python examples/quickstart.py --async
    python examples/quickstart.py --trio
    python examples/quickstart.py --base-url https://api.novabilling.com --token sk_live_...
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable
from uuid import uuid4

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError
from novabilling.sandbox import Sandbox
from novabilling.types import InvoiceItemDto

RUN = uuid4().hex[:8]  # so that the example can run again on the same server
DUE = datetime.now(timezone.utc) + timedelta(days=30)
FOLDER = Path(tempfile.mkdtemp(prefix="novabilling-"))


def main() -> None:
    options = arguments()
    try:
        if options.use_async or options.trio:
            run_async(options)
        else:
            with connect(NovaBilling, Sandbox.client, options) as client:
                live(client)
    except (NovaBillingError, ValueError) as error:  # a wrong token or address, say
        sys.exit(f"stopped: {error}")


def live(client: NovaBilling) -> None:
    """Run the story with the sync client."""
    plan = client.plans.create(
        name="Pro",
        code=f"pro_{RUN}",
        billing_interval="monthly",
        billing_timing="in_arrears",
        prices=[{"currency": "NGN", "amount": 15000}, {"currency": "USD", "amount": 19.99}],
    ).data
    print(f"plan          {plan.name} at {', '.join(price_list(plan))} a month")

    customer = client.customers.create(
        external_id=f"usr_{RUN}", email=f"{RUN}@example.com", currency="NGN", name="Ada Obi"
    ).data
    print(f"customer      {customer.name} <{customer.email}>")

    subscription = client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN"
    ).data
    print(f"subscription  {subscription.status} until {subscription.current_period_end:%d %b %Y}")

    invoice = client.invoices.create(
        customer_id=customer.id,
        items=[
            InvoiceItemDto("Pro plan, monthly", amount=15000),
            InvoiceItemDto("Additional API calls", amount=2.5, quantity=1000),
        ],
        due_date=DUE,
        notes="Thank you for your business!",
    ).data
    print(f"invoice       {invoice.invoice_number}: {invoice.currency} {invoice.total}")
    print(f"              note: {invoice.notes}")

    invoice = client.invoices.finalize(invoice.id).data
    print(f"              {invoice.status}")

    path = FOLDER / f"{invoice.invoice_number}.pdf"
    size = client.invoices.download_pdf(invoice.id, path)
    print(f"PDF           {size} bytes saved as {path}")

    invoice = client.invoices.mark_paid(invoice.id, payment_method="bank_transfer").data
    print(f"invoice       {invoice.status}")

    payment = client.payments.list(customer_id=customer.id).data[0]
    print(f"payment       {payment.currency} {payment.amount} by {payment.provider}")

    refund = client.payments.refund(payment.id, amount=2500, reason="Fewer API calls").data
    print(f"refund        {refund.status}")


async def live_async(client: AsyncNovaBilling) -> None:
    """Run the same story with the async client."""
    plan = (
        await client.plans.create(
            name="Pro",
            code=f"pro_{RUN}",
            billing_interval="monthly",
            billing_timing="in_arrears",
            prices=[{"currency": "NGN", "amount": 15000}, {"currency": "USD", "amount": 19.99}],
        )
    ).data
    print(f"plan          {plan.name} at {', '.join(price_list(plan))} a month")

    created = await client.customers.create(
        external_id=f"usr_{RUN}", email=f"{RUN}@example.com", currency="NGN", name="Ada Obi"
    )
    customer = created.data
    print(f"customer      {customer.name} <{customer.email}>")

    subscribed = await client.subscriptions.create(
        customer_id=customer.id, plan_id=plan.id, currency="NGN"
    )
    subscription = subscribed.data
    print(f"subscription  {subscription.status} until {subscription.current_period_end:%d %b %Y}")

    drafted = await client.invoices.create(
        customer_id=customer.id,
        items=[
            InvoiceItemDto("Pro plan, monthly", amount=15000),
            InvoiceItemDto("Additional API calls", amount=2.5, quantity=1000),
        ],
        due_date=DUE,
        notes="Thank you for your business!",
    )
    invoice = drafted.data
    print(f"invoice       {invoice.invoice_number}: {invoice.currency} {invoice.total}")
    print(f"              note: {invoice.notes}")

    finalized = await client.invoices.finalize(invoice.id)
    print(f"              {finalized.data.status}")

    path = FOLDER / f"{invoice.invoice_number}.pdf"
    size = await client.invoices.download_pdf(invoice.id, path)
    print(f"PDF           {size} bytes saved as {path}")

    paid = await client.invoices.mark_paid(invoice.id, payment_method="bank_transfer")
    print(f"invoice       {paid.data.status}")

    payments = await client.payments.list(customer_id=customer.id)
    payment = payments.data[0]
    print(f"payment       {payment.currency} {payment.amount} by {payment.provider}")

    refund = await client.payments.refund(payment.id, amount=2500, reason="Fewer API calls")
    print(f"refund        {refund.data.status}")


def price_list(plan: Any) -> Any:
    return (f"{price.currency} {price.amount}" for price in plan.prices)


def connect(client: Callable[..., Any], sandboxed: Callable[..., Any], options: Any) -> Any:
    """Make a client of the server that was named, or of a new sandbox."""
    if options.base_url is None:
        print("on the embedded sandbox; --base-url and --token name a real server")
        return sandboxed(Sandbox())
    return client(token=options.token, base_url=options.base_url)


def run_async(options: Any) -> None:
    async def story() -> None:
        async with connect(AsyncNovaBilling, Sandbox.async_client, options) as client:
            await live_async(client)

    if options.trio:
        import trio

        trio.run(story)
    else:
        import asyncio

        asyncio.run(story())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Live through a customer's whole life.")
    colour = parser.add_mutually_exclusive_group()
    colour.add_argument("--async", dest="use_async", action="store_true", help="on asyncio")
    colour.add_argument("--trio", action="store_true", help="on trio")
    parser.add_argument("--base-url", help="a real server instead of the sandbox")
    parser.add_argument("--token", help="its API key")
    options = parser.parse_args()
    if (options.base_url is None) != (options.token is None):
        parser.error("--base-url and --token go together")
    return options


if __name__ == "__main__":
    main()
