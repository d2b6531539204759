"""Subscriptions: a customer's plan, from one billing period to the next."""

from __future__ import annotations

import warnings
from typing import Any, Mapping, Optional, Union, overload

from msgspec import UNSET

from ..._call.errors import NovaBillingWarning
from ..._reconcile.declared import Made, Reached, shown_by
from ..._resources.subscriptions import (
    has_changed_plan,
    is_canceled,
    may_have_led_back,
    may_have_moved_on,
)
from ..._words.arguments import Arguments, not_null
from ..._words.checks import (
    Date,
    Omittable,
    currency,
    flag,
    identifier,
    plain,
    text,
    timestamp,
)
from ..._words.literals import CancelAt, Currency, SubscriptionStatus
from ..._words.moments import calendar_day
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Subscription
from ...types._common import PaginatedResponse, Response
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    plan_id=not_null(identifier),
    currency=currency,
    status=word(SubscriptionStatus),
    start_date=calendar_day,
    current_period_end=calendar_day,
    created_at=timestamp,
    canceled_at=timestamp,
    external_id=identifier,
    metadata=plain,
    trial_days=plain,
)


def _cancel_at(name: str, at_period_end: object) -> str:
    return "period_end" if flag(name, at_period_end) else "now"


_CANCEL = Arguments(
    wire={"cancel_at_period_end": "cancelAt"},
    cancel_at_period_end=not_null(_cancel_at),
    cancel_at=not_null(word(CancelAt)),
)
_CHANGE = Arguments(
    wire={"plan_id": "newPlanId"},
    second_names={"new_plan_id": "plan_id"},
    plan_id=not_null(identifier),
    prorate=flag,
)

