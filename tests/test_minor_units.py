"""Currencies and their smallest units, there and back."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novabilling.types import CURRENCY_DECIMALS, Currency, from_minor_units, to_minor_units
from tests.samples import body_of

CODES = st.sampled_from(sorted(CURRENCY_DECIMALS))


def test_the_decimals_are_those_that_the_server_says():
    assert {row["code"]: row["decimals"] for row in body_of("currencies-list")} == CURRENCY_DECIMALS
    assert list(CURRENCY_DECIMALS) == list(get_args(Currency))


def test_the_decimals_cannot_be_changed():
    with pytest.raises(TypeError):
        CURRENCY_DECIMALS["NGN"] = 0


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        (15000, "NGN", 1_500_000),
        (19.99, "USD", 1999),
        (Decimal("19.90"), "usd", 1990),
        (500, "XOF", 500),
        (Decimal("500.00"), "XOF", 500),
        (1.234, "TND", 1234),
        (0, "KES", 0),
        (-0.01, "EUR", -1),
        (999_999_999_999_999, "JPY", 999_999_999_999_999),
    ],
)
def test_an_amount_in_minor_units_and_back(amount, currency, units):
    assert to_minor_units(amount, currency) == units
    back = from_minor_units(units, currency)
    assert back == Decimal(str(amount))
    assert type(back) is Decimal
    assert -back.as_tuple().exponent == CURRENCY_DECIMALS[currency.upper()]


@given(st.integers(-(10**13), 10**13), CODES)
def test_minor_units_survive_the_way_through_amounts(units, currency):
    assert to_minor_units(from_minor_units(units, currency), currency) == units


def test_the_users_decimal_context_rounds_nothing():
    with localcontext() as context:
        context.prec = 3
        assert to_minor_units(Decimal("12345678.91"), "USD") == 1234567891
        assert str(from_minor_units(1234567891, "USD")) == "12345678.91"
        assert str(from_minor_units(10**40 + 1, "USD")) == "1" + "0" * 37 + "0.01"


@pytest.mark.parametrize(
    ("amount", "currency"), [(100.5, "XOF"), (19.999, "USD"), (Decimal("0.0001"), "TND")]
)
def test_an_amount_with_more_decimals_than_its_currency_is_refused(amount, currency):
    with pytest.raises(ValueError, match=f"more decimals than {currency}"):
        to_minor_units(amount, currency)


@pytest.mark.parametrize("convert", [to_minor_units, from_minor_units])
@pytest.mark.parametrize("currency", ["ABC", "abc"])
def test_a_currency_whose_decimals_nobody_says_is_an_error(convert, currency):
    with pytest.raises(ValueError, match=f"does not say how many decimals {currency} has"):
        convert(1, currency)


@pytest.mark.parametrize("convert", [to_minor_units, from_minor_units])
@pytest.mark.parametrize("currency", ["", "NAIRA", "₦", None, 566])
def test_what_is_no_code_is_refused(convert, currency):
    with pytest.raises(ValueError, match=r"^currency must be a code of three letters"):
        convert(1, currency)


@pytest.mark.parametrize("amount", ["19.99", None, [1]])
def test_an_amount_that_is_no_number_is_refused(amount):
    with pytest.raises(TypeError, match=r"^amount must be an int, Decimal or float"):
        to_minor_units(amount, "USD")


@pytest.mark.parametrize("amount", [True, float("nan"), Decimal("Infinity"), 10**15])
def test_an_amount_that_cannot_be_money_is_refused(amount):
    with pytest.raises(ValueError, match=r"^amount must be"):
        to_minor_units(amount, "USD")


@pytest.mark.parametrize("units", [19.0, "1999", True, Decimal(1999), None])
def test_units_that_are_not_whole_are_refused(units):
    with pytest.raises(TypeError, match=r"^units must be an int"):
        from_minor_units(units, "USD")
