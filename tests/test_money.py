"""Money in arguments: exactly the digits that were given, or refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novabilling.types import InvoiceItemDto
from tests.asking import price_text, refuses

# The amounts have all the decimals that the server keeps, more than any currency.
pytestmark = pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0"),
        (15000, "15000"),
        (-5, "-5"),
        (0.1, "0.1"),
        (9999.99, "9999.99"),
        (1e3, "1000"),
        (1e14, "100000000000000"),
        (-0.0, "0"),
        (1e-4, "0.0001"),
        (Decimal("49.9900"), "49.99"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0E-50"), "0"),
        (Decimal("0.1000000000000000000000000000"), "0.1"),
        (Decimal("99999999999.9999"), "99999999999.9999"),
        (Decimal("-99999999999.9999"), "-99999999999.9999"),
        (Decimal("100000000000.0000"), "100000000000"),
        (999999999999999, "999999999999999"),
    ],
)
def test_money_is_sent_as_a_json_number_with_exactly_its_digits(amount, text):
    assert price_text(amount) == text


@given(st.decimals("-99999999999.9999", "99999999999.9999", places=4))
def test_the_json_text_of_a_decimal_is_its_exact_value(amount):
    text = price_text(amount)

    assert Decimal(text) == amount
    assert "E" not in text.upper()


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_the_json_text_of_an_int_is_its_exact_value(amount):
    assert price_text(amount) == str(amount)


@given(st.integers(-(10**11), 10**11).map(lambda units: units / 10_000))
def test_the_json_text_of_a_float_is_its_shortest_repr(amount):
    assert Decimal(price_text(amount)) == Decimal(repr(amount))


@pytest.mark.parametrize(
    "amount",
    [
        True,
        False,
        float("nan"),
        float("inf"),
        -float("inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        0.00001,
        0.1 + 0.2,
        1e-300,
        Decimal("0.00005"),
        Decimal("1E-999999"),
        10**15,
        -(10**15),
        1e15,
        Decimal("1E+999999"),
        100_000_000_000.5,
        Decimal("100000000000.1"),
        Decimal("-123456789012.01"),
    ],
    ids=repr,
)
def test_money_that_the_server_would_change_is_refused(amount):
    refuses(ValueError, lambda c: c.plans.add_price("p", currency="NGN", amount=amount), "^amount")


@pytest.mark.parametrize(
    "amount", ["15000", b"1", [1], Fraction(1, 2), 1j, {"amount": 1}], ids=repr
)
def test_money_of_another_type_is_refused(amount):
    refuses(TypeError, lambda c: c.plans.add_price("p", currency="NGN", amount=amount), "^amount")


def test_a_subclass_of_float_is_sent_by_the_value_of_the_float():
    class Shown(float):
        def __repr__(self) -> str:
            return "about 12"

    assert price_text(Shown(12.5)) == "12.5"


def test_money_within_a_list_is_checked_and_named_by_its_place():
    items = [InvoiceItemDto(description="ok", amount=1), {"description": "x", "amount": "2"}]

    refuses(
        TypeError,
        lambda c: c.invoices.create(customer_id="c", items=items, due_date="2027-01-01"),
        r"^items\[1\]\.amount must be an int, Decimal or float, not str",
    )
