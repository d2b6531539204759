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
        """Get the overview: customer, subscriptions, newest invoices and payments, summary."""
        route = Route("/portal/customers/{external_id}/billing", external_id)
        return await self._get(PortalBilling, route)

    async def get_subscriptions(self, external_id: str) -> PaginatedResponse[Subscription]:
        """List all subscriptions of the customer with plan and prices."""
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
        """List one page of the customer's invoices; `limit` is 1 to 100 (default 20)."""
        route = Route("/portal/customers/{external_id}/invoices", external_id)
        filters = _ARGUMENTS.query(status=status)
        return await self._list(PortalInvoice, route, filters, page=page, limit=limit)

    def iter_invoices(
        self, external_id: str, *, status: Optional[InvoiceStatus] = None
    ) -> AsyncPaginator[PortalInvoice]:
        """Iterate over all invoices that `get_invoices` would page through."""
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
        """Start a payment of one of the customer's invoices; send the payer to its URL."""
        template = "/portal/customers/{external_id}/invoices/{invoice_id}/checkout"
        route = Route(template, external_id, invoice_id)
        body = _ARGUMENTS.body(callback_url=callback_url)
        return await self._post(PortalCheckout, route, body, repeat="once")

    async def get_payments(
        self, external_id: str, *, page: Optional[int] = None, limit: Optional[int] = None
    ) -> PaginatedResponse[PortalPayment]:
        """List one page of the customer's payments; `limit` is 1 to 100 (default 20)."""
        route = Route("/portal/customers/{external_id}/payments", external_id)
        return await self._list(PortalPayment, route, page=page, limit=limit)

    def iter_payments(self, external_id: str) -> AsyncPaginator[PortalPayment]:
        """Iterate over all payments that `get_payments` would page through."""
        route = Route("/portal/customers/{external_id}/payments", external_id)
        return self._iter(PortalPayment, route)
