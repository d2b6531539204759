"""Deliveries whose signature is right, whatever their body; signing; secrets in tracebacks."""

from __future__ import annotations

import json
import traceback
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from novabilling import WebhookSignatureError, webhooks
from novabilling.types import WebhookEvent
from tests.deliveries import AT, BODY, OTHER, SECRET, SIGNATURE, signed, verify

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
        BODY.replace(b'{"event"', b'{"new":"\xff","event"'),
        b'{"event":"a.b","data":{"x":1e99999999999999999999},"timestamp":"2026-11-22T18:54:51Z"}',
        b'{"event":"invoice.paid","data":"x","timestamp":"2026-11-22T18:54:51.420Z"}',
        b'{"event":"a.b","data":[],"timestamp":"2026-11-22T18:54:51.420Z"}',
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_body_that_is_no_event_is_refused_though_it_is_signed_or_trusted(body):
    for read in (signed, webhooks.parse):
        with pytest.raises(WebhookSignatureError, match="is not a webhook event"):
            read(body)


@pytest.mark.parametrize("form", [bytes, bytes.decode])
def test_a_mark_of_the_byte_order_is_no_part_of_the_event(form):
    body = form(b"\xef\xbb\xbf" + BODY)

    assert webhooks.parse(body) == webhooks.parse(BODY)
    assert signed(body).type == verify().type


def test_fields_that_this_version_does_not_know_are_ignored():
    later = BODY.replace(b'{"event"', b'{"id":"evt_1","event"').replace(b'"NGN"', b'"NGN","x":{}')

    event = signed(later)

    assert (event.type, event.data) == (verify().type, verify().data)
    assert b"evt_1" in event.payload


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
        event = signed(body)
        assert isinstance(event, WebhookEvent)
        assert len(event.content_key) == 64


@pytest.mark.parametrize("year", [b"0001-01-01T00:00:00", b"9999-12-31T23:59:59"])
@pytest.mark.parametrize("offset", [b"Z", b"+14:00", b"-14:00"])
def test_a_delivery_at_the_ends_of_time_is_refused_and_nothing_else(year, offset):
    body = BODY.replace(b"2026-11-22T18:54:51.420Z", year + offset)

    with pytest.raises(WebhookSignatureError):
        verify(body, webhooks.sign(body, SECRET))


def test_times_of_an_event_are_in_utc_whatever_offset_they_come_with():
    data = b'{"subscriptionId":"sub_1","customerId":"cus_1","cancelAt":"2026-12-22T19:54:52+01:00"}'
    body = b'{"event":"subscription.canceled","data":%b,"timestamp":"2026-11-22T18:54:51-03:00"}'

    event = webhooks.parse(body % data)

    assert event.timestamp.isoformat() == "2026-11-22T21:54:51+00:00"
    assert event.data.cancel_at.isoformat() == "2026-12-22T18:54:52+00:00"


@pytest.mark.parametrize("moment", [b"0001-01-01T00:00:00+00:01", b"9999-12-31T23:59:59-00:01"])
def test_a_time_that_utc_has_none_for_is_no_event_and_in_the_data_is_text(moment):
    with pytest.raises(WebhookSignatureError, match="is not a webhook event"):
        webhooks.parse(BODY.replace(b"2026-11-22T18:54:51.420Z", moment))

    data = b'{"subscriptionId":"sub_1","customerId":"cus_1","cancelAt":"%b"}' % moment
    body = b'{"event":"subscription.canceled","data":%b,"timestamp":"2026-11-22T18:54:51Z"}'
    event = webhooks.parse(body % data)

    assert WebhookEvent.from_dict(event.to_dict()) == event
    assert event.data["cancelAt"] == moment.decode()


# Signing


def test_sign_writes_the_header_of_the_server():
    assert webhooks.sign(BODY, SECRET) == SIGNATURE


@pytest.mark.parametrize("secret", ["", " "])
def test_sign_refuses_an_empty_secret(secret):
    with pytest.raises(ValueError, match="give the webhook secret"):
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
        lambda: verify(secret=[SECRET, None]),
        lambda: verify(secret=SECRET.encode()),
        lambda: verify(secret=[SECRET.encode()]),
        lambda: verify(secret={SECRET: 1}),
        lambda: verify({}),
        lambda: verify(event_type="other"),
        lambda: verify(now=AT + timedelta(days=1)),
        lambda: verify(now=AT.replace(tzinfo=None)),
        lambda: verify(tolerance=-1),
        lambda: signed(b"hello"),
        lambda: webhooks.sign({}, SECRET),  # type: ignore[arg-type]
        lambda: webhooks.sign(BODY, [SECRET]),  # type: ignore[arg-type]
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
