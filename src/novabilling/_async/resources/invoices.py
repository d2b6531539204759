"""Invoices: what customers owe, from draft to paid or void."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import Optional, Sequence, Tuple, Union

import msgspec
from msgspec import UNSET

from ..._call.call import Call
from ..._call.errors import NovaBillingError, NovaBillingWarning
from ..._network.answer import Answer, is_file, says_pdf
from ..._network.downloads import Sink, Target
from ..._reconcile.declared import Unknown, shown_by
from ..._resources import invoice_evidence as evidence
from ..._resources.invoice_numbers import (
    LOOK_TAKES,
    Collisions,
    dated_ahead,
    doubts,
    has_number,
    is_collision,
    number_after,
    value_of,
    what_stopped,
)
from ..._resources.invoices import ACCEPT_PDF, PDF_HEAD, read_address, with_note
from ..._resources.payments import STARTED
from ..._runtime import concurrency
from ..._words.arguments import Arguments, not_null, structs
from ..._words.checks import Date, Omittable, currency, identifier, money, number, text, timestamp
from ..._words.literals import Currency, InvoiceStatus
from ..._words.moments import calendar_day
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Invoice, InvoiceItem
from ...types._checkouts import Checkout
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import InvoiceItemDto, InvoiceItemParam, InvoiceItemUnitAmountParam
from ...types._pdf import InvoicePdf
from ..caller import AsyncAgain
from ..pagination import AsyncPaginator
from ..resource import AsyncResource, unreadable

_ITEM = Arguments(wire={"amount": "unitAmount"}, description=text, amount=money, quantity=number)
_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    subscription_id=identifier,
    items=structs(InvoiceItemDto, _ITEM, result=InvoiceItem, unit_amount="amount"),
    status=word(InvoiceStatus),
    currency=currency,
    invoice_number=text,
    due_date=calendar_day,
    paid_at=timestamp,
    created_at=timestamp,
    date_from=timestamp,
    date_to=timestamp,
    payment_method=text,
    callback_url=text,
    email=text,
)


class AsyncInvoices(AsyncResource):
    """Create invoices, send them, and settle them."""

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        status: Optional[InvoiceStatus] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Invoice]:
        """List one page of invoices, the newest first, with their customers.

        Sends `GET /api/invoices` with an API key or a login token, and again after failures that
        may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            status: Only those in this status. None means all.
            date_from: The earliest `created_at`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `created_at`, itself included; a date is midnight UTC, so that day
                is left out. None sets no bound.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.invoices.list(status="draft", date_from="2026-01-01")
            for invoice in page:
                print(invoice.invoice_number, invoice.amount)  # INV-00001 15000
        """
        return await self._list(Invoice, Route("/invoices"), _ARGUMENTS.query(**locals()))

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        status: Optional[InvoiceStatus] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
    ) -> AsyncPaginator[Invoice]:
        """Iterate over all invoices that `list` would page through, 100 for each request.

        Sends `GET /api/invoices` with an API key or a login token, and again after failures that
        may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            status: Only those in this status. None means all.
            date_from: The earliest `created_at`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `created_at`, itself included; a date is midnight UTC. None sets no
                bound.

        Example:
            numbers = []
            for invoice in client.invoices.iter(customer_id=customer_id):
                numbers.append(invoice.invoice_number)
            print(sorted(numbers))  # ['INV-00001', 'INV-00002']
        """
        return self._iter(Invoice, Route("/invoices"), _ARGUMENTS.query(**locals()))

    @shown_by("POST /invoices", evidence.MADE)
    async def create(
        self,
        *,
        customer_id: str,
        items: Sequence[
            Union[InvoiceItemDto, InvoiceItemParam, InvoiceItemUnitAmountParam, InvoiceItem]
        ],
        due_date: Date,
        notes: Omittable[Optional[str]] = UNSET,
        subscription_id: Omittable[Optional[str]] = UNSET,
        status: Omittable[InvoiceStatus] = UNSET,
        invoice_number: Omittable[Optional[str]] = UNSET,
        currency: Omittable[Union[Currency, str]] = UNSET,
        paid_at: Omittable[Optional[Date]] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[Invoice]:
        """Create an invoice, a draft in the customer's currency unless told otherwise.

        Leave `invoice_number` to the server, or give all invoices one. A `NovaBillingWarning` says
        what would stop the server's numbering. Creates without a number that collide with others
        are tried again for up to 30 s, also beyond `max_retries`; 0 switches that off. No webhook
        is sent.

        Sends `POST /api/invoices` (also `GET /api/invoices`) with an API key or a login token, and
        never again once it may have worked. A repeat makes another one. With `invoice_number`, it
        is refused: there is one with it.

        Args:
            customer_id: The id that the server gave the customer.
            items: The lines; `amount` is the price of one unit, in major units: 19.99, not 1999.
                `quantity` is at least 1 (default 1). The amount of the invoice is their sum; `[]`
                is 0. Those of another invoice may be given.
            due_date: The day until which it is to be paid; give a `date`. The server keeps the day
                in UTC: a datetime of another time zone may be of another day there, and a
                `NovaBillingWarning` says so.
            notes: Text that stands on it as a last line of amount 0: the place for a mark of your
                own, by which you find the invoice again. None or unset leaves it empty.
            subscription_id: The subscription that it is for. None or unset leaves it empty.
            status: The status to begin with, for imported data. Unset is "draft".
            invoice_number: A number of your own, "INV-" and digits, higher than all before. None or
                unset leaves it to the server.
            currency: The code of the currency, three letters; sent in upper case. Unset is the
                customer's.
            paid_at: When it was paid, for imported data. It does not mark it as paid: give `status`
                too. None or unset leaves it empty.
            created_at: When it was created, for imported data: only with a number, and not in the
                future. A date is midnight UTC. None or unset is now.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such customer.
            ConflictError: The number is taken, or the numbering has stopped (see `next_number`).

        Example:
            invoice = client.invoices.create(
                customer_id=customer_id,
                items=[{"description": "Support, 1 hour", "amount": 12500, "quantity": 3}],
                due_date="2026-06-30",
                notes="Order 17",
            ).data
            print(invoice.status, invoice.amount, invoice.notes)  # draft 37500 Order 17
        """
        items = with_note(items, notes)
        body = _ARGUMENTS.body(**locals())
        for doubt in doubts(invoice_number, created_at, self._caller.config.now()):
            warnings.warn(doubt, NovaBillingWarning, stacklevel=2)
        again = None if has_number(invoice_number) else self._again_after_collisions()
        return await self._post(
            Invoice, Route("/invoices"), body, repeat="once", keys_first=True, again=again
        )

    def _again_after_collisions(self) -> AsyncAgain:
        collisions = Collisions()

        async def again(error: NovaBillingError, ends: Optional[float]) -> Optional[float]:
            if not is_collision(error) or not self._caller.config.max_retries:
                return None
            if collisions.add():
                newest = await self._newest(ends)
                if newest is not None and collisions.have_stopped_all(newest):
                    error.add_hint(what_stopped(newest, error))
                    return None
            wait = collisions.wait(concurrency.monotonic(), ends)
            if wait is None:
                error.add_hint(collisions.why_too_late())
            return wait

        return again

    async def _newest(self, ends: Optional[float]) -> Optional[Invoice]:
        """Return the invoice that the server counts on from, if it can be read in time."""
        left = LOOK_TAKES if ends is None else ends - concurrency.monotonic()
        looking = type(self)(self._caller.with_one_deadline(min(left, LOOK_TAKES)))
        with suppress(NovaBillingError):
            return next(iter((await looking.list(limit=1)).data), None)
        return None

    async def next_number(self) -> str:
        """Find the number after all that the server may come to: "INV-" and the highest + 1.

        It reads all invoices, one request for each 100. An invoice with this number and without
        `created_at` sets a numbering going that has stopped; until it is made, nobody else should
        create any. A `NovaBillingWarning` says if an invoice is dated in the future: until then,
        each invoice needs a number of its own.

        Sends `GET /api/invoices` with an API key or a login token, and again after failures that
        may pass.

        Example:
            number = client.invoices.next_number()
            print(number)  # INV-00003
        """
        highest, newest = 0, None
        async for invoice in self._with_one_deadline().iter():
            newest = newest or invoice
            highest = max(highest, value_of(invoice.invoice_number))
        if newest is not None and newest.created_at > self._caller.config.now():
            warnings.warn(dated_ahead(newest), NovaBillingWarning, stacklevel=2)
        return number_after(highest)

    async def get(self, invoice_id: str) -> Response[Invoice]:
        """Get an invoice with its customer, subscription and payments.

        Sends `GET /api/invoices/{invoice_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            invoice_id: The id that the server gave the invoice.

        Raises:
            NotFoundError: There is no such invoice.

        Example:
            invoice = client.invoices.get(invoice_id).data
            print(invoice.customer.name, invoice.items[0].description)  # Ada Lovelace Pro plan
        """
        return await self._get(Invoice, Route("/invoices/{invoice_id}", invoice_id))

    async def get_by_number(self, number: str) -> Response[Invoice]:
        """Get an invoice by its number, as `get` does.

        It reads the list, the newest first, one request for each 100 until it is found, and then
        the invoice: keep the server's id where you need one often.

        Sends `GET /api/invoices` (also `GET /api/invoices/{invoice_id}`) with an API key or a login
        token, and again after failures that may pass.

        Args:
            number: The number of the invoice, letter by letter, as "INV-00042".

        Raises:
            NotFoundError: No invoice has this number.

        Example:
            invoice = client.invoices.get_by_number("INV-00001").data
            print(invoice.status)  # draft
        """
        asked = self._with_one_deadline()
        rows, route = asked.iter(), Route("/invoices")
        return await asked.get((await asked._one(rows, route, "invoice_number", number)).id)

    @shown_by("POST /invoices/{invoice_id}/finalize", evidence.FINALIZED)
    async def finalize(self, invoice_id: str) -> Response[Invoice]:
        """Finalize a draft, so that it can be paid.

        The server sends the webhook `invoice.finalized`.

        Sends `POST /api/invoices/{invoice_id}/finalize` with an API key or a login token, and never
        again once it may have worked. A repeat is refused: it is done.

        Args:
            invoice_id: The id that the server gave the invoice.

        Raises:
            BadRequestError: It is no draft.
            NotFoundError: There is no such invoice.

        Example:
            invoice = client.invoices.finalize(invoice_id).data
            print(invoice.status)  # finalized
        """
        route = Route("/invoices/{invoice_id}/finalize", invoice_id)
        return await self._post(Invoice, route, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/void", evidence.VOIDED)
    async def void(self, invoice_id: str) -> Response[Invoice]:
        """Void an invoice that has not been paid.

        The server sends the webhook `invoice.voided`.

        Sends `POST /api/invoices/{invoice_id}/void` with an API key or a login token, and never
        again once it may have worked. A repeat sets the same again.

        Args:
            invoice_id: The id that the server gave the invoice.

        Raises:
            BadRequestError: It is paid.
            NotFoundError: There is no such invoice.

        Example:
            invoice = client.invoices.void(invoice_id).data
            print(invoice.status)  # void
        """
        route = Route("/invoices/{invoice_id}/void", invoice_id)
        return await self._post(Invoice, route, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/mark-paid", evidence.PAID)
    async def mark_paid(
        self, invoice_id: str, *, payment_method: Omittable[Optional[str]] = UNSET
    ) -> Response[Invoice]:
        """Mark an invoice as paid and record a payment of its whole amount.

        It works on drafts and void invoices too. The server sends the webhook `invoice.paid`. Calls
        at the same time may each make a payment: have a lock of your own, also between processes.

        Sends `POST /api/invoices/{invoice_id}/mark-paid` with an API key or a login token, and
        never again once it may have worked. A repeat is refused: it is paid.

        Args:
            invoice_id: The id that the server gave the invoice.
            payment_method: How it was paid, as free text; it becomes the provider of the payment.
                None or unset is "manual".

        Raises:
            BadRequestError: It is paid already.
            NotFoundError: There is no such invoice.

        Example:
            invoice = client.invoices.mark_paid(invoice_id, payment_method="bank").data
            print(invoice.status, invoice.paid_at.date())  # paid 2026-06-01
        """
        body = _ARGUMENTS.body(payment_method=payment_method)
        route = Route("/invoices/{invoice_id}/mark-paid", invoice_id)
        return await self._post(Invoice, route, body, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/checkout", STARTED)
    async def create_checkout(
        self, invoice_id: str, *, callback_url: Omittable[Optional[str]] = UNSET
    ) -> Response[Checkout]:
        """Start a payment at a payment provider; send the payer to its URL.

        The provider is the active one with the lowest priority number. It adds a payment that is
        processing; where the provider refuses, the payment has failed.

        Sends `POST /api/invoices/{invoice_id}/checkout` with an API key or a login token, and never
        again once it may have worked. A repeat makes another one.

        Args:
            invoice_id: The id that the server gave the invoice.
            callback_url: Where the provider sends the payer afterwards; Stripe needs it. None or
                unset leaves it empty.

        Raises:
            BadRequestError: It is paid or void, no provider is active, or the provider refuses.
            NotFoundError: There is no such invoice.
            ServerError: The server has no code for the provider: a 500.

        Example:
            checkout = client.invoices.create_checkout(
                invoice_id, callback_url="https://shop.example.com/thanks"
            ).data
            print(checkout.provider, checkout.checkout_url[:8])  # payu https://
        """
        body = _ARGUMENTS.body(callback_url=callback_url)
        route = Route("/invoices/{invoice_id}/checkout", invoice_id)
        return await self._post(Checkout, route, body, repeat="once")

    async def checkout(
        self, invoice_id: str, *, callback_url: Omittable[Optional[str]] = UNSET
    ) -> Response[Checkout]:
        """Start a payment at a provider: a second name of `create_checkout`.

        Sends `POST /api/invoices/{invoice_id}/checkout` with an API key or a login token, and never
        again once it may have worked. A repeat makes another one.

        Args:
            invoice_id: The id that the server gave the invoice.
            callback_url: Where the provider sends the payer afterwards; Stripe needs it. None or
                unset leaves it empty.

        Raises:
            BadRequestError: It is paid or void, no provider is active, or the provider refuses.
            NotFoundError: There is no such invoice.
            ServerError: The server has no code for the provider: a 500.

        Example:
            checkout = client.invoices.checkout(
                invoice_id, callback_url="https://shop.example.com/thanks"
            ).data
            print(checkout.provider)  # payu
        """
        return await self.create_checkout(invoice_id, callback_url=callback_url)

    @shown_by("POST /invoices/{invoice_id}/send-email", Unknown("an email leaves no trace"))
    async def send_email(
        self, invoice_id: str, *, email: Omittable[Optional[str]] = UNSET
    ) -> Response[Message]:
        """Send an invoice by email, to the customer or to another address.

        The server queues it and does not tell whether it arrived. A second call sends it again.

        Sends `POST /api/invoices/{invoice_id}/send-email` with an API key or a login token, and
        never again once it may have worked.

        Args:
            invoice_id: The id that the server gave the invoice.
            email: The address to send it to, which the server does not check. None or unset is the
                customer's.

        Raises:
            NotFoundError: There is no such invoice.

        Example:
            sent = client.invoices.send_email(invoice_id, email="books@example.com").data
            print(sent.message)  # Invoice email queued for books@example.com
        """
        body = _ARGUMENTS.body(email=email)
        route = Route("/invoices/{invoice_id}/send-email", invoice_id)
        return await self._post(Message, route, body, repeat="once")

    async def get_pdf(self, invoice_id: str) -> Response[InvoicePdf]:
        """Get the PDF of an invoice and its address; two requests.

        The server makes it where there is none yet. Use `download_pdf` for one that should not be
        held in memory.

        Sends `GET /api/invoices/{invoice_id}/pdf` (also `GET /api/invoices/{invoice_id}`) with an
        API key or a login token, and again after failures that may pass.

        Args:
            invoice_id: The id that the server gave the invoice.

        Raises:
            NotFoundError: There is no such invoice.
            ResponseDecodeError: The answer is no PDF, or larger than `max_response_bytes`.

        Example:
            pdf = client.invoices.get_pdf(invoice_id).data
            print(pdf.content[:5])  # b'%PDF-'
        """
        one = self._with_one_deadline()
        file, address = await one._fetch_pdf(invoice_id, None)
        if address is None:
            address = (await one.get(invoice_id)).data.pdf_url
        return Response(InvoicePdf(url=address, content=file.content), file)

    async def download_pdf(self, invoice_id: str, to: Target) -> int:
        """Stream the PDF of an invoice to a path or a binary file object; return its bytes.

        A path only ever holds the whole file; one that was there keeps its mode, and a link is
        followed. What a file object of yours holds after an error is up to you.

        Sends `GET /api/invoices/{invoice_id}/pdf` with an API key or a login token, and again after
        failures that may pass.

        Args:
            invoice_id: The id that the server gave the invoice.
            to: A path, or a file object that is open for writing bytes.

        Raises:
            ValueError: `to` is a folder, a device, or what else is no regular file.
            NotFoundError: There is no such invoice.
            ResponseDecodeError: The answer is no PDF.

        Example:
            size = client.invoices.download_pdf(invoice_id, "invoice.pdf")
            print(size > 500)  # True
        """
        sink = Sink(to)
        try:
            await self._with_one_deadline()._fetch_pdf(invoice_id, sink)
            await concurrency.async_run(sink.commit)
        finally:
            sink.discard()
        return sink.written

    async def _fetch_pdf(
        self, invoice_id: str, sink: Optional[Sink]
    ) -> Tuple[Answer, Optional[str]]:
        """Return the answer that is the file, and its address if the server gave that first."""
        route = Route("/invoices/{invoice_id}/pdf", invoice_id)
        call = Call("GET", route, "read", accept=ACCEPT_PDF, sink=sink)
        with self._caller.watch(call) as asking:
            answer = await self._caller.send(asking)
            if is_file(answer.raw_headers):
                _check_pdf(call, answer, sink)
                return answer, None
            address = self._read(call, answer, read_address)
        with self._caller.watch(msgspec.structs.replace(call, url=address)) as fetching:
            answer = await self._caller.send(fetching)
            streamed = is_file(answer.raw_headers)
            _check_pdf(call, answer, sink if streamed else None)
            if sink is not None and not streamed:
                # Storage often names no type, or one of its own; such an answer is in memory.
                await concurrency.async_run(sink.restart)
                await concurrency.async_run(sink.write, answer.content)
        return answer, address


def _check_pdf(call: Call, answer: Answer, sink: Optional[Sink]) -> None:
    """Refuse what neither says that it is a PDF nor begins like one."""
    head = answer.content if sink is None else sink.head
    if not says_pdf(answer.raw_headers) and not head.startswith(PDF_HEAD):
        raise unreadable(call, answer, "it is not a PDF")
