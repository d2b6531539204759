"""Writes with all their arguments, as different from what the server keeps as they may be."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Dict

from tests.reconciling import DUE, ITEMS, Call

T = datetime(2026, 5, 4, 3, 2, 1, 123456, timezone(timedelta(hours=3)))
LATER = T + timedelta(days=900)

WITH_ALL_ARGUMENTS: Dict[str, Call] = {
    "customers.create": lambda c, o: c.customers.create(
        external_id="É x",
        email="New@Example.com",
        currency="ngn",
        name="",
        country="NG",
        metadata={"a": {"b": [1, 2.5, None, True]}, "c": "2026-01-01"},
        net_payment_terms=30,
        created_at=T,
    ),
    "customers.update": lambda c, o: c.customers.update(
        o.customer, name=None, metadata=None, net_payment_terms=5, created_at=T, external_id="zz"
    ),
    "plans.create": lambda c, o: c.plans.create(
        name="x",
        code="abc",
        billing_interval="yearly",
        description="d",
        billing_timing="in_arrears",
        features=["b", "a"],
        prices=[{"currency": "ngn", "amount": Decimal("19.9999")}],
        net_payment_terms=3,
        invoice_grace_period_days=2,
        progressive_billing_threshold=5.5,
    ),
    "plans.update": lambda c, o: c.plans.update(
        o.plan,
        description=None,
        billing_interval="daily",
        active=False,
        progressive_billing_threshold=None,
        features=None,
    ),
    "subscriptions.create": lambda c, o: c.subscriptions.create(
        customer_id=o.customer,
        plan_id=o.plan,
        currency="ngn",
        trial_days=3,
        metadata={"a": 1},
        start_date=date(2026, 11, 1),
        current_period_end="2026-12-01",
        status="paused",
        created_at=T,
        canceled_at=T,
    ),
    "subscriptions.create key": lambda c, o: c.subscriptions.create(
        customer_id=o.customer, plan_id=o.plan, currency="NGN", trial_days=2.5, external_id="E1"
    ),
    "subscriptions.create dated": lambda c, o: c.subscriptions.create(
        customer_id=o.customer, plan_id=o.plan, currency="NGN", start_date=T, created_at=T
    ),
    "subscriptions.update": lambda c, o: c.subscriptions.update(o.active, metadata=None),
    "invoices.create": lambda c, o: c.invoices.create(
        customer_id=o.customer,
        items=[
            {"description": "a", "amount": Decimal("0.0001"), "quantity": 3},
            {"description": "a", "amount": 1},
        ],
        due_date=T,
        subscription_id=o.active,
        status="paid",
        currency="usd",
        paid_at=T,
        created_at=T,
    ),
    "invoices.create number": lambda c, o: c.invoices.create(
        customer_id=o.customer, items=ITEMS, due_date=DUE, invoice_number="INV-00999"
    ),
    "payments.create": lambda c, o: c.payments.create(
        invoice_id=o.open,
        provider="Bank",
        amount=Decimal("1.5"),
        currency="ngn",
        status="processing",
        provider_transaction_id="t",
        failure_reason="x",
        created_at=T,
    ),
    "coupons.create": lambda c, o: c.coupons.create(
        code="aBc",
        name="x",
        discount_type="fixed_amount",
        discount_value=5,
        currency="ngn",
        description="d",
        max_redemptions=3,
        applies_to_plan_ids=[o.plan],
        expires_at=LATER,
        created_at=T,
    ),
    "coupons.update": lambda c, o: c.coupons.update(
        o.coupon, description="x", active=True, expires_at=date(2027, 1, 1)
    ),
    "add_ons.create": lambda c, o: c.add_ons.create(
        name="x",
        code="ABC",
        prices=[{"currency": "ngn", "amount": 5}, {"currency": "USD", "amount": 6}],
        description="d",
        invoice_display_name="z",
        created_at=T,
    ),
    "add_ons.update": lambda c, o: c.add_ons.update(o.add_on, name="y", prices=[]),
    "add_ons.apply": lambda c, o: c.add_ons.apply(
        add_on_id=o.add_on,
        customer_id=o.customer,
        amount=5,
        currency="ngn",
        subscription_id=o.active,
    ),
    "credit_notes.create": lambda c, o: c.credit_notes.create(
        invoice_id=o.open,
        customer_id=o.customer,
        amount=5,
        currency="ngn",
        reason="duplicate",
        metadata={"x": 1.25},
        status="finalized",
        created_at=T,
    ),
    "credit_notes.update": lambda c, o: c.credit_notes.update(
        o.note, amount=2, reason="other", metadata=None
    ),
    "billable_metrics.create": lambda c, o: c.billable_metrics.create(
        name="x",
        code="abc",
        aggregation_type="sum",
        field_name="f",
        recurring=True,
        description="d",
        filters=[{"key": "r", "values": ["a"]}],
    ),
    "billable_metrics.update": lambda c, o: c.billable_metrics.update(
        o.metric, name="x", filters=[{"key": "r", "values": ["a", "b"]}]
    ),
    "charges.create": lambda c, o: c.charges.create(
        plan_id=o.plan,
        billable_metric_id=o.free_metric,
        charge_model="graduated",
        billing_timing="in_arrears",
        invoice_display_name="x",
        min_amount_cents=100,
        prorated=True,
        graduated_ranges=[
            {"from_value": 0, "to_value": 10, "per_unit_amount": 1.5, "flat_amount": 0},
            {"from_value": 11, "per_unit_amount": 1, "flat_amount": 2},
        ],
        filters=[{"key": "r", "values": ["a"], "properties": {"amount": "5"}}],
    ),
    "charges.update": lambda c, o: c.charges.update(
        o.charge,
        filters=[{"key": "r", "values": ["a"], "properties": {"amount": "5"}}],
        min_amount_cents=None,
    ),
    "charges.update lists": lambda c, o: c.charges.update(
        o.charge,
        graduated_ranges=[],
        filters=[{"key": "r", "values": ["a"], "properties": {"amount": "5"}}],
    ),
    "wallets.create": lambda c, o: c.wallets.create(
        customer_id=o.customer,
        currency="ngn",
        rate_amount=2.5,
        expiration_at=LATER,
        metadata={"a": 1},
        created_at=T,
        paid_credits=0,
        granted_credits=1.2345,
    ),
    "wallets.update": lambda c, o: c.wallets.update(
        o.wallet, expiration_at=None, metadata={"q": []}, name=None
    ),
    "wallets.create_transaction": lambda c, o: c.wallets.create_transaction(
        wallet_id=o.wallet, paid_credits=3, granted_credits=3, metadata={"a": 1}
    ),
    "taxes.create": lambda c, o: c.taxes.create(
        name="x", code="abc", rate=Decimal("7.125"), description="", applied_by_default=True
    ),
    "taxes.update": lambda c, o: c.taxes.update(o.tax, description=None, applied_by_default=True),
    "plan_overrides.create": lambda c, o: c.plan_overrides.create(
        customer_id=o.customer,
        plan_id=o.plan,
        overridden_prices=[{"a": 1}],
        overridden_minimum_commitment=5,
        overridden_charges=[{"b": 2}],
        metadata={"x": 1},
    ),
    "plan_overrides.update": lambda c, o: c.plan_overrides.update(
        o.override,
        overridden_prices=[{"a": 1}],
        overridden_charges=[{"b": 2}],
        metadata={"x": 1},
    ),
    "payment_methods.create": lambda c, o: c.payment_methods.create(
        customer_id=o.customer,
        provider="Stripe",
        token_id="tok",
        type="card",
        last4="1",
        brand="v",
        exp_month=5,
        exp_year=2030,
        cardholder_name="A",
        country="ng",
    ),
    "api_keys.create": lambda c, o: c.api_keys.create(
        name="n", scopes=["b", "a"], expires_at=LATER
    ),
    "payment_providers.create": lambda c, o: c.payment_providers.create(
        type="DPO", credentials={"a": 1}, active=False, priority=5
    ),
    "tenants.update_me": lambda c, o: c.tenants.update_me(
        name="Nnn", email="x@example.com", webhook_url="https://a.example", settings={"z": {"q": 1}}
    ),
    "tenants.update_me url": lambda c, o: c.tenants.update_me(webhook_url=None),
    "payments.refund": lambda c, o: c.payments.refund(o.payment, reason=None),
    "coupons.apply": lambda c, o: c.coupons.apply(
        coupon_id=o.coupon, customer_id=o.customer, subscription_id=o.active
    ),
    "events.create": lambda c, o: c.events.create(
        subscription_id=o.active,
        code="calls_0",
        timestamp=T,
        properties={"a": 1},
        transaction_id="t",
    ),
    "events.create_batch": lambda c, o: c.events.create_batch(
        [
            {"subscription_id": o.active, "code": "calls_0", "timestamp": date(2026, 5, d + 1)}
            for d in range(20)
        ]
    ),
    "invoices.mark_paid": lambda c, o: c.invoices.mark_paid(o.open),
    "invoices.create_checkout": lambda c, o: c.invoices.create_checkout(
        o.open, callback_url="https://shop.example/back"
    ),
    "portal.create_checkout": lambda c, o: c.portal.create_checkout(
        f"usr_{o.n}", o.open, callback_url="https://shop.example/back"
    ),
    "subscriptions.cancel": lambda c, o: c.subscriptions.cancel(o.paused),
}
