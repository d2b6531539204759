"""The cards and accounts that a customer pays with."""

from __future__ import annotations

from typing import Any, Dict, Optional

from .._words.fields import Model, Timestamp, Word
from .._words.literals import PaymentMethodType


class PaymentMethod(Model, frozen=True, kw_only=True):
    """A card, bank account or mobile wallet stored at a payment provider."""

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
