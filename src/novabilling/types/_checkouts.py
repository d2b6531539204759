"""The page of a payment provider on which an invoice is paid."""

from __future__ import annotations

from .._words.fields import Model, Timestamp


class Checkout(Model, frozen=True, kw_only=True):
    """Where to send the payer, and the payment that waits for them."""

    checkout_url: str
    payment_id: str
    provider: str
    expires_at: Timestamp
