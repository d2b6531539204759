"""The calls that NovaBilling's other pages show, each in the shape that it has there."""

from __future__ import annotations

import pytest

from novabilling import (
    AsyncNovaBilling,
    BadRequestError,
    NovaBillingWarning,
    UnauthorizedError,
)
from tests.loopback import serve
from tests.published import Shop

pytestmark = pytest.mark.anyio


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def client(shop):
    return shop.sandbox.async_client()


@pytest.fixture
def owner(shop):
    """Return a client with a login token."""
    return shop.sandbox.async_client(token=shop.sandbox.jwt)


# Registration and login


async def test_a_tenant_begins_without_a_token(shop):
    with serve(shop.sandbox.handle) as url:
        client = AsyncNovaBilling(base_url=url)
        account = await client.auth.register(
            name="Chidi", email="chidi@shop.example", password="a long one 1", company_name="Shop"
        )
        session = await client.auth.login(email="chidi@shop.example", password="a long one 1")
        renewed = await client.auth.refresh(refresh_token=session.refresh_token)
        mine = client.with_options(token=renewed.access_token)
        tenant = await mine.tenants.get_me()
        await client.aclose()

    assert session.access_token != session.refresh_token
    assert (tenant.id, tenant.api_key) == (account.tenant.id, account.api_key)


async def test_keys_are_made_listed_and_revoked(owner):
    key = await owner.api_keys.create(name="till", scopes=["read"])

    shown = [(row.name, row.id, row.created_at) for row in await owner.api_keys.list()]
    await owner.api_keys.revoke(key.id)

    assert key.key.startswith("sk_")
    assert shown == [("till", key.id, key.created_at)]
    assert not await owner.api_keys.list()


async def test_the_tenant_is_changed_with_a_login_token_alone(client, owner):
    url = "https://shop.example/hooks"

    tenant = await owner.tenants.update_me(webhook_url=url)

    assert tenant.webhook_url == url
    with pytest.raises(UnauthorizedError, match="needs a login token"):
        await client.tenants.update_me(webhook_url=url)


# Customers


async def test_customers_are_read_without_data(client):
    customer = await client.customers.create(
        external_id="shop_2", email="ada@shop.example", currency="NGN"
    )
    found = await client.customers.get(customer.id)
    updated = await client.customers.update(customer.id, name="Ada")

    assert (found.id, found.email, found.currency) == (customer.id, "ada@shop.example", "NGN")
    assert updated.name == "Ada"


async def test_customers_are_counted(client):
    page = await client.customers.list(page=1, limit=20, search="shop")

    assert len(page.data) == len(page) == page.total == page.meta.total == 1
    assert page.has_more is False


async def test_what_belongs_to_a_customer_is_listed(client, shop):
    subscriptions = await client.customers.get_subscriptions(shop.customer)
    invoices = await client.customers.get_invoices(shop.customer)

    assert [sub.status for sub in subscriptions] == ["active"]
    assert {invoice.status for invoice in invoices} == {"draft", "finalized", "paid"}


# Plans


@pytest.mark.parametrize("interval", ["MONTHLY", "YEARLY"])
async def test_plans_are_made_in_the_words_of_the_server(client, interval):
    plan = await client.plans.create(name="Pro", code="pro", billing_interval=interval)
    price = await client.plans.add_price(plan.id, currency="NGN", amount=180000)
    updated = await client.plans.update(plan.id, name="Pro 2", active=False)

    assert plan.billing_interval == interval.lower()
    assert (price.currency, price.amount) == ("NGN", 180000)
    assert (updated.name, updated.active) == ("Pro 2", False)


async def test_plans_are_paged(client):
    first = await client.plans.list(page=1, limit=1)
    second = await client.plans.list(page=2, limit=1)

    assert [page.total for page in (first, second)] == [2, 2]
    assert [page.has_more for page in (first, second)] == [True, False]
    assert {first[0].code, second[0].code} == {"basic", "large"}


# Subscriptions


async def test_a_subscription_lives_on_without_data(client, shop):
    made = await client.subscriptions.create(
        customer_id=shop.customer, plan_id=shop.plan, currency="NGN"
    )
    listed = await client.subscriptions.list(status="ACTIVE", customer_id=shop.customer)
    paused = await client.subscriptions.pause(made.id)
    resumed = await client.subscriptions.resume(made.id)

    assert made.status == "active"
    assert made.id in [sub.id for sub in listed]
    assert (paused.status, resumed.status) == ("paused", "active")


