"""Numbers and texts of classes of their own: NumPy's, and those of frameworks. None is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any

import pytest

from novabilling.sandbox import Sandbox
from novabilling.types import InvoiceItemDto, from_minor_units, to_minor_units
from tests.asking import NEW_CUSTOMER, connect, customer_text, price_text, refuses
from tests.samples import recorded
from tests.support import page

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # with more, no test may fork
np: Any = pytest.importorskip("numpy", reason="NumPy is not installed")


def test_numpy_is_not_imported():
    code = (
        "import novabilling.sandbox, sys; novabilling.sandbox.Sandbox().client().plans.list(); "
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# Amounts


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (np.int64(2500), "2500"),
        (np.uint8(7), "7"),
        (np.float64(19.99), "19.99"),
        (np.float64(0.1), "0.1"),
        (np.float32(19.25), "19.25"),
        (np.float16(0.5), "0.5"),
        (np.longdouble(2.5), "2.5"),
    ],
)
def test_an_amount_of_numpy_is_sent_exactly(amount, text):
    assert price_text(amount) == text


@pytest.mark.parametrize(
    ("amount", "match"),
    [
        (np.float32(0.1), r"^amount must have at most 4 decimals.*numpy.float32 holds 0.100000001"),
        (np.float64(0.12345), "^amount must have at most 4 decimals"),
        (np.float64("nan"), "^amount must be a finite number"),
        (np.float32("inf"), "^amount must be a finite number"),
    ],
)
def test_an_amount_of_numpy_that_is_not_exact_is_refused(amount, match):
    refuses(ValueError, lambda c: c.plans.add_price("p", currency="NGN", amount=amount), match)


@pytest.mark.parametrize("amount", [np.bool_(True), np.array([1]), np.complex64(1), Fraction(1, 2)])
def test_what_is_no_number_of_one_amount_is_refused(amount):
    refuses(
        TypeError,
        lambda c: c.plans.add_price("p", currency="NGN", amount=amount),
        r"^amount must be an int, Decimal or float, not (numpy\.|fractions\.Fraction)",
    )


def test_an_extended_float_that_is_no_float_is_refused():
    amount = np.longdouble("0.1")
    if float(amount) == amount:
        pytest.skip("it is a float here")

    refuses(
        ValueError,
        lambda c: c.plans.add_price("p", currency="NGN", amount=amount),
        r"^amount: a numpy\.\w+ that is no float exactly: give a Decimal",
    )


def test_an_item_takes_numbers_of_numpy():
    client, server = connect(recorded("invoice-get"))
    item = InvoiceItemDto(description="Rice", amount=np.float64(19.99), quantity=np.float64(1.5))

    client.invoices.create(customer_id="c", items=[item], due_date="2030-01-01")

    assert b'"unitAmount":19.99' in server.request.content
    assert b'"quantity":1.5' in server.request.content


def test_minor_units_take_numbers_of_numpy():
    assert to_minor_units(np.float64(19.99), "USD") == 1999
    assert from_minor_units(np.int64(1999), "USD") == Decimal("19.99")
    with pytest.raises(TypeError, match=r"^units must be an int, not numpy\.float64"):
        from_minor_units(np.float64(1999), "USD")


def test_whole_numbers_may_be_of_numpy():
    client, server = connect(page([]))

    client.customers.list(page=np.int64(2), limit=np.int32(5))

    assert server.request.url.query == b"page=2&limit=5"


def test_a_bool_of_numpy_is_named_as_what_it_is():
    refuses(
        TypeError,
        lambda c: c.plans.update("pln_1", active=np.bool_(True)),
        r"^active must be True or False, not numpy\.bool",
    )


# Metadata


def test_numbers_of_numpy_in_metadata_are_sent_exactly():
    metadata = {
        "a": np.int64(3),
        "b": [np.float64(0.1), {"c": np.float32(0.25)}],
        "d": np.float32(0.1),
        "e": np.str_("text"),
    }

    sent = json.loads(customer_text(metadata=metadata))["metadata"]

    assert sent == {"a": 3, "b": [0.1, {"c": 0.25}], "d": float(np.float32(0.1)), "e": "text"}


@pytest.mark.parametrize(
    ("value", "error", "match"),
    [
        (np.float64("nan"), ValueError, "metadata must not be NaN or infinite"),
        (np.float32("inf"), ValueError, "metadata must not be NaN or infinite"),
        (np.bool_(True), TypeError, r"metadata: a value of type numpy\.bool"),
        (np.array([1]), TypeError, r"metadata: a value of type numpy\.ndarray cannot be sent"),
        (np.complex64(1), TypeError, r"metadata: a value of type numpy\.complex64"),
        ({5: "a"}, TypeError, "metadata: keys must be str, not 5"),
        ({None: "a"}, TypeError, "metadata: keys must be str, not None"),
        ({("a", "b"): "a"}, TypeError, r"metadata: keys must be str, not \('a', 'b'\)"),
        ({np.int64(5): "a"}, TypeError, r"metadata: keys must be str, not (np\.int64\()?5"),
        (object(), TypeError, "metadata: a value of type object cannot be sent as JSON"),
    ],
)
def test_what_cannot_be_sent_in_metadata_is_refused_with_its_place(value, error, match):
    def call(client: Any) -> None:
        client.customers.create(**NEW_CUSTOMER, metadata={"rows": [1, {"value": value}]})

    message = refuses(error, call, f"^{match}")
    assert message.endswith(", at metadata['rows'][1]['value']")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (
            lambda c: c.customers.update("c", metadata={5: "a"}),
            "^metadata: keys must be str, not 5$",
        ),
        (
            lambda c: c.events.create(subscription_id="s", code="c", properties={5: 1}),
            r"^(events\[0\]\.)?properties: keys must be str, not 5$",
        ),
        (lambda c: c.tenants.update_me(settings={5: 1}), "^settings: keys must be str, not 5$"),
        (
            lambda c: c.payment_providers.create(type="paystack", credentials={5: "canary"}),
            "^credentials: keys must be str, not int$",
        ),
        (
            lambda c: c.invoices.create(customer_id="c", items=[{5: 1}], due_date="2030-01-01"),
            r"^items\[0\]: unknown 5",
        ),
    ],
)
def test_a_key_that_is_no_str_is_refused_with_its_place(call, match):
    message = refuses((TypeError, ValueError), call, match)  # type: ignore[arg-type]
    assert "canary" not in message


def test_a_place_that_is_long_is_cut():
    metadata = {"x" * 1000: {"y" * 1000: {5: "a"}}}

    message = refuses(TypeError, lambda c: c.customers.update("c", metadata=metadata))

    assert len(message) < 300


# Classes of Python's own kinds


class SafeText(str):
    """What template engines return."""


class Level(IntEnum):
    HIGH = 3


def test_texts_and_numbers_of_a_class_of_their_own_are_sent_as_what_they_are():
    text = customer_text(name=SafeText("Ada"), metadata={"a": SafeText("b"), "c": Level.HIGH})

    sent = json.loads(text)
    assert (sent["name"], sent["metadata"]) == ("Ada", {"a": "b", "c": 3})


@pytest.mark.parametrize("kind", ["int64", "float32", "float64"])
def test_properties_of_numpy_are_numbers_for_the_metrics(kind):
    client = Sandbox().client()
    client.billable_metrics.create(name="m", code="m", aggregation_type="sum", field_name="v")
    event = {"subscription_id": "s", "code": "m", "properties": {"v": getattr(np, kind)(5)}}

    done = client.events.create_batch([event], check_codes=True)

    assert done.data.total == 1


# Decimals


class Price(Decimal):
    """A Decimal of a program's own, which shows itself in its own way."""

    def __str__(self) -> str:
        return f"N{super().__str__()}"

    def __format__(self, spec: str) -> str:
        return str(self)


