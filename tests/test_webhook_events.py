"""What a delivery becomes: typed data, unknown events, the key of its content."""

from __future__ import annotations

import copy
import json
import pickle
import re
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, get_args

import pytest
from msgspec.structs import fields

from novabilling import types, webhooks
from novabilling.types import (
    AnyWebhookEvent,
    InvoiceEvent,
    PaymentRetrySucceededEvent,
    PaymentSettledData,
    PaymentSuccessfulEvent,
    SubscriptionCanceledData,
    UnknownEvent,
    WebhookEvent,
    WebhookEventType,
)
from tests.deliveries import AT, BODY, deliveries, signed

POSTS = [row for row in deliveries() if row["method"] == "POST"]
INVOICE = {"invoiceId": "i", "invoiceNumber": "1", "customerId": "c", "currency": "NGN"}
WORDS = {"PENDING": "finalized", "SUCCEEDED": "successful"}


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: "_" + capital.group().lower(), name)


def expected(name: str, value: Any) -> Any:
    """Return how a field of a delivery should read; written down apart from the package."""
    if isinstance(value, dict):
        return {snake(key): expected(key, item) for key, item in value.items()}
    if name in ("status", "reason"):
        return WORDS.get(value) or value.lower()
    if re.search("(At|Date|Start|End)$", name) and value != "immediate":
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return value


def content(data: Any) -> Dict[str, Any]:
    """Return the fields of typed data that are set."""
    found = {name: getattr(data, name) for name in data.__struct_fields__}
    return {
        name: content(value) if hasattr(value, "__struct_fields__") else value
        for name, value in found.items()
        if value is not None
    }


def event_of(event: str, **data: Any) -> Any:
    body = {"event": event, "data": data, "timestamp": "2026-11-22T18:54:51.420Z"}
    return signed(json.dumps(body).encode())


# Known events


@pytest.mark.parametrize("row", POSTS, ids=lambda row: str(row["id"]))
def test_every_field_of_a_recorded_delivery_is_read(row):
    event: Any = webhooks.parse(row["body"])
    data = json.loads(row["body"], parse_float=Decimal)["data"]

    wanted = {k: v for k, v in expected("data", data).items() if v is not None}
    assert type(event).__name__ != "UnknownEvent"
    assert content(event.data) == wanted
    amounts = [v for k, v in content(event.data).items() if "amount" in k]
    assert all(type(amount) is Decimal for amount in amounts)


def test_the_recorded_events_are_all_but_one_of_those_that_are_known():
    seen = {webhooks.parse(row["body"]).type for row in POSTS}

    assert set(get_args(WebhookEventType)) - seen == {"payment.retry.succeeded"}


def test_each_known_word_has_one_class_and_each_class_is_public():
    known = [of for of in get_args(AnyWebhookEvent) if of is not UnknownEvent]
    found = [
        get_args(field.type)[0] for of in known for field in fields(of) if field.name == "type"
    ]

    assert sorted(found) == sorted(get_args(WebhookEventType))
    assert {of.__name__ for of in get_args(AnyWebhookEvent)} <= set(types.__all__)


def test_an_event_has_its_public_word_its_data_its_time_and_its_body():
    assert signed(BODY) == PaymentSuccessfulEvent(
        type="payment.successful",
        data=PaymentSettledData(
            payment_id="pay_1",
            invoice_id="inv_1",
            amount=Decimal("120.5"),
            currency="NGN",
            provider="payu",
            transaction_id="ref_1",
        ),
        timestamp=AT,
        payload=BODY,
    )


def test_an_event_shows_its_data_once():
    shown = repr(signed(BODY))

    assert shown.startswith("PaymentSuccessfulEvent(type='payment.successful', data=PaymentSettled")
    assert shown.count("pay_1") == 1


def test_the_event_that_was_never_seen_needs_no_more_than_its_ids():
    event = event_of("payment.retry.succeeded", paymentId="pay_1", invoiceId="inv_1", amount=1.5)

    assert isinstance(event, PaymentRetrySucceededEvent)
    assert (event.data.payment_id, event.data.amount) == ("pay_1", Decimal("1.5"))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("immediate", "immediate"),
        ("at_some_time", "at_some_time"),
        ("2026-12-22T18:54:52.961Z", datetime(2026, 12, 22, 18, 54, 52, 961_000, timezone.utc)),
    ],
)
def test_a_cancellation_is_at_a_time_or_immediate(sent, read):
    event = event_of("subscription.canceled", subscriptionId="s", customerId="c", cancelAt=sent)

    assert event.data == SubscriptionCanceledData(
        subscription_id="s", customer_id="c", cancel_at=read
    )


