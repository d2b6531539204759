"""What the SDK warns of: arguments that the server has no place for."""

from __future__ import annotations


class NovaBillingWarning(UserWarning):
    """Warns that the server cannot store what was given."""
