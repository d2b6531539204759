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
        """List one page of credit notes, the newest first; `limit` is 1 to 100 (default 20)."""
        filters = _ARGUMENTS.query(customer_id=customer_id, invoice_id=invoice_id, status=status)
        return await self._list(CreditNote, Route("/credit-notes"), filters, page=page, limit=limit)

    def iter(
        self,
        *,
        customer_id: Optional[str] = None,
        invoice_id: Optional[str] = None,
        status: Optional[CreditNoteStatus] = None,
    ) -> AsyncPaginator[CreditNote]:
        """Iterate over all credit notes that `list` would page through."""
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

        `amount` is in major units. All notes of an invoice that are not void may add up to its
        amount. The 1.0 server does not compare the currency.
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            CreditNote, Route("/credit-notes"), body, repeat="once", keys_first=True
        )

    async def get(self, credit_note_id: str) -> Response[CreditNote]:
        """Get a credit note with its invoice and customer in short."""
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
        """Change what is given, while the note is a draft; `amount` is in major units."""
        body = _ARGUMENTS.body(amount=amount, reason=reason, metadata=metadata)
        route = Route("/credit-notes/{credit_note_id}", credit_note_id)
        return await self._patch(CreditNote, route, body)

    @shown_by(
        "POST /credit-notes/{credit_note_id}/finalize",
        Reached(_ONE, CreditNote, want={"status": "FINALIZED"}, before=("DRAFT",), once=True),
    )
    async def finalize(self, credit_note_id: str) -> Response[CreditNote]:
        """Finalize a draft."""
        route = Route("/credit-notes/{credit_note_id}/finalize", credit_note_id)
        return await self._post(CreditNote, route, repeat="once")

    @shown_by(
        "POST /credit-notes/{credit_note_id}/void",
        Reached(
            _ONE, CreditNote, want={"status": "VOIDED"}, before=("DRAFT", "FINALIZED"), once=True
        ),
    )
    async def void(self, credit_note_id: str) -> Response[CreditNote]:
        """Void a credit note, a draft or a finalized one."""
        route = Route("/credit-notes/{credit_note_id}/void", credit_note_id)
        return await self._post(CreditNote, route, repeat="once")
