"""The words and names of both sides: what the user writes, and what the server reads."""

from __future__ import annotations

import pickle
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, Literal, get_args, get_origin

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from novabilling import NovaBilling, ResponseDecodeError, types
from novabilling._words import literals
from novabilling._words.vocabulary import camel, vocabulary
from tests.samples import body_of
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server, page

ALIASES: Dict[str, Any] = {
    name: alias for name, alias in vars(literals).items() if get_origin(alias) is Literal
}
# Not words: codes, columns, and what never goes over the wire.
OTHERS = {"Currency", "CustomerSortField", "WebhookStatus"}
VOCABULARIES = sorted(set(ALIASES) - OTHERS)

LOWER_ON_THE_WIRE = {"CancelAt", "EventStatus", "GroupBy", "SortOrder", "WebhookEventType"}
DIFFERENT = {
    ("InvoiceStatus", "finalized"): "PENDING",
    ("InvoiceStatus", "void"): "CANCELED",
    ("PaymentStatus", "successful"): "SUCCEEDED",
    ("WebhookEventType", "payment.successful"): "payment.succeeded",
}


def wire_word(name: str, public: str) -> str:
    """Return the word of the server, as the contract has it."""
    word = public if name in LOWER_ON_THE_WIRE else public.upper()
    return DIFFERENT.get((name, public), word)


WORDS = [(name, word) for name in VOCABULARIES for word in get_args(ALIASES[name])]


def client_of(*answers: Any) -> Any:
    http = httpx.Client(transport=httpx.MockTransport(Server(*answers)))
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)


def read_customer(**fields: Any) -> Any:
    """Return the customer that a client makes of an answer with these fields."""
    answer = httpx.Response(200, json={**CUSTOMER, **fields})
    return client_of(answer).customers.get("cus_1").data


# Words


@pytest.mark.parametrize(("name", "public"), WORDS)
def test_a_public_word_is_sent_as_the_word_of_the_server(name, public):
    assert vocabulary(ALIASES[name]).encode("x", public) == wire_word(name, public)


@pytest.mark.parametrize(("name", "public"), WORDS)
def test_the_word_of_the_server_arrives_as_the_public_one(name, public):
    word = vocabulary(ALIASES[name]).decode(wire_word(name, public))

    assert word == public
    assert type(word) is str


@pytest.mark.parametrize(("name", "public"), WORDS)
@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
def test_the_word_of_the_server_is_accepted_in_any_case(name, public, case):
    wire = wire_word(name, public)

    assert vocabulary(ALIASES[name]).encode("x", case(wire)) == wire


@pytest.mark.parametrize("name", sorted(set(VOCABULARIES) - {"WebhookEventType"}))
@pytest.mark.parametrize("word", ["", "nonsense", "PENDINGG", "активно", "a\ud800"])
def test_any_other_word_is_refused_with_the_public_ones(name, word):
    public = ", ".join(get_args(ALIASES[name]))

    with pytest.raises(ValueError, match=r"^status must be one of") as caught:
        vocabulary(ALIASES[name]).encode("status", word)

    assert str(caught.value) == f"status must be one of {public}; not {word!r}"


@pytest.mark.parametrize("name", sorted(set(VOCABULARIES) - {"WebhookEventType"}))
def test_an_unknown_word_of_the_server_arrives_in_lower_case(name):
    assert vocabulary(ALIASES[name]).decode("BRAND_New") == "brand_new"


def test_an_unknown_webhook_event_is_unchanged_both_ways():
    events = vocabulary(ALIASES["WebhookEventType"])

    assert events.encode("events", "Quote.created") == "Quote.created"
    assert events.decode("Quote.created") == "Quote.created"


def test_the_vocabularies_are_those_of_the_server():
    assert {"customer.created", "payment.retry.succeeded"} <= set(
        get_args(ALIASES["WebhookEventType"])
    )
    assert "payment.succeeded" not in get_args(ALIASES["WebhookEventType"])
    assert get_args(ALIASES["InvoiceStatus"]) == ("draft", "finalized", "paid", "failed", "void")
    assert "expired" in get_args(ALIASES["SubscriptionStatus"])


def test_the_currencies_are_the_codes_that_the_server_lists():
    codes = [row["code"] for row in body_of("currencies-list")]

    assert sorted(get_args(types.Currency)) == sorted(codes)
    assert len(codes) == 44


def test_a_status_is_a_plain_string_that_prints_and_pickles_as_one():
    body = body_of("invoice-get")
    body["status"] = "PENDING"

    invoice = client_of(httpx.Response(200, json=body)).invoices.get("inv_1").data

    assert type(invoice.status) is str
    assert f"{invoice.status}" == "finalized"
    assert pickle.loads(pickle.dumps(invoice)).status == "finalized"


def test_a_status_that_is_not_text_is_not_an_invoice():
    body = {**body_of("invoice-get"), "status": 5}

    with pytest.raises(ResponseDecodeError, match="status"):
        client_of(httpx.Response(200, json=body)).invoices.get("inv_1")


# Names


