"""Payments: what was received for invoices, and what was given back."""

from __future__ import annotations

from typing import Optional, Union

from msgspec import UNSET

from ..._call.envelopes import cut, whole_list
from ..._call.errors import BadRequestError
from ..._reconcile.declared import Made, Reached, shown_by
from ..._reconcile.marks import new_mark
from ..._resources.payments import ONE_REFUND, PaymentFilter, is_not_refundable, is_refunded
from ..._words.arguments import Arguments, not_null
from ..._words.checks import (
    Date,
    Omittable,
    currency,
    identifier,
    money,
    positive_money,
    text,
    timestamp,
)
from ..._words.literals import Currency, PaymentStatus
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Payment
from ...types._common import PaginatedResponse, Response
from ...types._inputs import Amount
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    invoice_id=not_null(identifier),
    provider=text,
    amount=money,
    currency=currency,
    status=word(PaymentStatus),
    date_from=timestamp,
    date_to=timestamp,
    created_at=timestamp,
    provider_transaction_id=identifier,
    failure_reason=text,
)
_REFUND = Arguments(amount=positive_money, reason=text)


class AsyncPayments(AsyncResource):
    """Read payments, record them, and refund them."""

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        status: Optional[PaymentStatus] = None,
        provider: Optional[str] = None,
        invoice_id: Optional[str] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Payment]:
        """List one page of payments, the newest first; `limit` is 1 to 100 (default 20).

        The 1.0 server cannot filter by customer: with `customer_id` all payments of the customer
        are read, filtered and paged here, and `invoice` is None. A bare date is midnight UTC.
        """
        filters = _ARGUMENTS.query(**locals())
        if customer_id is None:
            return await self._list(Payment, Route("/payments"), filters)
        chosen = PaymentFilter(filters)
        whole = await self._list(Payment, Route("/customers/{customer_id}/payments", customer_id))
        rows, meta = cut(chosen.apply(whole.data), page, limit)
        return PaginatedResponse(rows, meta, whole.http, whole.request_id)

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        status: Optional[PaymentStatus] = None,
        provider: Optional[str] = None,
        invoice_id: Optional[str] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
    ) -> AsyncPaginator[Payment]:
        """Iterate over all payments that `list` would page through."""
        filters = _ARGUMENTS.query(**locals())
        if customer_id is None:
            return self._iter(Payment, Route("/payments"), filters)
        route = Route("/customers/{customer_id}/payments", customer_id)
        chosen = PaymentFilter(filters)
        return AsyncPaginator(lambda _: self._all_of_customer(route, chosen), Payment)

    async def _all_of_customer(
        self, route: Route, chosen: PaymentFilter
    ) -> PaginatedResponse[Payment]:
        whole = await self._list(Payment, route)
        rows = chosen.apply(whole.data)
        return PaginatedResponse(rows, whole_list(rows), whole.http, whole.request_id)

    @shown_by(
        "POST /payments",
        Made(
            "/payments?invoiceId={invoiceId}&limit=100",
            Payment,
            drifts=("status", "failureReason", "providerTransactionId"),
            place="/invoices/{invoiceId}",
        ),
    )
    async def create(
        self,
        *,
        invoice_id: str,
        provider: str,
        amount: Amount,
        currency: Union[Currency, str],
        status: PaymentStatus,
        provider_transaction_id: Omittable[Optional[str]] = UNSET,
        failure_reason: Omittable[Optional[str]] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[Payment]:
        """Record a payment that was made elsewhere; `provider` is free text.

        `amount` is in major units: 15000 is fifteen thousand naira, not kobo. A successful one
        marks the invoice as paid, whatever its amount and currency. The 1.0 server refuses the
        status "pending".
        """
        if self._caller.config.marks and provider_transaction_id in (UNSET, None):
            provider_transaction_id = new_mark()
        body = _ARGUMENTS.body(**locals())
        return await self._post(Payment, Route("/payments"), body, repeat="once", keys_first=True)

    async def get(self, payment_id: str) -> Response[Payment]:
        """Get a payment with its invoice and customer."""
        return await self._get(Payment, Route("/payments/{payment_id}", payment_id))

    @shown_by(
        "POST /payments/{payment_id}/refund",
        Reached(
            "/payments/{payment_id}",
            Payment,
            test=is_refunded,
            at="metadata.refundedAt",
            before=("SUCCEEDED",),
            once=True,
        ),
    )
    async def refund(
        self,
        payment_id: str,
        *,
        amount: Omittable[Optional[Amount]] = UNSET,
        reason: Omittable[Optional[str]] = UNSET,
    ) -> Response[Payment]:
        """Refund a successful payment, whole unless `amount` is given: above 0, in major units.

        A payment can be refunded once: any amount turns it into "refunded", and is then its
        `refunded_amount`. The invoice stays as it is. Calls at the same time may both be carried
        out: have a lock of your own, also between processes.
        """
        route = Route("/payments/{payment_id}/refund", payment_id)
        body = _REFUND.body(amount=amount, reason=reason)
        try:
            return await self._post(Payment, route, body, repeat="once")
        except BadRequestError as error:
            if is_not_refundable(error):
                error.add_hint(ONE_REFUND)
            raise
