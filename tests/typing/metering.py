"""What type checkers see of discounts, usage, wallets and taxes; like `api.py`, never run."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Dict, List, Optional

from typing_extensions import assert_type

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError
from novabilling.resources import AsyncPaginator, Paginator
from novabilling.types import (
    AddOn,
    AddOnPrice,
    AppliedAddOn,
    AppliedCoupon,
    BillableMetric,
    BillableMetricFilter,
    Charge,
    ChargeFilterInput,
    ChargeModel,
    Coupon,
    CreditNote,
    CreditNoteStatus,
    DeletedCoupon,
    DiscountType,
    EventBatch,
    EventStatus,
    GraduatedRange,
    GraduatedRangeInput,
    InvoiceSummary,
    Message,
    MetricFilterInput,
    PaginatedResponse,
    PaymentMethod,
    PaymentMethodType,
    PlanOverride,
    PortalBilling,
    PortalCheckout,
    PortalInvoice,
    PortalPayment,
    PriceInput,
    Response,
    Subscription,
    Tax,
    TaxAssignment,
    UsageEvent,
    UsageEventInput,
    Wallet,
    WalletStatus,
    WalletTopUp,
    WalletTransaction,
    WalletTransactionKind,
)

kind: DiscountType = "fixed_amount"
note_status: CreditNoteStatus = "voided"
model: ChargeModel = "graduated"
wallet_status: WalletStatus = "terminated"


def discounts(client: NovaBilling) -> None:
    assert_type(client.coupons.list(active=True), PaginatedResponse[Coupon])
    assert_type(client.coupons.iter(), Paginator[Coupon])
    created = client.coupons.create(
        code="c", name="n", discount_type=kind, discount_value=Decimal(5), currency="NGN"
    )
    assert_type(created.data.discount_value, Decimal)
    assert_type(created.data.discount_type, DiscountType)
    assert_type(created.data.applied_coupons, Optional[List[AppliedCoupon]])
    assert_type(client.coupons.update("c", expires_at=date(2030, 1, 1)), Response[Coupon])
    assert_type(client.coupons.delete("c"), Response[DeletedCoupon])
    assert_type(client.coupons.delete("c").data.coupon, Optional[Coupon])
    assert_type(client.coupons.apply(coupon_id="c", customer_id="d").data, AppliedCoupon)
    assert_type(client.coupons.remove_applied("a").data, Message)
    add_on = client.add_ons.create(
        name="n", code="c", prices=[PriceInput("NGN", 1), {"currency": "USD", "amount": 0.5}]
    )
    assert_type(add_on, Response[AddOn])
    assert_type(add_on.data.prices, List[AddOnPrice])
    assert_type(client.add_ons.list_applied(invoiced=False), PaginatedResponse[AppliedAddOn])
    assert_type(client.add_ons.iter_applied(customer_id="c"), Paginator[AppliedAddOn])
    note = client.credit_notes.create(
        invoice_id="i", customer_id="c", amount=1, currency="NGN", reason="other"
    )
    assert_type(note.data, CreditNote)
    assert_type(note.data.invoice, Optional[InvoiceSummary])
    assert_type(client.credit_notes.list(status=note_status).data, List[CreditNote])
    assert_type(client.credit_notes.void("c").data.status, CreditNoteStatus)


def usage(client: NovaBilling) -> None:
    metric = client.billable_metrics.create(
        name="n", code="c", aggregation_type="sum", filters=[MetricFilterInput("k", ["v"])]
    )
    assert_type(metric.data, BillableMetric)
    assert_type(metric.data.filters, Optional[List[BillableMetricFilter]])
    charge = client.charges.create(
        plan_id="p",
        billable_metric_id="m",
        charge_model=model,
        graduated_ranges=[
            GraduatedRangeInput(from_value=0, per_unit_amount=0.5),
            {"from_value": 1, "per_unit_amount": Decimal(1), "flat_amount": 2},
        ],
        filters=[ChargeFilterInput("k", ["v"], {"amount": "0.1"})],
    )
    assert_type(charge, Response[Charge])
    assert_type(charge.data.graduated_ranges, Optional[List[GraduatedRange]])
    assert_type(client.charges.get_by_plan("p"), PaginatedResponse[Charge])
    event = UsageEventInput(
        subscription_id="s", code="c", timestamp=datetime(2026, 1, 1, tzinfo=timezone.utc)
    )
    assert_type(client.events.create(subscription_id="s", code="c").data, UsageEvent)
    batch = client.events.create_batch([event, {"subscription_id": "s", "code": "c"}])
    assert_type(batch, Response[EventBatch])
    assert_type(batch.data.results[0].status, EventStatus)
    found = client.events.get_by_subscription("s", date_from="2026-01-01", limit=10)
    assert_type(found, PaginatedResponse[UsageEvent])
    assert_type(found.data[0].properties, Optional[Dict[str, Any]])
    try:
        client.events.create_batch([event])
    except NovaBillingError as error:
        assert_type(error.events, Optional[List[UsageEventInput]])
        assert_type(error.partial, Optional[EventBatch])


def wallets_and_taxes(client: NovaBilling) -> None:
    wallet = client.wallets.create(customer_id="c", currency="NGN", paid_credits=0.5)
    assert_type(wallet.data.balance, Decimal)
    assert_type(client.wallets.list(status=wallet_status), PaginatedResponse[Wallet])
    assert_type(client.wallets.terminate("w"), Response[Wallet])
    assert_type(client.wallets.create_transaction(wallet_id="w", paid_credits=1).data, WalletTopUp)
    transactions = client.wallets.get_transactions("w", transaction_type="inbound")
    assert_type(transactions, PaginatedResponse[WalletTransaction])
    assert_type(transactions.data[0].transaction_status, WalletTransactionKind)
    assert_type(client.wallets.iter_transactions("w"), Paginator[WalletTransaction])
    assert_type(client.taxes.create(name="n", code="c", rate=7.5).data.rate, Decimal)
    assert_type(client.taxes.iter(applied_by_default=True), Paginator[Tax])
    assert_type(client.taxes.assign_to_plan("p", tax_id="t").data, TaxAssignment)
    assert_type(client.taxes.remove_from_charge("c", "t"), Response[Message])
    method = client.payment_methods.create(customer_id="c", provider="stripe", token_id="t")
    assert_type(method.data.type, PaymentMethodType)
    assert_type(client.payment_methods.get_by_customer("c"), PaginatedResponse[PaymentMethod])
    override = client.plan_overrides.update("o", overridden_minimum_commitment=None)
    assert_type(override.data, PlanOverride)
    assert_type(override.data.overridden_minimum_commitment, Optional[Decimal])


def portal(client: NovaBilling) -> None:
    assert_type(client.portal.get_billing("u").data, PortalBilling)
    assert_type(client.portal.get_subscriptions("u").data, List[Subscription])
    assert_type(client.portal.get_invoices("u", status="finalized").data, List[PortalInvoice])
    assert_type(client.portal.iter_payments("u"), Paginator[PortalPayment])
    assert_type(client.portal.create_checkout("u", "i").data, PortalCheckout)


async def async_calls(client: AsyncNovaBilling) -> None:
    assert_type(await client.coupons.delete("c"), Response[DeletedCoupon])
    assert_type(client.add_ons.iter(), AsyncPaginator[AddOn])
    assert_type(await client.credit_notes.finalize("c"), Response[CreditNote])
    assert_type(await client.billable_metrics.list(), PaginatedResponse[BillableMetric])
    assert_type(await client.events.create_batch([]), Response[EventBatch])
    assert_type(client.events.iter_by_subscription("s"), AsyncPaginator[UsageEvent])
    assert_type(await client.charges.update("c", filters=[]), Response[Charge])
    assert_type((await client.wallets.terminate("w")).data, Wallet)
    assert_type(await client.payment_methods.set_default("p"), Response[PaymentMethod])
    assert_type((await client.taxes.get_by_customer("c")).data, List[Tax])
    assert_type(await client.plan_overrides.get("o"), Response[PlanOverride])
    assert_type(await client.portal.get_payments("u"), PaginatedResponse[PortalPayment])


def mistakes(client: NovaBilling) -> None:
    # Each of these must be an error: an ignore that is not needed is one itself.
    client.coupons.update("c", expires_at=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.charges.update("c", filters=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.billable_metrics.update("m", filters=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.credit_notes.list(status="VOIDED")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.events.create_batch("events")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.taxes.create(name="n", code="c", rate="7.5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.wallets.create_transaction("w")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    UsageEventInput("s", "c")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
