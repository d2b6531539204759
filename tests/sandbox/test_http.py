"""The sandbox on a socket: by the SDK, by hand-written requests, and as a program."""

from __future__ import annotations

import builtins
import json
import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from typing import Any, Iterator, List, Optional, Tuple

import anyio
import httpx
import pytest

from novabilling import AsyncNovaBilling, NotFoundError, NovaBilling, UnauthorizedError
from novabilling.sandbox import Sandbox
from novabilling.sandbox.__main__ import listen, main, make_server
from novabilling.sandbox._doors.asgi import Application
from novabilling.sandbox._http.engine import ROUTES
from tests.sandbox.caller import Caller

CUSTOMER = {"externalId": "u1", "email": "ada@example.com", "currency": "NGN"}


@contextmanager
def serve(sandbox: Sandbox) -> Iterator[Tuple[str, int]]:
    """Serve in a thread; the address is in use as long as the block runs."""
    with listen("127.0.0.1", 0) as listener:
        server = make_server(sandbox)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def address(sandbox: Sandbox) -> Iterator[Tuple[str, int]]:
    with serve(sandbox) as found:
        yield found


@pytest.fixture
def base_url(address: Tuple[str, int]) -> str:
    return f"http://127.0.0.1:{address[1]}"


class Connection:
    """A connection that sends bytes as they stand."""

    def __init__(self, address: Tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=10)
        self.file = self.socket.makefile("rb")

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def send(self, *lines: str, body: bytes = b"") -> Tuple[int, httpx.Headers, bytes]:
        head = "\r\n".join([*lines, "Host: sandbox.local", "", ""])
        self.socket.sendall(head.encode() + body)
        return self.answer(has_body=not lines[0].startswith("HEAD"))

    def answer(self, *, has_body: bool = True) -> Tuple[int, httpx.Headers, bytes]:
        status = int(self.file.readline().split()[1])
        pairs: List[Tuple[str, str]] = []
        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.decode().strip().partition(": ")
            pairs.append((name, value))
        headers = httpx.Headers(pairs)
        size = int(headers.get("content-length", "0")) if has_body else 0
        return status, headers, self.file.read(size)


@pytest.fixture
def connection(address: Tuple[str, int]) -> Iterator[Connection]:
    with closing(Connection(address)) as made:
        yield made


def test_the_sync_client_works_over_http():
    sandbox = Sandbox()
    with serve(sandbox) as (_, port), NovaBilling(
        token=sandbox.token, base_url=f"http://127.0.0.1:{port}"
    ) as client:
        made = client.customers.create(
            external_id="u1", email="ada@example.com", currency="NGN", name="Ada é"
        ).data
        assert client.customers.get(made.id).data.name == "Ada é"
        assert [row.id for row in client.customers.iter()] == [made.id]
        with pytest.raises(NotFoundError, match="Customer not found"):
            client.customers.get("cus_none")
        assert sandbox.client().customers.list().meta.total == 1


@pytest.mark.anyio
async def test_the_async_client_works_over_http():
    sandbox = Sandbox()
    with serve(sandbox) as (_, port):
        async with AsyncNovaBilling(
            token=sandbox.token, base_url=f"http://127.0.0.1:{port}"
        ) as client:

            async def create(number: int) -> None:
                await client.customers.create(
                    external_id=f"u{number}", email=f"u{number}@example.com", currency="NGN"
                )

            async with anyio.create_task_group() as group:
                for number in range(10):
                    group.start_soon(create, number)
            assert (await client.customers.list()).meta.total == 10


def test_a_wrong_token_is_refused_over_http(base_url: str):
    with NovaBilling(token="sk_live_wrong", base_url=base_url) as client, pytest.raises(
        UnauthorizedError, match="Invalid credentials"
    ):
        client.customers.list()


def test_connections_stay_open_as_the_real_ones(connection: Connection):
    for _ in range(2):
        status, headers, body = connection.send("GET /api/currencies HTTP/1.1")
        assert (status, headers["connection"]) == (200, "keep-alive")
        assert headers["keep-alive"] == "timeout=5"
        assert "server" not in headers
        assert len(json.loads(body)) == 44


