from __future__ import annotations

from datetime import datetime, timezone

import httpx
import pytest

import novabilling
from novabilling import APIConnectionError, APIStatusError, FieldError
from tests.support import BASE_URL, Server, problem

pytestmark = pytest.mark.anyio


WHERE = "[GET /customers/{customer_id}]"


async def error_of(client):
    """Make a call that fails and return its error."""
    with pytest.raises(novabilling.NovaBillingError) as caught:
        await client.customers.get("cus_1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "UnauthorizedError"),
        (402, "APIStatusError"),
        (403, "ForbiddenError"),
        (404, "NotFoundError"),
        (405, "APIStatusError"),
        (408, "APIStatusError"),
        (409, "ConflictError"),
        (410, "APIStatusError"),
        (413, "APIStatusError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (431, "APIStatusError"),
        (499, "APIStatusError"),
        (500, "ServerError"),
        (501, "ServerError"),
        (502, "ServerError"),
        (503, "ServerError"),
        (504, "ServerError"),
        (599, "ServerError"),
        (304, "APIStatusError"),
        (199, "APIStatusError"),
        (600, "APIStatusError"),
    ],
)
async def test_each_status_has_its_error(client_for, status, name):
    error = await error_of(client_for(Server(httpx.Response(status)), max_retries=0))

    assert type(error) is getattr(novabilling, name)
    assert isinstance(error, APIStatusError)
    assert error.status_code == status
    assert str(error).startswith(f"{status}: ")


async def test_an_error_has_the_fields_of_the_envelope(client_for):
    answer = problem(400, "Validation failed", path="/api/customers/cus_1")

    error = await error_of(client_for(Server(answer)))

    assert error.message == "Validation failed"
    assert error.path == "/api/customers/cus_1"
    assert error.timestamp == datetime(2026, 11, 22, 18, 54, 48, 747000, timezone.utc)
    assert error.errors == []
    assert error.http.status_code == 400
    assert error.http.json()["message"] == "Validation failed"


async def test_a_timestamp_of_another_zone_is_given_in_utc(client_for):
    answer = problem(400, timestamp="2026-11-22T20:00:00+02:00")

    error = await error_of(client_for(Server(answer)))

    assert error.timestamp == datetime(2026, 11, 22, 18, tzinfo=timezone.utc)
    assert error.timestamp.tzinfo is timezone.utc


@pytest.mark.parametrize("timestamp", [None, "yesterday", "2026-11-22T20:00:00", [], {}, ""])
async def test_a_timestamp_that_is_none_is_none(client_for, timestamp):
    error = await error_of(client_for(Server(problem(400, timestamp=timestamp))))

    assert error.timestamp is None


@pytest.mark.parametrize("path", [None, 5, ["/api"]])
async def test_a_path_that_is_not_text_is_none(client_for, path):
    error = await error_of(client_for(Server(problem(400, path=path))))

    assert error.path is None


async def test_the_errors_of_fields_have_their_real_names(client_for):
    rows = [
        {"field": "email", "message": "email must be an email"},
        {"field": "property", "message": "property zz should not exist"},
    ]

    error = await error_of(client_for(Server(problem(400, "Validation failed", errors=rows))))

    assert error.errors == [
        FieldError("email", "email must be an email"),
        FieldError("zz", "property zz should not exist"),
    ]
    assert error.errors[1].field == "zz"
    assert str(error) == (
        "400: Validation failed (email must be an email; property zz should not exist) " + WHERE
    )


@pytest.mark.parametrize("errors", [None, [], {}, "text", 5, ["text"], [None], [{"field": {}}, 5]])
async def test_errors_of_another_shape_are_none(client_for, errors):
    error = await error_of(client_for(Server(problem(400, "No", errors=errors))))

    assert error.errors == []
    assert str(error) == f"400: No {WHERE}"


async def test_the_message_of_a_500_is_its_last_line(client_for):
    message = (
        "\nInvalid `db.plan.create()` invocation in\n<server>:47:24\n\n"
        "Unique constraint failed on the fields: (`code`)\n"
    )

    error = await error_of(client_for(Server(problem(500, message))))

    assert error.message == "Unique constraint failed on the fields: (`code`)"
    assert str(error) == f"500: Unique constraint failed on the fields: (`code`) {WHERE}"


async def test_a_long_message_is_cut(client_for):
    error = await error_of(client_for(Server(problem(500, "first\n" + "x" * 301))))

    assert error.message == "x" * 300


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("two\nlines", "two lines"),
        ("  spaces \t around  ", "spaces around"),
        ("a\r\nb\u2028c", "a b c"),
        (["one", "two"], "one; two"),
    ],
)
async def test_a_message_is_one_line(client_for, message, text):
    error = await error_of(client_for(Server(problem(400, message))))

    assert error.message == text
    assert str(error) == f"400: {text} {WHERE}"


async def test_long_messages_of_fields_are_cut_in_the_text_alone(client_for):
    rows = [{"field": "a", "message": "a" * 10_000}]

    error = await error_of(client_for(Server(problem(400, "No", errors=rows))))

    assert len(str(error)) < 400
    assert error.errors[0].message == "a" * 10_000


