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
        """List one page of add-ons, the newest first, with their prices.

        Sends `GET /api/add-ons` with an API key or a login token, and again after failures that may
        pass.

        Args:
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.add_ons.list()
            for add_on in page:
                print(add_on.name, add_on.prices[0].amount)  # Setup 5000
        """
        return await self._list(AddOn, Route("/add-ons"), page=page, limit=limit)

    def iter(self) -> AsyncPaginator[AddOn]:
        """Iterate over all add-ons that `list` would page through, 100 for each request.

        Sends `GET /api/add-ons` with an API key or a login token, and again after failures that may
        pass.

        Example:
            for add_on in client.add_ons.iter():
                print(add_on.code)  # setup
        """
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
        """Create an add-on with one price or more.

        Sends `POST /api/add-ons` with an API key or a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `code`.

        Args:
            name: Its name.
            code: Your own key of the add-on, unique within the tenant; the server writes it in
                lower case.
            prices: What it costs, one price for each currency, in major units: 19.99 is 19 dollars
                and 99 cents. At least one. Those of another add-on may be given.
            description: Text about it. None or unset leaves it empty.
            invoice_display_name: A name for invoices. None or unset leaves it empty. The 1.0 server
                stores it, and writes the id of the add-on on the invoice.
            created_at: When it was created, for imported data; a date is midnight UTC. None or
                unset is now.

        Raises:
            BadRequestError: The tenant has an add-on with this code, or there is no price.
            ConflictError: Two of the prices are in one currency; nothing is made.

        Example:
            add_on = client.add_ons.create(
                name="Training",
                code="training",
                prices=[{"currency": "NGN", "amount": 50000}, {"currency": "USD", "amount": 39.5}],
            ).data
            print(add_on.code, add_on.prices[1].amount)  # training 39.5
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(AddOn, Route("/add-ons"), body, repeat="once", keys_first=True)

    async def get(self, add_on_id: str) -> Response[AddOn]:
        """Get an add-on with its prices.

        Sends `GET /api/add-ons/{add_on_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            add_on_id: The id that the server gave the add-on.

        Raises:
            NotFoundError: There is no such add-on.

        Example:
            add_on = client.add_ons.get(add_on_id).data
            print(add_on.name, add_on.prices[0].currency)  # Setup NGN
        """
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
        """Change what is given and leave the rest.

        Sends `PATCH /api/add-ons/{add_on_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            add_on_id: The id that the server gave the add-on.
            name: The new name. It cannot be cleared.
            description: The new text. None clears it.
            invoice_display_name: The new name for invoices. None clears it.
            prices: What replaces all old prices, in major units as in `create`; `[]` removes them.

        Raises:
            NotFoundError: There is no such add-on.
            ConflictError: Two of the prices are in one currency; nothing is changed.

        Example:
            add_on = client.add_ons.update(
                add_on_id, prices=[{"currency": "NGN", "amount": 7500}]
            ).data
            print(add_on.prices[0].amount)  # 7500
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
        """Delete an add-on, even while it is applied: charges that were made of it stay.

        Sends `DELETE /api/add-ons/{add_on_id}` with an API key or a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            add_on_id: The id that the server gave the add-on.

        Raises:
            NotFoundError: There is no such add-on.

        Example:
            deleted = client.add_ons.delete(add_on_id).data
            print(deleted.message)  # Add-on deleted
        """
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
        """Charge an add-on on the customer's next invoice of a subscription in this currency.

        Sends `POST /api/add-ons/apply` with an API key or a login token, and never again once it
        may have worked. A repeat makes another one.

        Args:
            add_on_id: The id that the server gave the add-on.
            customer_id: The id that the server gave the customer.
            amount: What is charged, in major units: the server does not take it from the add-on's
                prices. 0 or more.
            currency: The code of the currency, three letters: only an invoice in it has the charge.
            subscription_id: A subscription of the customer, to be kept with the charge; the next
                invoice has it whatever subscription that is for. None or unset leaves it empty.

        Raises:
            BadRequestError: The subscription is another customer's.
            NotFoundError: There is no such add-on, customer or subscription.

        Example:
            applied = client.add_ons.apply(
                add_on_id=add_on_id, customer_id=customer_id, amount=5000, currency="NGN"
            ).data
            print(applied.amount, applied.invoice_id)  # 5000 None
        """
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
        """List one page of applied add-ons, the newest first.

        Sends `GET /api/add-ons/applied/list` with an API key or a login token, and again after
        failures that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            invoiced: True for those that stand on an invoice, False for those that do not yet. None
                is both.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.add_ons.list_applied(customer_id=customer_id, invoiced=False)
            for applied in page:
                print(applied.amount, applied.currency)  # 5000 NGN
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, invoiced=invoiced)
        route = Route("/add-ons/applied/list")
        return await self._list(AppliedAddOn, route, filters, page=page, limit=limit)

    def iter_applied(
        self, *, customer_id: Optional[str] = None, invoiced: Optional[bool] = None
    ) -> AsyncPaginator[AppliedAddOn]:
        """Iterate over all applied add-ons that `list_applied` would page through.

        Sends `GET /api/add-ons/applied/list` with an API key or a login token, and again after
        failures that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            invoiced: True for those that stand on an invoice, False for those that do not yet. None
                is both.

        Example:
            for applied in client.add_ons.iter_applied(invoiced=False):
                print(applied.amount)  # 5000
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, invoiced=invoiced)
        return self._iter(AppliedAddOn, Route("/add-ons/applied/list"), filters)

    @shown_by(
        "DELETE /add-ons/applied/{add_on_id}", Gone("/add-ons/applied/list?limit=100", inside=".")
    )
    async def remove_applied(self, add_on_id: str) -> Response[Message]:
        """Take an add-on from a customer before it is invoiced.

        Sends `DELETE /api/add-ons/applied/{add_on_id}` with an API key or a login token, and again
        after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            add_on_id: The id of the `AppliedAddOn` that `apply` returned, not that of the add-on.

        Raises:
            BadRequestError: It is on an invoice already.
            NotFoundError: There is no such charge.

        Example:
            removed = client.add_ons.remove_applied(applied_add_on_id).data
            print(removed.message)  # Applied add-on removed
        """
        return await self._delete(Route("/add-ons/applied/{add_on_id}", add_on_id))
