"""Taxes, and the customers, plans and charges they are assigned to."""

from __future__ import annotations

from typing import Optional

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, Unknown, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import Omittable, flag, identifier, money, text
from ..._words.routes import Route
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import Amount
from ...types._taxes import Tax, TaxAssignment
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    name=text,
    code=text,
    rate=money,
    description=text,
    applied_by_default=flag,
    tax_id=not_null(identifier),
)
_UNSEEN = "neither the charge nor the tax shows which taxes a charge has"


class AsyncTaxes(AsyncResource):
    """Create, read, change, delete and assign taxes. Rates are in percent."""

    async def list(
        self,
        *,
        applied_by_default: Optional[bool] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Tax]:
        """List one page of taxes, the newest first; `limit` is 1 to 100 (default 50)."""
        filters = _ARGUMENTS.query(applied_by_default=applied_by_default)
        return await self._list(Tax, Route("/taxes"), filters, page=page, limit=limit)

    def iter(self, *, applied_by_default: Optional[bool] = None) -> AsyncPaginator[Tax]:
        """Iterate over all taxes that `list` would page through."""
        filters = _ARGUMENTS.query(applied_by_default=applied_by_default)
        return self._iter(Tax, Route("/taxes"), filters)

    @shown_by("POST /taxes", Made("/taxes?limit=100", Tax, key=("code",)))
    async def create(
        self,
        *,
        name: str,
        code: str,
        rate: Amount,
        description: Omittable[Optional[str]] = UNSET,
        applied_by_default: Omittable[bool] = UNSET,
    ) -> Response[Tax]:
        """Create a tax; `rate` is 0 to 100, `code` of lower-case letters, digits and underscores.

        Raises:
            ConflictError: The tenant has a tax with this code.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Tax, Route("/taxes"), body, repeat="once", keys_first=True)

    async def get(self, tax_id: str) -> Response[Tax]:
        """Get a tax."""
        return await self._get(Tax, Route("/taxes/{tax_id}", tax_id))

    @shown_by("PATCH /taxes/{tax_id}", Reached("/taxes/{tax_id}", Tax))
    async def update(
        self,
        tax_id: str,
        *,
        name: Omittable[str] = UNSET,
        rate: Omittable[Amount] = UNSET,
        description: Omittable[Optional[str]] = UNSET,
        applied_by_default: Omittable[bool] = UNSET,
    ) -> Response[Tax]:
        """Change what is given, for invoices made from now on."""
        body = _ARGUMENTS.body(
            name=name, rate=rate, description=description, applied_by_default=applied_by_default
        )
        return await self._patch(Tax, Route("/taxes/{tax_id}", tax_id), body)

    @shown_by("DELETE /taxes/{tax_id}", Gone("/taxes/{tax_id}"))
    async def delete(self, tax_id: str) -> Response[Message]:
        """Delete a tax, even while it is assigned."""
        return await self._delete(Route("/taxes/{tax_id}", tax_id))

    async def get_by_customer(self, customer_id: str) -> PaginatedResponse[Tax]:
        """List the taxes of a customer; none for an unknown customer."""
        return await self._list(Tax, Route("/taxes/customer/{customer_id}", customer_id))

    @shown_by(
        "POST /taxes/customer/{customer_id}",
        Made(
            "/taxes/customer/{customer_id}",
            None,
            key=("taxId",),
            same={"taxId": "id"},
            place="/customers/{customer_id}",
            timeless=True,
        ),
    )
    async def assign_to_customer(self, customer_id: str, *, tax_id: str) -> Response[TaxAssignment]:
        """Assign a tax to a customer.

        Raises:
            ConflictError: It is assigned already (the 1.0 server answers 500).
        """
        return await self._assign(Route("/taxes/customer/{customer_id}", customer_id), tax_id)

    @shown_by(
        "DELETE /taxes/customer/{customer_id}/{tax_id}",
        Gone("/taxes/customer/{customer_id}", inside=".", place="/customers/{customer_id}"),
    )
    async def remove_from_customer(self, customer_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a customer; succeeds even if it was not assigned."""
        return await self._delete(
            Route("/taxes/customer/{customer_id}/{tax_id}", customer_id, tax_id)
        )

    async def get_by_plan(self, plan_id: str) -> PaginatedResponse[Tax]:
        """List the taxes of a plan; none for an unknown plan."""
        return await self._list(Tax, Route("/taxes/plan/{plan_id}", plan_id))

    @shown_by(
        "POST /taxes/plan/{plan_id}",
        Made(
            "/taxes/plan/{plan_id}",
            None,
            key=("taxId",),
            same={"taxId": "id"},
            place="/plans/{plan_id}",
            timeless=True,
        ),
    )
    async def assign_to_plan(self, plan_id: str, *, tax_id: str) -> Response[TaxAssignment]:
        """Assign a tax to a plan.

        Raises:
            ConflictError: It is assigned already (the 1.0 server answers 500).
        """
        return await self._assign(Route("/taxes/plan/{plan_id}", plan_id), tax_id)

    @shown_by(
        "DELETE /taxes/plan/{plan_id}/{tax_id}",
        Gone("/taxes/plan/{plan_id}", inside=".", place="/plans/{plan_id}"),
    )
    async def remove_from_plan(self, plan_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a plan; succeeds even if it was not assigned."""
        return await self._delete(Route("/taxes/plan/{plan_id}/{tax_id}", plan_id, tax_id))

    @shown_by("POST /taxes/charge/{charge_id}", Unknown(_UNSEEN))
    async def assign_to_charge(self, charge_id: str, *, tax_id: str) -> Response[TaxAssignment]:
        """Assign a tax to a charge.

        Raises:
            ConflictError: It is assigned already (the 1.0 server answers 500).
            ServerError: There is no such charge (500 as well).
        """
        return await self._assign(Route("/taxes/charge/{charge_id}", charge_id), tax_id)

    @shown_by("DELETE /taxes/charge/{charge_id}/{tax_id}", Unknown(_UNSEEN))
    async def remove_from_charge(self, charge_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a charge; succeeds even if it was not assigned."""
        return await self._delete(Route("/taxes/charge/{charge_id}/{tax_id}", charge_id, tax_id))

    async def _assign(self, route: Route, tax_id: str) -> Response[TaxAssignment]:
        body = _ARGUMENTS.body(tax_id=tax_id)
        return await self._post(TaxAssignment, route, body, repeat="once", keys_first=True)
