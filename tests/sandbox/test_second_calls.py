"""What the table of all writes says of a second call, tried on the sandbox."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any, Callable, Dict, List, Tuple

import pytest

from novabilling import APIStatusError
from novabilling.sandbox import Sandbox
from tests.pages import DOCS, rows

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

OWNER, PASSWORD = "owner@example.com", "sandbox-password"
WRITES: List[Tuple[str, str]] = [
    (call, again)
    for calls, _, _, again in (rows("retries.md", "## Every write") if DOCS.exists() else [])
    for call in re.findall(r"`(\w+\.\w+)`", calls)
]


class World:
    """A tenant; its objects are made when they are first named."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        self.client: Any = self.sandbox.client(token=self.sandbox.jwt, max_retries=0)

    def new(self, resource: str, method: str = "create", **fields: Any) -> str:
        return str(getattr(getattr(self.client, resource), method)(**fields).data.id)

    @cached_property
    def customer(self) -> str:
        return self.new("customers", external_id="u", email="a@b.co", currency="NGN")

    @cached_property
    def plan(self) -> str:
        return self.plan_at(1000, "pro")

    def plan_at(self, amount: int, code: str) -> str:
        prices = [{"currency": "NGN", "amount": amount}]
        return self.new("plans", name="P", code=code, billing_interval="monthly", prices=prices)

    @cached_property
    def dearer_plan(self) -> str:
        return self.plan_at(9000, "scale")

    @cached_property
    def price(self) -> str:
        return str(self.client.plans.get(self.plan).data.prices[0].id)

    @cached_property
    def subscription(self) -> str:
        new = {"customer_id": self.customer, "plan_id": self.plan, "currency": "NGN"}
        return self.new("subscriptions", **new)

    @cached_property
    def paused(self) -> str:
        self.client.subscriptions.pause(self.subscription)
        return self.subscription

    @cached_property
    def invoice(self) -> str:
        items = [{"description": "x", "amount": 1000}]
        return self.new("invoices", customer_id=self.customer, items=items, due_date="2027-01-31")

    @cached_property
    def payment(self) -> str:
        self.client.invoices.mark_paid(self.invoice)
        return str(self.client.payments.list(invoice_id=self.invoice).data[0].id)

    @cached_property
    def note(self) -> str:
        return str(credit_note(self).data.id)

    @cached_property
    def wallet(self) -> str:
        return self.new("wallets", customer_id=self.customer, currency="NGN", paid_credits=5)

    @cached_property
    def coupon(self) -> str:
        return str(coupon(self).data.id)

    @cached_property
    def add_on(self) -> str:
        return str(add_on(self).data.id)

    @cached_property
    def tax(self) -> str:
        return self.new("taxes", name="VAT", code="vat", rate=7.5)

    @cached_property
    def metric(self) -> str:
        return self.new("billable_metrics", name="m", code="calls", aggregation_type="count")

    @cached_property
    def code(self) -> str:
        return str(self.client.billable_metrics.get(self.metric).data.code)

    @cached_property
    def charge(self) -> str:
        return str(charge(self).data.id)

    @cached_property
    def override(self) -> str:
        return self.new("plan_overrides", customer_id=self.customer, plan_id=self.plan)

    @cached_property
    def provider(self) -> str:
        return self.new("payment_providers", type="paystack", credentials={"secret_key": "sk"})

    @cached_property
    def payable(self) -> str:
        credentials = {"merchant_id": "m", "secret_key": "sk"}
        self.new("payment_providers", type="payu", credentials=credentials)
        return self.invoice

    @cached_property
    def reset_token(self) -> str:
        self.client.auth.forgot_password(email=OWNER)
        return str(self.sandbox.reset_token(OWNER))

    @cached_property
    def api_key(self) -> str:
        return self.new("api_keys", name="ci", scopes=[])

    @cached_property
    def applied_coupon(self) -> str:
        new = {"coupon_id": self.coupon, "customer_id": self.customer}
        return self.new("coupons", "apply", **new)

    @cached_property
    def applied_add_on(self) -> str:
        return str(apply_add_on(self).data.id)

    @cached_property
    def method(self) -> str:
        return str(payment_method(self).data.id)

    @cached_property
    def refresh_token(self) -> str:
        return str(self.client.auth.login(email=OWNER, password=PASSWORD).data.refresh_token)


def credit_note(w: World) -> Any:
    new = {"invoice_id": w.invoice, "customer_id": w.customer, "reason": "other"}
    return w.client.credit_notes.create(**new, amount=400, currency="NGN")


def coupon(w: World) -> Any:
    return w.client.coupons.create(
        code="SAVE", name="Save", discount_type="percentage", discount_value=10
    )


def add_on(w: World) -> Any:
    prices = [{"currency": "NGN", "amount": 5}]
    return w.client.add_ons.create(name="a", code="setup", prices=prices)


