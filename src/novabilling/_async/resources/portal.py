"""The portal: what a customer may see of their own account, found by your own id of them."""

from __future__ import annotations

from typing import Optional

from msgspec import UNSET

from ..._reconcile.declared import shown_by
from ..._resources.payments import STARTED
from ..._words.arguments import Arguments
from ..._words.checks import Omittable, text
from ..._words.literals import InvoiceStatus
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Subscription
from ...types._common import PaginatedResponse, Response
from ...types._portal import PortalBilling, PortalCheckout, PortalInvoice, PortalPayment
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(status=word(InvoiceStatus), callback_url=text)


class AsyncPortal(AsyncResource):
    """Read a customer's account and start payments for them."""

    async def get_billing(self, external_id: str) -> Response[PortalBilling]:
        """Get the overview: customer, subscriptions, 20 newest invoices and payments, summary.

        Subscriptions that are past due or canceled are left out.

        Sends `GET /api/portal/customers/{external_id}/billing` with an API key or a login token,
        and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            billing = client.portal.get_billing("usr_1").data
            print(billing.customer.name, billing.summary.total_spent)  # Ada Lovelace 15000
        """
        route = Route("/portal/customers/{external_id}/billing", external_id)
        return await self._get(PortalBilling, route)

    async def get_subscriptions(self, external_id: str) -> PaginatedResponse[Subscription]:
        """List all subscriptions of the customer with plan and prices.

        Sends `GET /api/portal/customers/{external_id}/subscriptions` with an API key or a login
        token, and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            page = client.portal.get_subscriptions("usr_1")
            for subscription in page:
                print(subscription.plan.name, subscription.status)  # Pro active
        """
        route = Route("/portal/customers/{external_id}/subscriptions", external_id)
        return await self._list(Subscription, route)

    async def get_invoices(
        self,
        external_id: str,
        *,
        status: Optional[InvoiceStatus] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[PortalInvoice]:
        """List one page of the customer's invoices, the newest first.

        Sends `GET /api/portal/customers/{external_id}/invoices` with an API key or a login token,
        and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.
            status: Only those in this status. None means all.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            page = client.portal.get_invoices("usr_1", status="paid")
            for invoice in page:
                print(invoice.invoice_number, invoice.amount)  # INV-00002 15000
        """
        route = Route("/portal/customers/{external_id}/invoices", external_id)
        filters = _ARGUMENTS.query(status=status)
        return await self._list(PortalInvoice, route, filters, page=page, limit=limit)

    def iter_invoices(
        self, external_id: str, *, status: Optional[InvoiceStatus] = None
    ) -> AsyncPaginator[PortalInvoice]:
        """Iterate over all invoices that `get_invoices` would page through.

        Sends `GET /api/portal/customers/{external_id}/invoices` with an API key or a login token,
        and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.
            status: Only those in this status. None means all.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            for invoice in client.portal.iter_invoices("usr_1", status="draft"):
                print(invoice.invoice_number)  # INV-00001
        """
        route = Route("/portal/customers/{external_id}/invoices", external_id)
        return self._iter(PortalInvoice, route, _ARGUMENTS.query(status=status))

    @shown_by("POST /portal/customers/{external_id}/invoices/{invoice_id}/checkout", STARTED)
    async def create_checkout(
        self,
        external_id: str,
        invoice_id: str,
        *,
        callback_url: Omittable[Optional[str]] = UNSET,
    ) -> Response[PortalCheckout]:
        """Start a payment of one of the customer's invoices; send the payer to its URL.

        The provider is the active one with the lowest priority number. It adds a payment that is
        processing; where the provider refuses, the payment has failed.

        Sends `POST /api/portal/customers/{external_id}/invoices/{invoice_id}/checkout` with an API
        key or a login token, and never again once it may have worked. A repeat makes another one.

        Args:
            external_id: Your own id of the customer.
            invoice_id: The id that the server gave the invoice.
            callback_url: Where the provider sends the payer afterwards; Stripe needs it. None or
                unset leaves it empty.

        Raises:
            BadRequestError: The invoice is paid or void, no provider is active, or the provider
                refuses.
            NotFoundError: No customer has this external id, or the customer has no such invoice.
            ServerError: The server has no code for the provider: a 500.

        Example:
            checkout = client.portal.create_checkout(
                "usr_1", invoice_id, callback_url="https://shop.example.com/thanks"
            ).data
            print(checkout.provider, checkout.amount)  # payu 15000
        """
        template = "/portal/customers/{external_id}/invoices/{invoice_id}/checkout"
        route = Route(template, external_id, invoice_id)
        body = _ARGUMENTS.body(callback_url=callback_url)
        return await self._post(PortalCheckout, route, body, repeat="once")

    async def get_payments(
        self, external_id: str, *, page: Optional[int] = None, limit: Optional[int] = None
    ) -> PaginatedResponse[PortalPayment]:
        """List one page of the customer's payments, the newest first.

        Sends `GET /api/portal/customers/{external_id}/payments` with an API key or a login token,
        and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            page = client.portal.get_payments("usr_1", limit=5)
            for payment in page:
                print(payment.invoice_number, payment.amount)  # INV-00002 15000
        """
        route = Route("/portal/customers/{external_id}/payments", external_id)
        return await self._list(PortalPayment, route, page=page, limit=limit)

    def iter_payments(self, external_id: str) -> AsyncPaginator[PortalPayment]:
        """Iterate over all payments that `get_payments` would page through.

        Sends `GET /api/portal/customers/{external_id}/payments` with an API key or a login token,
        and again after failures that may pass.

        Args:
            external_id: Your own id of the customer.

        Raises:
            NotFoundError: No customer has this external id.

        Example:
            for payment in client.portal.iter_payments("usr_1"):
                print(payment.status)  # successful
        """
        route = Route("/portal/customers/{external_id}/payments", external_id)
        return self._iter(PortalPayment, route)
