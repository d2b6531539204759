"""The currencies that the server knows."""

from __future__ import annotations

from .._words.fields import Model


class CurrencyInfo(Model, frozen=True, kw_only=True):
    """A currency and how it is written.

    Attributes:
        code: The code of three letters, such as "NGN".
        symbol: How it is written before an amount.
        name: Its name.
        decimals: How many digits of an amount are minor: 2 for cents and kobo, 0 where there are
            none.
    """

    code: str
    symbol: str
    name: str
    decimals: int
