"""Bodies as a whole: what is left out, metadata, size, text that is none, and structs."""

from __future__ import annotations

import json
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Callable, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novabilling.types import InvoiceItemDto, PriceInput
from tests.asking import NEW_CUSTOMER, connect, customer_text, refuses
from tests.samples import recorded
from tests.support import page

SURROGATE = "canary \ud800"


# What is left out, and None


def test_what_is_left_out_is_not_sent_and_none_is_null_in_a_body():
    client, server = connect(recorded("customer-update"))

    client.customers.update("cus_1", name=None, country=None, metadata=None, net_payment_terms=None)

    assert server.body == {"name": None, "country": None, "metadata": None, "netPaymentTerms": None}


def test_an_update_of_nothing_sends_an_empty_object():
    client, server = connect(recorded("customer-update"))

    client.customers.update("cus_1")

    assert server.request.content == b"{}"
    assert server.request.headers["content-type"] == "application/json"


def test_none_is_not_sent_in_a_query():
    client, server = connect(page([]))

    client.invoices.list(
        customer_id=None, status=None, date_from=None, date_to=None, page=None, limit=None
    )

    assert server.paths == ["GET /api/invoices"]


def test_falsy_values_are_sent():
    body = json.loads(customer_text(net_payment_terms=0, name="", metadata={}))

    assert (body["netPaymentTerms"], body["name"], body["metadata"]) == (0, "", {})


# Metadata

keys = st.text(st.characters(blacklist_categories=["Cs"]), max_size=10)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(keys, json_values, max_size=5))
def test_metadata_is_sent_untouched(metadata):
    assert json.loads(customer_text(metadata=metadata))["metadata"] == metadata


def test_the_keys_of_metadata_and_settings_are_never_renamed():
    client, server = connect(recorded("tenant-update-all"))

    client.tenants.update_me(settings={"my_key": {"is_active": 1}, "otherKey": 2})

    assert server.body == {"settings": {"my_key": {"is_active": 1}, "otherKey": 2}}


def test_decimals_within_metadata_are_sent_exactly():
    assert '"metadata":{"rate":0.10}' in customer_text(metadata={"rate": Decimal("0.10")})


def test_metadata_may_be_any_mapping():
    metadata = MappingProxyType({"a": MappingProxyType({"my_key": 1})})

    assert json.loads(customer_text(metadata=metadata))["metadata"] == {"a": {"my_key": 1}}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda bad: {"a": bad},
        lambda bad: {"a": [1, bad]},
        lambda bad: {"a": {"b": (bad,)}},
        lambda bad: {"a": {bad}},
    ],
)
def test_nan_and_infinity_within_metadata_are_refused(bad, wrap):
    refuses(
        ValueError,
        lambda c: c.customers.create(**NEW_CUSTOMER, metadata=wrap(bad)),
        "^metadata must not be NaN or infinite",
    )


def test_metadata_that_holds_itself_is_refused():
    metadata: Dict[str, Any] = {}
    metadata["self"] = metadata

    refuses(
        ValueError,
        lambda c: c.customers.update("cus_1", metadata=metadata),
        "^metadata must not be nested more than 100 levels deep",
    )


def test_metadata_of_what_json_cannot_hold_is_refused():
    refuses(
        TypeError,
        lambda c: c.customers.update("cus_1", metadata={"a": object()}),
        "type object cannot be sent as JSON",
    )


# Size and surrogates


def test_a_body_of_102400_bytes_is_sent():
    room = 102_400 - len(customer_text(name=""))

    assert len(customer_text(name="x" * room)) == 102_400


def test_a_body_of_one_byte_more_is_refused():
    room = 102_400 - len(customer_text(name=""))

    refuses(
        ValueError,
        lambda c: c.customers.create(**NEW_CUSTOMER, name="x" * (room + 1)),
        "larger than 102,400 bytes",
    )


def test_the_size_of_a_body_is_counted_in_bytes_and_not_in_characters():
    refuses(
        ValueError,
        lambda c: c.customers.update("cus_1", name="é" * 60_000),
        "larger than 102,400 bytes",
    )


SURROGATES: List[Callable[[Any], Any]] = [
    lambda c: c.customers.list(search=SURROGATE),
    lambda c: c.customers.list(country=SURROGATE),
    lambda c: c.invoices.list(date_from=SURROGATE),
    lambda c: c.payments.list(customer_id="cus_1", provider=SURROGATE),
    lambda c: c.customers.update("cus_1", name=SURROGATE),
    lambda c: c.customers.update("cus_1", created_at=SURROGATE),
    lambda c: c.customers.update("cus_1", metadata={"key": SURROGATE}),
    lambda c: c.customers.update("cus_1", metadata={SURROGATE: 1}),
    lambda c: c.customers.update("cus_1", metadata={"a": [{"b": SURROGATE}]}),
    lambda c: c.plans.update("pln_1", features=["ok", SURROGATE]),
    lambda c: c.plans.update("pln_1", features=[SURROGATE]),
    lambda c: c.invoices.create(
        customer_id="c",
        items=[InvoiceItemDto(description=SURROGATE, amount=1)],
        due_date="2027-01-01",
    ),
    lambda c: c.invoices.create(customer_id="c", items=[], due_date="2027-01-01", notes=SURROGATE),
    lambda c: c.auth.login(email="a@b.co", password=SURROGATE),
    lambda c: c.payment_providers.create(type="stripe", credentials={"secret_key": SURROGATE}),
    lambda c: c.payment_providers.create(type=SURROGATE, credentials={}),
    lambda c: c.webhooks.create(url=SURROGATE, events=[]),
    lambda c: c.webhooks.create(url="https://a.co", events=[SURROGATE]),
    lambda c: c.api_keys.create(name="n", scopes=[SURROGATE]),
]


