"""The connections that a client makes by itself, to a server on a real socket."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import anyio
import pytest

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    ClientClosedError,
    NovaBilling,
    NovaBillingTimeoutError,
)
from tests.support import CUSTOMER, TOKEN

LOCAL = "127.0.0.1"
NEW = {"external_id": "u", "email": "a@b.c", "currency": "NGN"}


class SocketServer(ThreadingHTTPServer):
    """Answer with a customer, unless told to hang up or to answer only in the end."""

    def __init__(self):
        self.seen = []
        self.connections = 0
        self.hangs_up = False
        self.waits = False
        self.asked = threading.Event()
        self.ending = threading.Event()
        super().__init__((LOCAL, 0), Handler)

    @property
    def url(self):
        return f"http://{LOCAL}:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # the client went away, as it should


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SocketServer

    def setup(self):
        super().setup()
        self.server.connections += 1

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append(self)
        self.server.asked.set()
        if self.server.waits:
            self.server.ending.wait(30)
        if self.server.hangs_up:
            self.close_connection = True
            return
        content = json.dumps(CUSTOMER).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Set-Cookie", "a=b; Path=/")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with SocketServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.ending.set()
        server.shutdown()
        thread.join()


def sync_client(server, **options):
    return NovaBilling(token=TOKEN, base_url=server.url, **options)


def in_both(server, use, **options):
    """Run the same steps with a client of each colour; each step is a function of the client."""
    options = {"token": TOKEN, "base_url": server.url, **options}
    with NovaBilling(**options) as client:
        for step in use:
            step(client)

    async def main():
        async with AsyncNovaBilling(**options) as client:
            for step in use:
                await step(client)

    anyio.run(main)


def get(client):
    return client.customers.get("cus_1")


def test_connections_are_reused(server):
    in_both(server, [get, get, get])

    assert [seen.path for seen in server.seen] == ["/api/customers/cus_1"] * 6
    assert server.connections == 2


def test_cookies_are_never_sent_back(server):
    in_both(server, [get, get])

    assert [seen.headers["cookie"] for seen in server.seen] == [None] * 4


def test_a_proxy_of_the_environment_is_used(server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)

    in_both(server, [get], base_url="http://billing.example")

    assert [seen.path for seen in server.seen] == ["http://billing.example/api/customers/cus_1"] * 2


def test_a_refused_connection_is_tried_again_and_nothing_was_sent(server, clock):
    server.shutdown()
    server.server_close()

    with sync_client(server) as client, pytest.raises(APIConnectionError) as caught:
        client.customers.create(**NEW)

    assert clock.slept == [0.5, 1.0]
    assert not caught.value.may_have_been_applied


def test_a_post_is_not_repeated_when_the_server_hangs_up(server, clock):
    server.hangs_up = True

    with sync_client(server) as client, pytest.raises(APIConnectionError) as caught:
        client.customers.create(**NEW)

    assert len(server.seen) == 1
    assert caught.value.may_have_been_applied


def test_a_get_is_repeated_when_the_server_hangs_up(server, clock):
    server.hangs_up = True

    with sync_client(server) as client, pytest.raises(APIConnectionError):
        get(client)

    assert len(server.seen) == 3


def test_a_server_that_does_not_answer_runs_into_the_timeout(server):
    server.waits = True

    with sync_client(server, timeout=0.05, max_retries=0) as client, pytest.raises(
        NovaBillingTimeoutError, match="the request was sent"
    ) as caught:
        client.customers.create(**NEW)

    assert caught.value.may_have_been_applied


def test_a_call_that_finds_all_connections_taken_has_sent_nothing(server):
    server.waits = True
    with sync_client(server, max_connections=1) as client:
        other = threading.Thread(target=get, args=(client,))
        other.start()
        assert server.asked.wait(10)

        with pytest.raises(NovaBillingTimeoutError, match="nothing was sent") as caught:
            client.with_options(timeout=0.05, max_retries=0).customers.create(**NEW)

        server.ending.set()
        other.join()
    assert len(server.seen) == 1
    assert not caught.value.may_have_been_applied


@pytest.mark.anyio
async def test_no_more_connections_are_opened_than_allowed(server):
    client = AsyncNovaBilling(token=TOKEN, base_url=server.url, max_connections=2)
    async with client, anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(get, client)

    assert len(server.seen) == 10
    assert server.connections <= 2


@pytest.mark.anyio
async def test_a_call_in_flight_when_the_client_is_closed_raises(server):
    server.waits = True
    client = AsyncNovaBilling(token=TOKEN, base_url=server.url)
    errors = []

    async def create():
        with pytest.raises(ClientClosedError) as caught:
            await client.customers.create(**NEW)
        errors.append(caught.value)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(create)
            await anyio.to_thread.run_sync(server.asked.wait)
            await client.aclose()

    assert errors[0].may_have_been_applied


@pytest.mark.anyio
async def test_a_call_that_is_canceled_gives_its_connection_back(server):
    server.waits = True
    async with AsyncNovaBilling(token=TOKEN, base_url=server.url, max_connections=1) as client:
        with anyio.move_on_after(0.05):
            await get(client)
        server.waits = False
        with anyio.fail_after(10):
            found = await get(client)

    assert found.data.id == "cus_1"


def test_a_call_does_not_load_httpx(server):
    program = (
        "import sys; from novabilling import NovaBilling\n"
        f"client = NovaBilling(token={TOKEN!r}, base_url={server.url!r})\n"
        "found = client.customers.get('cus_1')\n"
        "before = 'httpx' in sys.modules\n"
        "print(before, found.http.status_code, 'httpx' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)

    assert done.stdout.split() == [b"False", b"200", b"True"]
