"""Where the examples of the reference run: in the tests, and in a browser."""

from __future__ import annotations

from typing import Any, Dict

from novabilling import webhooks
from novabilling.sandbox import Sandbox

LOGIN = "owner@example.com"


class Stage:
    """A sandbox with one of everything, and the names that the examples use."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(seed=1)
        self.client = self.sandbox.client(token=lambda: self.sandbox.jwt)
        self.names = self._furnish()
        self._state = self.sandbox.snapshot()

    def reset(self) -> Dict[str, Any]:
        """Put everything back, and return the names with a client of the sync colour."""
        self.sandbox.restore(self._state)
        return {**self.names, "client": self.client}

    def _furnish(self) -> Dict[str, Any]:
        client, names = self.client, {}

        def keep(name: str, response: Any) -> Any:
            names[f"{name}_id"] = response.data.id
            return response.data

        customer = keep(
            "customer",
            client.customers.create(
                external_id="usr_1", email="ada@example.com", currency="NGN", name="Ada Lovelace"
            ),
        )
        owner = {"customer_id": customer.id}
        plan = keep(
            "plan",
            client.plans.create(
                name="Pro",
                code="pro",
                billing_interval="monthly",
                prices=[{"currency": "NGN", "amount": 15000}],
            ),
        )
        names["price_id"] = plan.prices[0].id
        keep(
            "dearer_plan",
            client.plans.create(
                name="Business",
                code="business",
                billing_interval="monthly",
                prices=[{"currency": "NGN", "amount": 45000}],
            ),
        )
        keep(
            "subscription",
            client.subscriptions.create(
                plan_id=plan.id, currency="NGN", external_id="sub_1", **owner
            ),
        )
        lines = [{"description": "Pro plan", "amount": 15000}]
        invoice = keep(
            "invoice", client.invoices.create(items=lines, due_date="2026-06-30", **owner)
        )
        paid = client.invoices.create(items=lines, due_date="2026-06-30", **owner).data
        keep(
            "payment",
            client.payments.create(
                invoice_id=paid.id,
                provider="cash",
                amount=15000,
                currency="NGN",
                status="successful",
            ),
        )
        keep("payment_provider", client.payment_providers.create(type="payu", credentials={}))
        coupon = keep(
            "coupon",
            client.coupons.create(
                code="WELCOME", name="Welcome", discount_type="percentage", discount_value=10
            ),
        )
        add_on = keep(
            "add_on",
            client.add_ons.create(
                name="Setup", code="setup", prices=[{"currency": "NGN", "amount": 5000}]
            ),
        )
        keep("applied_coupon", client.coupons.apply(coupon_id=coupon.id, **owner))
        keep(
            "applied_add_on",
            client.add_ons.apply(add_on_id=add_on.id, amount=5000, currency="NGN", **owner),
        )
        keep(
            "credit_note",
            client.credit_notes.create(
                invoice_id=invoice.id, amount=1500, currency="NGN", reason="other", **owner
            ),
        )
        metric = keep(
            "billable_metric",
            client.billable_metrics.create(
                name="API calls", code="api_calls", aggregation_type="count"
            ),
        )
        keep(
            "charge",
            client.charges.create(
                plan_id=plan.id,
                billable_metric_id=metric.id,
                charge_model="standard",
                properties={"amount": 2},
            ),
        )
        keep(
            "event",
            client.events.create(
                subscription_id="sub_1",
                code="api_calls",
                transaction_id="call_1",
                properties={"region": "eu"},
            ),
        )
        keep(
            "wallet",
            client.wallets.create(currency="NGN", paid_credits=1000, **owner),
        )
        keep(
            "payment_method",
            client.payment_methods.create(
                provider="paystack", token_id="AUTH_1", last4="4081", brand="visa", **owner
            ),
        )
        keep("tax", client.taxes.create(name="VAT", code="vat", rate=7.5))
        keep("plan_override", client.plan_overrides.create(plan_id=plan.id, **owner))
        keep("api_key", client.api_keys.create(name="Reports", scopes=["read"]))
        client.auth.forgot_password(email=LOGIN)
        body = b'{"event":"invoice.paid","data":{"invoiceId":"inv_1","invoiceNumber":"INV-00001",'
        body += b'"customerId":"cus_1","amount":15000,"currency":"NGN"},'
        body += b'"timestamp":"2026-06-01T12:00:00.000Z"}'
        secret = client.tenants.get_me().data.webhook_secret or ""
        return {
            **names,
            "external_id": "usr_1",
            "password": "sandbox-password",
            "refresh_token": client.auth.login(
                email=LOGIN, password="sandbox-password"
            ).data.refresh_token,
            "reset_token": self.sandbox.reset_token(LOGIN),
            "payload": body,
            "secret": secret,
            "signature": webhooks.sign(body, secret),
            "now": self.sandbox.now(),
        }
