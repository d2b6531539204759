from __future__ import annotations

import inspect
import re
import warnings
from decimal import Decimal

import pytest

from novabilling import NovaBillingError, NovaBillingWarning
from novabilling.types import InvoiceItemDto, PriceInput
from tests.operations import METHODS
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

INVOICE = {"customer_id": "cus_1", "due_date": "2027-01-31"}
NOTE = {"invoice_id": "inv_1", "customer_id": "cus_1", "reason": "other"}
PAYMENT = {"invoice_id": "inv_1", "provider": "cash", "status": "successful"}
PLAN = {"name": "Pro", "code": "pro", "billing_interval": "monthly"}
ADD_ON = {"name": "Setup", "code": "setup"}
COUPON = {"code": "SAVE", "name": "Save"}

CALLS = {
    "invoices.create": lambda c, amount, code: c.invoices.create(
        **INVOICE, currency=code, items=[InvoiceItemDto(description="x", amount=amount)]
    ),
    "payments.create": lambda c, amount, code: c.payments.create(
        **PAYMENT, amount=amount, currency=code
    ),
    "plans.create": lambda c, amount, code: c.plans.create(
        **PLAN, prices=[{"currency": "USD", "amount": 1}, PriceInput(code, amount)]
    ),
    "plans.add_price": lambda c, amount, code: c.plans.add_price(
        "pln_1", currency=code, amount=amount
    ),
    "add_ons.create": lambda c, amount, code: c.add_ons.create(
        **ADD_ON, prices=[{"currency": code, "amount": amount}]
    ),
    "add_ons.update": lambda c, amount, code: c.add_ons.update(
        "add_1", prices=[{"currency": code, "amount": amount}]
    ),
    "add_ons.apply": lambda c, amount, code: c.add_ons.apply(
        add_on_id="add_1", customer_id="cus_1", amount=amount, currency=code
    ),
    "credit_notes.create": lambda c, amount, code: c.credit_notes.create(
        **NOTE, amount=amount, currency=code
    ),
    "coupons.create": lambda c, amount, code: c.coupons.create(
        **COUPON, discount_type="fixed_amount", discount_value=amount, currency=code
    ),
    "wallets.create": lambda c, amount, code: c.wallets.create(
        customer_id="cus_1", currency=code, paid_credits=amount
    ),
}
"""Every operation that takes an amount beside its currency."""


async def warned(client_for, call):
    """Make a call and return the texts of its warnings; it is sent all the same."""
    server = Server(problem(400))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(NovaBillingError):
            await call(client_for(server))
    assert len(server.requests) == 1
    assert {warning.category for warning in caught} <= {NovaBillingWarning}
    assert {warning.filename for warning in caught} <= {__file__}
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("amount", "code", "decimals"),
    [
        (100.5, "XOF", "no"),
        (Decimal("0.1"), "jpy", "no"),
        (19.999, "USD", "2"),
        (Decimal("0.0001"), "NGN", "2"),
        (1.2345, "TND", "3"),
    ],
)
async def test_more_decimals_than_the_currency_has_are_warned_about(
    client_for, name, amount, code, decimals
):
    (message,) = await warned(client_for, lambda client: CALLS[name](client, amount, code))

    assert f": {amount} {code.upper()} is sent as it is" in message
    assert f"{code.upper()} has {decimals} decimals" in message


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (100, "XOF"),
        (100.0, "XOF"),
        (Decimal("100.00"), "xof"),
        (19.99, "USD"),
        (-0.5, "NGN"),
        (1.234, "TND"),
        (10**14, "JPY"),
        (0.1234, "ABC"),  # the server says nothing of it
    ],
)
async def test_what_the_currency_can_express_is_not(client_for, name, amount, code):
    assert await warned(client_for, lambda client: CALLS[name](client, amount, code)) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.coupons.create(
            **COUPON, discount_type="percentage", discount_value=12.5, currency="XOF"
        ),
        lambda c: c.wallets.create(customer_id="cus_1", currency="USD", rate_amount=0.001),
        lambda c: c.wallets.create(
            customer_id="cus_1", currency="USD", rate_amount=0.001, paid_credits=5000
        ),
        lambda c: c.invoices.create(
            **INVOICE,
            currency="USD",
            items=[{"description": "Calls", "amount": 0.005, "quantity": 1000}],
        ),
        lambda c: c.invoices.create(
            **INVOICE,
            currency="USD",
            items=[{"description": "Hours", "amount": 10, "quantity": 0.1 + 0.2}],
        ),
        lambda c: c.invoices.create(
            **INVOICE,
            currency="USD",
            items=[{"description": "x", "amount": 1, "quantity": Decimal("1E+300")}],
        ),
        lambda c: c.invoices.create(**INVOICE, currency=None, items=[]),
        lambda c: c.customers.create(external_id="u", email="a@example.com", currency="XOF"),
    ],
)
async def test_percentages_and_prices_of_a_part_are_not_amounts(client_for, call):
    assert await warned(client_for, call) == []


async def test_a_price_counts_times_its_quantity_and_is_named(client_for):
    items = [
        {"description": "ok", "unit_amount": 0.5, "quantity": 2},
        {"description": "x", "unit_amount": 0.5, "quantity": 3},
    ]

    of_items = await warned(
        client_for, lambda c: c.invoices.create(**INVOICE, currency="XOF", items=items)
    )
    of_credits = await warned(
        client_for,
        lambda c: c.wallets.create(
            customer_id="cus_1",
            currency="XOF",
            rate_amount=Decimal("0.5"),
            paid_credits=10,
            granted_credits=3,
        ),
    )
    of_prices = await warned(client_for, lambda c: CALLS["plans.create"](c, 0.5, "XOF"))

    assert [text.partition(" XOF")[0] for text in of_items] == ["items[1]: 1.5"]
    assert [text.partition(" XOF")[0] for text in of_credits] == ["granted_credits: 1.5"]
    assert [text.partition(" XOF")[0] for text in of_prices] == ["prices[1].amount: 0.5"]


async def test_the_warning_points_at_the_line_of_the_call(client_for):
    client = client_for(Server(problem(400)))

    with pytest.warns(NovaBillingWarning) as caught:  # noqa: PT031
        with pytest.raises(NovaBillingError):
            await client.plans.add_price("pln_1", currency="XOF", amount=0.5)
        line = inspect.currentframe().f_lineno - 1

    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]


def test_every_operation_with_an_amount_and_its_currency_is_tried(client_for):
    client = client_for(Server(problem(400)))
    found = []
    for resource, method in METHODS:
        parameters = inspect.signature(getattr(getattr(client, resource), method)).parameters
        hints = {name: str(parameter.annotation) for name, parameter in parameters.items()}
        amounts = [name for name, hint in hints.items() if re.search(r"\bAmount\b|ItemDto", hint)]
        if "PriceInput" in "".join(hints.values()) or ("currency" in hints and amounts):
            found.append(f"{resource}.{method}")

    assert sorted(found) == sorted(CALLS)
