"""What type checkers see of the API; checked by mypy and pyright in strict mode, never run."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import httpx
from typing_extensions import assert_type

from novabilling import (
    APIStatusError,
    AsyncNovaBilling,
    AttemptInfo,
    CallRecord,
    ConflictError,
    FieldError,
    LoginSession,
    NovaBilling,
    NovaBillingError,
    Outcome,
    RateLimitError,
)
from novabilling.otel import instrument
from novabilling.outbox import (
    AsyncOutbox,
    DeadLetter,
    Outbox,
    OutboxStats,
    PostgresStore,
    SQLiteStore,
    Statement,
    Store,
    Verdict,
    adeliver,
    deliver,
)
from novabilling.resources import AsyncPaginator, Paginator
from novabilling.types import (
    CURRENCY_DECIMALS,
    AnyWebhookEvent,
    ApiKey,
    BillingInterval,
    Checkout,
    ChurnCohorts,
    Currency,
    CurrencyInfo,
    Customer,
    Invoice,
    InvoiceItem,
    InvoiceItemDto,
    InvoicePdf,
    InvoiceStatus,
    LifetimeValue,
    Login,
    Message,
    MrrBreakdown,
    PaginatedResponse,
    PaginationMeta,
    Payment,
    PaymentMethod,
    PaymentProvider,
    PaymentStatus,
    Plan,
    PlanPrice,
    PriceInput,
    ProviderTest,
    RateLimit,
    Registration,
    Response,
    RevenueAnalytics,
    Subscription,
    SubscriptionStatus,
    Tenant,
    TenantUsage,
    TokenPair,
    UsageEventInput,
    Webhook,
    from_minor_units,
    to_minor_units,
)

currency: Currency = "NGN"
interval: BillingInterval = "monthly"
invoice_status: InvoiceStatus = "finalized"
payment_status: PaymentStatus = "successful"
subscription_status: SubscriptionStatus = "past_due"


def stored(pair: TokenPair) -> None:
    assert_type(pair.refresh_token, str)


def clients() -> None:
    client = NovaBilling(
        token="t",
        base_url="https://api.novabilling.com",
        timeout=httpx.Timeout(5.0),
        follow_redirects=True,
        max_retries=0,
        deadline=None,
        http_client=httpx.Client(),
        headers={"X-Mine": "1"},
    )
    assert_type(NovaBilling(token=lambda: "t"), NovaBilling)
    assert_type(NovaBilling(token=None, timeout=None), NovaBilling)
    assert_type(client.with_options(timeout=5, max_retries=0, deadline=None), NovaBilling)
    session = LoginSession(email="a@b.co", password="p", on_change=stored)
    assert_type(NovaBilling(token="t", login=session), NovaBilling)
    assert_type(AsyncNovaBilling(login=LoginSession(refresh_token="r")), AsyncNovaBilling)
    assert_type(client.with_options(login=session).with_options(login=None), NovaBilling)
    with client as entered:
        assert_type(entered, NovaBilling)
    client.close()


async def async_clients() -> None:
    async def token() -> str:
        return "t"

    client = AsyncNovaBilling(token=token, http_client=httpx.AsyncClient())
    assert_type(AsyncNovaBilling(token=lambda: "t"), AsyncNovaBilling)
    assert_type(client.with_options(token="other"), AsyncNovaBilling)
    async with client as entered:
        assert_type(entered, AsyncNovaBilling)


def customers(client: NovaBilling) -> None:
    found = client.customers.list(page=1, limit=20, sort_by="created_at", sort_order="desc")
    assert_type(found, PaginatedResponse[Customer])
    assert_type(found.data, List[Customer])
    assert_type(found.meta, PaginationMeta)
    assert_type(found.meta.total_pages, int)
    assert_type([row for row in found], List[Customer])  # noqa: C416
    assert_type(client.customers.iter(search="a"), Paginator[Customer])
    created = client.customers.create(
        external_id="u", email="a@b.co", currency=currency, metadata={"a": 1}, name=None
    )
    assert_type(created, Response[Customer])
    assert_type(created.data, Customer)
    assert_type(created.http, httpx.Response)
    assert_type(created.rate_limit, Optional[RateLimit])
    assert_type(created.data.name, Optional[str])
    assert_type(created.data.created_at, datetime)
    assert_type(created.data.metadata, Optional[Dict[str, Any]])
    assert_type(client.customers.create(external_id="u", email="e", currency="ZZZ").data, Customer)
    assert_type(client.customers.get("c").data.total_spent, Optional[Decimal])
    assert_type(client.customers.update("c", name=None, country="NG").data, Customer)
    assert_type(client.customers.delete(customer_id="c"), Response[Message])
    assert_type(client.customers.get_subscriptions("c"), PaginatedResponse[Subscription])
    assert_type(client.customers.get_invoices("c").data, List[Invoice])
    assert_type(client.customers.get_payments("c").data, List[Payment])
    assert_type(client.customers.get_payment_methods("c").data, List[PaymentMethod])
    assert_type(client.customers.delete_payment_method("c", "pm").data.message, str)


def plans(client: NovaBilling) -> None:
    assert_type(client.plans.list(active=True), PaginatedResponse[Plan])
    created = client.plans.create(
        name="n",
        code="c",
        billing_interval=interval,
        features=["x"],
        prices=[PriceInput(currency="NGN", amount=1), {"currency": "ngn", "amount": 0.5}],
    )
    assert_type(created.data, Plan)
    assert_type(created.data.billing_interval, BillingInterval)
    assert_type(created.data.prices, Optional[List[PlanPrice]])
    assert_type(client.plans.update("p", active=False, description=None).data.active, bool)
    assert_type(client.plans.add_price("p", currency="NGN", amount=Decimal(1)).data, PlanPrice)
    assert_type(client.plans.update_price("p", "q", amount=0.5).data.amount, Decimal)
    assert_type(client.plans.delete_price("p", "q").data, Message)


def subscriptions(client: NovaBilling) -> None:
    assert_type(
        client.subscriptions.list(status=subscription_status), PaginatedResponse[Subscription]
    )
    assert_type(client.subscriptions.iter(customer_id="c"), Paginator[Subscription])
    created = client.subscriptions.create(
        customer_id="c", plan_id="p", currency=currency, start_date=date(2026, 1, 1), trial_days=1
    )
    assert_type(created.data.status, SubscriptionStatus)
    assert_type(created.data.trial_end, Optional[datetime])
    assert_type(created.data.plan, Optional[Plan])
    assert_type(client.subscriptions.cancel("s", cancel_at_period_end=True).data, Subscription)
    assert_type(client.subscriptions.change_plan("s", plan_id="p").data, Subscription)


def invoices(client: NovaBilling) -> None:
    created = client.invoices.create(
        customer_id="c",
        items=[
            InvoiceItemDto(description="d", amount=15000, quantity=1),
            {"description": "d", "unit_amount": Decimal("0.5")},
        ],
        due_date=datetime(2027, 1, 1, tzinfo=timezone.utc),
        notes="Thanks",
    )
    assert_type(created.data, Invoice)
    assert_type(created.data.total, Decimal)
    assert_type(created.data.items, List[InvoiceItem])
    assert_type(created.data.items[0].unit_amount, Decimal)
    assert_type(created.data.notes, Optional[str])
    assert_type(created.data.pdf_url, Optional[str])
    assert_type(created.data.status, InvoiceStatus)
    only_items = [InvoiceItemDto(description="d", amount=1)]
    client.invoices.create(customer_id="c", items=only_items, due_date="2027-01-01")
    assert_type(client.invoices.list(status=invoice_status).data, List[Invoice])
    assert_type(client.invoices.iter(date_from="2026-01-01"), Paginator[Invoice])
    assert_type(client.invoices.next_number(), str)
    assert_type(client.invoices.finalize("i").data, Invoice)
    assert_type(client.invoices.mark_paid("i", payment_method="cash").data, Invoice)
    assert_type(client.invoices.create_checkout("i").data, Checkout)
    assert_type(client.invoices.send_email("i").data, Message)
    assert_type(client.invoices.get_pdf("i").data, InvoicePdf)
    assert_type(client.invoices.get_pdf("i").data.content, bytes)
    assert_type(client.invoices.download_pdf("i", Path("1.pdf")), int)
    assert_type(client.invoices.download_pdf("i", "1.pdf"), int)
    with open("1.pdf", "wb") as file:
        assert_type(client.invoices.download_pdf("i", to=file), int)


def payments(client: NovaBilling) -> None:
    found = client.payments.list(customer_id="c", status=payment_status, date_to=date(2026, 1, 1))
    assert_type(found, PaginatedResponse[Payment])
    assert_type([payment.amount for payment in found], List[Decimal])
    assert_type(client.payments.iter(customer_id="c"), Paginator[Payment])
    assert_type(client.payments.get("p").data.invoice, Optional[Invoice])
    assert_type(client.payments.refund("p", amount=1, reason="r").data, Payment)
    created = client.payments.create(
        invoice_id="i", provider="cash", amount=1, currency="NGN", status="successful"
    )
    assert_type(created.data.status, PaymentStatus)


def the_rest(client: NovaBilling) -> None:
    provider = client.payment_providers.create(type="stripe", credentials={"secret_key": "s"})
    assert_type(provider, Response[PaymentProvider])
    assert_type(provider.data.name, str)
    assert_type(client.payment_providers.test_connection("p").data, ProviderTest)
    assert_type(client.payment_providers.update("p", active=False).data.priority, int)
    assert_type(client.webhooks.list(), PaginatedResponse[Webhook])
    assert_type(client.webhooks.create(url="u", events=["invoice.paid"]).data, Webhook)
    assert_type(client.webhooks.verify(b"", "", "s"), AnyWebhookEvent)
    assert_type(client.analytics.get_revenue(group_by="day").data, RevenueAnalytics)
    assert_type(client.analytics.get_mrr_breakdown().data, MrrBreakdown)
    assert_type(client.analytics.get_churn_cohorts(months=3).data, ChurnCohorts)
    assert_type(client.analytics.get_lifetime_value().data, LifetimeValue)
    registered = client.auth.register(name="n", email="e", password="p", company_name="c")
    assert_type(registered.data, Registration)
    assert_type(client.auth.login(email="e", password="p").data, Login)
    assert_type(client.auth.refresh(refresh_token="t").data, TokenPair)
    assert_type(client.auth.forgot_password(email="e").data, Message)
    assert_type(client.tenants.get_me().data, Tenant)
    assert_type(client.tenants.get_usage().data, TenantUsage)
    assert_type(client.tenants.update_me(webhook_url=None, settings={"a": 1}).data, Tenant)
    assert_type(client.api_keys.list().data, List[ApiKey])
    assert_type(client.api_keys.create(name="n", scopes=["read"]).data.key, str)
    assert_type(client.currencies.list().data, List[CurrencyInfo])


async def async_calls(client: AsyncNovaBilling) -> None:
    found = await client.customers.list(search="a")
    assert_type(found, PaginatedResponse[Customer])
    assert_type([row async for row in client.customers.iter()], List[Customer])
    assert_type(client.invoices.iter(), AsyncPaginator[Invoice])
    assert_type((await client.customers.get("c")).data, Customer)
    assert_type(await client.plans.list(), PaginatedResponse[Plan])
    assert_type(await client.subscriptions.cancel("s"), Response[Subscription])
    assert_type((await client.invoices.get_pdf("i")).data, InvoicePdf)
    assert_type(await client.invoices.download_pdf("i", "1.pdf"), int)
    assert_type(await client.payments.list(customer_id="c"), PaginatedResponse[Payment])
    assert_type(await client.payment_providers.get("p"), Response[PaymentProvider])
    assert_type(await client.webhooks.list(), PaginatedResponse[Webhook])
    assert_type(client.webhooks.verify(b"", "", "s"), AnyWebhookEvent)
    assert_type(await client.analytics.get_revenue(), Response[RevenueAnalytics])
    assert_type(await client.auth.login(email="e", password="p"), Response[Login])
    assert_type(await client.tenants.get_me(), Response[Tenant])
    assert_type(await client.api_keys.delete("k"), Response[Message])
    assert_type(await client.currencies.list(), PaginatedResponse[CurrencyInfo])


def errors(client: NovaBilling) -> None:
    try:
        client.customers.delete("c")
    except ConflictError as error:
        assert_type(error.errors, List[FieldError])
        assert_type(error.http, httpx.Response)
    except RateLimitError as error:
        assert_type(error.retry_after, Optional[float])
    except APIStatusError as error:
        assert_type(error.status_code, int)
        assert_type(error.timestamp, Optional[datetime])
    except NovaBillingError as error:
        assert_type(error.message, str)
        assert_type(error.may_have_been_applied, bool)


def hooks(client: NovaBilling, async_client: AsyncNovaBilling) -> None:
    def hook(attempt: AttemptInfo) -> None:
        assert_type(attempt.elapsed, float)
        assert_type(attempt.status_code, Optional[int])
        assert_type(attempt.http, Optional[httpx.Response])
        assert_type(attempt.error, Optional[BaseException])
        assert_type(attempt.retry_in, Optional[float])

    assert_type(client.on_attempt(hook), Callable[[], None])
    assert_type(async_client.on_attempt(hook), Callable[[], None])
    assert_type(instrument(client), Callable[[], None])
    instrument(async_client, tracer_provider=None)


async def outcomes(client: NovaBilling, async_client: AsyncNovaBilling) -> None:
    try:
        client.payments.refund("p")
    except NovaBillingError as error:
        assert_type(client.reconcile(error), Outcome)
        outcome = await async_client.reconcile(error, settle=1, timeout=None)
        assert_type(outcome.applied, Optional[bool])
        assert_type(outcome.why, str)
        assert_type(error.outcome, Optional[Outcome])
        assert_type(error.call, Optional[CallRecord])
        if error.call is not None:
            assert_type(CallRecord.from_dict(error.call.to_dict()), CallRecord)
            client.reconcile(error.call)
    with client.track() as calls:
        assert_type(calls.last, Optional[CallRecord])
        assert_type(client.wallets.get("w").reconciled, bool)


def mistakes(client: NovaBilling) -> None:
    # Each of these must be an error: an ignore that is not needed is one itself.
    NovaBilling(token="t", http_client=httpx.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.customers.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.customers.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.customers.list(sort_by="createdAt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.invoices.list(status="PENDING")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.plans.add_price("p", currency="NGN", amount="15000")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.subscriptions.cancel("s", at_period_end=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.customers.get("c").data.name = "n"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    client.on_attempt(lambda: None)  # type: ignore[arg-type,misc]  # pyright: ignore[reportArgumentType]


def minor_units() -> None:
    assert_type(to_minor_units(19.99, "USD"), int)
    assert_type(from_minor_units(1999, currency="USD"), Decimal)
    assert_type(CURRENCY_DECIMALS["NGN"], int)


def the_outbox(client: NovaBilling) -> None:
    store: Store = SQLiteStore(Path("usage"), label="a", sync="full")
    with Outbox(client, store) as outbox:
        assert_type(outbox, Outbox)
        event = outbox.record(subscription_id="s", code="c", properties={"n": 1})
        assert_type(event, UsageEventInput)
        assert_type(
            outbox.record_many([{"subscription_id": "s", "code": "c"}, event]),
            List[UsageEventInput],
        )
        assert_type(outbox.flush(timeout=1), bool)
        assert_type(outbox.stats(), OutboxStats)
        assert_type(outbox.dead_letters(), Iterator[DeadLetter])
        assert_type(outbox.requeue(outbox.dead_letters()), int)
        assert_type(outbox.on_verdict(lambda verdict: verdict.status), Callable[[], None])
    assert_type(deliver(client, [event])[0], Verdict)
    table = PostgresStore("postgresql://localhost/shop", table="billing.outbox", notify=False)
    shared: Store = table
    assert_type(shared.claim(1)[0].body, bytes)
    sql, params = table.statement(event, "numeric")
    assert_type(sql, str)
    assert_type(table.statement({"subscription_id": "s", "code": "c"}), Statement)
    Outbox(client, table, send=False).record(subscription_id="s", code="c", connection=params)


async def the_outbox_of_a_loop(client: AsyncNovaBilling) -> None:
    async with AsyncOutbox(client, SQLiteStore("usage")) as outbox:
        assert_type(await outbox.record(subscription_id="s", code="c"), UsageEventInput)
        async for letter in outbox.dead_letters():
            assert_type(letter, DeadLetter)
    assert_type(await adeliver(client, []), List[Verdict])
