"""A shop in a sandbox, in which the calls of NovaBilling's other pages can succeed."""

from __future__ import annotations

from novabilling.sandbox import Sandbox
from tests.guide import make_invoice, make_plan


class Shop:
    """A customer with a subscription, a draft, a finalized and a paid invoice."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        client = self.sandbox.client()
        self.customer = client.customers.create(
            external_id="shop_1", email="ngozi@shop.example", currency="NGN", name="Ngozi"
        ).data.id
        self.plan = make_plan(client, "basic", 180000)
        self.dearer_plan = make_plan(client, "large", 450000)
        self.subscription = client.subscriptions.create(
            customer_id=self.customer, plan_id=self.plan, currency="NGN"
        ).data.id
        self.draft = make_invoice(client, self.customer)
        self.finalized = make_invoice(client, self.customer)
        client.invoices.finalize(self.finalized)
        self.paid = make_invoice(client, self.customer)
        client.invoices.mark_paid(self.paid)
        self.payment = client.payments.list(customer_id=self.customer).data[0].id