@pytest.mark.parametrize(
    "lines",
    [
        ("GET /api/currencies HTTP/1.1", "Connection: Close"),
        ("GET /api/currencies HTTP/1.0",),
    ],
)
def test_a_connection_is_closed_on_request(connection: Connection, lines: Tuple[str, ...]):
    _, headers, _ = connection.send(*lines)

    assert headers["connection"] == "close"
    assert "keep-alive" not in headers
    assert connection.file.read() == b""


def test_idle_connections_last_a_second_longer_than_announced():
    assert make_server(Sandbox()).config.timeout_keep_alive == 6


def test_head_answers_with_the_headers_of_get(connection: Connection):
    _, get, _ = connection.send("GET /api/currencies HTTP/1.1")
    status, head, body = connection.send("HEAD /api/currencies HTTP/1.1")

    assert (status, body) == (200, b"")
    assert {**head, "date": ""} == {**get, "date": ""}
    assert connection.send("GET /health HTTP/1.1")[0] == 200


def test_answers_without_a_body_keep_the_connection_usable(connection: Connection):
    status, headers, _ = connection.send("OPTIONS /api/customers HTTP/1.1")
    assert (status, headers["access-control-allow-origin"]) == (204, "*")
    status, headers, body = connection.send("GET /api/currencies HTTP/1.1", "If-None-Match: *")
    assert (status, "content-length" in headers, body) == (304, False, b"")
    assert connection.send("GET /health HTTP/1.1")[0] == 200


def post(sandbox: Sandbox, *headers: str) -> Tuple[str, ...]:
    return (
        "POST /api/customers HTTP/1.1",
        f"Authorization: Bearer {sandbox.token}",
        "Content-Type: application/json",
        *headers,
    )


def chunked(body: bytes, size: int) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


def test_bodies_of_any_framing_are_read(sandbox: Sandbox, connection: Connection):
    by_length = json.dumps({**CUSTOMER, "externalId": "length"}).encode()
    in_chunks = json.dumps({**CUSTOMER, "externalId": "chunks"}).encode()

    length = f"Content-Length: {len(by_length)}"
    assert connection.send(*post(sandbox, length), body=by_length)[0] == 201
    headers = post(sandbox, "Transfer-Encoding: chunked")
    assert connection.send(*headers, body=chunked(in_chunks, 7))[0] == 201


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((), b""),
        (("Content-Length: 0",), b""),
        (("Transfer-Encoding: chunked",), b"0\r\n\r\n"),
    ],
)
def test_no_body_and_an_empty_one_are_told_apart(
    sandbox: Sandbox, connection: Connection, headers: Tuple[str, ...], body: bytes
):
    lines = (
        "POST /api/tenants/me/smtp/test HTTP/1.1",
        f"Authorization: Bearer {sandbox.jwt}",
        "Content-Type: application/json",
    )
    assert connection.send(*lines, *headers, body=body)[0] == (201 if headers else 500)


def test_a_body_that_is_too_large_is_read_and_refused(sandbox: Sandbox, connection: Connection):
    body = b'{"name": "' + b"x" * 300_000 + b'"}'

    status, _, answer = connection.send(*post(sandbox, f"Content-Length: {len(body)}"), body=body)

    assert (status, json.loads(answer)["message"]) == (500, "request entity too large")
    assert connection.send("GET /health HTTP/1.1")[0] == 200


def test_headers_that_are_too_long_close_the_connection(connection: Connection):
    status, headers, body = connection.send("GET /health HTTP/1.1", f"X-Long: {'x' * 17000}")

    assert (status, headers["connection"], body) == (431, "close", b"")
    assert connection.file.read() == b""