async def test_the_messages_of_fields_do_not_break_the_line(client_for):
    rows = [{"field": "a", "message": "a must\nbe b"}]

    error = await error_of(client_for(Server(problem(400, "No", errors=rows))))

    assert len(str(error).splitlines()) == 1


HTML = b"<html>\n<head><title>502 Bad Gateway</title></head>\n</html>"
JUNK = [
    b"",
    HTML,
    b"upstream connect error",
    b"null",
    b"[]",
    b'"text"',
    b"5",
    b"{}",
    b'{"message": null}',
    b'{"message": ""}',
    b'{"message": " \\n "}',
    b'{"message": 5}',
    b'{"message": {"a": 1}}',
    b'{"message": "cut o',
    b"\xff\xfe",
    b'{"message": "\xff"}',
    b"[" * 100_000,
    b'{"message": ' + b"[" * 100_000,
]


@pytest.mark.parametrize("content", JUNK, ids=range(len(JUNK)))
@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (502, "Bad Gateway")])
async def test_a_body_without_a_message_gives_the_reason_of_the_status(
    client_for, content, status, reason
):
    server = Server(httpx.Response(status, content=content))

    error = await error_of(client_for(server, max_retries=0))

    assert error.message.partition(" (there is no such route")[0] == reason
    assert str(error) == f"{status}: {error.message} {WHERE}"
    assert error.http.content == content


NO_ROUTES = [
    problem(404, "Cannot GET /v1/api/customers/cus_1"),
    httpx.Response(404, html="<!DOCTYPE html>\n<pre>Cannot GET /v1/api/customers/cus_1</pre>"),
]


@pytest.mark.parametrize("answer", NO_ROUTES)
async def test_a_404_of_a_router_asks_whether_the_address_is_right(client_for, answer):
    error = await error_of(client_for(Server(answer), base_url=f"{BASE_URL}/v1"))

    assert isinstance(error, novabilling.NotFoundError)
    assert error.message.endswith(
        "(there is no such route, which says nothing of any object: "
        f"is base_url right? {BASE_URL}/v1)"
    )


async def test_a_404_of_an_object_asks_for_no_other_address(client_for):
    error = await error_of(client_for(Server(problem(404, "Customer not found"))))

    assert str(error) == f"404: Customer not found {WHERE}"


@pytest.mark.parametrize("answer", NO_ROUTES)
async def test_a_path_of_the_user_may_be_one_that_the_server_lacks(client_for, answer):
    with pytest.raises(novabilling.NotFoundError) as caught:
        await client_for(Server(answer)).request("GET", "/customers/cus_1")

    assert "base_url" not in str(caught.value)


async def test_a_status_without_a_reason_says_so(client_for):
    error = await error_of(client_for(Server(httpx.Response(499))))

    assert str(error) == f"499: the server gave no reason {WHERE}"


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_error_has_the_id_of_its_request(client_for, status):
    server = Server(httpx.Response(status))

    error = await error_of(client_for(server))

    assert error.request_id == server.request.headers["x-request-id"]


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow")])
async def test_a_failure_of_the_network_has_the_id_of_its_request(client_for, failure):
    server = Server(failure)

    error = await error_of(client_for(server, max_retries=0))

    assert error.request_id == server.request.headers["x-request-id"]


@pytest.mark.parametrize("seconds", ["7", None])
@pytest.mark.parametrize("status", [429, 503])
async def test_an_error_says_when_to_come_back(client_for, status, seconds):
    headers = {} if seconds is None else {"retry-after": seconds}
    server = Server(httpx.Response(status, headers=headers))

    error = await error_of(client_for(server, max_retries=0))

    assert error.retry_after == (None if seconds is None else 7.0)


async def test_a_refused_api_key_is_told_what_is_needed(client_for):
    server = Server(problem(401, "Unauthorized"))

    with pytest.raises(novabilling.UnauthorizedError) as caught:
        await client_for(server).tenants.get_me()

    assert str(caught.value) == (
        "401: Unauthorized (this needs a login token from auth.login(), an API key is refused)"
        " [GET /tenants/me]"
    )


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (
            httpx.ConnectError("refused"),
            "no answer from billing.example:443: ConnectError: refused",
        ),
        (httpx.ReadError(""), "no answer from billing.example:443: ReadError"),
        (
            httpx.RemoteProtocolError("a\nb"),
            "no answer from billing.example:443: RemoteProtocolError",
        ),
        (
            httpx.ConnectTimeout("x"),
            "GET /customers/{customer_id} timed out; nothing was sent",
        ),
        (
            httpx.ReadTimeout("x"),
            "GET /customers/{customer_id} timed out; the request was sent",
        ),
        (
            OSError(5, "input/output error"),
            "no answer from billing.example:443: OSError: [Errno 5]",
        ),
    ],
)
async def test_a_failure_of_the_network_reads_well_on_one_line(client_for, failure, text):
    error = await error_of(client_for(Server(failure), max_retries=0))

    assert str(error).startswith(text)
    assert len(str(error).splitlines()) == 1
    assert isinstance(error, APIConnectionError)
