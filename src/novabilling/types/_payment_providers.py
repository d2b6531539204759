"""The services that process payments."""

from __future__ import annotations

from typing import Optional

import msgspec

from .._words.fields import Model, Timestamp


class PaymentProvider(Model, frozen=True, kw_only=True):
    """A configured payment provider; the server never shows its credentials."""

    id: str
    type: str = msgspec.field(name="providerName")
    active: bool = msgspec.field(name="isActive")
    priority: int
    created_at: Optional[Timestamp] = None
    updated_at: Optional[Timestamp] = None

    @property
    def name(self) -> str:
        """Return the type: the server stores no other name."""
        return self.type


class ProviderTest(Model, frozen=True, kw_only=True):
    """Whether a provider could be reached with its credentials."""

    success: bool
    message: str
