"""The payments of one customer, filtered and paged here: the 1.0 server has no such filter."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, Iterable, List, Mapping, Optional

from .._call.errors import NovaBillingError
from .._reconcile.comparing import at, same_number, shows
from .._reconcile.declared import Made
from .._words.literals import PaymentStatus
from .._words.moments import moment_of
from .._words.vocabulary import vocabulary
from ..types._billing import Payment

ONE_REFUND = (
    "a payment has one refund, and this one may be used: payments.get() shows status and "
    "refunded_amount"
)

STARTED = Made(
    "/payments?invoiceId={invoice_id}&limit=100",
    None,  # the address of the checkout is not shown again
    want={"status": "PROCESSING"},
    drifts=("status",),
    place="/invoices/{invoice_id}",
    row_of=Payment,
)
"""What shows that a payment was started at a provider, from either side."""


def is_refunded(payment: Dict[str, Any], sent: Dict[str, Any]) -> bool:
    """Say whether a payment was refunded as a call asked for: whole, if it named no amount."""
    amount = sent.get("amount")
    wanted = payment.get("amount") if amount is None else amount
    refunded = at(payment, "metadata.refundAmount")
    return (
        payment.get("status") == "REFUNDED"
        and (wanted == refunded or same_number(wanted, refunded))
        and shows("reason", sent.get("reason"), at(payment, "metadata.refundReason"))
    )


_FILTERS = {"status", "provider", "invoiceId", "dateFrom", "dateTo"}
_NO_FILTERS = {"customerId", "page", "limit"}


class PaymentFilter:
    """The filters of `payments.list`, as the server would apply them."""

    def __init__(self, query: Mapping[str, str]) -> None:
        unknown = query.keys() - _FILTERS - _NO_FILTERS
        if unknown:  # it would be ignored in silence
            raise NotImplementedError(f"no filter for {', '.join(sorted(unknown))} with a customer")
        status = query.get("status")
        self._status = status and vocabulary(PaymentStatus).decode(status)
        self._provider = query.get("provider")
        self._invoice_id = query.get("invoiceId")
        self._date_from = _moment("date_from", query.get("dateFrom"))
        self._date_to = _moment("date_to", query.get("dateTo"))

    def apply(self, payments: Iterable[Payment]) -> List[Payment]:
        """Return the payments that pass, the newest first."""
        rows = [payment for payment in payments if self._passes(payment)]
        return sorted(rows, key=lambda payment: payment.created_at, reverse=True)

    def _passes(self, payment: Payment) -> bool:
        return (
            (not self._status or payment.status == self._status)
            and (not self._provider or payment.provider == self._provider)
            and (not self._invoice_id or payment.invoice_id == self._invoice_id)
            and (self._date_from is None or payment.created_at >= self._date_from)
            and (self._date_to is None or payment.created_at <= self._date_to)
        )


def _moment(name: str, text: Optional[str]) -> Optional[datetime]:
    moment = None if text is None else moment_of(text)
    if text is not None and moment is None:
        raise ValueError(f"{name} must be an ISO 8601 date or date and time")
    return moment


def is_not_refundable(error: NovaBillingError) -> bool:
    """Say whether the server refuses a refund for the status of the payment."""
    return "payments can be refunded" in error.message
