"""The page of a payment provider on which an invoice is paid."""

from __future__ import annotations

from .._words.fields import Model, Timestamp


class Checkout(Model, frozen=True, kw_only=True):
    """Where to send the payer, and the payment that waits for them.

    Attributes:
        checkout_url: The provider's page on which the payer pays.
        payment_id: The id of the payment that is processing.
        provider: The provider that was taken.
        expires_at: Until when the page can be used, in UTC: half an hour.
    """

    checkout_url: str
    payment_id: str
    provider: str
    expires_at: Timestamp
