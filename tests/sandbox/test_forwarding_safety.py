"""Where the webhooks of a served sandbox may go: addresses that are none, and redirects."""

from __future__ import annotations

from typing import Callable, Iterator

import httpx
import pytest

from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxError, SandboxServer
from tests import loopback
from tests.sandbox.serving import app, raw, serve


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with serve(ServedSandbox(seed="ways")) as made:
        yield made


BAD_URLS = [
    "127.0.0.1:8000/webhooks",
    "file:///etc/passwd",
    "http://",
    "http://[::1",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "http://127.0.0.1:1/\r\nX: y",
    "http://shop and more/",
    "http://xn--/",
    "http://\u202eevil/",
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_an_address_that_is_none_is_refused_before_anything_happens(
    server: SandboxServer, url: str
):
    with pytest.raises(SandboxError, match="is no URL"):
        server.trigger("invoice.paid", to=url)
    with pytest.raises(SandboxError, match="is no URL"):
        server.forward(url)

    assert server.deliveries() == []
    assert server.request("GET", "/status")["forward_to"] is None


def test_half_a_character_is_no_part_of_an_address(server: SandboxServer):
    body = b'{"event": "customer.created", "to": "http://127.0.0.1:1/\\ud800"}'
    headers = {"Content-Type": "application/json"}
    answer = raw(server, "POST", "/_sandbox/trigger", headers=headers, content=body)

    assert answer.status_code == 400
    assert "is no URL" in answer.json()["error"]


@pytest.mark.parametrize("url", ["http://localhost:99999/", "http://[::1", "http://localhost:x/"])
def test_an_app_that_registers_such_an_address_stops_nobody(url: str):
    with app() as shop, serve(ServedSandbox(webhook_url=url)) as server:
        assert server.trigger("customer.created")["state"] == "not sent"
        server.forward(shop.url)
        assert server.trigger("customer.created")["state"] == "accepted"


def redirecting(to: str) -> Callable[[httpx.Request], httpx.Response]:
    def handle(request: httpx.Request) -> httpx.Response:
        assert "cookie" not in request.headers
        if request.url.path == "/first":
            headers = {"Location": to, "Set-Cookie": "session=1; Path=/"}
            return httpx.Response(307, headers=headers)
        return httpx.Response(204)

    return handle


def test_a_redirect_on_this_machine_is_followed_without_cookies(server: SandboxServer):
    with loopback.serve(redirecting("/second")) as url:
        for _ in range(2):
            sent = server.trigger("customer.created", to=f"{url}/first")
            assert sent["statuses"] == [204]


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://169.254.169.254/latest/meta-data", "another machine, 169.254.169.254"),
        ("//shop.test/webhooks", "another machine, shop.test"),
        ("http://127.0.0.1:99999/", "is no URL"),
        ("file:///etc/passwd", "is no URL"),
    ],
)
def test_a_redirect_leads_to_no_other_machine(server: SandboxServer, to: str, said: str):
    with loopback.serve(redirecting(to)) as url:
        sent = server.trigger("customer.created", to=f"{url}/first")

    assert sent["state"] == "failed"
    assert sent["statuses"] == [None, None, None]
    assert said in sent["attempts"][0]["answer"]
    assert raw(server, "GET", "/_sandbox/status").status_code == 200
