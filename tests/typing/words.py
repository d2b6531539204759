"""What type checkers see of words: what was read can be sent, and a misspelt one is found."""

from __future__ import annotations

from typing import List

from typing_extensions import assert_type

from novabilling import AsyncNovaBilling, NovaBilling
from novabilling.types import (
    BillableMetric,
    Charge,
    Coupon,
    CreditNote,
    Invoice,
    Payment,
    PaymentMethod,
    Plan,
    Subscription,
    SubscriptionStatus,
    WalletTransaction,
    Webhook,
    WebhookEventType,
)


def read_and_sent(client: NovaBilling, plan: Plan, sub: Subscription, invoice: Invoice) -> None:
    client.invoices.list(status=invoice.status)
    client.portal.get_invoices("u", status=invoice.status)
    client.subscriptions.list(status=sub.status)
    client.plans.create(
        name="n",
        code="c",
        billing_interval=plan.billing_interval,
        billing_timing=sub.billing_timing,
    )
    client.plans.update("p", billing_interval=plan.billing_interval)
    client.subscriptions.create(
        customer_id="c", plan_id="p", currency=sub.currency, status=sub.status
    )


def all_words(
    client: NovaBilling,
    payment: Payment,
    coupon: Coupon,
    note: CreditNote,
    metric: BillableMetric,
    charge: Charge,
    method: PaymentMethod,
    transaction: WalletTransaction,
    webhook: Webhook,
) -> None:
    client.payments.list(status=payment.status)
    client.coupons.create(
        code="c", name="n", discount_type=coupon.discount_type, discount_value=coupon.discount_value
    )
    client.credit_notes.list(status=note.status)
    client.credit_notes.update("n", reason=note.reason)
    client.billable_metrics.create(name="n", code="c", aggregation_type=metric.aggregation_type)
    client.charges.create(
        plan_id="p",
        billable_metric_id="m",
        charge_model=charge.charge_model,
        billing_timing=charge.billing_timing,
    )
    client.payment_methods.create(customer_id="c", provider="p", token_id="t", type=method.type)
    client.wallets.get_transactions(
        "w",
        status=transaction.status,
        transaction_type=transaction.transaction_type,
        transaction_status=transaction.transaction_status,
    )
    client.webhooks.create(url=webhook.url, events=webhook.events)
    client.webhooks.create(url=webhook.url, events=["invoice.paid", "one.of.tomorrow"])
    assert_type(webhook.events, List[WebhookEventType])


async def sent_by_the_other_client(client: AsyncNovaBilling, invoice: Invoice) -> None:
    await client.invoices.list(status=invoice.status)


def compared(sub: Subscription) -> str:
    assert_type(sub.status, SubscriptionStatus)
    if sub.status == "active" or sub.status in ("trialing", "past_due"):
        return sub.status.upper()
    return f"{sub.status}"


def mistakes(client: NovaBilling, sub: Subscription, invoice: Invoice, payment: Payment) -> None:
    # Each of these must be an error: an ignore that is not needed is one itself.
    misspelt = sub.status == "actve"  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    of_another_type = invoice.status != "refunded"  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    of_the_server = payment.status == "SUCCEEDED"  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    in_other_words = sub.status in ("actve", "cancelled")  # pyright: ignore[reportUnnecessaryContains]
    assert_type([misspelt, of_another_type, of_the_server, in_other_words], List[bool])
    client.payments.list(status=invoice.status)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.plans.create(name="n", code="c", billing_interval="MONTHLY")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
