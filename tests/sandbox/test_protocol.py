"""What the sandbox does below its operations: routes, guards, bodies, limits, formats."""

from __future__ import annotations

import gzip
import json
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List, Optional

import httpx
import pytest

from novabilling.sandbox import Sandbox
from novabilling.sandbox._http.operations import OPERATIONS
from novabilling.sandbox._javascript import values as js
from novabilling.sandbox._javascript.json import JsonSyntaxError, parse

CUSTOMER = {"externalId": "u1", "email": "a@example.com", "currency": "NGN"}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


def send(
    sandbox: Sandbox, method: str, path: str, body: Any = None, **options: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sandbox.token}", **options.pop("headers", {})}
    request = httpx.Request(
        method, f"http://sandbox.local{path}", json=body, headers=headers, **options
    )
    return sandbox.handle(request)


def create(sandbox: Sandbox, **fields: Any) -> httpx.Response:
    return send(sandbox, "POST", "/api/customers", {**CUSTOMER, **fields})


def messages(response: httpx.Response) -> List[str]:
    return [error["message"] for error in response.json()["errors"]]


def test_there_are_137_operations_below_api() -> None:
    assert sum(operation.segments[0] == "api" for operation in OPERATIONS) == 137


def test_unknown_routes_and_wrong_methods_are_404(sandbox: Sandbox) -> None:
    response = send(sandbox, "PUT", "/api/customers?x=1", {})
    assert response.status_code == 404
    assert response.json()["message"] == "Cannot PUT /api/customers?x=1"
    assert response.json()["path"] == "/api/customers?x=1"


def test_paths_forgive_case_and_one_slash(sandbox: Sandbox) -> None:
    assert send(sandbox, "GET", "/API/Customers/").status_code == 200
    assert send(sandbox, "GET", "/api//customers").status_code == 404


@pytest.mark.parametrize(
    ("authorization", "path", "message"),
    [
        ("", "/api/customers", "Missing Authorization header"),
        ("bearer {token}", "/api/customers", "Invalid credentials"),
        ("Basic eDp5", "/api/customers", "Invalid credentials"),
        ("Bearer sk_live_unknown", "/api/customers", "Invalid credentials"),
        ("Bearer {token}", "/api/tenants/me", "Unauthorized"),
        ("{jwt}", "/api/tenants/me", "Unauthorized"),
        ("bearer {jwt}", "/api/tenants/me", "Invalid credentials"),
    ],
)
def test_refused_credentials(sandbox: Sandbox, authorization: str, path: str, message: str) -> None:
    value = authorization.format(token=sandbox.token, jwt=sandbox.jwt)
    response = send(sandbox, "GET", path, headers={"Authorization": value})
    assert (response.status_code, response.json()["message"]) == (401, message)


def test_a_jwt_serves_both_kinds_of_route_until_it_expires() -> None:
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    sandbox = Sandbox(clock=lambda: moment)
    jwt = {"Authorization": f"Bearer {sandbox.jwt}"}
    assert send(sandbox, "GET", "/api/tenants/me", headers=jwt).status_code == 200
    assert send(sandbox, "GET", "/api/customers", headers=jwt).status_code == 200
    moment += timedelta(seconds=3600)
    assert send(sandbox, "GET", "/api/customers", headers=jwt).status_code == 401


def test_etag_and_304(sandbox: Sandbox) -> None:
    etag = send(sandbox, "GET", "/api/currencies").headers["etag"]
    assert etag == 'W/"b9d-6z6Qf/CwCiRNKlN5Q5umknYwpZM"'
    fresh = send(sandbox, "GET", "/api/currencies", headers={"If-None-Match": etag})
    assert (fresh.status_code, fresh.content) == (304, b"")
    forced = {"If-None-Match": etag, "Cache-Control": "no-cache"}
    assert send(sandbox, "GET", "/api/currencies", headers=forced).status_code == 200


