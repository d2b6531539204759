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
        """List one page of overrides, the newest first; `limit` is 1 to 100 (default 50)."""
        filters = _ARGUMENTS.query(customer_id=customer_id, plan_id=plan_id)
        route = Route("/plan-overrides")
        return await self._list(PlanOverride, route, filters, page=page, limit=limit)

    def iter(
        self, *, customer_id: Optional[str] = None, plan_id: Optional[str] = None
    ) -> AsyncPaginator[PlanOverride]:
        """Iterate over all overrides that `list` would page through."""
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
        """Create an override; the commitment is in major units of the subscription's currency.

        Raises:
            ConflictError: The customer has an override of this plan.
        """
        if overridden_prices or overridden_charges:
            warn(_LOST)
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            PlanOverride, Route("/plan-overrides"), body, repeat="once", keys_first=True
        )

    async def get(self, plan_override_id: str) -> Response[PlanOverride]:
        """Get an override with its customer and plan in short."""
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
        """Change what is given, amounts in major units; None clears a field."""
        if overridden_prices or overridden_charges:
            warn(_LOST)
        body = _ARGUMENTS.body(**locals())
        route = Route("/plan-overrides/{plan_override_id}", plan_override_id)
        return await self._patch(PlanOverride, route, body)

    @shown_by(
        "DELETE /plan-overrides/{plan_override_id}", Gone("/plan-overrides/{plan_override_id}")
    )
    async def delete(self, plan_override_id: str) -> Response[Message]:
        """Delete an override: the plan's own terms apply again."""
        return await self._delete(Route("/plan-overrides/{plan_override_id}", plan_override_id))
