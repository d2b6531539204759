"""Webhook deliveries in web frameworks: what their views get, and what is refused."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import traceback
from datetime import datetime, timezone
from typing import Any

import pytest

from novabilling import webhooks
from novabilling.types import PaymentSuccessfulEvent
from tests.contrib.frameworks import FRAMEWORKS, Answer, Endpoint
from tests.deliveries import BODY, OTHER, SECRET

REFUSALS = ["invalid webhook delivery", '{"detail":"invalid webhook delivery"}']


@pytest.fixture(params=FRAMEWORKS, ids=lambda make: make.__name__)
def make(request: Any) -> Any:
    """Make an endpoint in one of the frameworks."""
    return request.param


def endpoint_of(make: Any, secret: Any = SECRET, **options: Any) -> Endpoint:
    """Make an endpoint that takes deliveries of any age."""
    endpoint: Endpoint = make(secret, **{"tolerance": None, **options})
    return endpoint


def is_refused(answer: Answer) -> bool:
    return answer.status == 400 and answer.text in REFUSALS


def test_a_view_gets_the_event(make):
    endpoint = endpoint_of(make)

    assert endpoint.deliver().status == 204
    assert endpoint.received == [webhooks.parse(BODY)]
    assert isinstance(endpoint.received[0], PaymentSuccessfulEvent)


def test_a_header_that_agrees_is_accepted(make):
    assert endpoint_of(make).deliver(**{"X-Event-Type": "payment.succeeded"}).status == 204


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Webhook-Signature": ""},
        {"X-Webhook-Signature": webhooks.sign(BODY, OTHER)},
        {"X-Webhook-Signature": webhooks.sign(BODY, SECRET).upper()},
        {"X-Webhook-Signature": webhooks.sign(BODY, SECRET), "X-Event-Type": "invoice.paid"},
    ],
)
def test_a_delivery_that_cannot_be_trusted_is_refused(make, headers):
    endpoint = endpoint_of(make)

    assert is_refused(endpoint.post(BODY, headers))
    assert endpoint.received == []


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff"])
def test_a_body_that_is_no_event_is_refused(make, body):
    assert is_refused(endpoint_of(make).deliver(body))


def test_a_body_that_is_too_large_is_refused(make):
    large = BODY.replace(b"payu", b"x" * webhooks.MAX_PAYLOAD)

    assert is_refused(endpoint_of(make).deliver(large))


def test_an_old_delivery_is_refused_by_default(make):
    endpoint = make(SECRET)

    assert is_refused(endpoint.deliver())
    assert endpoint.deliver(fresh()).status == 204


def test_the_tolerance_can_be_changed(make):
    assert is_refused(endpoint_of(make, tolerance=5).deliver())
    assert endpoint_of(make, tolerance=10**10).deliver().status == 204


@pytest.mark.parametrize("secret", [[OTHER, SECRET], lambda: SECRET, lambda: [OTHER, SECRET]])
def test_a_secret_may_be_several_or_be_asked_for(make, secret):
    assert endpoint_of(make, secret).deliver().status == 204


def test_a_secret_is_asked_for_at_each_delivery(make):
    secrets = [OTHER]
    endpoint = endpoint_of(make, lambda: secrets)

    assert is_refused(endpoint.deliver())
    secrets.append(SECRET)
    assert endpoint.deliver().status == 204


@pytest.mark.parametrize("secret", ["", None, [], [SECRET, ""]])
def test_an_empty_secret_is_refused_before_any_delivery(make, secret):
    with pytest.raises(ValueError, match="give the webhook secret") as caught:
        endpoint_of(make, secret)

    assert_hidden(caught.value)


@pytest.mark.parametrize("secret", [lambda: [SECRET, ""], lambda: [SECRET, None]])
def test_an_empty_secret_that_was_asked_for_is_an_error_of_the_application(make, secret):
    endpoint = endpoint_of(make, secret)

    with pytest.raises(ValueError, match="give the webhook secret") as caught:
        endpoint.deliver()

    assert_hidden(caught.value)
    assert endpoint.received == []


def test_a_tolerance_that_makes_no_sense_is_refused_before_any_delivery(make):
    with pytest.raises(ValueError, match="tolerance must be seconds") as caught:
        endpoint_of(make, tolerance=-1)

    assert_hidden(caught.value)


def test_the_log_says_why_and_shows_no_secret_or_signature(make, caplog):
    with caplog.at_level(logging.WARNING, "novabilling"):
        endpoint_of(make).deliver(secret=OTHER)

    ours = [record for record in caplog.records if record.name == "novabilling"]
    assert [record.novabilling_error for record in ours] == ["WebhookSignatureError"]
    assert [record.getMessage() for record in ours] == [
        "a webhook delivery was refused: the signature does not match this payload and secret"
    ]
    assert "canary" not in caplog.text


def test_flask_takes_a_body_that_was_read_before():
    flask: Any = pytest.importorskip("flask", reason="Flask is not installed")
    from novabilling.contrib.flask import webhook_view

    app = flask.Flask("tests")
    app.before_request(lambda: flask.request.get_data() and None)
    app.post("/hook")(webhook_view(SECRET, tolerance=None)(lambda event: event.type))
    headers = {"X-Webhook-Signature": webhooks.sign(BODY, SECRET)}

    assert app.test_client().post("/hook", data=BODY, headers=headers).text == "payment.successful"


@pytest.mark.parametrize("size", [len(BODY), webhooks.MAX_PAYLOAD * 3])
def test_flask_reads_no_more_of_a_body_without_a_length_than_a_delivery_has(size):
    flask: Any = pytest.importorskip("flask", reason="Flask is not installed")
    from novabilling.contrib.flask import webhook_view

    app = flask.Flask("tests")
    app.post("/hook")(webhook_view(SECRET, tolerance=None)(lambda event: event.type))
    body = Counting(BODY + b" " * (size - len(BODY)))
    environment = {"wsgi.input": body, "wsgi.input_terminated": True, "CONTENT_LENGTH": None}
    headers = {"X-Webhook-Signature": webhooks.sign(bytes(body.rest), SECRET)}

    answer = app.test_client().post("/hook", headers=headers, environ_overrides=environment)

    assert answer.status_code == (200 if size == len(BODY) else 400)
    assert body.given <= webhooks.MAX_PAYLOAD + 1


def test_a_framework_is_imported_with_its_adapter_alone():
    code = (
        "import sys, novabilling.webhooks, novabilling.contrib, novabilling\n"
        "novabilling.NovaBilling, novabilling.AsyncNovaBilling\n"
        "print(sorted({'fastapi', 'starlette', 'flask', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


class Counting:
    """A body that says how much of it was read."""

    def __init__(self, body: bytes) -> None:
        self.rest = bytearray(body)
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        size = len(self.rest) if size < 0 else size
        part = bytes(self.rest[:size])
        del self.rest[:size]
        self.given += len(part)
        return part


def fresh() -> bytes:
    """Return the body of a delivery of this moment."""
    body = {**json.loads(BODY), "timestamp": datetime.now(timezone.utc).isoformat()}
    return json.dumps(body).encode()


def assert_hidden(error: BaseException) -> None:
    """Check that no frame of the package shows the secret."""
    summary = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in summary.stack if "/novabilling/" in frame.filename]
    assert ours
    assert not [frame for frame in ours if "canary" in repr(frame.locals)]
