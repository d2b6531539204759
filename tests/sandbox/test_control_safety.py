"""Attacks on a served sandbox: pages of other sites, names bound to this machine, huge bodies."""

from __future__ import annotations

import socket
from typing import Dict, Iterator, List, Optional, Tuple

import httpx
import pytest

from novabilling import ForbiddenError, NovaBilling
from novabilling.sandbox.__main__ import main
from novabilling.sandbox._control.guard import Guard
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxError, SandboxServer
from tests.sandbox.serving import raw, serve

JSON = {"Content-Type": "application/json"}
TOKEN = "a-token-of-the-control-api"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with serve(ServedSandbox(seed="safe")) as made:
        yield made


@pytest.fixture(scope="module")
def guarded() -> Iterator[SandboxServer]:
    """Serve as on an address that is not loopback."""
    with serve(ServedSandbox(seed="safe"), Guard({"box.test"}, TOKEN)) as made:
        yield made


def by_hand(server: SandboxServer, *lines: str, body: bytes = b"") -> str:
    """Send lines as they stand; return the answer's head and body."""
    host, port = server.url[len("http://") :].split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        connection.sendall(head + body)
        connection.shutdown(socket.SHUT_WR)
        parts: List[bytes] = []
        while True:
            part = connection.recv(65536)
            if not part:
                return b"".join(parts).decode()
            parts.append(part)


# A page of another site, at a name that it has bound to 127.0.0.1

BOUND = [
    "evil.example",
    "evil.example:4010",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example@127.0.0.1",
    "127.0.0.1, evil.example",
    "192.168.0.7",
    "0.0.0.0",
    "[::]",
    "127.0.0.1:x",
    "[::1",
    "2130706433",
    "",
]


@pytest.mark.parametrize("path", ["/_sandbox/status", "/_sandbox/", "/api/plans", "/health"])
@pytest.mark.parametrize("host", BOUND)
def test_a_name_that_was_not_given_is_refused(server: SandboxServer, host: str, path: str):
    answer = by_hand(server, f"GET {path} HTTP/1.1", f"Host: {host}")

    assert answer.startswith("HTTP/1.1 403"), answer
    assert "--allowed-host" in answer
    assert "access-control" not in answer.lower()


def test_a_client_behind_a_gateway_that_changes_the_name_is_told(server: SandboxServer):
    def rename(request: httpx.Request) -> None:
        request.headers["host"] = "upstream"

    with httpx.Client(event_hooks={"request": [rename]}) as http:
        client = NovaBilling(token="sk_test_1", base_url=server.url, http_client=http)
        with pytest.raises(ForbiddenError, match=r"Host of this request is 'upstream'.*--allowed-"):
            client.plans.list()


def test_a_request_without_a_name_is_refused(server: SandboxServer):
    assert by_hand(server, "GET /_sandbox/status HTTP/1.0").startswith("HTTP/1.1 403")


def test_the_name_in_the_target_does_not_count(server: SandboxServer):
    line = "GET http://127.0.0.1/_sandbox/status HTTP/1.1"
    answer = by_hand(server, line, "Host: evil.example")

    assert " 200 " not in answer.splitlines()[0]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "app.localhost", "127.0.0.1", "127.1.2.3:80", "[::1]:4010"]
)
def test_names_of_this_machine_are_good(server: SandboxServer, host: str):
    answer = by_hand(server, "GET /_sandbox/status HTTP/1.1", f"Host: {host}")

    assert answer.startswith("HTTP/1.1 200"), answer


def test_a_name_that_was_given_is_good(guarded: SandboxServer):
    answer = by_hand(guarded, "GET /health HTTP/1.1", "Host: Box.Test:4010")

    assert answer.startswith("HTTP/1.1 200"), answer


# A page of another site that sends to this address


def refused(server: SandboxServer, headers: Dict[str, str], body: bytes = b"{}") -> int:
    """Try to reset the sandbox; return the status."""
    before = raw(server, "GET", "/_sandbox/status").json()["version"]
    answer = raw(server, "POST", "/_sandbox/reset", headers=headers, content=body)
    if answer.status_code != 200:
        assert raw(server, "GET", "/_sandbox/status").json()["version"] == before
    assert not [name for name in answer.headers if name.startswith("access-control")]
    return answer.status_code


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://localhost",
        "file://",
        "",
        "http://127.0.0.1",
    ],
)
def test_a_foreign_origin_cannot_write(server: SandboxServer, origin: str):
    assert refused(server, {**JSON, "Origin": origin}) == 403


def test_two_origins_cannot_write(server: SandboxServer):
    port = server.url.rpartition(":")[2]
    answer = by_hand(
        server,
        "POST /_sandbox/reset HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: {server.url}",
        "Origin: https://evil.example",
        "Content-Type: application/json",
        "Content-Length: 2",
        body=b"{}",
    )
    assert answer.startswith("HTTP/1.1 403"), answer


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_the_browser_calls_foreign_cannot_write(server: SandboxServer, site: str):
    assert refused(server, {**JSON, "Sec-Fetch-Site": site}) == 403


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
        "application/json, text/plain",
    ],
)
def test_what_a_form_could_send_is_refused(server: SandboxServer, kind: Optional[str]):
    assert refused(server, {} if kind is None else {"Content-Type": kind}) == 415


