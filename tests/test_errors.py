from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone
from unittest.mock import Mock

import httpx
import pytest

import novabilling
from novabilling._call.errors import plain_cause
from novabilling._call.status_errors import error_from
from tests.support import problem

FAMILY = {
    "APIStatusError": "NovaBillingError",
    "BadRequestError": "APIStatusError",
    "UnauthorizedError": "APIStatusError",
    "ForbiddenError": "APIStatusError",
    "NotFoundError": "APIStatusError",
    "ConflictError": "APIStatusError",
    "UnprocessableEntityError": "APIStatusError",
    "RateLimitError": "APIStatusError",
    "ServerError": "APIStatusError",
    "APIConnectionError": "NovaBillingError",
    "NovaBillingTimeoutError": "APIConnectionError",
    "ResponseDecodeError": "NovaBillingError",
    "ClientClosedError": "NovaBillingError",
    "MissingTokenError": "NovaBillingError",
    "OutboxError": "NovaBillingError",
    "OutboxFullError": "OutboxError",
    "WebhookSignatureError": "NovaBillingError",
}
ERRORS = [getattr(novabilling, name) for name in ["NovaBillingError", *FAMILY]]
STATUS_ERRORS = [cls for cls in ERRORS if issubclass(cls, novabilling.APIStatusError)]


@pytest.mark.parametrize(("name", "parent"), FAMILY.items())
def test_each_error_has_its_place_in_the_family(name, parent):
    assert getattr(novabilling, name).__mro__[1] is getattr(novabilling, parent)


def test_the_family_is_complete():
    public = (getattr(novabilling, name) for name in novabilling.__all__)
    errors = {
        cls.__name__
        for cls in public
        if isinstance(cls, type) and issubclass(cls, novabilling.NovaBillingError)
    }

    assert errors == {cls.__name__ for cls in ERRORS}


def test_a_call_on_a_closed_client_is_a_runtime_error_as_well():
    assert issubclass(novabilling.ClientClosedError, RuntimeError)


@pytest.mark.parametrize("cls", ERRORS)
def test_an_error_is_known_by_its_public_name(cls):
    assert cls.__module__ == "novabilling"


DUPLICATES = [
    lambda e: pickle.loads(pickle.dumps(e)),
    lambda e: pickle.loads(pickle.dumps(e, protocol=0)),
    copy.copy,
    copy.deepcopy,
]


@pytest.mark.parametrize("duplicate", DUPLICATES)
@pytest.mark.parametrize("cls", ERRORS)
def test_each_error_can_be_pickled_and_copied_with_its_attributes(cls, duplicate):
    more = {"request_id": "req_1", "may_have_been_applied": True}
    if cls in STATUS_ERRORS:
        more["http"] = httpx.Response(418, content=b"{}")
        more["errors"] = [novabilling.FieldError("a", "a is wrong")]
        more["path"] = "/api/x"
        more["timestamp"] = datetime(2026, 11, 22, tzinfo=timezone.utc)
    error = cls("what went wrong", **more)
    error.custom = ["more"]

    again = duplicate(error)

    assert type(again) is cls
    assert again is not error
    assert again.args == error.args == (str(error),)
    assert str(again) == str(error)
    assert again.message == "what went wrong"
    assert again.request_id == "req_1"
    assert again.may_have_been_applied is True
    assert again.custom == ["more"]
    if cls in STATUS_ERRORS:
        assert again.status_code == again.http.status_code == 418
        assert again.http.content == b"{}"
        assert (again.errors, again.path) == (error.errors, error.path)
        assert again.timestamp == error.timestamp


@pytest.mark.parametrize("cls", ERRORS)
def test_an_error_is_made_of_a_message_alone(cls):
    error = cls("gone")

    assert (str(error), error.message, error.args) == ("gone", "gone", ("gone",))
    assert (error.request_id, error.may_have_been_applied) == (None, False)
    assert (error.events, error.partial) == (None, None)


@pytest.mark.parametrize("cls", STATUS_ERRORS)
def test_the_error_of_a_status_is_made_of_a_message_alone(cls):
    error = cls("gone")

    assert (error.http, error.errors, error.path, error.timestamp) == (None, [], None, None)
    assert error.retry_after is None
    assert pickle.loads(pickle.dumps(error)).http is None


