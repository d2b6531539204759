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

        Sends `GET /api/customers` with an API key or a login token, and again after failures that
        may pass.

        Args:
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.
            search: Text that the name or email holds, in any case; `%` and `_` stand for any
                characters. `external_id` is not searched. None or "" is no filter.
            country: The country as it was stored, compared letter by letter. None means no filter.
            currency: The customer's currency, three letters. It is compared as it is written:
                customers that were made elsewhere may have it in lower case. None means no filter.
            sort_by: The field to sort by. None means "created_at".
            sort_order: "asc" or "desc". None means "desc".

        Example:
            page = client.customers.list(search="ada", limit=10)
            for customer in page:
                print(customer.name, customer.total_spent)  # Ada Lovelace 15000
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
        """Iterate over all customers that `list` would page through, 100 for each request.

        Sends `GET /api/customers` with an API key or a login token, and again after failures that
        may pass.

        Args:
            search: Text that the name or email holds, in any case. None means no filter.
            country: The country as it was stored. None means no filter.
            currency: The customer's currency as it was stored, three letters. None means no filter.
            sort_by: The field to sort by. None means "created_at".
            sort_order: "asc" or "desc". None means "desc".

        Example:
            for customer in client.customers.iter(currency="NGN"):
                print(customer.external_id)  # usr_1
        """
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
        """Create a customer.

        The server sends the webhook `customer.created`.

        Sends `POST /api/customers` with an API key or a login token, and never again once it may
        have worked. A repeat is refused: there is one with this `external_id`.

        Args:
            external_id: Your own id of the customer, unique within the tenant, 1 to 255 characters.
                It cannot be changed later.
            email: The address that invoices are sent to; the server refuses what is none. It need
                not be unique.
            currency: The code of the currency that the customer's invoices are in, three letters;
                sent in upper case.
            name: The name on invoices, at most 200 characters. None or unset is no name.
            country: A country code of at most 3 characters, such as "NG"; the server does not look
                it up. None or unset leaves it empty.
            metadata: Data of your own, any JSON object. The server stores it and does not read it.
                None or unset leaves it empty.
            net_payment_terms: Days from an invoice to its due date, 0 to 365, before those of the
                plan and the tenant. None or unset leaves it to those.
            created_at: When the customer was created, for imported data. Unset is now; a date is
                midnight UTC.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: The tenant has a customer with this external id.

        Example:
            customer = client.customers.create(
                external_id="usr_2", email="grace@example.com", currency="NGN", name="Grace Hopper"
            ).data
            print(customer.email)  # grace@example.com
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Customer, Route("/customers"), body, repeat="once", keys_first=True)

    async def get(self, customer_id: str) -> Response[Customer]:
        """Get a customer with its subscriptions and ten newest invoices.

        Sends `GET /api/customers/{customer_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Raises:
            NotFoundError: There is no such customer.

        Example:
            customer = client.customers.get(customer_id).data
            print(customer.name, len(customer.invoices))  # Ada Lovelace 2
        """
        return await self._get(Customer, Route("/customers/{customer_id}", customer_id))

    async def get_by_external_id(self, external_id: str) -> Response[Customer]:
        """Get a customer by your own id, as `get` does.

        It makes two requests: the portal's overview knows the id that `get` takes.

        Sends `GET /api/portal/customers/{external_id}/billing` (also `GET
        /api/customers/{customer_id}`) with an API key or a login token, and again after failures
        that may pass.

        Args:
            external_id: Your own id of the customer, as it was given to `create`.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            customer = client.customers.get_by_external_id("usr_1").data
            print(customer.name)  # Ada Lovelace
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
        """Change what is given and leave the rest.

        The server sends the webhook `customer.updated`.

        Sends `PATCH /api/customers/{customer_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            customer_id: The id that the server gave the customer.
            email: The new address. It cannot be cleared.
            currency: The new currency, three letters, for invoices made from now on. Those that are
                there keep theirs.
            name: The new name, at most 200 characters. None clears it.
            country: The new country code, at most 3 characters. None clears it.
            metadata: What replaces the old metadata as a whole. None clears it.
            net_payment_terms: The new days from an invoice to its due date, 0 to 365. None leaves
                them to the plan and the tenant.
            external_id: Accepted and ignored by the 1.0 server.
            created_at: Accepted and ignored by the 1.0 server.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such customer.

        Example:
            customer = client.customers.update(customer_id, country="GB", net_payment_terms=14).data
            print(customer.country, customer.net_payment_terms)  # GB 14
        """
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Customer, Route("/customers/{customer_id}", customer_id), body)

    @shown_by("DELETE /customers/{customer_id}", Gone("/customers/{customer_id}"))
    async def delete(self, customer_id: str) -> Response[Message]:
        """Delete a customer with its subscriptions, invoices and payments.

        The server sends the webhook `customer.deleted`.

        Sends `DELETE /api/customers/{customer_id}` with an API key or a login token, and again
        after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            customer_id: The id that the server gave the customer.

        Raises:
            BadRequestError: The customer has an active subscription.
            NotFoundError: There is no such customer.
            ServerError: Coupons, add-ons or credit notes point at it: a 500, and nothing is
                deleted.

        Example:
            customer = client.customers.create(
                external_id="usr_9", email="bob@example.com", currency="NGN"
            ).data
            deleted = client.customers.delete(customer.id).data
            print(deleted.message)  # Customer deleted successfully
        """
        return await self._delete(Route("/customers/{customer_id}", customer_id))

    async def get_subscriptions(self, customer_id: str) -> PaginatedResponse[Subscription]:
        """List all subscriptions of a customer with their plans; none for an unknown customer.

        Sends `GET /api/customers/{customer_id}/subscriptions` with an API key or a login token, and
        again after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            page = client.customers.get_subscriptions(customer_id)
            for subscription in page:
                print(subscription.plan.name, subscription.status)  # Pro active
        """
        route = Route("/customers/{customer_id}/subscriptions", customer_id)
        return await self._list(Subscription, route)

    async def get_invoices(self, customer_id: str) -> PaginatedResponse[Invoice]:
        """List all invoices of a customer, the newest first; none for an unknown customer.

        Sends `GET /api/customers/{customer_id}/invoices` with an API key or a login token, and
        again after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            page = client.customers.get_invoices(customer_id)
            for invoice in page:
                if invoice.status == "draft":
                    print(invoice.invoice_number, invoice.amount)  # INV-00001 15000
        """
        return await self._list(Invoice, Route("/customers/{customer_id}/invoices", customer_id))

    async def get_payments(self, customer_id: str) -> PaginatedResponse[Payment]:
        """List all payments of a customer by invoice, the newest invoice first.

        There are none for an unknown customer.

        Sends `GET /api/customers/{customer_id}/payments` with an API key or a login token, and
        again after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            page = client.customers.get_payments(customer_id)
            for payment in page:
                print(payment.amount, payment.status)  # 15000 successful
        """
        return await self._list(Payment, Route("/customers/{customer_id}/payments", customer_id))

    async def get_payment_methods(self, customer_id: str) -> PaginatedResponse[PaymentMethod]:
        """List the payment methods of a customer, the default first; none for an unknown customer.

        Unlike `payment_methods.get_by_customer`, it takes an API key.

        Sends `GET /api/customers/{customer_id}/payment-methods` with an API key or a login token,
        and again after failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            page = client.customers.get_payment_methods(customer_id)
            for method in page:
                print(method.brand, method.last4)  # visa 4081
        """
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
        """Delete a payment method; if it was the default, no other becomes it.

        Sends `DELETE /api/customers/{customer_id}/payment-methods/{payment_method_id}` with an API
        key or a login token, and again after failures that may pass. A repeat raises
        `NotFoundError`: it is gone.

        Args:
            customer_id: The id that the server gave the customer.
            payment_method_id: The id that the server gave the payment method.

        Raises:
            NotFoundError: The customer has no such payment method.

        Example:
            deleted = client.customers.delete_payment_method(customer_id, payment_method_id).data
            print(deleted.message)  # Payment method deleted
        """
        route = "/customers/{customer_id}/payment-methods/{payment_method_id}"
        return await self._delete(Route(route, customer_id, payment_method_id))
