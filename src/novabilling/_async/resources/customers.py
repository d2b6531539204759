"""Customers: the people and businesses that are billed."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import (
    Date,
    Omittable,
    currency,
    identifier,
    plain,
    text,
    timestamp,
    written_currency,
)
from ..._words.literals import Currency, CustomerSortField, SortOrder
from ..._words.routes import Route
from ..._words.vocabulary import sort_field, word
from ...types._billing import Customer, Invoice, Payment, Subscription
from ...types._common import Message, PaginatedResponse, Response
from ...types._payment_methods import PaymentMethod
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    external_id=not_null(identifier),
    email=text,
    name=text,
    country=text,
    currency=currency,
    created_at=timestamp,
    metadata=plain,
    net_payment_terms=plain,
)
_FILTERS = Arguments(
    search=text,
    country=text,
    currency=written_currency,
    sort_by=sort_field(CustomerSortField),
    sort_order=word(SortOrder),
)


class AsyncCustomers(AsyncResource):
    """Create, read, change and delete customers."""

    async def list(
        self,
        *,
        page: Optional[int] = None,
        limit: Optional[int] = None,
        search: Optional[str] = None,
        country: Optional[str] = None,
        currency: Union[Currency, str, None] = None,
        sort_by: Optional[CustomerSortField] = None,
        sort_order: Optional[SortOrder] = None,
    ) -> PaginatedResponse[Customer]:
        """List one page of customers, the newest first unless `sort_by` is given.

        `limit` is 1 to 100 (default 20); `search` looks for a part of the name or email.
        `currency` is compared as it is written: customers that were made elsewhere may have it in
        lower case.
        """
        return await self._list(Customer, Route("/customers"), _FILTERS.query(**locals()))

    def iter(
        self,
        *,
        search: Optional[str] = None,
        country: Optional[str] = None,
        currency: Union[Currency, str, None] = None,
        sort_by: Optional[CustomerSortField] = None,
        sort_order: Optional[SortOrder] = None,
    ) -> AsyncPaginator[Customer]:
        """Iterate over all customers that `list` would page through."""
        return self._iter(Customer, Route("/customers"), _FILTERS.query(**locals()))

    @shown_by(
        "POST /customers",
        Made(
            "/portal/customers/{externalId}/billing",
            Customer,
            inside="customer",
            key=("externalId",),
            detail="/customers/{id}",
        ),
    )
    async def create(
        self,
        *,
        external_id: str,
        email: str,
        currency: Union[Currency, str],
        name: Omittable[Optional[str]] = UNSET,
        country: Omittable[Optional[str]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        net_payment_terms: Omittable[Optional[int]] = UNSET,
        created_at: Omittable[Date] = UNSET,
    ) -> Response[Customer]:
        """Create a customer; `external_id` is your own id, unique within the tenant.

        `net_payment_terms` are the days from an invoice to its due date, 0 to 365.

        Raises:
            ConflictError: The tenant has a customer with this external id.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Customer, Route("/customers"), body, repeat="once", keys_first=True)

    async def get(self, customer_id: str) -> Response[Customer]:
        """Get a customer with its subscriptions and ten newest invoices."""
        return await self._get(Customer, Route("/customers/{customer_id}", customer_id))

    async def get_by_external_id(self, external_id: str) -> Response[Customer]:
        """Get a customer by your own id, as `get` does.

        It makes two requests: the portal's overview knows the id that `get` takes.

        Raises:
            NotFoundError: No customer has this external id.
        """
        from ...types._portal import PortalBilling  # of a group that few programs need

        asked = self._with_one_deadline()
        route = Route("/portal/customers/{external_id}/billing", external_id)
        found = await asked._get(PortalBilling, route)
        return await asked.get(found.data.customer.id)

    @shown_by(
        "PATCH /customers/{customer_id}",
        Reached("/customers/{customer_id}", Customer, skip=("externalId", "createdAt")),
    )
    async def update(
        self,
        customer_id: str,
        *,
        email: Omittable[str] = UNSET,
        currency: Omittable[Union[Currency, str]] = UNSET,
        name: Omittable[Optional[str]] = UNSET,
        country: Omittable[Optional[str]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        net_payment_terms: Omittable[Optional[int]] = UNSET,
        external_id: Omittable[str] = UNSET,
        created_at: Omittable[Date] = UNSET,
    ) -> Response[Customer]:
        """Change what is given; None clears a field, and `metadata` is replaced as a whole.

        The 1.0 server accepts `external_id` and `created_at` and ignores them.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Customer, Route("/customers/{customer_id}", customer_id), body)

    @shown_by("DELETE /customers/{customer_id}", Gone("/customers/{customer_id}"))
    async def delete(self, customer_id: str) -> Response[Message]:
        """Delete a customer with its subscriptions and invoices.

        Raises:
            BadRequestError: The customer has an active subscription.
        """
        return await self._delete(Route("/customers/{customer_id}", customer_id))

    async def get_subscriptions(self, customer_id: str) -> PaginatedResponse[Subscription]:
        """List all subscriptions of a customer; none for an unknown customer."""
        route = Route("/customers/{customer_id}/subscriptions", customer_id)
        return await self._list(Subscription, route)

    async def get_invoices(self, customer_id: str) -> PaginatedResponse[Invoice]:
        """List all invoices of a customer; none for an unknown customer."""
        return await self._list(Invoice, Route("/customers/{customer_id}/invoices", customer_id))

    async def get_payments(self, customer_id: str) -> PaginatedResponse[Payment]:
        """List all payments of a customer by invoice, the newest invoice first."""
        return await self._list(Payment, Route("/customers/{customer_id}/payments", customer_id))

    async def get_payment_methods(self, customer_id: str) -> PaginatedResponse[PaymentMethod]:
        """List the payment methods of a customer, the default first."""
        route = Route("/customers/{customer_id}/payment-methods", customer_id)
        return await self._list(PaymentMethod, route)

    @shown_by(
        "DELETE /customers/{customer_id}/payment-methods/{payment_method_id}",
        Gone(
            "/customers/{customer_id}/payment-methods", inside=".", place="/customers/{customer_id}"
        ),
    )
    async def delete_payment_method(
        self, customer_id: str, payment_method_id: str
    ) -> Response[Message]:
        """Delete a payment method; if it was the default, no other becomes it."""
        route = "/customers/{customer_id}/payment-methods/{payment_method_id}"
        return await self._delete(Route(route, customer_id, payment_method_id))
