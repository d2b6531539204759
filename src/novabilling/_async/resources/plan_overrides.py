"""Plan overrides: other terms of a plan for one customer."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import Omittable, identifier, money, plain
from ..._words.routes import Route
from ..._words.warnings import warn
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import Amount
from ...types._plan_overrides import PlanOverride
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    plan_id=not_null(identifier),
    overridden_minimum_commitment=money,
    metadata=plain,
    overridden_charges=plain,
    overridden_prices=plain,
)
_EMPTY = ("overriddenPrices", "overriddenCharges")
_LOST = "plan_overrides: the 1.0 server stores overridden_prices and overridden_charges as empty"


class AsyncPlanOverrides(AsyncResource):
    """Create, read, change and delete overrides.

    The 1.0 server stores the objects in prices and charges as empty, so that they have no effect;
    a `NovaBillingWarning` says so where they are given.
    """

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        plan_id: Optional[str] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[PlanOverride]:
        """List one page of overrides, the newest first, with customer and plan in short.

        Sends `GET /api/plan-overrides` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            plan_id: Only those of this plan. None means all.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 50.

        Example:
            page = client.plan_overrides.list(customer_id=customer_id)
            for override in page:
                print(override.customer.name, override.plan.code)  # Ada Lovelace pro
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id)
        route = Route("/plan-overrides")
        return await self._list(PlanOverride, route, filters, page=page, limit=limit)

    def iter(
        self, *, customer_id: Optional[str] = None, plan_id: Optional[str] = None
    ) -> AsyncPaginator[PlanOverride]:
        """Iterate over all overrides that `list` would page through, 100 for each request.

        Sends `GET /api/plan-overrides` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            plan_id: Only those of this plan. None means all.

        Example:
            for override in client.plan_overrides.iter(plan_id=plan_id):
                print(override.plan.name)  # Pro
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id)
        return self._iter(PlanOverride, Route("/plan-overrides"), filters)

    @shown_by(
        "POST /plan-overrides",
        Made(
            "/plan-overrides?customerId={customerId}&planId={planId}",
            PlanOverride,
            key=("customerId", "planId"),
            skip=_EMPTY,
            place="/customers/{customerId}",
        ),
    )
    async def create(
        self,
        *,
        customer_id: str,
        plan_id: str,
        overridden_prices: Omittable[Optional[Sequence[Mapping[str, Any]]]] = UNSET,
        overridden_minimum_commitment: Omittable[Optional[Amount]] = UNSET,
        overridden_charges: Omittable[Optional[Sequence[Mapping[str, Any]]]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[PlanOverride]:
        """Create an override, one for each customer and plan.

        Sends `POST /api/plan-overrides` with an API key or a login token, and never again once it
        may have worked. A repeat is refused: there is one with this `customer_id` and `plan_id`.

        Args:
            customer_id: The id that the server gave the customer.
            plan_id: The id that the server gave the plan.
            overridden_prices: Meant for prices as `{"currency": "NGN", "amount": 45000}`; the 1.0
                server stores each as empty, so that they have no effect. None or unset leaves it
                empty.
            overridden_minimum_commitment: The least that an invoice of the subscription comes to
                before coupons and taxes, in major units of its currency, 0 or more. None or unset
                is the plan's.
            overridden_charges: Meant for other prices of charges; the 1.0 server stores each as
                empty, so that they have no effect. None or unset leaves it empty.
            metadata: Data of your own, any JSON object. None or unset leaves it empty.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such customer or plan.
            ConflictError: The customer has an override of this plan.

        Example:
            plan = client.plans.get_by_code("business").data
            override = client.plan_overrides.create(
                customer_id=customer_id, plan_id=plan.id, overridden_minimum_commitment=60000
            ).data
            print(override.overridden_minimum_commitment)  # 60000
        """
        if overridden_prices or overridden_charges:
            warn(_LOST)
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            PlanOverride, Route("/plan-overrides"), body, repeat="once", keys_first=True
        )

    async def get(self, plan_override_id: str) -> Response[PlanOverride]:
        """Get an override with its customer and plan in short.

        Sends `GET /api/plan-overrides/{plan_override_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            plan_override_id: The id that the server gave the override.

        Raises:
            NotFoundError: There is no such override.

        Example:
            override = client.plan_overrides.get(plan_override_id).data
            print(override.plan.code)  # pro
        """
        route = Route("/plan-overrides/{plan_override_id}", plan_override_id)
        return await self._get(PlanOverride, route)

    @shown_by(
        "PATCH /plan-overrides/{plan_override_id}",
        Reached("/plan-overrides/{plan_override_id}", PlanOverride, skip=_EMPTY),
    )
    async def update(
        self,
        plan_override_id: str,
        *,
        overridden_prices: Omittable[Optional[Sequence[Mapping[str, Any]]]] = UNSET,
        overridden_minimum_commitment: Omittable[Optional[Amount]] = UNSET,
        overridden_charges: Omittable[Optional[Sequence[Mapping[str, Any]]]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[PlanOverride]:
        """Change what is given and leave the rest.

        Sends `PATCH /api/plan-overrides/{plan_override_id}` with an API key or a login token, and
        again after failures that may pass. A repeat sets the same again.

        Args:
            plan_override_id: The id that the server gave the override.
            overridden_prices: The 1.0 server stores each as empty. None clears them.
            overridden_minimum_commitment: The new least amount of an invoice, in major units of the
                subscription's currency. None clears it.
            overridden_charges: The 1.0 server stores each as empty. None clears them.
            metadata: What replaces the old metadata as a whole. None clears it.

        Raises:
            NotFoundError: There is no such override.

        Example:
            override = client.plan_overrides.update(
                plan_override_id, overridden_minimum_commitment=20000
            ).data
            print(override.overridden_minimum_commitment)  # 20000
        """
        if overridden_prices or overridden_charges:
            warn(_LOST)
        body = _ARGUMENTS.body(**locals())
        route = Route("/plan-overrides/{plan_override_id}", plan_override_id)
        return await self._patch(PlanOverride, route, body)

    @shown_by(
        "DELETE /plan-overrides/{plan_override_id}", Gone("/plan-overrides/{plan_override_id}")
    )
    async def delete(self, plan_override_id: str) -> Response[Message]:
        """Delete an override: the plan's own terms apply again.

        Sends `DELETE /api/plan-overrides/{plan_override_id}` with an API key or a login token, and
        again after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            plan_override_id: The id that the server gave the override.

        Raises:
            NotFoundError: There is no such override.

        Example:
            deleted = client.plan_overrides.delete(plan_override_id).data
            print(deleted.message)  # Plan override deleted successfully
        """
        return await self._delete(Route("/plan-overrides/{plan_override_id}", plan_override_id))
