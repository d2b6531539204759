"""Credit notes: amounts of invoices that need not be paid, or are given back."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from msgspec import UNSET

from ..._reconcile.declared import Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import Date, Omittable, currency, identifier, money, plain, timestamp
from ..._words.literals import CreditNoteReason, CreditNoteStatus, Currency
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import PaginatedResponse, Response
from ...types._discounts import CreditNote
from ...types._inputs import Amount
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    invoice_id=not_null(identifier),
    customer_id=not_null(identifier),
    amount=money,
    currency=currency,
    reason=word(CreditNoteReason),
    status=word(CreditNoteStatus),
    created_at=timestamp,
    metadata=plain,
)
_ONE = "/credit-notes/{credit_note_id}"


class AsyncCreditNotes(AsyncResource):
    """Create credit notes, finalize and void them."""

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        invoice_id: Optional[str] = None,
        status: Optional[CreditNoteStatus] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[CreditNote]:
        """List one page of credit notes, the newest first, with invoice and customer in short.

        Sends `GET /api/credit-notes` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            invoice_id: Only those of this invoice. None means all.
            status: Only those in this status. None means all.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.credit_notes.list(status="draft")
            for note in page:
                print(note.invoice.invoice_number, note.amount)  # INV-00001 1500
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, invoice_id=invoice_id, status=status)
        return await self._list(CreditNote, Route("/credit-notes"), filters, page=page, limit=limit)

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        invoice_id: Optional[str] = None,
        status: Optional[CreditNoteStatus] = None,
    ) -> AsyncPaginator[CreditNote]:
        """Iterate over all credit notes that `list` would page through, 100 for each request.

        Sends `GET /api/credit-notes` with an API key or a login token, and again after failures
        that may pass.

        Args:
            customer_id: Only those of this customer. None means all.
            invoice_id: Only those of this invoice. None means all.
            status: Only those in this status. None means all.

        Example:
            for note in client.credit_notes.iter(customer_id=customer_id):
                print(note.amount, note.reason)  # 1500 other
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, invoice_id=invoice_id, status=status)
        return self._iter(CreditNote, Route("/credit-notes"), filters)

    @shown_by(
        "POST /credit-notes",
        Made(
            "/credit-notes?invoiceId={invoiceId}&limit=100",
            CreditNote,
            drifts=("status", "amount", "reason", "metadata"),
            place="/invoices/{invoiceId}",
        ),
    )
    async def create(
        self,
        *,
        invoice_id: str,
        customer_id: str,
        amount: Amount,
        currency: Union[Currency, str],
        reason: CreditNoteReason,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        status: Omittable[CreditNoteStatus] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[CreditNote]:
        """Create a credit note, a draft unless told otherwise.

        The invoice stays as it is. The server sends the webhook `credit_note.created`.

        Sends `POST /api/credit-notes` with an API key or a login token, and never again once it may
        have worked. A repeat makes another one.

        Args:
            invoice_id: The id of the invoice that it is for, which may be a draft.
            customer_id: The id of that invoice's customer.
            amount: What need not be paid or is given back, in major units. 0 or more; all notes of
                an invoice that are not void may add up to its amount.
            currency: The code of the currency, three letters; sent in upper case. The 1.0 server
                does not compare it with the invoice's.
            reason: Why: "duplicate", "product_unsatisfactory", "order_change" or "other".
            metadata: Data of your own, any JSON object. None or unset leaves it empty.
            status: The status to begin with, for imported data. Unset is "draft".
            created_at: When it was created, for imported data; a date is midnight UTC. None or
                unset is now.

        Raises:
            BadRequestError: The invoice is another customer's, or the notes would exceed its
                amount.
            NotFoundError: There is no such invoice or customer.

        Example:
            note = client.credit_notes.create(
                invoice_id=invoice_id,
                customer_id=customer_id,
                amount=2500,
                currency="NGN",
                reason="product_unsatisfactory",
            ).data
            print(note.status, note.amount)  # draft 2500
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            CreditNote, Route("/credit-notes"), body, repeat="once", keys_first=True
        )

    async def get(self, credit_note_id: str) -> Response[CreditNote]:
        """Get a credit note with its invoice and customer in short.

        Sends `GET /api/credit-notes/{credit_note_id}` with an API key or a login token, and again
        after failures that may pass.

        Args:
            credit_note_id: The id that the server gave the credit note.

        Raises:
            NotFoundError: There is no such credit note.

        Example:
            note = client.credit_notes.get(credit_note_id).data
            print(note.invoice.status, note.customer.name)  # draft Ada Lovelace
        """
        return await self._get(CreditNote, Route("/credit-notes/{credit_note_id}", credit_note_id))

    @shown_by("PATCH /credit-notes/{credit_note_id}", Reached(_ONE, CreditNote))
    async def update(
        self,
        credit_note_id: str,
        *,
        amount: Omittable[Amount] = UNSET,
        reason: Omittable[CreditNoteReason] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[CreditNote]:
        """Change what is given and leave the rest, while the note is a draft.

        Sends `PATCH /api/credit-notes/{credit_note_id}` with an API key or a login token, and again
        after failures that may pass. A repeat sets the same again.

        Args:
            credit_note_id: The id that the server gave the credit note.
            amount: The new amount, in major units of the note's currency, 0 or more. It cannot be
                cleared.
            reason: The new reason.
            metadata: What replaces the old metadata as a whole. None clears it.

        Raises:
            BadRequestError: It is no draft, or the notes would exceed the invoice's amount.
            NotFoundError: There is no such credit note.

        Example:
            note = client.credit_notes.update(credit_note_id, amount=2000, reason="duplicate").data
            print(note.amount, note.reason)  # 2000 duplicate
        """
        body = _ARGUMENTS.body(amount=amount, reason=reason, metadata=metadata)
        route = Route("/credit-notes/{credit_note_id}", credit_note_id)
        return await self._patch(CreditNote, route, body)

    @shown_by(
        "POST /credit-notes/{credit_note_id}/finalize",
        Reached(_ONE, CreditNote, want={"status": "FINALIZED"}, before=("DRAFT",), once=True),
    )
    async def finalize(self, credit_note_id: str) -> Response[CreditNote]:
        """Finalize a draft: it cannot be changed any more.

        The server sends the webhook `credit_note.finalized`.

        Sends `POST /api/credit-notes/{credit_note_id}/finalize` with an API key or a login token,
        and never again once it may have worked. A repeat is refused: it is done.

        Args:
            credit_note_id: The id that the server gave the credit note.

        Raises:
            BadRequestError: It is no draft.
            NotFoundError: There is no such credit note.

        Example:
            note = client.credit_notes.finalize(credit_note_id).data
            print(note.status)  # finalized
        """
        route = Route("/credit-notes/{credit_note_id}/finalize", credit_note_id)
        return await self._post(CreditNote, route, repeat="once")

    @shown_by(
        "POST /credit-notes/{credit_note_id}/void",
        Reached(
            _ONE, CreditNote, want={"status": "VOIDED"}, before=("DRAFT", "FINALIZED"), once=True
        ),
    )
    async def void(self, credit_note_id: str) -> Response[CreditNote]:
        """Void a credit note, a draft or a finalized one.

        The server sends the webhook `credit_note.voided`.

        Sends `POST /api/credit-notes/{credit_note_id}/void` with an API key or a login token, and
        never again once it may have worked. A repeat is refused: it is done.

        Args:
            credit_note_id: The id that the server gave the credit note.

        Raises:
            BadRequestError: It is void already.
            NotFoundError: There is no such credit note.

        Example:
            note = client.credit_notes.void(credit_note_id).data
            print(note.status)  # voided
        """
        route = Route("/credit-notes/{credit_note_id}/void", credit_note_id)
        return await self._post(CreditNote, route, repeat="once")
