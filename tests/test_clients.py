"""What the two clients have in common."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys

import httpx
import pytest

from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError
from tests.support import BASE_URL, TOKEN

ARGUMENTS = [
    "token",
    "login",
    "base_url",
    "timeout",
    "follow_redirects",
    "max_retries",
    "deadline",
    "http_client",
    "max_connections",
    "max_response_bytes",
    "headers",
    "reconcile",
    "marks",
]
OPTIONS = [
    "timeout",
    "max_retries",
    "deadline",
    "headers",
    "token",
    "login",
    "reconcile",
    "marks",
]
CLIENTS = [NovaBilling, AsyncNovaBilling]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("method", "names"), [("__init__", ARGUMENTS), ("with_options", OPTIONS)])
def test_arguments_are_the_same_in_both_and_by_keyword_alone(client, method, names):
    _, *parameters = inspect.signature(getattr(client, method)).parameters.values()

    assert [parameter.name for parameter in parameters] == names
    assert {parameter.kind for parameter in parameters} == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_is_required(client):
    _, *parameters = inspect.signature(client.__init__).parameters.values()

    assert [p.name for p in parameters if p.default is inspect.Parameter.empty] == []


@pytest.mark.parametrize(
    ("client", "http_client", "expected"),
    [
        (NovaBilling, httpx.AsyncClient, "httpx.Client"),
        (AsyncNovaBilling, httpx.Client, "httpx.AsyncClient"),
    ],
)
def test_an_http_client_of_the_wrong_colour_is_refused(client, http_client, expected):
    said = f"must be an {expected}, of httpx 0.28 or httpx2, not {http_client.__name__}"
    with pytest.raises(TypeError, match=said):
        client(token=TOKEN, http_client=http_client())


def test_a_client_of_the_other_colour_is_not_for_a_plain_with_block():
    with pytest.raises((AttributeError, TypeError)), AsyncNovaBilling(token=TOKEN):
        pass


@pytest.mark.parametrize("client", CLIENTS)
def test_an_argument_without_its_name_is_refused(client):
    with pytest.raises(TypeError):
        client(TOKEN)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_whose_arguments_are_refused_can_still_be_shown(client):
    half_made = client.__new__(client)

    assert repr(half_made) == f"{client.__name__}()"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.novabilling.com",
        "https://api.novabilling.com/",
        "https://API.NovaBilling.com",
        "http://127.0.0.1:43210/billing",
        "http://127.0.0.01:43210",
        "http://[::1]:8080/a",
        "https://example.com:443",
        "http://example.com:80/a/b",
        "http://example.com:0080",
        "http://b\u00fccher.example",
        "http://xn--bcher-kva.example/a",
        "http://localhost/a%20b/../c",
        "http://a_b.example",
    ],
)
def test_the_base_url_is_written_as_httpx_writes_it(client, base_url):
    try:
        root = str(httpx.URL(base_url)).rstrip("/")
    except httpx.InvalidURL:
        with pytest.raises(ValueError, match=r"^base_url"):
            client(token=TOKEN, base_url=base_url)
    else:
        shown = repr(client(token=TOKEN, base_url=base_url))
        assert shown == f"{client.__name__}(base_url={root!r})"


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("http://api/", "http://api"),
        ("http://x/api", "http://x"),
        ("http://x/a/api/", "http://x/a"),
        ("https://API.x/api", "https://api.x"),
        ("http://x/apis", "http://x/apis"),
    ],
)
def test_an_api_at_the_end_of_the_path_is_dropped(base_url, root):
    client = NovaBilling(token=TOKEN, base_url=base_url)

    assert repr(client) == f"NovaBilling(base_url={root!r})"


@pytest.mark.parametrize(
    "program",
    [
        "import novabilling, sys, json\n"
        "record = novabilling.CallRecord.from_dict(json.loads(sys.argv[1]))\n"
        "with novabilling.NovaBilling(token='sk', base_url=sys.argv[2]) as client:\n"
        "    print(client.reconcile(record).why)",
        "import asyncio, novabilling, sys, json\n"
        "async def main():\n"
        "    record = novabilling.CallRecord.from_dict(json.loads(sys.argv[1]))\n"
        "    async with novabilling.AsyncNovaBilling(token='sk', base_url=sys.argv[2]) as client:\n"
        "        print((await client.reconcile(record)).why)\n"
        "asyncio.run(main())",
    ],
    ids=["sync", "async"],
)
def test_a_program_that_has_used_no_resource_knows_what_shows_a_write(program):
    def lose(request):
        raise httpx.ReadTimeout("slow")

    http = httpx.Client(transport=httpx.MockTransport(lose))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, max_retries=0)
    with pytest.raises(NovaBillingError) as caught:
        client.invoices.send_email("inv_1")
    expected = client.reconcile(caught.value)

    result = subprocess.run(
        [sys.executable, "-c", program, json.dumps(caught.value.call.to_dict()), BASE_URL],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.stdout, result.stderr) == (f"{expected.why}\n", "")
