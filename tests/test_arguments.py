"""What may stand in an argument: exactly what is sent, or refused before anything is."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any, Callable, Dict, List

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novabilling import NovaBilling
from novabilling.types import InvoiceItemDto, PriceInput
from tests.samples import recorded
from tests.support import BASE_URL, TOKEN, Server, page

SURROGATE = "canary \ud800"


def connect(answer: httpx.Response) -> Any:
    """Return a client and the server behind it, which always gives this answer."""
    server = Server(answer)
    http = httpx.Client(transport=httpx.MockTransport(server))
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http), server


def json_text(**arguments: Any) -> str:
    """Return the JSON text that a call with these arguments sends."""
    client, server = connect(recorded("customer-create-full"))
    required = {"external_id": "usr_1", "email": "a@b.co", "currency": "NGN"}
    client.customers.create(**{**required, **arguments})
    return str(server.request.content.decode())


def price_text(amount: Any) -> str:
    """Return the JSON text of an amount."""
    client, server = connect(recorded("plan-price-add"))
    client.plans.add_price("pln_1", currency="NGN", amount=amount)
    text = server.request.content.decode()
    prefix, suffix = '{"currency":"NGN","amount":', "}"
    assert text.startswith(prefix)
    assert text.endswith(suffix)
    return str(text[len(prefix) : -len(suffix)])


def refuses(error: type, call: Callable[[Any], Any], match: str = ".") -> str:
    """Assert that a call raises this error and sends nothing; return the message."""
    client, server = connect(page([]))
    with pytest.raises(error, match=match) as caught:
        call(client)
    assert server.requests == []
    return str(caught.value)


# Money


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
    "amount", ["15000", b"1", True, False, [1], Fraction(1, 2), 1j, {"amount": 1}], ids=repr
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


# Ids

ID_SLOTS: Dict[str, Callable[[Any, Any], Any]] = {
    "path": lambda c, value: c.customers.get(value),
    "second in the path": lambda c, value: c.plans.delete_price("pln_1", value),
    "query": lambda c, value: c.subscriptions.list(customer_id=value),
    "query of iter": lambda c, value: c.subscriptions.iter(customer_id=value),
    "filter made here": lambda c, value: c.payments.list(customer_id=value),
    "iter over the filter made here": lambda c, value: c.payments.iter(customer_id=value),
    "body": lambda c, value: c.subscriptions.create(
        customer_id="cus_1", plan_id=value, currency="NGN"
    ),
    "external id": lambda c, value: c.customers.create(
        external_id=value, email="a@b.co", currency="NGN"
    ),
    "renamed in the body": lambda c, value: c.subscriptions.change_plan("sub_1", plan_id=value),
}


@pytest.mark.parametrize("slot", ID_SLOTS)
@pytest.mark.parametrize(
    "value", ["", ".", "..", "a\x00b", "a\nb", "a\x7f", "a\x9f", "a\ud800", "\udfff", "x" * 256]
)
def test_an_id_that_would_reach_something_else_is_refused(slot, value):
    message = refuses(ValueError, lambda c: ID_SLOTS[slot](c, value))

    assert "_id must" in message


@pytest.mark.parametrize("slot", ID_SLOTS)
@pytest.mark.parametrize("value", [1, b"cus_1", ["cus_1"], True, 1.0])
def test_an_id_that_is_not_text_is_refused(slot, value):
    refuses(TypeError, lambda c: ID_SLOTS[slot](c, value), "_id must be a str, not")


@pytest.mark.parametrize("slot", ["path", "second in the path", "body", "external id"])
def test_an_id_that_is_none_is_refused(slot):
    refuses(TypeError, lambda c: ID_SLOTS[slot](c, None), "_id must be a str, not NoneType")


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("cus_1", "cus_1"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("usr/1003 é", "usr%2F1003%20%C3%A9"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        ("a:b@c;d=e,f&g+h", "a%3Ab%40c%3Bd%3De%2Cf%26g%2Bh"),
        ("☃", "%E2%98%83"),
        ("x" * 255, "x" * 255),
    ],
)
def test_any_other_id_is_sent_as_one_path_segment(value, segment):
    client, server = connect(recorded("customer-get"))

    client.customers.get(value)

    assert server.paths == [f"GET /api/customers/{segment}"]


@given(st.text(min_size=1, max_size=255))
def test_an_id_is_one_path_segment_or_refused(value):
    client, server = connect(recorded("customer-get"))

    try:
        client.customers.get(value)
    except ValueError:
        assert server.requests == []
    else:
        path = server.request.url.raw_path.decode()
        assert path.count("/") == 3
        assert "?" not in path
        assert httpx.URL(BASE_URL + path).path == f"/api/customers/{value}"


# Dates


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2027, 2, 28, 12, 30, tzinfo=timezone.utc), "2027-02-28T12:30:00Z"),
        (
            datetime(2027, 2, 28, 1, 30, tzinfo=timezone(timedelta(hours=3))),
            "2027-02-27T22:30:00Z",
        ),
        (datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=timezone.utc), "2027-01-01T00:00:00.000001Z"),
        (date(2027, 2, 28), "2027-02-28"),
        ("2025-02-28T00:00:00Z", "2025-02-28T00:00:00Z"),
        ("2027-W09", "2027-W09"),
    ],
)
def test_a_date_is_sent_in_utc_and_a_string_as_it_is(value, text):
    assert json.loads(json_text(created_at=value))["createdAt"] == text


def test_a_date_in_a_query_is_written_in_the_same_way():
    client, server = connect(page([]))

    client.invoices.list(
        date_from=date(2026, 1, 1), date_to=datetime(2026, 2, 1, tzinfo=timezone.utc)
    )

    assert dict(server.request.url.params) == {
        "dateFrom": "2026-01-01",
        "dateTo": "2026-02-01T00:00:00Z",
    }


def test_a_naive_datetime_is_refused():
    refuses(
        ValueError,
        lambda c: c.invoices.list(date_from=datetime(2027, 1, 1)),
        "^date_from must have a time zone",
    )


@pytest.mark.parametrize("value", [1_700_000_000, 1.5, True, ["2027-01-01"]])
def test_a_date_of_another_type_is_refused(value):
    refuses(TypeError, lambda c: c.invoices.list(date_to=value), "^date_to must be a datetime")


# Currencies, flags, numbers, text


@pytest.mark.parametrize(("value", "code"), [("NGN", "NGN"), ("ngn", "NGN"), ("zZz", "ZZZ")])
def test_a_currency_is_sent_in_upper_case_whether_known_or_not(value, code):
    assert json.loads(json_text(currency=value))["currency"] == code


@pytest.mark.parametrize("value", ["", "NG", "NGNN", "N1N", "NGN\n", "ñgn", "\u017fss", " NGN"])
def test_a_currency_that_is_not_three_ascii_letters_is_refused(value):
    refuses(ValueError, lambda c: c.customers.list(currency=value), "^currency must be a code")


def test_a_currency_of_another_type_is_refused():
    refuses(TypeError, lambda c: c.customers.list(currency=566), "^currency must be a str")


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false")])
def test_a_flag_in_a_query_is_written_as_the_server_reads_it(value, text):
    client, server = connect(httpx.Response(200, json=[]))

    client.plans.list(active=value)

    assert server.paths == [f"GET /api/plans?isActive={text}"]


@pytest.mark.parametrize("value", [1, 0, "true", "False", "", []])
@pytest.mark.parametrize(
    "call",
    [
        lambda c, value: c.plans.list(active=value),
        lambda c, value: c.plans.update("pln_1", active=value),
        lambda c, value: c.payment_providers.update("pro_1", active=value),
        lambda c, value: c.subscriptions.cancel("sub_1", cancel_at_period_end=value),
        lambda c, value: c.subscriptions.change_plan("sub_1", plan_id="p", prorate=value),
    ],
)
def test_a_flag_takes_nothing_but_true_and_false(call, value):
    refuses(TypeError, lambda c: call(c, value), "must be True or False")


LISTS = ["customers", "subscriptions", "invoices", "payments"]


@pytest.mark.parametrize("resource", LISTS)
@pytest.mark.parametrize(
    "bounds", [{"page": 0}, {"page": -1}, {"limit": 0}, {"limit": -2}, {"limit": 101}], ids=str
)
def test_page_and_limit_out_of_bounds_are_refused(resource, bounds):
    (name,) = bounds
    refuses(ValueError, lambda c: getattr(c, resource).list(**bounds), f"^{name} must be")


@pytest.mark.parametrize("resource", LISTS)
@pytest.mark.parametrize("bounds", [{"page": True}, {"page": 1.0}, {"limit": "20"}], ids=str)
def test_page_and_limit_of_another_type_are_refused(resource, bounds):
    refuses(TypeError, lambda c: getattr(c, resource).list(**bounds), "must be an int")


@pytest.mark.parametrize("bounds", [{"page": 0}, {"limit": 101}], ids=str)
def test_page_and_limit_are_checked_where_the_page_is_made_here(bounds):
    refuses(ValueError, lambda c: c.payments.list(customer_id="cus_1", **bounds))


@pytest.mark.parametrize("bounds", [{"page": 1}, {"page": 10**6}, {"limit": 1}, {"limit": 100}])
def test_page_and_limit_within_bounds_are_sent(bounds):
    client, server = connect(page([]))

    client.customers.list(**bounds)

    assert dict(server.request.url.params) == {k: str(v) for k, v in bounds.items()}


@pytest.mark.parametrize("months", [0, -1])
def test_months_below_one_are_refused(months):
    refuses(ValueError, lambda c: c.analytics.get_churn_cohorts(months=months), "^months must be")


@pytest.mark.parametrize("name", ["email", "name", "country"])
def test_text_of_another_type_is_refused(name):
    required = {"external_id": "usr_1", "email": "a@b.co", "currency": "NGN"}
    refuses(
        TypeError,
        lambda c: c.customers.create(**{**required, name: 42}),
        f"^{name} must be a str, not int",
    )


def test_free_text_is_sent_unchanged():
    assert json.loads(json_text(name=' Ünï "☃" \x01/é '))["name"] == ' Ünï "☃" \x01/é '


def test_a_query_is_percent_encoded():
    client, server = connect(page([]))

    client.customers.list(search="a b&c=d/é+%?#")

    assert server.paths == ["GET /api/customers?search=a%20b%26c%3Dd%2F%C3%A9%2B%25%3F%23"]


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
    body = json.loads(json_text(net_payment_terms=0, name="", metadata={}))

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
    assert json.loads(json_text(metadata=metadata))["metadata"] == metadata


def test_the_keys_of_metadata_and_settings_are_never_renamed():
    client, server = connect(recorded("tenant-update-all"))

    client.tenants.update_me(settings={"my_key": {"is_active": 1}, "otherKey": 2})

    assert server.body == {"settings": {"my_key": {"is_active": 1}, "otherKey": 2}}


def test_decimals_within_metadata_are_sent_exactly():
    assert '"metadata":{"rate":0.10}' in json_text(metadata={"rate": Decimal("0.10")})


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
    required = {"external_id": "usr_1", "email": "a@b.co", "currency": "NGN"}
    refuses(
        ValueError,
        lambda c: c.customers.create(**required, metadata=wrap(bad)),
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
    room = 102_400 - len(json_text(name=""))

    assert len(json_text(name="x" * room)) == 102_400


def test_a_body_of_one_byte_more_is_refused():
    room = 102_400 - len(json_text(name=""))
    required = {"external_id": "usr_1", "email": "a@b.co", "currency": "NGN"}

    refuses(
        ValueError,
        lambda c: c.customers.create(**required, name="x" * (room + 1)),
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


# Words


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.subscriptions.list(status="cancelled"),
        lambda c: c.subscriptions.iter(status="cancelled"),
        lambda c: c.subscriptions.create(
            customer_id="c", plan_id="p", currency="NGN", status="cancelled"
        ),
    ],
)
def test_an_unknown_word_is_refused_with_the_public_ones(call):
    refuses(
        ValueError,
        call,
        "^status must be one of active, past_due, canceled, trialing, paused, expired; "
        "not 'cancelled'$",
    )


@pytest.mark.parametrize("value", [1, True, ["active"], b"active"])
def test_a_word_of_another_type_is_refused(value):
    refuses(TypeError, lambda c: c.subscriptions.list(status=value), "^status must be a str")


@pytest.mark.parametrize("field", ["createdAt", "created", "", "subscriptions", "CREATED_AT", []])
def test_a_sort_field_that_is_not_a_column_by_its_python_name_is_refused(field):
    refuses(ValueError, lambda c: c.customers.list(sort_by=field), "^sort_by must be one of id, ")


@pytest.mark.parametrize("events", ["invoice.paid", 5])
def test_a_list_of_words_is_not_a_single_one(events):
    refuses(TypeError, lambda c: c.webhooks.create(url="https://a.co", events=events), "^events")
