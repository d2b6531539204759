"""The currencies that the server knows."""

from __future__ import annotations

from .._words.fields import Model


class CurrencyInfo(Model, frozen=True, kw_only=True):
    """A currency and how it is written; `decimals` is the number of its minor digits."""

    code: str
    symbol: str
    name: str
    decimals: int