def payment_method(w: World) -> Any:
    return w.client.payment_methods.create(
        customer_id=w.customer, provider="paystack", token_id="tok_1"
    )


def apply_add_on(w: World) -> Any:
    new = {"add_on_id": w.add_on, "customer_id": w.customer}
    return w.client.add_ons.apply(**new, amount=5, currency="NGN")


def charge(w: World) -> Any:
    new = {"plan_id": w.plan, "billable_metric_id": w.metric}
    return w.client.charges.create(**new, charge_model="standard", properties={"amount": "1"})


def dearer(w: World) -> Any:
    return w.client.subscriptions.change_plan(w.subscription, plan_id=w.dearer_plan)


CALLS: Dict[str, Callable[[World], Any]] = {
    "customers.create": lambda w: w.client.customers.create(
        external_id="v", email="v@example.com", currency="NGN"
    ),
    "customers.update": lambda w: w.client.customers.update(w.customer, name="Ada"),
    "plans.update": lambda w: w.client.plans.update(w.plan, name="Pro"),
    "add_ons.update": lambda w: w.client.add_ons.update(w.add_on, name="A"),
    "billable_metrics.update": lambda w: w.client.billable_metrics.update(w.metric, name="M"),
    "charges.update": lambda w: w.client.charges.update(w.charge, prorated=True),
    "coupons.update": lambda w: w.client.coupons.update(w.coupon, name="C"),
    "credit_notes.update": lambda w: w.client.credit_notes.update(w.note, amount=3),
    "plan_overrides.update": lambda w: w.client.plan_overrides.update(w.override, metadata={}),
    "subscriptions.update": lambda w: w.client.subscriptions.update(w.subscription, metadata={}),
    "taxes.update": lambda w: w.client.taxes.update(w.tax, rate=8),
    "wallets.update": lambda w: w.client.wallets.update(w.wallet, name="W"),
    "customers.delete": lambda w: w.client.customers.delete(w.customer),
    "plans.delete": lambda w: w.client.plans.delete(w.plan),
    "add_ons.delete": lambda w: w.client.add_ons.delete(w.add_on),
    "billable_metrics.delete": lambda w: w.client.billable_metrics.delete(w.metric),
    "charges.delete": lambda w: w.client.charges.delete(w.charge),
    "taxes.delete": lambda w: w.client.taxes.delete(w.tax),
    "plan_overrides.delete": lambda w: w.client.plan_overrides.delete(w.override),
    "payment_providers.delete": lambda w: w.client.payment_providers.delete(w.provider),
    "payment_methods.delete": lambda w: w.client.payment_methods.delete(w.method),
    "customers.delete_payment_method": lambda w: w.client.customers.delete_payment_method(
        w.customer, w.method
    ),
    "plans.create": lambda w: w.client.plans.create(name="P", code="p", billing_interval="monthly"),
    "plans.add_price": lambda w: w.client.plans.add_price(w.plan, currency="USD", amount=1),
    "plans.update_price": lambda w: w.client.plans.update_price(w.plan, w.price, amount=2),
    "plans.delete_price": lambda w: w.client.plans.delete_price(w.plan, w.price),
    "subscriptions.create": lambda w: w.client.subscriptions.create(
        customer_id=w.customer, plan_id=w.plan, currency="NGN"
    ),
    "subscriptions.cancel": lambda w: w.client.subscriptions.cancel(w.subscription),
    "subscriptions.pause": lambda w: w.client.subscriptions.pause(w.subscription),
    "subscriptions.resume": lambda w: w.client.subscriptions.resume(w.paused),
    "subscriptions.change_plan": dearer,
    "invoices.create": lambda w: w.client.invoices.create(
        customer_id=w.customer, items=[], due_date="2027-01-31"
    ),
    "invoices.finalize": lambda w: w.client.invoices.finalize(w.invoice),
    "invoices.void": lambda w: w.client.invoices.void(w.invoice),
    "invoices.mark_paid": lambda w: w.client.invoices.mark_paid(w.invoice),
    "invoices.create_checkout": lambda w: w.client.invoices.create_checkout(w.payable),
    "portal.create_checkout": lambda w: w.client.portal.create_checkout("u", w.payable),
    "invoices.send_email": lambda w: w.client.invoices.send_email(w.invoice),
    "tenants.test_smtp": lambda w: w.client.tenants.test_smtp(to="a@example.com"),
    "auth.forgot_password": lambda w: w.client.auth.forgot_password(email=OWNER),
    "payments.create": lambda w: w.client.payments.create(
        invoice_id=w.invoice,
        provider="cash",
        amount=1,
        currency="NGN",
        status="successful",
        provider_transaction_id="t",
    ),
    "payments.refund": lambda w: w.client.payments.refund(w.payment),
    "credit_notes.create": credit_note,
    "credit_notes.finalize": lambda w: w.client.credit_notes.finalize(w.note),
    "credit_notes.void": lambda w: w.client.credit_notes.void(w.note),
    "wallets.create": lambda w: w.client.wallets.create(customer_id=w.customer, currency="NGN"),
    "wallets.create_transaction": lambda w: w.client.wallets.create_transaction(
        wallet_id=w.wallet, paid_credits=1
    ),
    "wallets.terminate": lambda w: w.client.wallets.terminate(w.wallet),
    "coupons.create": coupon,
    "coupons.apply": lambda w: w.client.coupons.apply(coupon_id=w.coupon, customer_id=w.customer),
    "coupons.delete": lambda w: w.client.coupons.delete(w.coupon),
    "coupons.remove_applied": lambda w: w.client.coupons.remove_applied(w.applied_coupon),
    "add_ons.create": add_on,
    "add_ons.apply": apply_add_on,
    "add_ons.remove_applied": lambda w: w.client.add_ons.remove_applied(w.applied_add_on),
    "taxes.create": lambda w: w.client.taxes.create(name="V", code="v", rate=1),
    "taxes.assign_to_customer": lambda w: w.client.taxes.assign_to_customer(
        w.customer, tax_id=w.tax
    ),
    "taxes.assign_to_plan": lambda w: w.client.taxes.assign_to_plan(w.plan, tax_id=w.tax),
    "taxes.assign_to_charge": lambda w: w.client.taxes.assign_to_charge(w.charge, tax_id=w.tax),
    "taxes.remove_from_customer": lambda w: w.client.taxes.remove_from_customer(w.customer, w.tax),
    "taxes.remove_from_plan": lambda w: w.client.taxes.remove_from_plan(w.plan, w.tax),
    "taxes.remove_from_charge": lambda w: w.client.taxes.remove_from_charge(w.charge, w.tax),
    "billable_metrics.create": lambda w: w.client.billable_metrics.create(
        name="m", code="m", aggregation_type="count"
    ),
    "charges.create": charge,
    "plan_overrides.create": lambda w: w.client.plan_overrides.create(
        customer_id=w.customer, plan_id=w.plan
    ),
    "events.create": lambda w: w.client.events.create(
        subscription_id=w.subscription, code=w.code, transaction_id="t"
    ),
    "events.create_batch": lambda w: w.client.events.create_batch(
        [{"subscription_id": w.subscription, "code": "calls", "transaction_id": "t"}]
    ),
    "payment_providers.create": lambda w: w.client.payment_providers.create(
        type="stripe", credentials={"secret_key": "sk"}
    ),
    "payment_providers.update": lambda w: w.client.payment_providers.update(w.provider, priority=2),
    "payment_providers.test_connection": lambda w: w.client.payment_providers.test_connection(
        w.provider
    ),
    "payment_methods.create": payment_method,
    "payment_methods.set_default": lambda w: w.client.payment_methods.set_default(w.method),
    "webhooks.create": lambda w: w.client.webhooks.create(
        url="https://example.com/", events=["invoice.paid"]
    ),
    "webhooks.delete": lambda w: w.client.webhooks.delete(),
    "tenants.update_me": lambda w: w.client.tenants.update_me(name="Tenant"),
    "api_keys.create": lambda w: w.client.api_keys.create(name="ci", scopes=[]),
    "api_keys.delete": lambda w: w.client.api_keys.delete(w.api_key),
    "auth.register": lambda w: w.client.auth.register(
        name="Ngozi", email="n@example.com", password="a-password-1", company_name="Shop"
    ),
    "auth.login": lambda w: w.client.auth.login(email=OWNER, password=PASSWORD),
    "auth.refresh": lambda w: w.client.auth.refresh(refresh_token=w.refresh_token),
    "auth.reset_password": lambda w: w.client.auth.reset_password(
        token=w.reset_token, new_password="a-password-2"
    ),
}


def rows_of(w: World) -> int:
    """Count all that the tenant and the rest of the server store."""
    world = w.sandbox._world
    databases = [world.central, *world.databases.values()]
    return sum(len(table.rows) for db in databases for table in db._tables.values())


@pytest.mark.parametrize(("call", "again"), WRITES, ids=[call for call, _ in WRITES])
def test_a_second_call_does_what_the_table_says(call: str, again: str) -> None:
    w = World()
    CALLS[call](w)
    before = rows_of(w)

    if again.startswith("refused"):
        with pytest.raises(APIStatusError) as caught:
            CALLS[call](w)
        assert again.startswith(f"refused, {caught.value.status_code}")
        assert rows_of(w) == before
    else:
        CALLS[call](w)
        grown = rows_of(w) - before
        assert (grown > 0) is (again.startswith("doubles") and "email" not in again)