def test_head_and_options(sandbox: Sandbox) -> None:
    head = send(sandbox, "HEAD", "/api/currencies")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "2973"
    assert send(sandbox, "OPTIONS", "/api/customers").status_code == 204


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/api/customers/a%00b", 500, 'invalid byte sequence for encoding "UTF8": 0x00'),
        ("/api/customers/%FF", 400, "Failed to decode param '%FF'"),
        ("/api/customers/a%2Fb", 404, "Customer not found"),
    ],
)
def test_odd_ids(sandbox: Sandbox, path: str, status: int, message: str) -> None:
    response = send(sandbox, "GET", path)
    assert (response.status_code, response.json()["message"]) == (status, message)


def test_a_head_over_16_kb_is_431(sandbox: Sandbox) -> None:
    assert send(sandbox, "GET", "/api/customers/" + "x" * 17000).status_code == 431


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (json.dumps(CUSTOMER).encode(), {"Content-Type": "application/json"}, 201),
        (
            b"\xef\xbb\xbf" + json.dumps(CUSTOMER).encode(),
            {"Content-Type": "application/json"},
            201,
        ),
        (
            gzip.compress(json.dumps(CUSTOMER).encode(), mtime=0),
            {"Content-Type": "application/json", "Content-Encoding": "gzip"},
            201,
        ),
        (
            b"externalId=u1&email=a%40example.com&currency=NGN",
            {"Content-Type": "application/x-www-form-urlencoded"},
            201,
        ),
        (json.dumps(CUSTOMER).encode(), {"Content-Type": "text/plain"}, 400),
        (b"{}", {"Content-Type": "application/json; charset=latin-1"}, 500),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "br"}, 500),
        (b"not gzip", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 400),
        (b" " * 102399 + b"{}", {"Content-Type": "application/json"}, 500),
        (b" " * 102398 + b"{}", {"Content-Type": "application/json"}, 400),
    ],
)
def test_bodies(sandbox: Sandbox, content: bytes, headers: Dict[str, str], status: int) -> None:
    response = send(sandbox, "POST", "/api/customers", content=content, headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"hello"', 'Unexpected token \'"\', ""hello"" is not valid JSON'),
        (" ", "Unexpected end of JSON input"),
        ('{"a":1,}', "Expected double-quoted property name in JSON at position 7"),
        ("{a:1}", "Expected property name or '}' in JSON at position 1"),
        ('{"a" 1}', "Expected ':' after property name in JSON at position 5"),
        ('{"a":1,"b" 1}', "Unexpected number in JSON at position 11"),
        ('{"a":tru}', 'Unexpected token \'}\', "{"a":tru}" is not valid JSON'),
        ('{"a":"x', "Unterminated string in JSON at position 7"),
        ('{"a":"\\q"}', "Bad escaped character in JSON at position 7"),
        ('{"a":"\\u12"}', "Bad Unicode escape in JSON at position 10"),
        ('{"a":"\n"}', "Bad control character in string literal in JSON at position 6"),
        ('{"a":-}', "No number after minus sign in JSON at position 6"),
        ('{"a":01}', "Unexpected number in JSON at position 6"),
        ('{"a":1.}', "Unterminated fractional number in JSON at position 7"),
        ('{"a":1e+}', "Exponent part is missing a number in JSON at position 8"),
        ('{"a":1}x', "Unexpected non-whitespace character after JSON at position 7"),
        ("[1 2]", "Expected ',' or ']' after array element in JSON at position 3"),
        ("[[], {}, NaN]", "Unexpected token 'N', \"[[], {}, NaN]\" is not valid JSON"),
        (
            '{"aaaaaaaaaaaaaaaa":nope,"bbbbbbbbbbbb":1}',
            'Unexpected token \'o\', ..."aaaaaaa":nope,"bbbbb"... is not valid JSON',
        ),
        (
            '{"aaaaaaaaaaaaaaaaaaaaaaaaa":x}',
            'Unexpected token \'x\', ..."aaaaaaaa":x}" is not valid JSON',
        ),
        ("[x,1,2,3,4,5,6,7,8,9,10]", "Unexpected token 'x', \"[x,1,2,3,4,\"... is not valid JSON"),
        ('{"a":1', "Expected ',' or '}' after property value in JSON at position 6"),
        ('{"a":1,"b"', "Unexpected end of JSON input"),
        ('{"a":1 "b"', "Expected ',' or '}' after property value in JSON at position 7"),
        ('["a" "b"', "Expected ',' or ']' after array element in JSON at position 5"),
        ('{"a":1,"b""c"', "Unexpected string in JSON at position 10"),
        ('{"a":"\\', "Unexpected end of JSON input"),
        (" 12", "Unexpected token '1', \" 12\" is not valid JSON"),
        ('{"\U0001f4a5",1}', "Expected ':' after property name in JSON at position 5"),
        ("[\U0001f4a5]", "Unexpected token '\ud83d', \"[\U0001f4a5]\" is not valid JSON"),
    ],
)
def test_malformed_json(text: str, message: str) -> None:
    with pytest.raises(JsonSyntaxError) as caught:
        parse(text)
    assert str(caught.value) == message


