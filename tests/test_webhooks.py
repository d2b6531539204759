"""Deliveries of webhooks: verified over their exact bytes, and signed for tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List

import pytest

from novabilling import AsyncNovaBilling, NovaBilling, WebhookSignatureError, webhooks
from novabilling.types import WebhookEvent
from tests.samples import DATA

SECRET = "whsec_canary_f0bd3dd3deded97f26ffa963a05656a3"
OTHER = "another_secret"
AT = datetime(2026, 11, 22, 18, 54, 51, 420_000, tzinfo=timezone.utc)
BODY = (
    b'{"event":"payment.succeeded","data":{"paymentId":"pay_1","amount":120.5,"fee":0.1,'
    b'"count":3},"timestamp":"2026-11-22T18:54:51.420Z"}'
)
SIGNATURE = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()


def deliveries() -> List[Dict[str, Any]]:
    lines = (DATA / "webhook_deliveries.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["method"] == "POST"]


def verify(body: Any = BODY, signature: Any = SIGNATURE, secret: Any = SECRET, **more: Any) -> Any:
    return webhooks.verify(body, signature, secret, **{"now": AT, **more})


def signed(body: bytes) -> Any:
    """Return what becomes of a body whose signature is right."""
    return verify(body, webhooks.sign(body, SECRET), tolerance=None)


# What the server sends


@pytest.mark.parametrize("row", deliveries(), ids=lambda row: str(row["id"]))
def test_every_recorded_delivery_is_verified(row):
    body, secret = row["body"].encode(), row["webhook_secret"]
    sent_at = datetime.fromisoformat(json.loads(body)["timestamp"].replace("Z", "+00:00"))

    event = webhooks.verify(body, row["headers"]["X-Webhook-Signature"], secret, now=sent_at)

    assert event.event == row["event"].replace("payment.succeeded", "payment.successful")
    assert event.data == json.loads(row["body"], parse_float=Decimal)["data"]
    assert event.timestamp == sent_at


def test_the_recorded_deliveries_are_all_there():
    rows = deliveries()

    assert len(rows) == 127
    assert len({row["event"] for row in rows}) == 26


def test_an_event_has_its_public_word_its_data_and_its_time():
    assert verify() == WebhookEvent(
        event="payment.successful",
        data={
            "paymentId": "pay_1",
            "amount": Decimal("120.5"),
            "fee": Decimal("0.1"),
            "count": 3,
        },
        timestamp=AT,
    )


def test_an_amount_within_the_data_is_an_exact_decimal():
    data = signed(BODY.replace(b"120.5", b"12345678901234.1234")).data

    assert data["amount"] == Decimal("12345678901234.1234")
    assert type(data["amount"]) is Decimal


def test_an_event_of_a_later_server_keeps_its_name():
    assert signed(BODY.replace(b"payment.succeeded", b"Quote.sent")).event == "Quote.sent"


def test_the_same_function_stands_on_both_clients():
    for client in (NovaBilling(token="t"), AsyncNovaBilling(token="t")):
        assert client.webhooks.verify(BODY, SIGNATURE, SECRET, now=AT) == verify()


# Signatures


@pytest.mark.parametrize(
    "header",
    [
        SIGNATURE.upper(),
        f"sha256={SIGNATURE}",
        f"  {SIGNATURE}  ",
        f"{'0' * 64},{SIGNATURE}",
        f"{SIGNATURE}, {'0' * 64}",
        f"sha256={'0' * 64} , sha256={SIGNATURE}",
        f"nonsense,{SIGNATURE}",
        SIGNATURE.encode(),
        f"sha256={SIGNATURE}".encode(),
    ],
)
def test_a_signature_may_have_a_prefix_be_one_of_several_and_be_bytes(header):
    assert verify(signature=header) == verify()


@pytest.mark.parametrize("header", [None, "", b"", "   ", ","])
def test_a_missing_signature_is_refused(header):
    with pytest.raises(WebhookSignatureError, match=r"signature is (malformed|.*missing)|no sig"):
        verify(signature=header)


@pytest.mark.parametrize(
    "header",
    [
        SIGNATURE[:-1],
        SIGNATURE + "0",
        SIGNATURE + "\n0",
        "g" * 64,
        "é" * 64,
        "\uff10" * 64,
        "\ud800" * 64,
        b"\xff" * 64,
        f"sha1={SIGNATURE}",
        f"sha256=sha256={SIGNATURE}",
        f"v1={SIGNATURE}",
        " ".join(SIGNATURE),
    ],
)
def test_a_malformed_signature_is_refused(header):
    with pytest.raises(WebhookSignatureError, match="malformed"):
        verify(signature=header)


@pytest.mark.parametrize("place", range(64))
def test_a_signature_with_one_wrong_digit_is_refused(place):
    wrong = format(int(SIGNATURE[place], 16) ^ 1, "x")

    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(signature=SIGNATURE[:place] + wrong + SIGNATURE[place + 1 :])


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace(b"120.5", b"920.5"),
        BODY + b"\n",
        BODY[:-1],
        b"",
        json.dumps(json.loads(BODY)).encode(),
    ],
)
def test_a_body_that_was_changed_is_refused(body):
    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(body)


def test_a_signature_of_another_secret_is_refused():
    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(secret=OTHER)


@pytest.mark.parametrize("secrets", [[SECRET, OTHER], [OTHER, SECRET], (OTHER, SECRET), [SECRET]])
def test_one_of_several_secrets_is_enough(secrets):
    assert verify(secret=secrets) == verify()


def test_none_of_several_secrets_is_refused():
    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(secret=[OTHER, "third"])


@pytest.mark.parametrize(
    "secret", ["", " ", "\n", [], [""], [SECRET, ""], (), None, [None], [b"x"]]
)
def test_an_empty_secret_is_refused_as_a_mistake_of_the_caller(secret):
    with pytest.raises(ValueError, match="secret must be the webhook secret"):
        verify(secret=secret)


def test_a_secret_that_is_no_text_is_only_a_wrong_one():
    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(secret="canary \ud800")


def test_the_signature_of_an_empty_secret_is_never_accepted():
    forged = hmac.new(b"", BODY, hashlib.sha256).hexdigest()

    with pytest.raises(WebhookSignatureError, match="does not match"):
        verify(signature=forged)


@pytest.mark.parametrize("payload", [BODY.decode(), json.loads(BODY), None, 5])
def test_a_payload_that_is_not_bytes_is_refused_as_a_mistake_of_the_caller(payload):
    with pytest.raises(TypeError, match="payload must be the raw body as bytes"):
        verify(payload)


@pytest.mark.parametrize("payload", [bytearray(BODY), memoryview(BODY)])
def test_a_payload_may_be_any_kind_of_bytes(payload):
    assert verify(payload) == verify()


# Age


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({}, timedelta(minutes=5)),
        ({}, timedelta(minutes=-5)),
        ({"tolerance": timedelta(seconds=1)}, timedelta(seconds=1)),
        ({"tolerance": timedelta(0)}, timedelta(0)),
        ({"tolerance": None}, timedelta(days=3650)),
        ({"tolerance": None}, timedelta(days=-3650)),
    ],
    ids=str,
)
def test_a_delivery_within_the_tolerance_is_accepted(more, age):
    assert verify(now=AT + age, **more) == verify()


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({}, timedelta(minutes=5, microseconds=1)),
        ({}, -timedelta(minutes=5, microseconds=1)),
        ({}, timedelta(days=1)),
        ({}, -timedelta(days=1)),
        ({"tolerance": timedelta(0)}, timedelta(microseconds=1)),
    ],
    ids=str,
)
def test_a_delivery_too_old_or_too_early_is_refused(more, age):
    with pytest.raises(WebhookSignatureError, match="the delivery was signed"):
        verify(now=AT + age, **more)


def test_the_age_is_taken_from_the_clock_unless_told_otherwise():
    body = BODY.replace(b"2026-11-22", b"2020-11-22")

    with pytest.raises(WebhookSignatureError, match="the delivery was signed"):
        webhooks.verify(body, webhooks.sign(body, SECRET), SECRET)


def test_a_delivery_of_this_moment_is_accepted():
    now = datetime.now(timezone.utc).isoformat().encode()
    body = b'{"event":"invoice.paid","data":{},"timestamp":"%s"}' % now

    assert webhooks.verify(body, webhooks.sign(body, SECRET), SECRET).event == "invoice.paid"


def test_the_time_may_be_given_in_any_zone():
    assert verify(now=AT.astimezone(timezone(timedelta(hours=5)))) == verify()