async def test_a_subscription_moves_to_a_new_plan(client, shop):
    changed = await client.subscriptions.change_plan(
        shop.subscription, new_plan_id=shop.dearer_plan, prorate=True
    )

    assert changed.plan_id == shop.dearer_plan


@pytest.mark.parametrize(("word", "status"), [("period_end", "active"), ("now", "canceled")])
async def test_a_subscription_is_canceled_for_a_reason(client, shop, word, status):
    with pytest.warns(NovaBillingWarning, match="reason"):
        canceled = await client.subscriptions.cancel(
            shop.subscription, reason="Closing down", cancel_at=word
        )

    assert canceled.status == status
    assert (canceled.cancel_at is not None) is (word == "period_end")


# Invoices and payments


async def test_an_invoice_goes_from_draft_to_paid(client, shop):
    items = [{"description": "Shelves", "quantity": 2, "unit_amount": 180000}]
    invoice = await client.invoices.create(
        customer_id=shop.customer, items=items, due_date="2030-01-31"
    )
    finalized = await client.invoices.finalize(invoice.id)
    pending = await client.invoices.list(status="PENDING", customer_id=shop.customer)
    pdf = await client.invoices.get_pdf(invoice.id)
    paid = await client.invoices.mark_paid(invoice.id)

    assert (invoice.status, invoice.total, invoice.items[0].quantity) == ("draft", 360000, 2)
    assert finalized.status == "finalized"
    assert {row.id for row in pending} == {invoice.id, shop.finalized}
    assert pdf.url.endswith(".pdf")
    assert paid.status == "paid"


async def test_an_invoice_is_voided(client, shop):
    voided = await client.invoices.void(shop.finalized)

    assert voided.status == "void"


async def test_an_invoice_is_paid_at_a_checkout(client, shop):
    await client.payment_providers.configure(
        provider_name="PAYU", credentials={"safe_key": "sk"}, is_active=True, priority=1
    )

    checkout = await client.invoices.checkout(shop.finalized)

    assert checkout.checkout_url.startswith("https://")
    assert checkout.payment_id


async def test_payments_are_read_and_refunded(client, shop):
    payment = await client.payments.get(shop.payment)
    refunded = await client.payments.refund(payment.id, amount=payment.amount, reason="Broken")

    assert (payment.status, payment.amount) == ("successful", 17500)
    assert refunded.status == "refunded"


# Payment providers


@pytest.mark.parametrize("name", ["STRIPE", "FLUTTERWAVE", "PAYSTACK", "MPESA"])
async def test_providers_are_configured_and_tried(client, name):
    provider = await client.payment_providers.configure(
        provider_name=name, credentials={"secret_key": "sk"}, is_active=True, priority=1
    )
    result = await client.payment_providers.test_connection(provider.id)
    providers = await client.payment_providers.list()

    assert (provider.name, provider.active, provider.priority) == (name, True, 1)
    assert isinstance(result.success, bool)
    assert [row.type for row in providers] == [name]


# Analytics


async def test_figures_of_a_period(client):
    revenue = await client.analytics.get_revenue(
        start_date="2020-01-01", end_date="2100-01-01", currency="NGN"
    )
    subscriptions = await client.analytics.get_subscriptions()
    customers = await client.analytics.get_customers()
    payments = await client.analytics.get_payments()

    assert (revenue.total, revenue.count) == (revenue.total_revenue, revenue.invoice_count)
    assert revenue.count == 1
    assert (subscriptions.total, subscriptions.active) == (1, 1)
    assert subscriptions.churn_rate == 0
    assert customers.total == 1
    assert (payments.total, payments.success_rate) == (1, 100)


# What no client can make true on the 1.0 server: the message says why


@pytest.mark.parametrize("name", ["new_this_month", "by_country"])
async def test_customers_are_not_counted_by_month_or_country(client, name):
    customers = await client.analytics.get_customers()

    with pytest.raises(AttributeError, match=f"CustomerAnalytics, has '{name}'"):
        getattr(customers, name)


async def test_payments_are_not_summed_up_by_provider(client):
    payments = await client.analytics.get_payments()

    with pytest.raises(AttributeError, match="PaymentAnalytics, has 'total_processed'"):
        payments.total_processed  # noqa: B018
    with pytest.raises(TypeError, match="no such filter"):
        await client.analytics.get_payments(provider="STRIPE")


async def test_an_invoice_that_is_paid_is_not_voided(client, shop):
    with pytest.raises(BadRequestError, match="paid"):
        await client.invoices.void(shop.paid)