@pytest.mark.parametrize("cls", ERRORS)
def test_a_mock_raises_the_class_itself(cls):
    with pytest.raises(cls):
        Mock(side_effect=cls)()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("BadRequestError", 400),
        ("UnauthorizedError", 401),
        ("ForbiddenError", 403),
        ("NotFoundError", 404),
        ("ConflictError", 409),
        ("UnprocessableEntityError", 422),
        ("RateLimitError", 429),
        ("ServerError", 500),
    ],
)
def test_a_class_knows_its_status(name, status):
    cls = getattr(novabilling, name)

    assert cls.status_code == cls("gone").status_code == status


@pytest.mark.parametrize("cls", [c for c in ERRORS if c not in STATUS_ERRORS])
def test_an_error_without_an_answer_reads_as_its_message(cls):
    error = cls("what went wrong")

    assert str(error) == "what went wrong"
    assert (error.request_id, error.may_have_been_applied) == (None, False)


def test_the_answer_of_an_unreadable_success_survives_pickling():
    error = novabilling.ResponseDecodeError("not JSON")
    assert error.http is None
    error.http = httpx.Response(200, content=b"<html>")

    assert pickle.loads(pickle.dumps(error)).http.content == b"<html>"


@pytest.mark.parametrize(
    ("field", "message", "name"),
    [
        ("name", "name should not be empty", "name"),
        ("email", "email must be an email", "email"),
        ("settings", "settings must be an object", "settings"),
        ("webhookUrl", "webhookUrl must be a URL address", "webhookUrl"),
        ("expYear", "expYear must not be less than 2024", "expYear"),
        ("status", "status must be one of the following values: ", "status"),
        ("events", "events must contain at least 1 elements", "events"),
        ("property", "property role should not exist", "role"),
        ("property", "property my field should not exist", "my field"),
        ("property", "property property should not exist", "property"),
        ("each", "each value in scopes must be a string", "scopes"),
        ("Code", "Code must contain only lowercase letters, numbers, and underscores", "code"),
        ("prices.0.amount", "prices.0.amount must not be less than 0", "prices.0.amount"),
        ("prices.0.property", "prices.0.property isActive should not exist", "prices.0.isActive"),
        ("items.12.property", "items.12.property tax should not exist", "items.12.tax"),
        ("events.0.property", "events.0.property zz should not exist", "events.0.zz"),
        (
            "prices.each",
            "prices.each value in nested property prices must be either object or array",
            "prices",
        ),
        (
            "events.each",
            "events.each value in nested property events must be either object or array",
            "events",
        ),
        (
            "each",
            "each value in nested property items must be either object or array",
            "items",
        ),
        ("filters.0.each", "filters.0.each value in values must be a string", "filters.0.values"),
        ("filters.0.values", "filters.0.values must be an array", "filters.0.values"),
        ("events.transactionId", "events.transactionId must be a string", "events.transactionId"),
    ],
)
def test_the_name_of_a_field_is_read_from_its_message(field, message, name):
    answer = problem(400, "Validation failed", errors=[{"field": field, "message": message}])

    assert error_from(answer).errors == [novabilling.FieldError(name, message)]


@pytest.mark.parametrize(
    "message", ["\nInvalid x\n\nArgument `name` must not be null.", "a\r\nArgument `name` must not"]
)
def test_the_last_line_of_a_500_is_what_is_said(message):
    assert error_from(problem(500, message)).message.startswith("Argument `name` must not")


def test_the_cause_of_an_os_error_keeps_its_number():
    cause = plain_cause(ConnectionResetError(104, "reset"))

    assert isinstance(cause, OSError)
    assert cause.args == (104, "reset")


@pytest.mark.parametrize(
    "exc", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_the_cause_of_a_failed_attempt_keeps_its_class(exc):
    cause = plain_cause(exc)

    assert type(cause) is type(exc)
    assert cause.args == ("x",)
    assert cause is not exc


def test_the_cause_of_another_class_is_named():
    assert repr(plain_cause(KeyError("x"))) == """RuntimeError("KeyError: 'x'")"""


@pytest.mark.parametrize("of", ERRORS)
def test_an_error_that_is_built_again_from_its_text_does_not_call_a_repeat_safe(of):
    error = of("timed out", may_have_been_applied=True)

    again = of(*error.args)

    assert again.may_have_been_applied
    assert str(again) == str(error)
    assert not of("timed out").may_have_been_applied