def test_the_page_itself_can_write(server: SandboxServer):
    headers = {"Content-Type": "application/json; charset=utf-8", "Origin": server.url}
    assert refused(server, {**headers, "Sec-Fetch-Site": "same-origin"}) == 200


def test_a_read_changes_nothing(server: SandboxServer):
    for path in ("/reset", "/faults/fail_next", "/clock/advance", "/snapshots/x/restore"):
        assert raw(server, "GET", f"/_sandbox{path}").status_code == 405


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "TRACE"])
def test_nobody_is_invited(server: SandboxServer, method: str):
    headers = {**JSON, "Access-Control-Request-Method": "POST"}
    answer = raw(server, method, "/_sandbox/reset", headers=headers)

    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


# Strangers, where the address is not loopback


@pytest.mark.parametrize("path", ["/status", "/requests", "/credentials", "/tables/customer"])
def test_without_the_token_nothing_is_read(guarded: SandboxServer, path: str):
    answer = raw(guarded, "GET", f"/_sandbox{path}")
    wrong = raw(guarded, "GET", f"/_sandbox{path}", headers={"X-Sandbox-Token": TOKEN[:-1]})

    assert (answer.status_code, wrong.status_code) == (401, 401)
    assert TOKEN not in answer.text + wrong.text


@pytest.mark.parametrize("path", ["/tables/_sandbox/page.css", "/credentials/_sandbox/"])
def test_what_ends_like_a_file_of_the_page_is_none(guarded: SandboxServer, path: str):
    assert raw(guarded, "GET", f"/_sandbox{path}").status_code == 401


def test_without_the_token_nothing_is_written(guarded: SandboxServer):
    assert raw(guarded, "POST", "/_sandbox/reset", headers=JSON).status_code == 401


def test_the_files_of_the_page_hold_nothing_and_need_no_token(guarded: SandboxServer):
    for path in ("/_sandbox/", "/_sandbox/page.js", "/_sandbox/page.css"):
        answer = raw(guarded, "GET", path)
        assert answer.status_code == 200
        assert guarded.token not in answer.text


def test_with_the_token_everything_works(guarded: SandboxServer):
    guarded.reset()
    assert guarded.trigger("invoice.paid")["event"] == "invoice.paid"


def greeting(arguments: List[str], monkeypatch: pytest.MonkeyPatch, capsys: object) -> List[str]:
    import uvicorn

    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    main([*arguments, "--port", "0"])
    return capsys.readouterr().out.splitlines()  # type: ignore[attr-defined]


def test_an_address_for_others_gets_a_token_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("NOVABILLING_SANDBOX_TOKEN", raising=False)
    pages = [greeting(["--host", "0.0.0.0"], monkeypatch, capsys)[-1] for _ in range(2)]

    tokens = [page.partition("/_sandbox/#")[2] for page in pages]
    assert all(len(token) >= 32 for token in tokens)
    assert tokens[0] != tokens[1]


def test_or_the_one_that_was_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("NOVABILLING_SANDBOX_TOKEN", TOKEN)

    assert greeting(["--host", "0.0.0.0"], monkeypatch, capsys)[-1].endswith(f"/#{TOKEN}")


def test_loopback_needs_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.delenv("NOVABILLING_SANDBOX_TOKEN", raising=False)

    assert greeting([], monkeypatch, capsys)[-1].endswith("/_sandbox/")


# What is sent


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fetc%2Fpasswd",
        "%2Fetc%2Fpasswd",
        "..",
        ".hidden",
        "a%00b",
        "a%5Cb",
        "C:",
        "a.json",
        "a%0Ab",
        "x" * 65,
        "-rf",
        "caf%C3%A9",
    ],
)
def test_names_of_snapshots_are_no_paths(server: SandboxServer, name: str):
    for path in (f"/_sandbox/snapshots/{name}", f"/_sandbox/snapshots/{name}/restore"):
        answer = raw_path(server, path)
        assert " 400 " in answer.splitlines()[0], answer
        assert "no path" in answer


def raw_path(server: SandboxServer, path: str) -> str:
    """Post to a path that nobody has made straight."""
    kind = "Content-Type: application/json"
    return by_hand(server, f"POST {path} HTTP/1.1", "Host: localhost", kind, "Content-Length: 0")


@pytest.mark.parametrize("path", ["/_sandbox/../etc", "/_sandbox/page.js/..", "/_sandbox/%2e%2e/x"])
def test_there_are_no_other_files(server: SandboxServer, path: str):
    answer = by_hand(server, f"GET {path} HTTP/1.1", "Host: localhost")

    assert " 404 " in answer.splitlines()[0]


