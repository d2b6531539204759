"""Sum up what customers owe, and send a reminder for what is overdue.

It runs on the embedded sandbox, or, if it is told so, on the server whose API key is in
NOVABILLING_TOKEN:

    python examples/script.py
    python examples/script.py --live
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Dict

from novabilling import NovaBilling, NovaBillingError
from novabilling.sandbox import Sandbox

NOW = datetime.now(timezone.utc)


def main() -> int:
    with connect() as client:
        try:
            remind(client)
        except NovaBillingError as error:
            print(f"stopped: {error}", file=sys.stderr)
            return 1
    return 0


def remind(client: NovaBilling) -> None:
    """Go through all open invoices, page by page."""
    owed: Dict[str, Decimal] = defaultdict(Decimal)
    for invoice in client.invoices.iter(status="finalized"):
        owed[invoice.currency] += invoice.total
        if invoice.due_date < NOW and invoice.customer:
            client.invoices.send_email(invoice.id, email=invoice.customer.email)
            print(f"reminder for {invoice.invoice_number} to {invoice.customer.email}")
    for currency, amount in sorted(owed.items()):
        print(f"open: {currency} {amount:,}")


def connect() -> NovaBilling:
    """Make a client of the server, or of a sandbox with some invoices in it."""
    if "--live" in sys.argv[1:]:  # a variable that happens to be set sends nobody a reminder
        token = os.environ.get("NOVABILLING_TOKEN")
        if not token:
            sys.exit("set the variable NOVABILLING_TOKEN to an API key of the server")
        return NovaBilling(token=token, deadline=30)
    client = Sandbox().client()
    customer = client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN", name="Ada Obi"
    ).data
    for currency, amount, days in (("NGN", 15000, 14), ("NGN", 2500.5, -3), ("USD", 19.99, 30)):
        invoice = client.invoices.create(
            customer_id=customer.id,
            items=[{"description": "Pro plan", "amount": amount}],
            currency=currency,
            due_date=NOW + timedelta(days=days),
        )
        client.invoices.finalize(invoice.data.id)
    return client


if __name__ == "__main__":
    sys.exit(main())