def test_json_values_are_those_of_javascript() -> None:
    text = '{"__proto__": 1, "a": 1.0, "b": 9007199254740993, "c": 1e21, "d": 1e-7, "e": -0}'
    assert js.stringify(parse(text)) == '{"a":1,"b":9007199254740992,"c":1e+21,"d":1e-7,"e":0}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345678901234567890.0, "12345678901234567000"),
        (1.5e-6, "0.0000015"),
        (1.25e-7, "1.25e-7"),
        (1.5e21, "1.5e+21"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        ([1, None, "a"], "1,,a"),
        ({}, "[object Object]"),
        (None, "null"),
        (True, "true"),
        (js.UNDEFINED, "undefined"),
    ],
)
def test_to_string(value: Any, text: str) -> None:
    assert js.to_string(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [("", 0), (" 1e1 ", 10), ("0x10", 16), ("10.0", 10), (True, 1), (None, 0), ([5], 5)],
)
def test_to_number(value: Any, number: float) -> None:
    assert js.to_number(value) == number


def test_floats_are_added_one_after_the_other() -> None:
    assert js.add_up([0.1] * 10) == 0.9999999999999999  # sum() says 1.0 from Python 3.12 on
    assert js.add_up([]) == 0


def test_not_a_number() -> None:
    assert [js.number_text(js.to_number(value)) for value in ("x", {}, "-Infinity")] == [
        "NaN",
        "NaN",
        "-Infinity",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2027", "2027-01-01T00:00:00.000Z"),
        ("2027-02-30", "2027-03-02T00:00:00.000Z"),
        ("2027-01-01T24:00", "2027-01-02T00:00:00.000Z"),
        ("2027-01-01T10:00:00.1239", "2027-01-01T10:00:00.123Z"),
        ("2027-01-01T10:00+0200", "2027-01-01T08:00:00.000Z"),
        ("2027-01-01T10:00-01:30", "2027-01-01T11:30:00.000Z"),
        (None, "1970-01-01T00:00:00.000Z"),
        ("2027-W09", None),
        ("2027-13-01", None),
        (1e300, None),
    ],
)
def test_to_date(value: Any, text: Optional[str]) -> None:
    date = js.to_date(value)
    assert (js.iso(date) if isinstance(date, datetime) else None) == text


def test_rate_limit_per_handler_with_a_block_of_a_minute() -> None:
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    sandbox = Sandbox(clock=lambda: moment, rate_limit=2)
    first = send(sandbox, "GET", "/api/currencies")
    assert first.headers["x-ratelimit-limit"] == "2"
    assert first.headers["x-ratelimit-remaining"] == "1"
    assert first.headers["x-ratelimit-reset"] == "60"
    moment += timedelta(seconds=50)
    send(sandbox, "GET", "/api/currencies")
    refused = send(sandbox, "GET", "/api/currencies")
    assert refused.status_code == 429
    assert refused.json()["message"] == "ThrottlerException: Too Many Requests"
    assert refused.headers["retry-after"] == "60"
    assert "x-ratelimit-limit" not in refused.headers
    bad = send(sandbox, "GET", "/api/customers", headers={"Authorization": "x"})
    assert bad.headers["x-ratelimit-remaining"] == "1"
    moment += timedelta(seconds=60)
    assert send(sandbox, "GET", "/api/currencies").status_code == 200


