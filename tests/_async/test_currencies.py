from __future__ import annotations

import pytest

from novabilling.types import CurrencyInfo
from tests.samples import Case, name_of, recorded, sent, shape
from tests.support import Server

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/currencies", None, "currencies-list", [CurrencyInfo]),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).currencies)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_a_currency_has_its_symbol_and_its_decimals(client_for):
    currencies = await client_for(Server(recorded("currencies-list"))).currencies.list()

    assert currencies.meta.total == 44
    assert currencies.data[0] == CurrencyInfo(
        code="ZAR", symbol="R", name="South African Rand", decimals=2
    )


async def test_a_client_without_a_token_may_list_them(client_for):
    server = Server(recorded("currencies-list"))

    await client_for(server, token=None).currencies.list()

    assert "authorization" not in server.request.headers