def test_a_word_of_a_later_server_arrives_in_lower_case():
    body = json.loads(next(r["body"] for r in POSTS if r["event"] == "subscription.created"))
    body["data"]["status"] = "ON_HOLD"

    assert signed(json.dumps(body).encode()).data.status == "on_hold"


def test_an_amount_is_exact():
    data = signed(BODY.replace(b"120.5", b"12345678901234.1234")).data

    assert data.amount == Decimal("12345678901234.1234")


# Unknown events


def test_an_event_of_a_later_server_keeps_its_name_and_its_plain_data():
    event = event_of("Quote.sent", quoteId="q_1", total=10.25, lines=[{"unitAmount": 3}])

    assert isinstance(event, UnknownEvent)
    assert isinstance(event, WebhookEvent)
    assert event.type == "Quote.sent"
    assert event.data == {"quoteId": "q_1", "total": Decimal("10.25"), "lines": [{"unitAmount": 3}]}
    assert type(event.data["total"]) is Decimal


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"invoiceId": "inv_1"},
        {**INVOICE, "invoiceId": 5, "amount": 1},
        {**INVOICE, "amount": "x"},
        {
            "invoiceId": "i",
            "invoiceNumber": "1",
            "customerId": "c",
            "amount": 10**40,
            "currency": "",
        },
    ],
)
def test_an_event_whose_data_is_not_as_expected_is_not_lost(data):
    event = event_of("invoice.paid", **data)

    assert isinstance(event, UnknownEvent)
    assert not isinstance(event, InvoiceEvent)
    assert event.type == "invoice.paid"
    assert event.data == data


@pytest.mark.parametrize("cancel_at", [None, 5, True, {}, []])
def test_a_cancellation_at_no_time_at_all_is_not_lost(cancel_at):
    data = {"subscriptionId": "s", "customerId": "c", "cancelAt": cancel_at}

    assert event_of("subscription.canceled", **data).data == data


# Copies


@pytest.mark.parametrize("body", [BODY, BODY.replace(b"payment.", b"quote.")])
def test_an_event_can_be_pickled_and_copied(body):
    event = signed(body)

    assert pickle.loads(pickle.dumps(event)) == event
    assert copy.deepcopy(event) == copy.copy(event) == event
    assert webhooks.parse(event.payload) == event


def test_an_event_cannot_be_changed():
    with pytest.raises(AttributeError):
        signed(BODY).type = "other"


# The key of the content


def test_a_delivery_that_is_repeated_keeps_its_key():
    keys: Dict[str, Any] = {}
    for row in POSTS:
        keys.setdefault(row["after_exchange"], []).append(webhooks.parse(row["body"]).content_key)
    repeated = [row["after_exchange"] for row in POSTS if row["attempt"] > 1]

    assert len(set(repeated)) == 3
    assert all(len(set(keys[name])) == 1 for name in repeated)


@pytest.mark.parametrize(
    "same",
    [
        BODY.replace(b"18:54:51.420Z", b"18:54:57.001Z"),
        json.dumps(json.loads(BODY), indent=2).encode(),
        json.dumps(json.loads(BODY), sort_keys=True).encode(),
    ],
)
def test_the_key_is_of_the_content_not_of_the_time_or_the_order(same):
    assert signed(same).content_key == signed(BODY).content_key


@pytest.mark.parametrize(
    "other",
    [
        BODY.replace(b"pay_1", b"pay_2"),
        BODY.replace(b"120.5", b"120.6"),
        BODY.replace(b"120.5", b'"120.5"'),
        BODY.replace(b"succeeded", b"failed"),
        BODY.replace(b'"payu"', b'"payu","new":1'),
        BODY.replace(b'"payu"', b'"payu","new":2'),
    ],
)
def test_the_key_is_another_for_other_content(other):
    assert signed(other).content_key not in {signed(BODY).content_key, ""}
