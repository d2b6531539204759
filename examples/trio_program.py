"""Pay many invoices at once, with Trio: at most five calls in flight, and all within ten seconds.

It runs on the embedded sandbox:

    python examples/trio_program.py
"""

from __future__ import annotations

from typing import List

import trio

from novabilling import AsyncNovaBilling, NovaBillingError
from novabilling.sandbox import Sandbox
from novabilling.types import Invoice

CUSTOMERS = 20


async def main() -> None:
    async with Sandbox().async_client() as client:
        invoices = await make_invoices(client)
        limit = trio.CapacityLimiter(5)
        with trio.fail_after(10):
            async with trio.open_nursery() as nursery:
                for invoice in invoices:
                    nursery.start_soon(pay, client, limit, invoice)
        paid = await client.invoices.list(status="paid")
        revenue = await client.payments.list(status="successful", limit=100)
        print(f"{paid.meta.total} of {len(invoices)} invoices are paid")
        print(f"NGN {sum(payment.amount for payment in revenue):,}")


async def pay(client: AsyncNovaBilling, limit: trio.CapacityLimiter, invoice: Invoice) -> None:
    """Pay one invoice; the failure of one leaves the others alone."""
    async with limit:
        try:
            await client.invoices.mark_paid(invoice.id, payment_method="bank_transfer")
        except NovaBillingError as error:
            doubt = "look before you repeat it" if error.may_have_been_applied else "not paid"
            print(f"{invoice.invoice_number}: {error.message} ({doubt})")


async def make_invoices(client: AsyncNovaBilling) -> List[Invoice]:
    """Make some customers with an invoice each; the last one is paid already."""
    invoices: List[Invoice] = []
    for number in range(CUSTOMERS):
        customer = await client.customers.create(
            external_id=f"usr_{number}", email=f"{number}@example.com", currency="NGN"
        )
        invoice = await client.invoices.create(
            customer_id=customer.data.id,
            items=[{"description": "Pro plan", "amount": 15000}],
            due_date="2030-01-31",
        )
        invoices.append(invoice.data)
    await client.invoices.mark_paid(invoices[-1].id, payment_method="cash")
    return invoices


if __name__ == "__main__":
    trio.run(main)