@pytest.mark.parametrize("call", SURROGATES)
def test_a_lone_surrogate_anywhere_is_refused_without_showing_the_text(call):
    client, server = connect(page([]))

    with pytest.raises(ValueError, match="lone surrogates") as caught:
        call(client)

    assert server.requests == []
    assert "canary" not in str(caught.value)
    # UnicodeEncodeError is a ValueError that carries the whole text.
    assert type(caught.value) is ValueError
    assert caught.value.__context__ is None


# Structs


def create_invoice(items: Any, **more: Any) -> Any:
    client, server = connect(recorded("invoice-create"))
    client.invoices.create(customer_id="cus_1", items=items, due_date="2027-01-01", **more)
    return server.body


@pytest.mark.parametrize(
    "item",
    [
        InvoiceItemDto(description="Setup", amount=15000.5, quantity=2),
        InvoiceItemDto("Setup", 15000.5, 2),
        {"description": "Setup", "amount": 15000.5, "quantity": 2},
        {"description": "Setup", "unit_amount": Decimal("15000.5"), "quantity": 2},
    ],
)
def test_an_invoice_item_is_a_struct_or_a_dict_with_the_price_of_one_unit(item):
    assert create_invoice([item])["items"] == [
        {"description": "Setup", "unitAmount": 15000.5, "quantity": 2}
    ]


def test_an_invoice_item_has_the_quantity_one_unless_told_otherwise():
    items = create_invoice([InvoiceItemDto("a", 1), {"description": "b", "amount": 2}])["items"]

    assert [item["quantity"] for item in items] == [1, 1]


def test_the_items_may_be_any_iterable_but_text_and_mappings():
    assert (
        create_invoice((InvoiceItemDto("a", 1),))["items"]
        == create_invoice(iter([InvoiceItemDto("a", 1)]))["items"]
    )


@pytest.mark.parametrize("extra", ["price", "unitAmount", "type", 5])
def test_an_unknown_key_of_a_dict_is_refused_with_the_known_ones(extra):
    message = refuses(
        ValueError,
        lambda c: c.invoices.create(
            customer_id="c",
            items=[{"description": "a", "amount": 1, extra: 1}],
            due_date="2027-01-01",
        ),
        r"^items\[0\]: unknown",
    )

    assert str(extra) in message
    assert "description, amount, quantity" in message


@pytest.mark.parametrize("item", [{"description": "a"}, {"amount": 1}, {}])
def test_a_dict_without_a_required_key_is_refused(item):
    refuses(
        ValueError,
        lambda c: c.invoices.create(customer_id="c", items=[item], due_date="2027-01-01"),
        r"^items\[0\]",
    )


def test_a_dict_that_names_the_price_twice_is_refused():
    item = {"description": "a", "amount": 1, "unit_amount": 2}

    refuses(
        ValueError,
        lambda c: c.invoices.create(customer_id="c", items=[item], due_date="2027-01-01"),
        r"^items\[0\]: two of its keys mean the same$",
    )


@pytest.mark.parametrize("items", ["ab", b"ab", {"description": "a"}, 5, [5], ["a"], [None]])
@pytest.mark.parametrize("more", [{}, {"notes": "n"}], ids=str)
def test_items_of_another_type_are_refused(items, more):
    refuses(
        TypeError,
        lambda c: c.invoices.create(customer_id="c", items=items, due_date="2027-01-01", **more),
    )


@pytest.mark.parametrize("quantity", [True, "2"])
def test_a_quantity_that_is_not_a_number_is_refused(quantity):
    item = InvoiceItemDto(description="a", amount=1, quantity=quantity)

    refuses(
        TypeError,
        lambda c: c.invoices.create(customer_id="c", items=[item], due_date="2027-01-01"),
        r"^items\[0\]\.quantity must be a number",
    )


@pytest.mark.parametrize(
    "price", [PriceInput(currency="usd", amount=29), {"currency": "usd", "amount": 29}]
)
def test_the_prices_of_a_plan_are_structs_or_dicts(price):
    client, server = connect(recorded("plan-create-full"))

    client.plans.create(name="n", code="c", billing_interval="monthly", prices=[price])

    assert server.body["prices"] == [{"currency": "USD", "amount": 29}]
