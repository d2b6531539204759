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
        """List one page of invoices, the newest first; `limit` is 1 to 100 (default 20).

        The dates bound `created_at`; a bare date is midnight UTC, so `date_to` leaves that day out.
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
        """Iterate over all invoices that `list` would page through."""
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

        `notes` stands on it as a last line of amount 0: the place for a mark of your own, by which
        you find the invoice again. Leave `invoice_number` to the server, or give all invoices one:
        "INV-" and digits, each higher than all before. A `NovaBillingWarning` says what would stop
        the server's numbering. Creates without a number that collide with others are tried again
        for up to 30 s, also beyond `max_retries`; 0 switches that off.

        `due_date` should be a `date`: the server keeps the day in UTC, and a datetime of another
        time zone may be of another day there; a `NovaBillingWarning` says so.

        Raises:
            ConflictError: The number is taken, or the numbering has stopped (see `next_number`).
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
        """
        highest, newest = 0, None
        async for invoice in self._with_one_deadline().iter():
            newest = newest or invoice
            highest = max(highest, value_of(invoice.invoice_number))
        if newest is not None and newest.created_at > self._caller.config.now():
            warnings.warn(dated_ahead(newest), NovaBillingWarning, stacklevel=2)
        return number_after(highest)

    async def get(self, invoice_id: str) -> Response[Invoice]:
        """Get an invoice with its customer, subscription and payments."""
        return await self._get(Invoice, Route("/invoices/{invoice_id}", invoice_id))

    async def get_by_number(self, number: str) -> Response[Invoice]:
        """Get an invoice by its number, as `get` does; `NotFoundError` if there is none.

        It reads the list, the newest first, one request for each 100 until it is found, and then
        the invoice: keep the server's id where you need one often.
        """
        asked = self._with_one_deadline()
        rows, route = asked.iter(), Route("/invoices")
        return await asked.get((await asked._one(rows, route, "invoice_number", number)).id)

    @shown_by("POST /invoices/{invoice_id}/finalize", evidence.FINALIZED)
    async def finalize(self, invoice_id: str) -> Response[Invoice]:
        """Finalize a draft, so that it can be paid."""
        route = Route("/invoices/{invoice_id}/finalize", invoice_id)
        return await self._post(Invoice, route, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/void", evidence.VOIDED)
    async def void(self, invoice_id: str) -> Response[Invoice]:
        """Void an invoice that has not been paid."""
        route = Route("/invoices/{invoice_id}/void", invoice_id)
        return await self._post(Invoice, route, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/mark-paid", evidence.PAID)
    async def mark_paid(
        self, invoice_id: str, *, payment_method: Omittable[Optional[str]] = UNSET
    ) -> Response[Invoice]:
        """Mark an invoice as paid and record a payment of its whole amount.

        `payment_method` is free text and becomes the provider of the payment (default "manual").
        Calls at the same time may each make a payment: have a lock of your own, also between
        processes.
        """
        body = _ARGUMENTS.body(payment_method=payment_method)
        route = Route("/invoices/{invoice_id}/mark-paid", invoice_id)
        return await self._post(Invoice, route, body, repeat="once")

    @shown_by("POST /invoices/{invoice_id}/checkout", STARTED)
    async def create_checkout(
        self, invoice_id: str, *, callback_url: Omittable[Optional[str]] = UNSET
    ) -> Response[Checkout]:
        """Start a payment at the active provider of lowest priority; send the payer to its URL.

        Every call adds a payment that is processing. Some providers need `callback_url`.
        """
        body = _ARGUMENTS.body(callback_url=callback_url)
        route = Route("/invoices/{invoice_id}/checkout", invoice_id)
        return await self._post(Checkout, route, body, repeat="once")

    async def checkout(
        self, invoice_id: str, *, callback_url: Omittable[Optional[str]] = UNSET
    ) -> Response[Checkout]:
        """Start a payment at a provider: a second name of `create_checkout`."""
        return await self.create_checkout(invoice_id, callback_url=callback_url)

    @shown_by("POST /invoices/{invoice_id}/send-email", Unknown("an email leaves no trace"))
    async def send_email(
        self, invoice_id: str, *, email: Omittable[Optional[str]] = UNSET
    ) -> Response[Message]:
        """Send an invoice by email, to the customer or to another address."""
        body = _ARGUMENTS.body(email=email)
        route = Route("/invoices/{invoice_id}/send-email", invoice_id)
        return await self._post(Message, route, body, repeat="once")

    async def get_pdf(self, invoice_id: str) -> Response[InvoicePdf]:
        """Get the PDF of an invoice and its address; two requests.

        Use `download_pdf` for one that should not be held in memory.
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

        Raises:
            ValueError: `to` is a folder, a device, or what else is no regular file.
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
