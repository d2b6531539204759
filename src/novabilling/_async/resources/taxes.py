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
        """List one page of taxes, the newest first.

        Sends `GET /api/taxes` with an API key or a login token, and again after failures that may
        pass.

        Args:
            applied_by_default: True for those that apply where a plan and a customer have none of
                their own, False for the others. None means both.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 50.

        Example:
            page = client.taxes.list()
            for tax in page:
                print(tax.name, tax.rate)  # VAT 7.5
        """
        filters = _ARGUMENTS.query(applied_by_default=applied_by_default)
        return await self._list(Tax, Route("/taxes"), filters, page=page, limit=limit)

    def iter(self, *, applied_by_default: Optional[bool] = None) -> AsyncPaginator[Tax]:
        """Iterate over all taxes that `list` would page through, 100 for each request.

        Sends `GET /api/taxes` with an API key or a login token, and again after failures that may
        pass.

        Args:
            applied_by_default: True for those that apply where a plan and a customer have none of
                their own, False for the others. None means both.

        Example:
            for tax in client.taxes.iter(applied_by_default=False):
                print(tax.code)  # vat
        """
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
        """Create a tax. It applies to the invoices of subscriptions.

        Sends `POST /api/taxes` with an API key or a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `code`.

        Args:
            name: Its name on invoices.
            code: Your own key of the tax, unique within the tenant: lower-case letters, digits and
                underscores. It cannot be changed later.
            rate: The percentage, 0 to 100, with at most 4 decimals: 7.5 is 7.5 %.
            description: Text about it. None or unset leaves it empty.
            applied_by_default: True: it applies where neither the plan nor the customer has taxes
                of its own. Unset is False.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: The tenant has a tax with this code.

        Example:
            tax = client.taxes.create(name="Sales tax", code="sales_tax", rate=12.5).data
            print(tax.rate, tax.applied_by_default)  # 12.5 False
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Tax, Route("/taxes"), body, repeat="once", keys_first=True)

    async def get(self, tax_id: str) -> Response[Tax]:
        """Get a tax.

        Sends `GET /api/taxes/{tax_id}` with an API key or a login token, and again after failures
        that may pass.

        Args:
            tax_id: The id that the server gave the tax.

        Raises:
            NotFoundError: There is no such tax.

        Example:
            tax = client.taxes.get(tax_id).data
            print(tax.name, tax.rate)  # VAT 7.5
        """
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
        """Change what is given and leave the rest, for invoices made from now on.

        Sends `PATCH /api/taxes/{tax_id}` with an API key or a login token, and again after failures
        that may pass. A repeat sets the same again.

        Args:
            tax_id: The id that the server gave the tax.
            name: The new name on invoices. It cannot be cleared.
            rate: The new percentage, 0 to 100.
            description: The new text. None clears it.
            applied_by_default: Whether it applies where neither the plan nor the customer has taxes
                of its own.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such tax.

        Example:
            tax = client.taxes.update(tax_id, rate=10).data
            print(tax.name, tax.rate)  # VAT 10
        """
        body = _ARGUMENTS.body(
            name=name, rate=rate, description=description, applied_by_default=applied_by_default
        )
        return await self._patch(Tax, Route("/taxes/{tax_id}", tax_id), body)

    @shown_by("DELETE /taxes/{tax_id}", Gone("/taxes/{tax_id}"))
    async def delete(self, tax_id: str) -> Response[Message]:
        """Delete a tax, even while it is assigned: its assignments go with it.

        Sends `DELETE /api/taxes/{tax_id}` with an API key or a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            tax_id: The id that the server gave the tax.

        Raises:
            NotFoundError: There is no such tax.

        Example:
            deleted = client.taxes.delete(tax_id).data
            print(deleted.message)  # Tax deleted successfully
        """
        return await self._delete(Route("/taxes/{tax_id}", tax_id))

    async def get_by_customer(self, customer_id: str) -> PaginatedResponse[Tax]:
        """List the taxes of a customer; none for an unknown customer.

        Sends `GET /api/taxes/customer/{customer_id}` with an API key or a login token, and again
        after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            client.taxes.assign_to_customer(customer_id, tax_id=tax_id)
            page = client.taxes.get_by_customer(customer_id)
            for tax in page:
                print(tax.name)  # VAT
        """
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
        """Assign a tax to a customer: it applies to plans that have none of their own.

        Sends `POST /api/taxes/customer/{customer_id}` with an API key or a login token, and never
        again once it may have worked. A repeat is refused: there is one with this `tax_id`.

        Args:
            customer_id: The id that the server gave the customer.
            tax_id: The id that the server gave the tax.

        Raises:
            NotFoundError: There is no such customer or tax.
            ConflictError: It is assigned already (the 1.0 server answers 500).

        Example:
            assigned = client.taxes.assign_to_customer(customer_id, tax_id=tax_id).data
            print(assigned.customer_id == customer_id)  # True
        """
        return await self._assign(Route("/taxes/customer/{customer_id}", customer_id), tax_id)

    @shown_by(
        "DELETE /taxes/customer/{customer_id}/{tax_id}",
        Gone("/taxes/customer/{customer_id}", inside=".", place="/customers/{customer_id}"),
    )
    async def remove_from_customer(self, customer_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a customer.

        A second call does the same again: it succeeds even if the tax was not assigned.

        Sends `DELETE /api/taxes/customer/{customer_id}/{tax_id}` with an API key or a login token,
        and again after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.
            tax_id: The id that the server gave the tax.

        Example:
            removed = client.taxes.remove_from_customer(customer_id, tax_id).data
            print(removed.message)  # Tax unassigned from customer
        """
        return await self._delete(
            Route("/taxes/customer/{customer_id}/{tax_id}", customer_id, tax_id)
        )

    async def get_by_plan(self, plan_id: str) -> PaginatedResponse[Tax]:
        """List the taxes of a plan; none for an unknown plan.

        Sends `GET /api/taxes/plan/{plan_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            plan_id: The id that the server gave the plan.

        Example:
            client.taxes.assign_to_plan(plan_id, tax_id=tax_id)
            page = client.taxes.get_by_plan(plan_id)
            for tax in page:
                print(tax.name)  # VAT
        """
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
        """Assign a tax to a plan: it comes before those of the customer.

        Sends `POST /api/taxes/plan/{plan_id}` with an API key or a login token, and never again
        once it may have worked. A repeat is refused: there is one with this `tax_id`.

        Args:
            plan_id: The id that the server gave the plan.
            tax_id: The id that the server gave the tax.

        Raises:
            NotFoundError: There is no such plan or tax.
            ConflictError: It is assigned already (the 1.0 server answers 500).

        Example:
            assigned = client.taxes.assign_to_plan(plan_id, tax_id=tax_id).data
            print(assigned.plan_id == plan_id)  # True
        """
        return await self._assign(Route("/taxes/plan/{plan_id}", plan_id), tax_id)

    @shown_by(
        "DELETE /taxes/plan/{plan_id}/{tax_id}",
        Gone("/taxes/plan/{plan_id}", inside=".", place="/plans/{plan_id}"),
    )
    async def remove_from_plan(self, plan_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a plan.

        A second call does the same again: it succeeds even if the tax was not assigned.

        Sends `DELETE /api/taxes/plan/{plan_id}/{tax_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            plan_id: The id that the server gave the plan.
            tax_id: The id that the server gave the tax.

        Example:
            removed = client.taxes.remove_from_plan(plan_id, tax_id).data
            print(removed.message)  # Tax unassigned from plan
        """
        return await self._delete(Route("/taxes/plan/{plan_id}/{tax_id}", plan_id, tax_id))

    @shown_by("POST /taxes/charge/{charge_id}", Unknown(_UNSEEN))
    async def assign_to_charge(self, charge_id: str, *, tax_id: str) -> Response[TaxAssignment]:
        """Assign a tax to a charge. The 1.0 server stores it and does not use it on invoices.

        A second call is refused: it is assigned already.

        Sends `POST /api/taxes/charge/{charge_id}` with an API key or a login token, and never again
        once it may have worked.

        Args:
            charge_id: The id that the server gave the charge.
            tax_id: The id that the server gave the tax.

        Raises:
            NotFoundError: There is no such tax.
            ConflictError: It is assigned already (the 1.0 server answers 500).
            ServerError: There is no such charge (500 as well).

        Example:
            assigned = client.taxes.assign_to_charge(charge_id, tax_id=tax_id).data
            print(assigned.charge_id == charge_id)  # True
        """
        return await self._assign(Route("/taxes/charge/{charge_id}", charge_id), tax_id)

    @shown_by("DELETE /taxes/charge/{charge_id}/{tax_id}", Unknown(_UNSEEN))
    async def remove_from_charge(self, charge_id: str, tax_id: str) -> Response[Message]:
        """Take a tax from a charge.

        A second call does the same again: it succeeds even if the tax was not assigned.

        Sends `DELETE /api/taxes/charge/{charge_id}/{tax_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            charge_id: The id that the server gave the charge.
            tax_id: The id that the server gave the tax.

        Example:
            removed = client.taxes.remove_from_charge(charge_id, tax_id).data
            print(removed.message)  # Tax unassigned from charge
        """
        return await self._delete(Route("/taxes/charge/{charge_id}/{tax_id}", charge_id, tax_id))

    async def _assign(self, route: Route, tax_id: str) -> Response[TaxAssignment]:
        body = _ARGUMENTS.body(tax_id=tax_id)
        return await self._post(TaxAssignment, route, body, repeat="once", keys_first=True)