_ONE = "/subscriptions/{subscription_id}"
_LIVE = ("ACTIVE", "TRIALING", "PAST_DUE", "PAUSED")


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
        """List one page of subscriptions, the newest first, with customer, plan and prices.

        Sends `GET /api/subscriptions` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            plan_id: Only those of this plan, as it is now. None means all.
            status: Only those in this status. None means all.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.subscriptions.list(status="active")
            for subscription in page:
                print(subscription.customer.name, subscription.plan.name)  # Ada Lovelace Pro
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id, status=status)
        route = Route("/subscriptions")
        return await self._list(Subscription, route, filters, page=page, limit=limit)

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        plan_id: Optional[str] = None,
        status: Optional[SubscriptionStatus] = None,
    ) -> AsyncPaginator[Subscription]:
        """Iterate over all subscriptions that `list` would page through, 100 for each request.

        Sends `GET /api/subscriptions` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            plan_id: Only those of this plan, as it is now. None means all.
            status: Only those in this status. None means all.

        Example:
            for subscription in client.subscriptions.iter(plan_id=plan_id):
                print(subscription.external_id)  # sub_1
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id, status=status)
        return self._iter(Subscription, Route("/subscriptions"), filters)

    @shown_by(
        "POST /subscriptions",
        Made(
            "/subscriptions?customerId={customerId}&limit=100",
            Subscription,
            key=("externalId",),
            same={"startDate": "currentPeriodStart"},
            skip=("currentPeriodEnd",),
            grows=("metadata",),
            drifts=("status", "startDate", "planId", "metadata"),
            place="/customers/{customerId}",
        ),
    )
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
        of invoices has stopped (see `invoices.create`). The server sends the webhook
        `subscription.created`.

        Sends `POST /api/subscriptions` with an API key or a login token, and never again once it
        may have worked. A repeat makes another one. With `external_id`, it is refused: there is one
        with it.

        Args:
            customer_id: The id that the server gave the customer.
            plan_id: The id of an active plan.
            currency: The code of the currency to bill in, three letters. The plan must have a price
                in it; the customer may have another.
            trial_days: Days without a price, 0 to 365, fractions allowed. The status is "trialing"
                then, and the first period ends with the trial. None, 0 or unset is no trial.
            metadata: Data of your own, any JSON object. A change of plan that is to come is written
                into it as well. None or unset leaves it empty.
            start_date: The day on which the first period begins; give a `date`: later periods begin
                on this day in UTC. None or unset is now.
            current_period_end: The day on which the first period ends, as a `date`. None or unset
                is one interval after the start.
            status: The status to begin with, for imported data; it comes before "trialing". Unset
                is "active", or "trialing" with a trial.
            created_at: When it was created, for imported data; a date is midnight UTC. None or
                unset is now.
            external_id: Your own id, unique within the tenant, at most 255 characters: with it, the
                same subscription cannot be made twice, and usage events can name it. None or unset
                leaves it empty.
            canceled_at: When it was canceled, for imported data. It does not cancel: give `status`
                too. None or unset leaves it empty.

        Raises:
            BadRequestError: There is no such plan, it is inactive, or it has no price in this
                currency.
            NotFoundError: There is no such customer.
            ConflictError: A subscription has this external id (the 1.0 server answers 500).

        Example:
            subscription = client.subscriptions.create(
                customer_id=customer_id,
                plan_id=plan_id,
                currency="NGN",
                trial_days=14,
                external_id="order_17",
            ).data
            print(subscription.status, subscription.trial_end.date())  # trialing 2026-06-15
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            Subscription, Route("/subscriptions"), body, repeat="once", keys_first=True
        )

    async def get(self, subscription_id: str) -> Response[Subscription]:
        """Get a subscription with its customer, plan, prices and ten newest invoices.

        Sends `GET /api/subscriptions/{subscription_id}` with an API key or a login token, and again
        after failures that may pass.

        Args:
            subscription_id: The id that the server gave the subscription.

        Raises:
            NotFoundError: There is no such subscription.

        Example:
            subscription = client.subscriptions.get(subscription_id).data
            print(subscription.plan.name, subscription.current_period_end.date())  # Pro 2026-07-01
        """
        route = Route("/subscriptions/{subscription_id}", subscription_id)
        return await self._get(Subscription, route)

    async def get_by_external_id(self, external_id: str) -> Response[Subscription]:
        """Get a subscription by your own id, as `get` does.

        It reads the list, the newest first, one request for each 100 until it is found, and then
        the subscription: keep the server's id where you need one often.

        Sends `GET /api/subscriptions` (also `GET /api/subscriptions/{subscription_id}`) with an API
        key or a login token, and again after failures that may pass.

        Args:
            external_id: Your own id of the subscription, as it was given to `create`.

        Raises:
            NotFoundError: No subscription has this external id.

        Example:
            subscription = client.subscriptions.get_by_external_id("sub_1").data
            print(subscription.status)  # active
        """
        asked = self._with_one_deadline()
        rows, route = asked.iter(), Route("/subscriptions")
        return await asked.get((await asked._one(rows, route, "external_id", external_id)).id)

    @shown_by(
        "PATCH /subscriptions/{subscription_id}",
        Reached(_ONE, Subscription, grows=("metadata",), adds=("pendingPlanChange",)),
    )
    async def update(
        self,
        subscription_id: str,
        *,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[Subscription]:
        """Replace the metadata.

        Sends `PATCH /api/subscriptions/{subscription_id}` with an API key or a login token, and
        again after failures that may pass. A repeat sets the same again.

        Args:
            subscription_id: The id that the server gave the subscription.
            metadata: What replaces the old metadata as a whole, also a change of plan that is noted
                in it. None clears it; unset changes nothing.

        Raises:
            NotFoundError: There is no such subscription.

        Example:
            subscription = client.subscriptions.update(
                subscription_id, metadata={"order": "17"}
            ).data
            print(subscription.metadata["order"])  # 17
        """
        route = Route("/subscriptions/{subscription_id}", subscription_id)
        return await self._patch(Subscription, route, _ARGUMENTS.body(metadata=metadata))

    @shown_by(
        "POST /subscriptions/{subscription_id}/cancel",
        Reached(
            _ONE,
            Subscription,
            test=is_canceled,
            at="canceledAt",
            before=_LIVE,
            hidden=may_have_moved_on,
            once=True,
        ),
    )
    async def cancel(
        self,
        subscription_id: str,
        *,
        cancel_at_period_end: Omittable[bool] = UNSET,
        cancel_at: Omittable[CancelAt] = UNSET,
        reason: Omittable[Optional[str]] = UNSET,
    ) -> Response[Subscription]:
        """Cancel a subscription now, or at the end of the period that has been paid for.

        Canceled now, it writes a finalized credit note for the days that are left, if the
        subscription has an invoice. The server sends the webhook `subscription.canceled` at once in
        either case. A second call is refused after the first has canceled now; for the end of the
        period, it sets the same again.

        Sends `POST /api/subscriptions/{subscription_id}/cancel` with an API key or a login token,
        and never again once it may have worked.

        Args:
            subscription_id: The id that the server gave the subscription.
            cancel_at_period_end: True lets it run to the end of its period, False ends it now.
                Unset is False.
            cancel_at: `cancel_at` is a second name of `cancel_at_period_end`, with the words
                "period_end" and "now".
            reason: Not sent: the 1.0 server cannot store one, and a `NovaBillingWarning` says so,
                but for None.

        Raises:
            TypeError: Both names are given.
            BadRequestError: It is canceled already.
            NotFoundError: There is no such subscription.

        Example:
            subscription = client.subscriptions.cancel(
                subscription_id, cancel_at_period_end=True
            ).data
            print(subscription.status, subscription.cancel_at.date())  # active 2026-07-01
        """
        if cancel_at is UNSET and cancel_at_period_end is UNSET:
            cancel_at = "now"
        body = _CANCEL.body(cancel_at_period_end=cancel_at_period_end, cancel_at=cancel_at)
        if reason is not UNSET and reason is not None:
            text("reason", reason)
            message = "subscriptions.cancel(reason=...): the server cannot store a reason"
            warnings.warn(message, NovaBillingWarning, stacklevel=2)
        route = Route("/subscriptions/{subscription_id}/cancel", subscription_id)
        return await self._post(Subscription, route, body, repeat="once")

    @shown_by(
        "POST /subscriptions/{subscription_id}/pause",
        Reached(
            _ONE,
            Subscription,
            want={"status": "PAUSED"},
            before=("ACTIVE",),
            hidden=may_have_led_back,
            once=True,
        ),
    )
    async def pause(self, subscription_id: str) -> Response[Subscription]:
        """Pause an active subscription: it is not billed until it is resumed.

        The server sends the webhook `subscription.paused`.

        Sends `POST /api/subscriptions/{subscription_id}/pause` with an API key or a login token,
        and never again once it may have worked. A repeat is refused: it is done.

        Args:
            subscription_id: The id that the server gave the subscription.

        Raises:
            BadRequestError: It is not active.
            NotFoundError: There is no such subscription.

        Example:
            subscription = client.subscriptions.pause(subscription_id).data
            print(subscription.status)  # paused
        """
        route = Route("/subscriptions/{subscription_id}/pause", subscription_id)
        return await self._post(Subscription, route, repeat="once")

    @shown_by(
        "POST /subscriptions/{subscription_id}/resume",
        Reached(
            _ONE,
            Subscription,
            want={"status": "ACTIVE"},
            before=("PAUSED",),
            hidden=may_have_led_back,
            once=True,
        ),
    )
    async def resume(self, subscription_id: str) -> Response[Subscription]:
        """Resume a paused subscription.

        The server sends the webhook `subscription.resumed`.

        Sends `POST /api/subscriptions/{subscription_id}/resume` with an API key or a login token,
        and never again once it may have worked. A repeat is refused: it is done.

        Args:
            subscription_id: The id that the server gave the subscription.

        Raises:
            BadRequestError: It is not paused.
            NotFoundError: There is no such subscription.

        Example:
            client.subscriptions.pause(subscription_id)
            subscription = client.subscriptions.resume(subscription_id).data
            print(subscription.status)  # active
        """
        route = Route("/subscriptions/{subscription_id}/resume", subscription_id)
        return await self._post(Subscription, route, repeat="once")

    @overload
    async def change_plan(
        self, subscription_id: str, *, plan_id: str, prorate: Omittable[bool] = UNSET
    ) -> Response[Subscription]: ...
    @overload
    async def change_plan(
        self, subscription_id: str, *, new_plan_id: str, prorate: Omittable[bool] = UNSET
    ) -> Response[Subscription]: ...
    @shown_by(
        "POST /subscriptions/{subscription_id}/change-plan",
        Reached(_ONE, Subscription, test=has_changed_plan),
    )
    async def change_plan(
        self,
        subscription_id: str,
        *,
        plan_id: Omittable[str] = UNSET,
        prorate: Omittable[bool] = UNSET,
        new_plan_id: Omittable[str] = UNSET,
    ) -> Response[Subscription]:
        """Move a subscription to another plan; `new_plan_id` is a second name of `plan_id`.

        A dearer plan starts at once with a new period, and with a finalized credit note for the
        days that are left of the old one, if there is an invoice; intervals are not compared. Any
        other plan starts when the period ends: until then it stands in
        `metadata["pendingPlanChange"]`. The 1.0 server renews at the old plan first, and makes the
        change only if the new period is over as well. A second call finds the dearer plan in place
        and schedules a change to the same one; of a change that is to come, it sets the same again.

        Sends `POST /api/subscriptions/{subscription_id}/change-plan` with an API key or a login
        token, and never again once it may have worked.

        Args:
            subscription_id: The id that the server gave the subscription.
            plan_id: The id of an active plan with a price in the subscription's currency.
            prorate: Accepted and ignored by the 1.0 server.
            new_plan_id: A second name of `plan_id`; one of the two must be given.

        Raises:
            TypeError: Neither name of the plan is given, or both are.
            BadRequestError: There is no such plan, it is inactive, or it has no price in this
                currency.
            NotFoundError: There is no such subscription.

        Example:
            subscription = client.subscriptions.change_plan(
                subscription_id, plan_id=dearer_plan_id
            ).data
            print(subscription.plan.name, subscription.previous_plan_id == plan_id)  # Business True
        """
        if plan_id is UNSET and new_plan_id is UNSET:
            raise TypeError("change_plan() needs plan_id")
        body = _CHANGE.body(plan_id=plan_id, new_plan_id=new_plan_id, prorate=prorate)
        route = Route("/subscriptions/{subscription_id}/change-plan", subscription_id)
        return await self._post(Subscription, route, body, repeat="once")
