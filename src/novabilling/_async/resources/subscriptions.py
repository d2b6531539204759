"""Subscriptions: a customer's plan, from one billing period to the next."""

from __future__ import annotations

from typing import Any, AsyncIterator, Mapping, Optional, Union

from msgspec import UNSET

from ..._words.arguments import Arguments, not_null
from ..._words.checks import (
    Date,
    Omittable,
    calendar_day,
    currency,
    flag,
    identifier,
    plain,
    timestamp,
)
from ..._words.literals import Currency, SubscriptionStatus
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Subscription
from ...types._common import PaginatedResponse, Response
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    plan_id=not_null(identifier),
    new_plan_id=not_null(identifier),
    currency=currency,
    status=word(SubscriptionStatus),
    start_date=calendar_day,
    current_period_end=calendar_day,
    created_at=timestamp,
    canceled_at=timestamp,
    external_id=identifier,
    prorate=flag,
    cancel_at=plain,
    metadata=plain,
    trial_days=plain,
)


class AsyncSubscriptions(AsyncResource):
    """Create subscriptions and move them through their life."""

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        plan_id: Optional[str] = None,
        status: Optional[SubscriptionStatus] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Subscription]:
        """List one page of subscriptions, the newest first; `limit` is 1 to 100 (default 20)."""
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id, status=status)
        route = Route("/subscriptions")
        return await self._list(Subscription, route, filters, page=page, limit=limit)

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        plan_id: Optional[str] = None,
        status: Optional[SubscriptionStatus] = None,
    ) -> AsyncIterator[Subscription]:
        """Iterate over all subscriptions that `list` would page through."""
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id, status=status)
        return self._iter(Subscription, Route("/subscriptions"), filters)

    async def create(
        self,
        *,
        customer_id: str,
        plan_id: str,
        currency: Union[Currency, str],
        trial_days: Omittable[Optional[float]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        start_date: Omittable[Optional[Date]] = UNSET,
        current_period_end: Omittable[Optional[Date]] = UNSET,
        status: Omittable[SubscriptionStatus] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
        external_id: Omittable[Optional[str]] = UNSET,
        canceled_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[Subscription]:
        """Subscribe a customer to a plan.

        A plan billed in advance makes an invoice within a second or so, or none while the numbering
        of invoices has stopped (see `invoices.create`). `external_id` is unique: with it, the same
        subscription cannot be made twice. Give `start_date` and `current_period_end` as a `date`:
        later periods begin on their day in UTC.

        Raises:
            ConflictError: A subscription has this external id (the 1.0 server answers 500).
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            Subscription, Route("/subscriptions"), body, repeat="once", keys_first=True
        )

    async def get(self, subscription_id: str) -> Response[Subscription]:
        """Get a subscription with its customer, plan, prices and ten newest invoices."""
        route = Route("/subscriptions/{subscription_id}", subscription_id)
        return await self._get(Subscription, route)

    async def update(
        self,
        subscription_id: str,
        *,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[Subscription]:
        """Replace the metadata; None clears it."""
        route = Route("/subscriptions/{subscription_id}", subscription_id)
        return await self._patch(Subscription, route, _ARGUMENTS.body(metadata=metadata))

    async def cancel(
        self, subscription_id: str, *, cancel_at_period_end: bool = False
    ) -> Response[Subscription]:
        """Cancel a subscription now, or at the end of the period that has been paid for."""
        at_period_end = flag("cancel_at_period_end", cancel_at_period_end)
        body = _ARGUMENTS.body(cancel_at="period_end" if at_period_end else "now")
        route = Route("/subscriptions/{subscription_id}/cancel", subscription_id)
        return await self._post(Subscription, route, body, repeat="once")

    async def pause(self, subscription_id: str) -> Response[Subscription]:
        """Pause an active subscription: it is not billed until it is resumed."""
        route = Route("/subscriptions/{subscription_id}/pause", subscription_id)
        return await self._post(Subscription, route, repeat="once")

    async def resume(self, subscription_id: str) -> Response[Subscription]:
        """Resume a paused subscription."""
        route = Route("/subscriptions/{subscription_id}/resume", subscription_id)
        return await self._post(Subscription, route, repeat="once")

    async def change_plan(
        self, subscription_id: str, *, plan_id: str, prorate: Omittable[bool] = UNSET
    ) -> Response[Subscription]:
        """Move a subscription to another plan.

        A dearer plan starts at once with a new period; any other at the end of the period. The
        1.0 server accepts `prorate` and ignores it.
        """
        body = _ARGUMENTS.body(new_plan_id=plan_id, prorate=prorate)
        route = Route("/subscriptions/{subscription_id}/change-plan", subscription_id)
        return await self._post(Subscription, route, body, repeat="once")
