from __future__ import annotations

import re

import httpx
import pytest

import novabilling
from novabilling import AsyncNovaBilling
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
BUSY = httpx.Response(503)


def sent(server, header):
    return [request.headers.get(header) for request in server.requests]


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("https://billing.example", "https://billing.example/api/customers/cus_1"),
        ("https://billing.example/", "https://billing.example/api/customers/cus_1"),
        ("https://billing.example/api", "https://billing.example/api/customers/cus_1"),
        ("https://billing.example/api/", "https://billing.example/api/customers/cus_1"),
        ("https://billing.example/eu", "https://billing.example/eu/api/customers/cus_1"),
        ("https://billing.example/eu/api/", "https://billing.example/eu/api/customers/cus_1"),
        ("https://billing.example/myapi", "https://billing.example/myapi/api/customers/cus_1"),
        ("http://localhost:3000", "http://localhost:3000/api/customers/cus_1"),
        ("http://[::1]:3000/api", "http://[::1]:3000/api/customers/cus_1"),
        ("http://api", "http://api/api/customers/cus_1"),
        ("http://api/api", "http://api/api/customers/cus_1"),
    ],
)
async def test_the_path_is_joined_to_the_base_url(client_for, base_url, address):
    server = Server(OK)

    await client_for(server, base_url=base_url).customers.get("cus_1")

    assert str(server.request.url) == address


async def test_uploads_hang_at_the_root_of_the_base_url(client_for):
    invoice = {
        "id": "inv_1",
        "invoiceNumber": "INV-1",
        "customerId": "cus_1",
        "amount": "10",
        "currency": "NGN",
        "status": "PAID",
        "dueDate": "2026-11-22T18:54:51.406Z",
        "createdAt": "2026-11-22T18:54:51.406Z",
        "updatedAt": "2026-11-22T18:54:51.406Z",
        "pdfUrl": "/uploads/invoices/invoice-inv_1.pdf",
    }
    server = Server(httpx.Response(200, json=invoice))

    found = await client_for(server, base_url="https://h.example/eu/api/").invoices.get("inv_1")

    assert found.data.pdf_url == "https://h.example/eu/uploads/invoices/invoice-inv_1.pdf"


async def test_the_hosted_api_is_the_default_server():
    server = Server(OK)
    http = httpx.AsyncClient(transport=httpx.MockTransport(server))

    await AsyncNovaBilling(token=TOKEN, http_client=http).customers.get("cus_1")

    assert str(server.request.url) == "https://api.novabilling.com/api/customers/cus_1"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "billing.example",
        "//billing.example",
        "ftp://billing.example",
        "https://",
        "https:///api",
        "https://ada@billing.example",
        "https://ada:s3cret@billing.example",
        "https://billing.example?key=s3cret",
        "https://billing.example?",
        "https://billing.example#part",
        "https://billing.example#",
        "http://[bad",
        "https://billing.example:99999",
        "https://billing.example:0",
        "http://127.0.0.1:0/prefix",
        "https://billing.example/\n",
    ],
)
async def test_a_base_url_that_is_not_a_plain_web_address_is_refused(client_for, base_url):
    with pytest.raises(ValueError, match="base_url") as caught:
        client_for(Server(OK), base_url=base_url)

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("base_url", [None, b"https://billing.example"])
async def test_a_base_url_that_is_not_text_is_refused(client_for, base_url):
    with pytest.raises(TypeError, match="base_url must be a str"):
        client_for(Server(OK), base_url=base_url)


async def test_extra_headers_go_along_with_every_request(client_for, clock):
    server = Server(BUSY, OK)

    await client_for(server, headers={"X-Team": "caf\xe9", "x-empty": ""}).customers.get("cus_1")

    assert sent(server, "x-team") == ["caf\xe9"] * 2
    assert sent(server, "x-empty") == [""] * 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer other"},
        {"authorization": "Bearer other"},
        {"HOST": "evil.example"},
        {"Content-Length": "1"},
        {"Transfer-Encoding": "chunked"},
        {"X-A": "a\r\nX-B: b"},
        {"X-A": "a\n"},
        {"X-A": "\r"},
        {"X-A": "a\x00b"},
        {"X-A": "\u20ac"},
        {"X-A\r\nX-B": "b"},
        {"X A": "b"},
        {"X-\u20ac": "b"},
        {"": "b"},
    ],
)
async def test_headers_that_are_ours_or_cannot_be_sent_are_refused(client_for, headers):
    client = client_for(Server(OK))

    with pytest.raises(ValueError, match="headers"):
        client_for(Server(OK), headers=headers)
    with pytest.raises(ValueError, match="headers"):
        client.with_options(headers=headers)


