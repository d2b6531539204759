"""Currencies that the server knows."""

from __future__ import annotations

from ..._words.routes import Route
from ...types._common import PaginatedResponse
from ...types._currencies import CurrencyInfo
from ..resource import AsyncResource


class AsyncCurrencies(AsyncResource):
    """List currencies. This needs no token."""

    _needs_token = False

    async def list(self) -> PaginatedResponse[CurrencyInfo]:
        """List all currencies with symbol and number of decimals.

        Sends `GET /api/currencies` without a token, and again after failures that may pass.

        Example:
            page = client.currencies.list()
            print(len(page), page[1].code, page[1].decimals)  # 44 NGN 2
        """
        return await self._list(CurrencyInfo, Route("/currencies"))
