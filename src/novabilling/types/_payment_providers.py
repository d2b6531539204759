"""The services that process payments."""

from __future__ import annotations

from typing import Optional

import msgspec

from .._words.fields import Model, Timestamp


class PaymentProvider(Model, frozen=True, kw_only=True):
    """A configured payment provider; the server never shows its credentials.

    Attributes:
        id: The id that the server gave it.
        type: The provider's name, such as "stripe".
        active: Whether checkouts may use it.
        priority: A whole number from 1: of the active ones, the lowest is used.
        created_at: When it was configured, in UTC; None in the answer to an update.
        updated_at: When it was last changed, in UTC; None in the answer to `create`.
    """

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
    """Whether a provider could be reached with its credentials.

    Attributes:
        success: Whether it worked.
        message: What the server says of it.
    """

    success: bool
    message: str