@pytest.mark.parametrize("headers", [{"X-A": 1}, {1: "a"}, {"X-A": None}, {b"X-A": b"a"}])
async def test_headers_that_are_not_text_are_refused(client_for, headers):
    with pytest.raises(TypeError, match="headers"):
        client_for(Server(OK), headers=headers)


async def test_a_json_body_is_always_sent_as_json(client_for):
    server = Server(httpx.Response(200, json=CUSTOMER))

    client = client_for(server, headers={"Content-Type": "text/plain"})
    await client.customers.update("cus_1", name="Ada")

    assert server.request.headers["content-type"] == "application/json"


async def test_spaces_around_a_header_are_not_part_of_it(client_for):
    server = Server(OK)

    await client_for(server, headers={"X-A": " a b\t"}).customers.get("cus_1")

    assert sent(server, "x-a") == ["a b"]


async def test_changing_the_headers_afterwards_changes_nothing(client_for):
    server = Server(OK)
    headers = {"X-A": "a"}
    client = client_for(server, headers=headers)

    headers["X-A"] = "b\r\n"
    await client.customers.get("cus_1")

    assert sent(server, "x-a") == ["a"]


async def test_each_call_has_one_request_id_on_all_its_attempts(client_for, clock):
    server = Server(BUSY, OK)
    client = client_for(server)

    await client.customers.get("cus_1")
    await client.customers.get("cus_1")

    first, again, other = sent(server, "x-request-id")
    assert first == again
    assert other != first
    assert re.match(r"^[\w-]{16,}$", first)


async def test_the_request_id_of_the_user_wins(client_for, clock):
    server = Server(BUSY, httpx.Response(404))

    with pytest.raises(novabilling.NotFoundError) as caught:
        await client_for(server, headers={"X-Request-ID": "mine"}).customers.get("cus_1")

    assert [r.headers.get_list("x-request-id") for r in server.requests] == [["mine"]] * 2
    assert caught.value.request_id == "mine"


async def test_a_request_id_of_the_user_may_be_empty(client_for):
    server = Server(httpx.Response(404))

    with pytest.raises(novabilling.NotFoundError) as caught:
        await client_for(server, headers={"X-Request-Id": ""}).customers.get("cus_1")

    assert server.request.headers["x-request-id"] == caught.value.request_id == ""


async def test_the_user_agent_names_the_sdk_and_its_version(client_for):
    server = Server(OK)

    await client_for(server).customers.get("cus_1")

    assert sent(server, "user-agent") == [f"novabilling-python/{novabilling.__version__}"]


@pytest.mark.parametrize(
    ("method", "content_type"),
    [("GET", None), ("DELETE", None), ("PATCH", "application/json"), ("POST", "application/json")],
)
async def test_json_is_asked_for_and_sent(client_for, method, content_type):
    server = Server(httpx.Response(200, json={**CUSTOMER, "message": "Deleted"}))

    await call(client_for(server), method)

    assert sent(server, "accept") == ["application/json"]
    assert sent(server, "content-type") == [content_type]


async def test_cookies_are_not_sent_back(client_for):
    server = Server(httpx.Response(200, json=CUSTOMER, headers={"set-cookie": "a=b; Path=/"}))
    client = client_for(server)

    await client.customers.get("cus_1")
    await client.customers.get("cus_1")

    assert sent(server, "cookie") == [None, None]


async def test_the_default_pool_keeps_no_cookies():
    from novabilling._runtime.httpx_modules import no_cookies

    server = Server(httpx.Response(200, headers={"set-cookie": "a=b; Path=/"}))
    async with httpx.AsyncClient(
        cookies=no_cookies(), transport=httpx.MockTransport(server)
    ) as http:
        await http.get(BASE_URL)
        await http.get(BASE_URL)

        assert len(http.cookies) == 0
    assert sent(server, "cookie") == [None, None]


async def test_the_repr_of_a_client_names_its_server(client_for):
    assert BASE_URL in repr(client_for(Server(OK)))
