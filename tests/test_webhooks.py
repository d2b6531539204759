"""Deliveries of webhooks: verified over their exact bytes, and signed for tests."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator

import pytest

from novabilling import AsyncNovaBilling, NovaBilling, WebhookSignatureError, webhooks
from tests.deliveries import AT, BODY, OTHER, SECRET, SIGNATURE, deliveries, verify

REFUSED = pytest.raises(WebhookSignatureError, match="does not match")
POSTS = [row for row in deliveries() if row["method"] == "POST"]
ONE_OF_EACH = list({row["event"]: row for row in POSTS}.values())


def accepts(row: Dict[str, Any], **changed: Any) -> bool:
    """Say whether a recorded delivery is accepted, with some of its parts changed."""
    parts = {
        "payload": row["body"].encode(),
        "signature": row["headers"]["X-Webhook-Signature"],
        "secret": row["webhook_secret"],
        **changed,
    }
    try:
        webhooks.verify(**parts, tolerance=None)
    except (WebhookSignatureError, ValueError):  # the latter of a secret that can be none
        return False
    return True


def with_one_bit_changed(text: str) -> Iterator[str]:
    """Yield a text with each of its bits changed once."""
    for place, letter in enumerate(text):
        for bit in range(7):
            yield text[:place] + chr(ord(letter) ^ 1 << bit) + text[place + 1 :]


# What the server sends


def test_every_recorded_post_is_accepted_and_the_get_is_not():
    accepted = [row["method"] for row in deliveries() if accepts(row)]

    assert accepted == ["POST"] * 127
    assert len(deliveries()) == 128


@pytest.mark.parametrize("row", POSTS, ids=lambda row: str(row["id"]))
def test_a_recorded_delivery_agrees_with_its_header_and_time(row):
    sent_at = datetime.fromisoformat(json.loads(row["body"])["timestamp"].replace("Z", "+00:00"))
    headers = row["headers"]

    event = webhooks.verify(
        row["body"],
        headers["X-Webhook-Signature"],
        row["webhook_secret"],
        event_type=headers["X-Event-Type"],
        now=sent_at,
    )

    assert event.type == row["event"].replace("payment.succeeded", "payment.successful")
    assert event.timestamp == sent_at
    assert event.payload == row["body"].encode()


@pytest.mark.parametrize("row", ONE_OF_EACH, ids=lambda row: str(row["event"]))
def test_no_delivery_is_accepted_with_a_bit_of_its_body_changed(row):
    body = row["body"].encode()
    flipped = (
        body[:place] + bytes([body[place] ^ 1 << bit]) + body[place + 1 :]
        for place in range(len(body))
        for bit in range(8)
    )

    assert not any(accepts(row, payload=changed) for changed in flipped)


@pytest.mark.parametrize("part", ["signature", "secret"])
@pytest.mark.parametrize("row", ONE_OF_EACH, ids=lambda row: str(row["event"]))
def test_no_delivery_is_accepted_with_a_bit_of_its_signature_or_secret_changed(row, part):
    text = row["webhook_secret"] if part == "secret" else row["headers"]["X-Webhook-Signature"]

    assert not any(accepts(row, **{part: changed}) for changed in with_one_bit_changed(text))


def test_the_same_function_stands_on_both_clients():
    for client in (NovaBilling(token="t"), AsyncNovaBilling(token="t")):
        assert client.webhooks.verify(BODY, SIGNATURE, SECRET, now=AT) == verify()


# Signatures


def test_a_signature_may_be_the_bytes_of_a_header():
    assert verify(signature=SIGNATURE.encode()) == verify()


@pytest.mark.parametrize("header", [None, "", b""])
def test_a_missing_signature_is_refused(header):
    with pytest.raises(WebhookSignatureError, match="there is no signature"):
        verify(signature=header)


@pytest.mark.parametrize(
    "header",
    [
        SIGNATURE.upper(),
        f"sha256={SIGNATURE}",
        f"v1={SIGNATURE}",
        f" {SIGNATURE}",
        f"{SIGNATURE}\n",
        f"{SIGNATURE},{SIGNATURE}",
        SIGNATURE[:-1],
        SIGNATURE + "0",
        "   ",
        "g" * 64,
        "é" * 64,
        "\uff10" * 64,
        "\u0660" * 64,
        "\ud800" * 64,
        b"\xff" * 64,
        5,
        [SIGNATURE],
    ],
)
def test_what_is_not_64_lower_case_hex_digits_is_refused(header):
    with pytest.raises(WebhookSignatureError, match="malformed"):
        verify(signature=header)


@pytest.mark.parametrize(
    "body",
    [
        BODY + b"\n",
        BODY[:-1],
        b"",
        b"\xef\xbb\xbf" + BODY,
        json.dumps(json.loads(BODY)).encode(),
    ],
)
def test_a_body_that_was_written_again_is_refused(body):
    with REFUSED:
        verify(body)


# Payloads


@pytest.mark.parametrize("payload", [BODY.decode(), bytearray(BODY)])
def test_a_payload_may_be_text_or_a_bytearray(payload):
    assert verify(payload) == verify()
    assert webhooks.sign(payload, SECRET) == SIGNATURE
    assert webhooks.parse(payload) == verify()


def test_a_text_is_its_bytes_in_utf_8():
    body = BODY.replace(b"payu", "Čapek ₦".encode())

    assert verify(body.decode(), webhooks.sign(body, SECRET)).data.provider == "Čapek ₦"


def test_a_text_that_has_no_bytes_is_only_a_wrong_one():
    with REFUSED:
        verify("\ud800")


@pytest.mark.parametrize("payload", [json.loads(BODY), None, 5, [BODY], memoryview(BODY)])
@pytest.mark.parametrize("function", [verify, webhooks.parse, lambda p: webhooks.sign(p, SECRET)])
def test_a_payload_that_is_no_raw_body_is_refused_as_a_mistake_of_the_caller(function, payload):
    with pytest.raises(TypeError, match=r"raw body .* parsed and written again differs"):
        function(payload)


# Secrets


def test_a_signature_of_another_secret_is_refused():
    with REFUSED:
        verify(secret=OTHER)


@pytest.mark.parametrize(
    "secrets", [[SECRET, OTHER], [OTHER, SECRET], (OTHER, SECRET), deque([SECRET])]
)
def test_one_of_several_secrets_is_enough(secrets):
    assert verify(secret=secrets) == verify()


def test_none_of_several_secrets_is_refused():
    with REFUSED:
        verify(secret=[OTHER, "third"])


@pytest.mark.parametrize("secret", ["", " ", "\n", None, [], (), [""], [SECRET, ""], [None]])
def test_an_empty_secret_is_refused_as_a_mistake_of_the_caller(secret):
    with pytest.raises(ValueError, match="give the webhook secret"):
        verify(secret=secret)


@pytest.mark.parametrize("secret", [f"{SECRET}\n", f" {SECRET}", f"{SECRET}\0", [f"{SECRET}\r\n"]])
def test_a_secret_with_a_line_break_is_refused_as_a_mistake_of_the_caller(secret):
    with pytest.raises(ValueError, match="is there a line break at its end") as caught:
        verify(secret=secret)
    assert SECRET not in str(caught.value)
    with pytest.raises(ValueError, match="line break"):
        webhooks.sign(BODY, secret if isinstance(secret, str) else secret[0])


@pytest.mark.parametrize("secret", [b"x", 5, {SECRET}, [b"x"], [[SECRET]]])
def test_a_secret_of_another_type_is_refused_as_a_mistake_of_the_caller(secret):
    with pytest.raises(TypeError, match="secret must be a str, or for verify a list of them"):
        verify(secret=secret)


def test_a_secret_that_is_no_text_is_only_a_wrong_one():
    with REFUSED:
        verify(secret="canary \ud800")


def test_the_signature_of_an_empty_secret_is_never_accepted():
    forged = hmac.new(b"", BODY, hashlib.sha256).hexdigest()

    with REFUSED:
        verify(signature=forged)


# The header with the event type


@pytest.mark.parametrize("word", [None, "payment.succeeded", "payment.successful"])
def test_an_event_type_agrees_in_both_spellings_or_is_not_given(word):
    assert verify(event_type=word).type == "payment.successful"


@pytest.mark.parametrize("word", ["payment.failed", "", "Payment.succeeded", b"payment.succeeded"])
def test_an_event_type_that_disagrees_with_the_body_is_refused(word):
    with pytest.raises(WebhookSignatureError, match="the event type in the header"):
        verify(event_type=word)


def test_an_event_type_of_a_later_server_agrees_with_itself():
    body = BODY.replace(b"payment.succeeded", b"Quote.sent")

    event = verify(body, webhooks.sign(body, SECRET), event_type="Quote.sent")

    assert event.type == "Quote.sent"


# Age


@pytest.mark.parametrize(
    ("more", "age"),
    [
        ({}, timedelta(minutes=5)),
        ({}, timedelta(minutes=-5)),
        ({"tolerance": 1}, timedelta(seconds=1)),
        ({"tolerance": 0.5}, timedelta(seconds=-0.5)),
        ({"tolerance": timedelta(seconds=1)}, timedelta(seconds=1)),
        ({"tolerance": 0}, timedelta(0)),
        ({"tolerance": float("inf")}, timedelta(days=3650)),
        ({"tolerance": 10**400}, timedelta(days=3650)),
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
        ({"tolerance": 0}, timedelta(microseconds=1)),
    ],
    ids=str,
)
def test_a_delivery_too_old_or_too_early_is_refused(more, age):
    when = "ago" if age > timedelta(0) else "ahead"
    with pytest.raises(WebhookSignatureError, match=f"the delivery was signed .* seconds {when};"):
        verify(now=AT + age, **more)


def test_the_age_is_taken_from_the_clock_unless_told_otherwise():
    body = BODY.replace(b"2026-11-22", b"2020-11-22")

    with pytest.raises(WebhookSignatureError, match="the delivery was signed"):
        webhooks.verify(body, webhooks.sign(body, SECRET), SECRET)


def test_a_delivery_of_this_moment_is_accepted():
    now = datetime.now(timezone.utc).isoformat().encode()
    body = b'{"event":"invoice.paid","data":{},"timestamp":"%s"}' % now

    assert webhooks.verify(body, webhooks.sign(body, SECRET), SECRET).type == "invoice.paid"


def test_the_time_may_be_given_in_any_zone():
    assert verify(now=AT.astimezone(timezone(timedelta(hours=5)))) == verify()


@pytest.mark.parametrize(
    "tolerance", [-1, -0.001, -(10**400), float("nan"), float("-inf"), True, False]
)
def test_a_tolerance_that_makes_no_sense_is_refused(tolerance):
    with pytest.raises(ValueError, match="tolerance must be seconds"):
        verify(tolerance=tolerance)


@pytest.mark.parametrize("tolerance", [[300], "300"])
def test_a_tolerance_of_another_type_is_refused(tolerance):
    with pytest.raises(TypeError, match="tolerance must be seconds"):
        verify(tolerance=tolerance)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="now must have a time zone"):
        verify(now=AT.replace(tzinfo=None))


@pytest.mark.parametrize("now", [AT.timestamp(), AT.isoformat(), AT.date()])
def test_a_time_of_another_type_is_refused(now):
    with pytest.raises(TypeError, match="now must be a datetime"):
        verify(now=now)