def test_a_huge_body_is_refused_before_it_is_read(server: SandboxServer):
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b" " * 65536

    try:
        answer = raw(server, "POST", "/_sandbox/reset", headers=JSON, content=endless())
    except httpx.WriteError:  # the server has hung up, as it should
        return
    assert answer.status_code == 413


def test_what_is_nested_deep_is_no_crash(server: SandboxServer):
    server.reset()
    headers = {**JSON, "Authorization": f"Bearer {server.token}"}
    for depth in (50, 150, 300, 600, 900, 2000, 20_000):
        nested = '{"a":' * depth + "1" + "}" * depth
        body = (
            f'{{"externalId": "u{depth}", "email": "a@b.co", "currency": "NGN",'
            f'"metadata": {nested}}}'
        )
        raw(server, "POST", "/api/customers", headers=headers, content=body.encode())
        newest = server.requests()[0]["id"]
        for path in (f"/requests/{newest}", "/tables/customer", "/deliveries"):
            answer = raw(server, "GET", f"/_sandbox{path}")
            assert answer.status_code == 200 or "nested too deep" in answer.json()["error"]


def test_a_huge_body_of_the_app_is_not_kept(server: SandboxServer):
    headers = {**JSON, "Authorization": f"Bearer {server.token}"}
    body = b'{"externalId": "' + b"x" * 3_000_000 + b'"}'
    answer = raw(server, "POST", "/api/customers", headers=headers, content=body)
    assert answer.status_code == 500

    details = server.request("GET", f"/requests/{server.requests()[0]['id']}")
    assert details["request"]["is_cut"]
    assert len(str(details)) < 150_000


BAD_BODIES: List[Tuple[str, bytes]] = [
    ("the body is no JSON", b"{"),
    ("the body is no JSON", b"[" * 60_000),
    ("the body is no JSON", b"\xff"),
    ("the body must be a JSON object", b"[]"),
    ("days must be 0 to", b'{"days": 1e999}'),
    ("days must be 0 to", b'{"days": NaN}'),
    ("days must be 0 to", b'{"days": 1' + b"0" * 400 + b"}"),
    ("at most 3700 days", b'{"days": 1e9}'),
    ("days must be a number", b'{"days": "1"}'),
    ("days must be a number", b'{"days": true}'),
    ("no field 'weeks'", b'{"weeks": 1}'),
    ("jobs must be a list of texts", b'{"jobs": [1]}'),
    ("jobs must be a list of texts", b'{"jobs": "billing"}'),
]


@pytest.mark.parametrize(("message", "body"), BAD_BODIES)
def test_a_body_that_is_wrong_says_so(server: SandboxServer, message: str, body: bytes):
    answer = raw(server, "POST", "/_sandbox/clock/advance", headers=JSON, content=body)

    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_secrets_are_masked_wherever_an_app_may_put_them(server: SandboxServer):
    server.reset()
    headers = {
        **JSON,
        "Authorization": f"Bearer {server.token}",
        "Referer": "http://shop.test/?reset_token=hush",
        "X-Other": "sk_test_hush",
    }
    bodies = [
        '{"password": "hush hush", "x":',
        "{'password': 'hush'",
        '{"sk_test_hush": 1, "url": "https://me:hush@shop.test/?token=hush&page=2"}',
    ]
    for path in ("/api/customers/sk_test_hush", "/api/customers?api_key=hush&page=2"):
        for body in bodies:
            raw(server, "POST", path, headers=headers, content=body)
    me = {**headers, "Authorization": f"Bearer {server.jwt}"}
    url = '{"webhookUrl": "https://me:hush@shop.test/?token=hush"}'
    raw(server, "PATCH", "/api/tenants/me", headers=me, content=url)
    server.trigger("customer.created")
    raw(server, "PATCH", "/api/tenants/me", headers=me, content='{"webhookUrl": null}')

    for seen in server.requests():
        details = server.request("GET", f"/requests/{seen['id']}")
        assert "hush" not in str(details)
        revealed = raw(server, "GET", f"/_sandbox/requests/{seen['id']}?reveal=true")
        assert "hush" in revealed.text
    assert "hush" not in str(server.deliveries())
    server.reset()


def test_things_do_not_pile_up(server: SandboxServer):
    for number in range(100):
        server.snapshot(f"s{number}")
    with pytest.raises(SandboxError, match="at most 100 snapshots"):
        server.snapshot("one-more")
    server.snapshot("s1")
    for _ in range(10):
        server.fail_next(times=1000)
    with pytest.raises(SandboxError, match="at most 10000 faults"):
        server.fail_next()
    server.clear_faults()


def test_answers_tell_the_browser_to_run_nothing(server: SandboxServer):
    for path in ("/_sandbox/", "/_sandbox/status", "/_sandbox/page.js", "/_sandbox/nothing"):
        headers = raw(server, "GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


def test_the_page_without_its_slash(server: SandboxServer):
    answer = raw(server, "GET", "/_sandbox")

    assert (answer.status_code, answer.headers["location"]) == (308, "/_sandbox/")