def test_ids_grow_even_if_the_clock_goes_back() -> None:
    moments = [datetime(2026, 1, 1, tzinfo=timezone.utc) - timedelta(hours=n) for n in range(400)]
    sandbox = Sandbox(clock=lambda: moments.pop(0))
    ids = [create(sandbox, externalId=str(n)).json()["id"] for n in range(9)]
    assert ids == sorted(ids)
    assert all(len(one) == 25 and one.startswith("c") for one in ids)


def test_ids_tell_the_time() -> None:
    sandbox = Sandbox()
    ids = []
    for n in range(2):
        ids.append(create(sandbox, externalId=f"u{n}").json()["id"])
        sandbox.advance(days=1)
    first, second = (int(id[1:9], 36) for id in ids)
    assert second - first == pytest.approx(86_400_000, abs=1000)


def test_a_body_without_a_length_is_read_as_well(sandbox: Sandbox) -> None:
    pieces = iter([b'{"externalId": "u1", "email": "ada', b'@example.com", "currency": "NGN"}'])
    request = httpx.Request(
        "POST",
        "http://sandbox.local/api/customers",
        headers={"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"},
        content=pieces,
    )
    assert "content-length" not in request.headers
    assert sandbox.handle(request).status_code == 201


def test_half_a_surrogate_pair_stays_an_escape(sandbox: Sandbox) -> None:
    content = b'{"externalId": "u", "email": "ada@example.com", "currency": "NGN", "\\ud800": 1}'
    headers = {"Content-Type": "application/json"}
    response = send(sandbox, "POST", "/api/customers", content=content, headers=headers)
    assert response.status_code == 400
    assert b"property \\ud800 should not exist" in response.content


@pytest.mark.parametrize("number", [107.0, 2.0**31, 2.0**53])
def test_whole_numbers_are_exact_up_to_the_limit(number: float) -> None:
    assert type(js.number(number)) is int
    assert type(js.number(number * 2 + 1)) is (int if number < 2**52 else float)


def test_tenants_are_apart(sandbox: Sandbox) -> None:
    body = {
        "name": "Bo",
        "email": "bo@example.com",
        "password": "long-enough",
        "companyName": "Sandbox",
    }
    other = send(sandbox, "POST", "/api/auth/register", body).json()
    assert other["tenant"]["slug"].startswith("sandbox-")
    for company, slug in (("A.B. & Söns - Ltd", "ab-sns-ltd"), (" Obi  Ltd ", "-obi-ltd-")):
        named = {**body, "email": f"{slug}@b.co", "companyName": company}
        answer = send(sandbox, "POST", "/api/auth/register", named).json()
        assert answer["tenant"]["slug"] == slug
    customer = create(sandbox).json()["id"]
    theirs = {"Authorization": other["apiKey"]}
    assert send(sandbox, "GET", f"/api/customers/{customer}", headers=theirs).status_code == 404
    assert send(sandbox, "POST", "/api/customers", CUSTOMER, headers=theirs).status_code == 201


@pytest.mark.parametrize("kind", ["[]", "{}"])
@pytest.mark.parametrize("depth", [400, 1_000, 5_000, 50_000])
def test_json_of_any_depth_has_an_answer_in_the_envelope(
    sandbox: Sandbox, kind: str, depth: int
) -> None:
    start = '{"a":' if kind == "{}" else "["
    depth = min(depth, 102_000 // (len(start) + 1))
    nested = start * depth + ("1" if kind == "{}" else "") + kind[1] * depth
    customer = json.dumps({**CUSTOMER, "metadata": {"m": 0}}).replace("0", nested, 1)
    headers = {"Authorization": f"Bearer {sandbox.token}", "Content-Type": "application/json"}
    content = (customer if depth < 10_000 else nested).encode()

    response = sandbox.handle(
        httpx.Request("POST", "http://x/api/customers", headers=headers, content=content)
    )

    assert response.status_code in (201, 400, 500)
    if response.status_code == 500:
        assert response.json()["message"] == "Maximum call stack size exceeded"
        assert response.json()["path"] == "/api/customers"
