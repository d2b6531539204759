"""Deliveries of webhooks: verified over their exact bytes, and signed for tests."""

from __future__ import annotations

import hashlib
import hmac
import json
import traceback
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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


# Bodies


def test_a_body_that_is_too_large_is_refused():
    padding = b'"' + b"x" * 1_000_000 + b'"'

    with pytest.raises(WebhookSignatureError, match="larger than 1,000,000 bytes"):
        signed(BODY.replace(b"120.5", padding))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b"{}",
        BODY[:-1],
        BODY.replace(b"pay_1", b"pay\xff"),
        BODY.replace(b'"payment.succeeded"', b"5"),
        BODY.replace(b"420Z", b"420"),
        BODY.replace(b"2026-11-22T18:54:51.420Z", b"yesterday"),
        BODY.replace(b"120.5", b"[" * 100_000 + b"]" * 100_000),
        b'{"event":"a.b","data":[],"timestamp":"2026-11-22T18:54:51.420Z"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_is_signed_and_no_event_is_refused(body):
    with pytest.raises(WebhookSignatureError, match="is signed, but it is not an event"):
        signed(body)


def test_fields_that_this_version_does_not_know_are_ignored():
    assert signed(BODY.replace(b'{"event"', b'{"id":"evt_1","event"')) == verify()


@given(st.binary(max_size=300), st.binary(max_size=100) | st.text(max_size=100) | st.none())
@example(BODY, "é")
@example(b"\xff", SIGNATURE)
@settings(max_examples=2000, deadline=None)
def test_nothing_but_a_signature_error_escapes_from_any_body_and_header(body, header):
    with pytest.raises(WebhookSignatureError):
        verify(body, header)


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none()
        | st.booleans()
        | st.floats()
        | st.text(max_size=9)
        | st.just("9999-12-31T23:59Z"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["event", "data", "timestamp", "x"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=2000, deadline=None)
def test_nothing_but_a_signature_error_escapes_from_any_signed_body(body):
    with suppress(WebhookSignatureError):
        assert isinstance(signed(body), WebhookEvent)


@pytest.mark.parametrize("year", [b"0001-01-01T00:00:00", b"9999-12-31T23:59:59"])
@pytest.mark.parametrize("offset", [b"Z", b"+14:00", b"-14:00"])
def test_a_delivery_at_the_ends_of_time_is_refused_and_nothing_else(year, offset):
    body = BODY.replace(b"2026-11-22T18:54:51.420Z", year + offset)

    with pytest.raises(WebhookSignatureError):
        verify(body, webhooks.sign(body, SECRET))


# Signing


def test_sign_writes_the_header_of_the_server():
    assert webhooks.sign(BODY, SECRET) == SIGNATURE


@pytest.mark.parametrize("secret", ["", " "])
def test_sign_refuses_an_empty_secret(secret):
    with pytest.raises(ValueError, match="secret must be"):
        webhooks.sign(BODY, secret)


# Secrets


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: verify(signature="0" * 64),
        lambda: verify(signature=None),
        lambda: verify(signature="é"),
        lambda: verify(secret=[SECRET, OTHER], signature="0" * 64),
        lambda: verify(secret=[SECRET, ""]),
        lambda: verify(BODY.decode()),
        lambda: verify(now=AT + timedelta(days=1)),
        lambda: signed(b"hello"),
        lambda: webhooks.sign(BODY.decode(), SECRET),
    ],
)
def test_no_frame_of_the_package_shows_a_secret_when_it_fails(attempt):
    with pytest.raises((ValueError, TypeError, WebhookSignatureError)) as caught:
        attempt()

    summary = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [frame for frame in summary.stack if "novabilling" in frame.filename]
    shown = [frame for frame in frames if "/tests/" not in frame.filename]
    assert shown
    assert not [frame for frame in shown if "canary" in repr(frame.locals)]
    assert "canary" not in str(caught.value)
    assert SIGNATURE not in str(caught.value)
