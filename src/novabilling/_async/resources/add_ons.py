"""Add-ons: what is charged once, on the next invoice."""

from __future__ import annotations

from typing import Optional, Sequence, Union

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null, structs
from ..._words.checks import (
    Date,
    Omittable,
    currency,
    flag,
    identifier,
    money,
    text,
    timestamp,
)
from ..._words.literals import Currency
from ..._words.routes import Route
from ...types._common import Message, PaginatedResponse, Response
from ...types._discounts import AddOn, AddOnPrice, AppliedAddOn
from ...types._inputs import Amount, PriceInput, PriceParam
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    name=text,
    code=text,
    description=text,
    invoice_display_name=text,
    prices=structs(PriceInput, Arguments(currency=currency, amount=money), result=AddOnPrice),
    created_at=timestamp,
    add_on_id=not_null(identifier),
    customer_id=not_null(identifier),
    subscription_id=identifier,
    amount=money,
    currency=currency,
    invoiced=flag,
)


class AsyncAddOns(AsyncResource):
    """Create add-ons and apply them to customers."""

    async def list(
        self, *, page: Optional[int] = None, limit: Optional[int] = None
    ) -> PaginatedResponse[AddOn]:
        """List one page of add-ons, the newest first; `limit` is 1 to 100 (default 20)."""
        return await self._list(AddOn, Route("/add-ons"), page=page, limit=limit)

    def iter(self) -> AsyncPaginator[AddOn]:
        """Iterate over all add-ons."""
        return self._iter(AddOn, Route("/add-ons"))

    @shown_by("POST /add-ons", Made("/add-ons?limit=100", AddOn, key=("code",)))
    async def create(
        self,
        *,
        name: str,
        code: str,
        prices: Sequence[Union[PriceInput, PriceParam, AddOnPrice]],
        description: Omittable[Optional[str]] = UNSET,
        invoice_display_name: Omittable[Optional[str]] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[AddOn]:
        """Create an add-on with one price or more; the server writes `code` in lower case.

        Prices are in major units: 19.99 is 19 dollars and 99 cents.

        Raises:
            BadRequestError: The tenant has an add-on with this code.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(AddOn, Route("/add-ons"), body, repeat="once", keys_first=True)

    async def get(self, add_on_id: str) -> Response[AddOn]:
        """Get an add-on with its prices."""
        return await self._get(AddOn, Route("/add-ons/{add_on_id}", add_on_id))

    @shown_by(
        "PATCH /add-ons/{add_on_id}", Reached("/add-ons/{add_on_id}", AddOn, children=("prices",))
    )
    async def update(
        self,
        add_on_id: str,
        *,
        name: Omittable[str] = UNSET,
        description: Omittable[Optional[str]] = UNSET,
        invoice_display_name: Omittable[Optional[str]] = UNSET,
        prices: Omittable[Sequence[Union[PriceInput, PriceParam, AddOnPrice]]] = UNSET,
    ) -> Response[AddOn]:
        """Change what is given; `prices` replace all there were, `[]` removes them.

        They are in major units, as in `create`.

        Raises:
            ConflictError: Two of the prices are in one currency; nothing is changed.
        """
        body = _ARGUMENTS.body(
            name=name,
            description=description,
            invoice_display_name=invoice_display_name,
            prices=prices,
        )
        return await self._patch(
            AddOn, Route("/add-ons/{add_on_id}", add_on_id), body, keys_first=True
        )

    @shown_by("DELETE /add-ons/{add_on_id}", Gone("/add-ons/{add_on_id}"))
    async def delete(self, add_on_id: str) -> Response[Message]:
        """Delete an add-on, even while it is applied."""
        return await self._delete(Route("/add-ons/{add_on_id}", add_on_id))

    @shown_by(
        "POST /add-ons/apply",
        Made(
            "/add-ons/applied/list?customerId={customerId}&limit=100",
            AppliedAddOn,
            place="/customers/{customerId}",
        ),
    )
    async def apply(
        self,
        *,
        add_on_id: str,
        customer_id: str,
        amount: Amount,
        currency: Union[Currency, str],
        subscription_id: Omittable[Optional[str]] = UNSET,
    ) -> Response[AppliedAddOn]:
        """Charge an add-on on the customer's next invoice in this currency, in its major units."""
        body = _ARGUMENTS.body(**locals())
        return await self._post(AppliedAddOn, Route("/add-ons/apply"), body, repeat="once")

    async def list_applied(
        self,
        *,
        customer_id: Optional[str] = None,
        invoiced: Optional[bool] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[AppliedAddOn]:
        """List one page of applied add-ons, those that were invoiced or those that were not."""
        filters = _ARGUMENTS.query(customer_id=customer_id, invoiced=invoiced)
        route = Route("/add-ons/applied/list")
        return await self._list(AppliedAddOn, route, filters, page=page, limit=limit)

    def iter_applied(
        self, *, customer_id: Optional[str] = None, invoiced: Optional[bool] = None
    ) -> AsyncPaginator[AppliedAddOn]:
        """Iterate over all applied add-ons that `list_applied` would page through."""
        filters = _ARGUMENTS.query(customer_id=customer_id, invoiced=invoiced)
        return self._iter(AppliedAddOn, Route("/add-ons/applied/list"), filters)

    @shown_by(
        "DELETE /add-ons/applied/{add_on_id}", Gone("/add-ons/applied/list?limit=100", inside=".")
    )
    async def remove_applied(self, add_on_id: str) -> Response[Message]:
        """Take an add-on from a customer before it is invoiced.

        The id is that of the `AppliedAddOn` which `apply` returned.
        """
        return await self._delete(Route("/add-ons/applied/{add_on_id}", add_on_id))
