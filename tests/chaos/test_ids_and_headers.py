"""Text of the user in paths, queries and headers: no request leaves its route."""

from __future__ import annotations

import random
import tracemalloc
from typing import Any, List
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from novabilling import NovaBilling, NovaBillingError
from tests.chaos.arguments import ASKING, call, path_ids
from tests.chaos.calls import COLOURS, client_of, finish, run
from tests.chaos.server import Request, head

HOSTILE = [
    "../customers",
    "../../etc/passwd",
    "x/../../plans",
    "..%2f..%2fplans",
    "%2e%2e",
    "%2e%2e%2f",
    "..;/plans",
    "...",
    ". .",
    "a/b",
    "/",
    "//evil.example/x",
    "\\..\\plans",
    "http://evil.example/",
    "@evil.example",
    ":80",
    "?limit=1",
    "#x",
    "a?b#c",
    "a&b=c",
    "a;b",
    "a%00b",
    "a%0d%0aX-Evil: 1",
    "%",
    "%zz",
    "a b",
    "+",
    "{customer_id}",
    "\u2025",
    "\uff0e\uff0e\uff0f",
    "caf\u00e9",
    "\U0001f4b8",
    "\u202e",
    "'\"<>`|^",
    "x" * 255,
]
REFUSED = [
    "",
    ".",
    "..",
    "\0",
    "a\0b",
    "a\r\nX-Evil: 1",
    "a\nb",
    "\x85",
    "\x7f",
    "\ud800",
    "a\udfff",
    "x" * 256,
    "x" * (1 << 20),
    "../" * (1 << 18),
]
OF_PATHS = [
    (resource, name, argument)
    for resource, name in ASKING
    for argument in path_ids(resource, name)
    if name != "list"
]
LOOKED_UP = ("subscriptions", "get_by_external_id", "external_id")
"""What is no part of the path: the list is searched for it."""


@pytest.fixture
def client(server: Any) -> Any:
    with NovaBilling(token="sk_live", base_url=server.url, max_retries=0) as client:
        yield client


def targets(server: Any) -> List[Any]:
    return [(request.method, request.target) for request in server.ledger.requests]


def ask(client: Any, resource: str, name: str, **more: Any) -> None:
    """Call, whatever the server makes of it."""
    try:
        call(client, resource, name, **more)
    except NovaBillingError:
        return


@pytest.mark.parametrize(
    ("resource", "name", "argument"),
    [
        one
        for one in OF_PATHS
        if one != LOOKED_UP
        if one[2] != "tax_id" or "assign" not in one[1]  # it is in the body
    ],
)
def test_an_id_stays_in_its_place_of_the_path(server, client, resource, name, argument):
    ask(client, resource, name, **{argument: "BENIGN"})
    benign = targets(server)[0]
    assert benign[1].count("BENIGN") == 1

    for value in HOSTILE:
        server.ledger.clear()
        ask(client, resource, name, **{argument: value})
        expected = benign[1].replace("BENIGN", quote(value, safe=""))
        assert targets(server)[0] == (benign[0], expected)


@pytest.mark.parametrize(("resource", "name", "argument"), OF_PATHS)
def test_an_id_that_no_path_can_hold_is_refused_before_anything_is_sent(
    server, client, resource, name, argument
):
    for value in REFUSED:
        with pytest.raises(ValueError, match=f"{argument} must") as caught:
            call(client, resource, name, **{argument: value})
        assert len(str(caught.value)) < 200
    assert server.ledger.requests == []
    assert server.live == 0


@pytest.mark.parametrize("value", [*HOSTILE, "a\r\nb", "\0", "x" * 20_000])
def test_a_search_stays_in_its_place_of_the_query(server, client, value):
    ask(client, "customers", "list", search=value, page=1, limit=2)

    (request,) = server.ledger.requests
    parts = urlsplit(request.target)
    assert parts.path == "/api/customers"
    assert sorted(parse_qsl(parts.query, keep_blank_values=True)) == [
        ("limit", "2"),
        ("page", "1"),
        ("search", value),
    ]


def test_a_search_that_is_not_text_is_refused(server, client):
    with pytest.raises(ValueError, match="surrogates"):
        client.customers.list(search="a\ud800")
    assert server.ledger.requests == []


# Headers


EVIL = [
    "a\r\nX-Evil: 1",
    "a\nX-Evil: 1",
    "a\rX-Evil: 1",
    "\r\n\r\nGET /evil HTTP/1.1\r\n\r\n",
    "a\0b",
    "a\x0bb",
    "a\x7fb",
    "\u2028",
    "\u010d\u010a",
    "\ud800",
    "\U0001f4b8",
]


