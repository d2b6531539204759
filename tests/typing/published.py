"""What type checkers see of the calls of other pages: second names, no token, typed pages."""

from __future__ import annotations

from decimal import Decimal
from typing import List

from typing_extensions import assert_type

from novabilling import AsyncNovaBilling, MissingTokenError, NovaBilling
from novabilling.types import (
    ApiKey,
    CancelAt,
    Checkout,
    Customer,
    Message,
    PaginatedResponse,
    PaymentProvider,
    Plan,
    Response,
    Subscription,
)

when: CancelAt = "period_end"


def clients() -> None:
    assert_type(NovaBilling(), NovaBilling)
    assert_type(AsyncNovaBilling(base_url="https://a.example"), AsyncNovaBilling)
    try:
        NovaBilling(token=None).customers.list()
    except MissingTokenError as error:
        assert_type(error.may_have_been_applied, bool)


def pages(client: NovaBilling) -> None:
    found = client.customers.list()
    assert_type(found.total, int)
    assert_type(found.has_more, bool)
    assert_type(len(found), int)
    assert_type(found[0], Customer)
    assert_type(found[1:], List[Customer])
    assert_type([key for key in client.api_keys.list()], List[ApiKey])  # noqa: C416
    assert_type(client.plans.list(page=1, limit=20), PaginatedResponse[Plan])


def second_names(client: NovaBilling) -> None:
    assert_type(client.api_keys.revoke("k"), Response[Message])
    assert_type(client.invoices.checkout("i", callback_url=None), Response[Checkout])
    provider = client.payment_providers.configure(
        provider_name="STRIPE", credentials={"secret_key": "s"}, is_active=True, priority=1
    )
    assert_type(provider, Response[PaymentProvider])
    assert_type(
        client.subscriptions.cancel("s", cancel_at=when, reason="r"), Response[Subscription]
    )
    assert_type(
        client.subscriptions.change_plan("s", new_plan_id="p", prorate=True), Response[Subscription]
    )
    revenue = client.analytics.get_revenue(start_date="2026-01-01", end_date="2026-02-01")
    assert_type(revenue.data.total, Decimal)
    assert_type(revenue.data.count, int)
    assert_type(client.analytics.get_customers().data.total, int)
    assert_type(client.analytics.get_payments().data.total, int)


async def async_second_names(client: AsyncNovaBilling) -> None:
    assert_type(await client.api_keys.revoke("k"), Response[Message])
    assert_type((await client.invoices.checkout("i")).data, Checkout)
    assert_type(await client.subscriptions.change_plan("s", plan_id="p"), Response[Subscription])
    assert_type(
        await client.subscriptions.change_plan("s", new_plan_id="p"), Response[Subscription]
    )


def mistakes(client: NovaBilling) -> None:
    client.customers.get("c").id  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  # noqa: B018
    client.subscriptions.change_plan("s")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.subscriptions.change_plan("s", plan_id="p", new_plan_id="p")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    client.subscriptions.cancel("s", cancel_at="tomorrow")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.analytics.get_payments(provider="STRIPE")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
