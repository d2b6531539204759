"""The cards and accounts that a customer pays with."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .._words.fields import Model, Timestamp, Word
from .._words.literals import PaymentMethodType


class PaymentMethod(Model, frozen=True, kw_only=True):
    """A card, bank account or mobile wallet stored at a payment provider.

    Attributes:
        id: The id that the server gave it.
        customer_id: The id of the customer.
        provider: The provider that knows it, as free text.
        type: "card", "bank_account" or "wallet".
        token_id: The provider's token of it.
        is_default: Whether it is the customer's default.
        created_at: When it was stored, in UTC.
        updated_at: When it was last changed, in UTC.
        last4: The last four digits; None if they are not known.
        brand: The brand of the card; None if it is not known.
        exp_month: The month in which it expires, 1 to 12; None if it is not known.
        exp_year: The year in which it expires; None if it is not known.
        cardholder_name: The name on it; None if it is not known.
        country: The country code; None if it is not known.
        metadata: What the server keeps of it; None if nothing.
    """

    id: str
    customer_id: str
    provider: str
    type: Word[PaymentMethodType]
    token_id: str
    is_default: bool
    created_at: Timestamp
    updated_at: Timestamp
    last4: Optional[str] = None
    brand: Optional[str] = None
    exp_month: Optional[int] = None
    exp_year: Optional[int] = None
    cardholder_name: Optional[str] = None
    country: Optional[str] = None
    metadata: Optional[Dict[str, Any]] = None