@pytest.mark.parametrize("value", EVIL)
@pytest.mark.parametrize("name", ["X-Own", "X-Request-Id", "User-Agent", "Accept"])
def test_a_header_that_http_cannot_hold_is_refused(server, client, name, value):
    with pytest.raises(ValueError, match="headers"):
        client.with_options(headers={name: value})
    with pytest.raises(ValueError, match="headers"):
        NovaBilling(token="sk_live", base_url=server.url, headers={name: value})


@pytest.mark.parametrize("name", [*EVIL, "", " ", "a b", "a:", ":a", "a\tb", "\xe4", "a(b)"])
def test_a_name_that_no_header_can_have_is_refused(server, client, name):
    with pytest.raises(ValueError, match="headers"):
        client.with_options(headers={name: "a"})


@pytest.mark.parametrize("value", [v for v in EVIL if v])
def test_a_token_that_http_cannot_hold_is_refused(server, client, value):
    with pytest.raises(ValueError, match="token must"):
        client.with_options(token=value)
    with pytest.raises(ValueError, match="token must"):
        client.with_options(token=lambda: value).customers.get("cus_1")
    assert server.ledger.requests == []


@pytest.mark.parametrize("colour", COLOURS)
def test_random_headers_are_sent_as_they_are_or_refused(server, colour):
    dice = random.Random(11)
    alphabet = "\r\n\0\t :;,=\x7f\x80\xff\u0100\ud800ab" + "Zx-_"

    async def main() -> None:
        plain = client_of(colour, server.url, max_retries=0)
        sent = 0
        for _ in range(600):
            name = "".join(
                dice.choice("abZ-_" if dice.random() < 0.95 else alphabet) for _ in "123"
            )
            value = "".join(dice.choice(alphabet[-4 * dice.randrange(1, 5) :]) for _ in "12345")
            server.ledger.clear()
            try:
                client = plain.with_options(headers={name: value})
            except ValueError:
                continue
            await finish(client.customers.get("cus_1"))
            (request,) = server.ledger.requests
            line = f"{name.lower()}: ".encode() + value.strip(" \t").encode("latin-1")
            assert [one for one in request.lines if one.startswith(line[: len(name) + 1])] == [line]
            assert len(request.lines) == 8
            sent += 1
        assert 100 < sent < 600
        await finish(plain.close() if colour == "sync" else plain.aclose())

    run(colour, main)


def test_a_header_of_a_megabyte_is_sent_whole(server, client):
    client.with_options(headers={"X-Own": "a" * (1 << 20)}).customers.get("cus_1")

    (request,) = server.ledger.requests
    assert request.headers["x-own"] == "a" * (1 << 20)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1/\r\nX-Evil: 1",
        "http://127.0.0.1\r\nX-Evil: 1/",
        "http://127.0.0.1/a\0b",
        "http://127.0.0.1/?a",
        "http://127.0.0.1/#a",
        "http://ada:pw@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http:///x",
        "http://a b/",
        "http://\ud800/",
    ],
)
def test_an_address_that_would_change_the_request_is_refused(base_url):
    with pytest.raises(ValueError, match="base_url"):
        NovaBilling(token="sk_live", base_url=base_url)


# Downloads


MEGABYTES = 30


@pytest.fixture
def large_pdf(server: Any) -> Any:
    def parts(request: Request) -> Any:
        yield head(200, "application/pdf", MEGABYTES << 20)
        for _ in range(MEGABYTES << 4):
            yield b"x" * 65536

    server.answers = parts
    yield server
    server.answers = None


@pytest.mark.parametrize("colour", COLOURS)
def test_a_download_takes_no_more_memory_than_a_few_chunks(large_pdf, tmp_path, colour):
    async def main() -> int:
        client = client_of(colour, large_pdf.url)
        first = await finish(client.invoices.download_pdf("inv_0", tmp_path / "0.pdf"))
        tracemalloc.start()
        try:
            written = await finish(client.invoices.download_pdf("inv_1", tmp_path / "1.pdf"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        await finish(client.close() if colour == "sync" else client.aclose())
        assert first == written == (tmp_path / "1.pdf").stat().st_size == MEGABYTES << 20
        return peak

    peak = run(colour, main)

    print(f"{peak / 1e6:.1f} MB at most for {MEGABYTES} MB")  # noqa: T201
    assert peak < 3e6
