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
        """List one page of payments, the newest first, with their invoices and customers.

        The 1.0 server cannot filter by customer: with `customer_id` all payments of the customer
        are read, filtered and paged here, and `invoice` is None.

        Sends `GET /api/payments` (also `GET /api/customers/{customer_id}/payments`) with an API key
        or a login token, and again after failures that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            status: Only those in this status. None means all.
            provider: Only those of this provider, letter by letter. None means all.
            invoice_id: Only those of this invoice. None means all.
            date_from: The earliest `created_at`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `created_at`, itself included; a date is midnight UTC, so that day
                is left out. None sets no bound.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.payments.list(status="successful", limit=50)
            for payment in page:
                print(payment.provider, payment.amount)  # cash 15000
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
        """Iterate over all payments that `list` would page through, 100 for each request.

        Sends `GET /api/payments` (also `GET /api/customers/{customer_id}/payments`) with an API key
        or a login token, and again after failures that may pass.

        Args:
            customer_id: Only those of this customer, which are read in one request. None means all.
            status: Only those in this status. None means all.
            provider: Only those of this provider, letter by letter. None means all.
            invoice_id: Only those of this invoice. None means all.
            date_from: The earliest `created_at`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `created_at`, itself included; a date is midnight UTC. None sets no
                bound.

        Example:
            for payment in client.payments.iter(customer_id=customer_id):
                print(payment.status, payment.amount)  # successful 15000
        """
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
        """Record a payment that was made elsewhere.

        The server sends the webhook `payment.created`.

        Sends `POST /api/payments` with an API key or a login token, and never again once it may
        have worked. A repeat makes another one.

        Args:
            invoice_id: The id of the invoice that was paid.
            provider: Who took the money, as free text such as "cash" or "bank"; it need not be
                configured.
            amount: What was paid, in major units: 15000 is fifteen thousand naira, not kobo. 0 or
                more. The server does not compare it with the invoice.
            currency: The code of the currency, three letters; sent in upper case. It is not
                compared with that of the invoice.
            status: "successful" marks the invoice as paid, whatever the amount and the currency.
                The 1.0 server refuses "pending".
            provider_transaction_id: The provider's id of the payment, a mark by which it is found
                again; it need not be unique. None or unset leaves it empty.
            failure_reason: Why a "failed" one failed, as free text. None or unset leaves it empty.
            created_at: When it was made, for imported data: it becomes `paid_at` of the invoice
                too; a date is midnight UTC. None or unset is now.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such invoice.

        Example:
            payment = client.payments.create(
                invoice_id=invoice_id,
                provider="bank",
                amount=15000,
                currency="NGN",
                status="successful",
            ).data
            invoice = client.invoices.get(invoice_id).data
            print(payment.amount, invoice.status)  # 15000 paid
        """
        if self._caller.config.marks and provider_transaction_id in (UNSET, None):
            provider_transaction_id = new_mark()
        body = _ARGUMENTS.body(**locals())
        return await self._post(Payment, Route("/payments"), body, repeat="once", keys_first=True)

    async def get(self, payment_id: str) -> Response[Payment]:
        """Get a payment with its invoice and customer.

        Sends `GET /api/payments/{payment_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            payment_id: The id that the server gave the payment.

        Raises:
            NotFoundError: There is no such payment.

        Example:
            payment = client.payments.get(payment_id).data
            print(payment.amount, payment.invoice.customer.name)  # 15000 Ada Lovelace
        """
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
        """Refund a successful payment, as a whole or in part.

        The invoice stays as it is. A payment can be refunded once: any amount turns it into
        "refunded", so a second call is refused. Calls at the same time may both be carried out:
        have a lock of your own, also between processes. The server sends the webhook
        `payment.refunded`.

        Sends `POST /api/payments/{payment_id}/refund` with an API key or a login token, and never
        again once it may have worked.

        Args:
            payment_id: The id that the server gave the payment.
            amount: What is given back, in major units of the payment's currency: above 0, and at
                most its amount. It becomes `refunded_amount`. None or unset is all of it.
            reason: Why, as free text; it is kept in the metadata as `refundReason`. None or unset
                leaves it empty.

        Raises:
            ValueError: `amount` is not above 0.
            BadRequestError: It is not successful, was refunded before, or is smaller than `amount`.
            NotFoundError: There is no such payment.

        Example:
            payment = client.payments.refund(
                payment_id, amount=2500, reason="Two bags were torn"
            ).data
            print(payment.status, payment.refunded_amount)  # refunded 2500
        """
        route = Route("/payments/{payment_id}/refund", payment_id)
        body = _REFUND.body(amount=amount, reason=reason)
        try:
            return await self._post(Payment, route, body, repeat="once")
        except BadRequestError as error:
            if is_not_refundable(error):
                error.add_hint(ONE_REFUND)
            raise