@pytest.mark.parametrize(
    ("python", "wire"),
    [
        ("id", "id"),
        ("external_id", "externalId"),
        ("net_payment_terms", "netPaymentTerms"),
        ("last4", "last4"),
        ("secretKey", "secretKey"),
        ("per_page", "perPage"),
    ],
)
def test_names_are_camel_case_on_the_wire(python, wire):
    assert camel(python) == wire


@pytest.mark.parametrize("column", get_args(types.CustomerSortField))
def test_every_sort_field_is_a_field_of_a_customer_by_its_python_name(column):
    server = Server(page([]))
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)

    client.customers.list(sort_by=column)

    assert column in types.Customer.__struct_fields__
    assert server.request.url.params["sortBy"] in body_of("customer-create-full")


# Results

json_keys = st.text(st.characters(blacklist_categories=["Cs"]), max_size=10)


@given(st.dictionaries(json_keys, st.integers(-(2**53), 2**53) | json_keys, max_size=5))
def test_metadata_arrives_untouched(metadata):
    assert read_customer(metadata=metadata).metadata == metadata


def test_fields_that_this_version_does_not_know_are_ignored_and_kept_in_the_answer():
    answer = httpx.Response(200, json={**CUSTOMER, "brandNew": {"x": 1}})

    response = client_of(answer).customers.get("cus_1")

    assert response.data.external_id == "usr_1"
    assert response.http.json()["brandNew"] == {"x": 1}


def test_optional_fields_may_be_absent_as_well_as_null():
    required = {k: v for k, v in CUSTOMER.items() if v is not None and k not in ("name", "country")}

    customer = client_of(httpx.Response(200, json=required)).customers.get("cus_1").data

    assert customer.name is customer.country is customer.metadata is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T18:54:51.406Z", datetime(2026, 11, 22, 18, 54, 51, 406_000, timezone.utc)),
        ("2026-11-22T18:54:51Z", datetime(2026, 11, 22, 18, 54, 51, 0, timezone.utc)),
    ],
)
def test_timestamps_arrive_aware_and_in_utc(text, moment):
    created_at = read_customer(createdAt=text).created_at

    assert created_at == moment
    assert created_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["2026-11-22T18:54:51", "2026-11-22", "yesterday", 1, None])
def test_a_timestamp_without_a_zone_is_not_one(text):
    with pytest.raises(ResponseDecodeError, match="createdAt"):
        read_customer(createdAt=text)


@pytest.mark.parametrize(
    ("wire", "amount"),
    [
        ('"9999.99"', "9999.99"),
        ('"30001"', "30001"),
        ("30001.5", "30001.5"),
        ("0.1", "0.1"),
        ("123456789012345.1234", "123456789012345.1234"),
        ("1e3", "1000"),
        ("-93524.52", "-93524.52"),
        ("0", "0"),
    ],
)
def test_money_is_an_exact_decimal_whether_text_or_number(wire, amount):
    content = b'{"totalRevenue":%s,"invoiceCount":1,"mrr":0,"arr":0}' % wire.encode()

    revenue = client_of(httpx.Response(200, content=content)).analytics.get_revenue().data

    assert revenue.total_revenue == Decimal(amount)
    assert type(revenue.total_revenue) is Decimal


@pytest.mark.parametrize(
    "wire",
    [
        '"NaN"',
        '"sNaN"',
        '"Infinity"',
        '"-inf"',
        '"1e31"',
        '"1e-32"',
        "1e400",
        '"1e999999"',
        '"abc"',
        '""',
        "true",
        "null",
        "[]",
    ],
)
def test_money_that_is_not_finite_or_absurd_is_not_an_answer(wire):
    content = b'{"totalRevenue":%s,"invoiceCount":1,"mrr":0,"arr":0}' % wire.encode()

    with pytest.raises(ResponseDecodeError):
        client_of(httpx.Response(200, content=content)).analytics.get_revenue()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**14)))
def test_every_amount_of_the_server_survives_reading(amount):
    body = {"grossRevenue": format(amount, "f"), "refunds": 0, "creditNotes": 0, "netRevenue": 0}
    if amount.adjusted() > 30:
        return

    read = client_of(httpx.Response(200, json=body)).analytics.get_net_revenue().data

    assert read.gross_revenue == amount


@pytest.mark.parametrize(
    ("wire", "percentage"), [("25.00%", "25.00"), ("0%", "0"), ("29.41", "29.41"), (100, "100")]
)
def test_a_percentage_is_read_as_its_number(wire, percentage):
    body = {**body_of("analytics-payments"), "successRate": wire}

    figures = client_of(httpx.Response(200, json=body)).analytics.get_payments().data

    assert figures.success_rate == Decimal(percentage)


@pytest.mark.parametrize("wire", ["many", "%", "1e5%", "NaN", None, True, [1]])
def test_a_percentage_that_is_none_is_not_an_answer(wire):
    body = {**body_of("analytics-payments"), "successRate": wire}

    with pytest.raises(ResponseDecodeError):
        client_of(httpx.Response(200, json=body)).analytics.get_payments()


def test_results_are_read_only():
    customer = read_customer()

    with pytest.raises(AttributeError):
        customer.name = "Eve"