@pytest.mark.parametrize(
    ("target", "status", "message"),
    [
        ("/api/customers/%zz", 400, "Failed to decode param '%zz'"),
        ("/api/customers/a%2Fb?x=%zz", 404, "Customer not found"),
        ("/api//customers", 404, "Cannot GET /api//customers"),
        ("/nothing?a=b%20c", 404, "Cannot GET /nothing?a=b%20c"),
    ],
)
def test_targets_arrive_as_they_were_sent(
    sandbox: Sandbox, connection: Connection, target: str, status: int, message: str
):
    authorization = f"Authorization: {sandbox.token}"
    answered, _, body = connection.send(f"GET {target} HTTP/1.1", authorization)

    answer = json.loads(body)
    assert (answered, answer["message"], answer["path"]) == (status, message, target)


@pytest.mark.anyio
async def test_a_client_that_leaves_amid_its_body_is_not_answered():
    messages = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: List[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await Application(Sandbox())({"type": "http"}, receive, send)

    assert sent == []


@pytest.mark.anyio
async def test_a_body_is_whole_unless_more_is_announced():
    messages: List[Any] = [{"type": "http.request"}]
    sent: List[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "raw_path": b"/api/currencies",
        "query_string": b"",
        "headers": [],
    }
    await Application(Sandbox())(scope, receive, send)

    assert sent[0]["status"] == 200


class Program:
    """`python -m novabilling.sandbox` in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "novabilling.sandbox", *arguments]
        pipe = subprocess.PIPE
        names = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=names)

    def lines(self, count: int) -> List[str]:
        assert self.process.stdout
        return [self.process.stdout.readline().strip() for _ in range(count)]

    def end(self) -> Tuple[int, str]:
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


def test_the_program_prints_url_key_and_jwt_and_serves_until_interrupted():
    program = Program("--port", "0")
    try:
        first, second, third = program.lines(3)
        found = re.search(r"on (http://127\.0\.0\.1:\d+) ", first)
        assert found
        key, jwt = second.split()[-1], third.split()[-1]
        with NovaBilling(token=key, base_url=found[1]) as client:
            assert client.customers.list().meta.total == 0
        with NovaBilling(token=jwt, base_url=found[1]) as client:
            assert client.tenants.get_me().data.name == "Sandbox"
    finally:
        program.process.send_signal(signal.SIGINT)
    assert program.end() == (0, "")


def test_a_port_that_is_taken_is_named_in_one_line(address: Tuple[str, int]):
    with pytest.raises(SystemExit) as caught:
        main(["--port", str(address[1])])

    text = str(caught.value)
    assert text.startswith(f"Cannot listen on 127.0.0.1:{address[1]}: ")
    assert "\n" not in text


@pytest.mark.parametrize("port", ["65536", "-1", "http", "²"])
def test_a_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main([f"--port={port}"])

    assert f"'{port}' is no port" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_the_module_is_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["sandbox", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("novabilling.sandbox", run_name="__main__")

    shown = capsys.readouterr().out
    assert "python -m novabilling.sandbox" in shown
    assert "default: 127.0.0.1" in shown
    assert "default: 4010" in shown


def test_without_uvicorn_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "uvicorn":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SystemExit) as caught:
        main(["--port", "0"])

    # Python prints this on stderr and exits with 1.
    assert caught.value.code == (
        'The sandbox over HTTP needs uvicorn: pip install "novabilling[sandbox]"'
    )


def test_the_program_runs_in_this_process_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    import uvicorn

    served: Optional[List[socket.socket]] = None

    def run(self: uvicorn.Server, sockets: Optional[List[socket.socket]] = None) -> None:
        nonlocal served
        served = sockets
        raise KeyboardInterrupt

    monkeypatch.setattr(uvicorn.Server, "run", run)
    main(["--host", "::1", "--port", "0"])

    assert served
    assert "on http://[::1]:" in capsys.readouterr().out


def test_an_operation_without_a_route_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(ROUTES, "GET /currencies")
    answer = Caller(Sandbox()).send("GET", "/api/currencies")

    assert answer.status_code == 501
    assert "not in the sandbox yet: GET /api/currencies" in answer.json()["message"]