class Rate(Decimal, Enum):
    HALF = Decimal("0.5")


@pytest.mark.parametrize("amount", [Price("19.99"), Price("1999e-2")])
def test_a_decimal_of_a_class_of_its_own_is_sent_as_one(amount):
    assert price_text(amount) == "19.99"
    assert to_minor_units(amount, "USD") == 1999
    sent = json.loads(customer_text(metadata={"a": [amount]}), parse_float=Decimal)
    assert sent["metadata"] == {"a": [Decimal("19.99")]}


def test_a_decimal_of_an_enum_is_sent_or_refused_with_its_place():
    assert price_text(Rate.HALF) == "0.5"
    try:
        result = customer_text(metadata={"a": [Rate.HALF]})
    except TypeError as exc:  # an older msgspec
        result = str(exc)
    sent, refused = '"metadata":{"a":[0.5]}', "cannot be sent as JSON, at metadata['a'][0]"
    assert sent in result or result.endswith(refused)


NO_NUMBERS = [
    Decimal("sNaN"),
    Decimal("-sNaN7"),
    Decimal("NaN"),
    Decimal("-Infinity"),
    Price("NaN"),
    Price("sNaN"),
    Price("Infinity"),
    float("nan"),
    float("-inf"),
]


@pytest.mark.parametrize("value", [*NO_NUMBERS, Decimal("1e309"), Price("-1e400")], ids=repr)
def test_a_decimal_that_json_has_no_number_for_is_refused_with_its_place(value):
    message = refuses(
        ValueError, lambda c: c.customers.update("c", metadata={"rows": [1, {"value": value}]})
    )

    assert message == "metadata must not be NaN or infinite, at metadata['rows'][1]['value']"


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_what_is_no_number_is_no_amount_and_no_quantity(value):
    refuses(
        ValueError,
        lambda c: c.plans.add_price("p", currency="NGN", amount=value),
        "^amount must be a finite number$",
    )
    item = {"description": "Rice", "amount": 1, "quantity": value}
    refuses(
        ValueError,
        lambda c: c.invoices.create(customer_id="c", items=[item], due_date="2030-01-01"),
        r"^items\[0\]\.quantity must not be NaN or infinite$",
    )
    with pytest.raises(ValueError, match=r"^amount must be a finite number$"):
        to_minor_units(value, "USD")
