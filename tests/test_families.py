"""httpx2 beside httpx: real connections, and what is imported when."""

from __future__ import annotations

import socket
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest

from novabilling import APIConnectionError, AsyncNovaBilling, NovaBilling, NovaBillingTimeoutError
from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.support import TOKEN


def run(program):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )


def test_httpx2_is_not_imported_by_the_sdk():
    program = "import sys, novabilling; novabilling.NovaBilling(token=None); print(*sys.modules)"

    result = run(program)

    assert "novabilling._runtime.httpx_modules" in result.stdout
    assert "httpx2" not in result.stdout


def test_httpx2_may_take_the_place_of_httpx():
    pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")
    program = """
import httpx2
httpx2.alias_httpx()
from novabilling.sandbox import Sandbox
client = Sandbox().client()
answer = client.customers.create(external_id="u", email="ada@example.com", currency="NGN")
print(type(answer.http).__module__, answer.data.external_id)
"""
    result = run(program)

    assert result.stdout == "httpx2 u\n", result.stderr


def test_a_client_talks_to_a_server(family):
    sandbox = Sandbox()
    with serve(sandbox.handle) as url, family.Client() as http:
        client = NovaBilling(token=sandbox.token, base_url=url, http_client=http)

        made = client.customers.create(external_id="u", email="ada@example.com", currency="NGN")

        assert [c.id for c in client.customers.iter()] == [made.data.id]
        assert type(made.http) is family.Response


@pytest.mark.anyio
async def test_an_async_client_talks_to_a_server(family):
    sandbox = Sandbox()
    with serve(sandbox.handle) as url:
        async with family.AsyncClient() as http:
            client = AsyncNovaBilling(token=sandbox.token, base_url=url, http_client=http)

            made = await client.customers.create(
                external_id="u", email="ada@example.com", currency="NGN"
            )

            assert [c.id async for c in client.customers.iter()] == [made.data.id]
            assert type(made.http) is family.Response


def test_a_connection_that_is_refused_means_that_nothing_was_sent(family):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with family.Client() as http:
        client = NovaBilling(
            token=TOKEN, base_url=f"http://127.0.0.1:{port}", http_client=http, max_retries=0
        )

        with pytest.raises(APIConnectionError) as caught:
            client.payments.refund("pay_1")

    assert not caught.value.may_have_been_applied
    assert type(caught.value.__cause__) is family.ConnectError


def test_a_server_that_does_not_answer_leaves_a_doubt(family):
    with socket.create_server(("127.0.0.1", 0)) as silent, family.Client() as http:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = NovaBilling(token=TOKEN, base_url=url, http_client=http, timeout=0.2)

        with pytest.raises(NovaBillingTimeoutError) as caught:
            client.payments.refund("pay_1")

    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("other", ["Client", "AsyncClient"])
def test_a_client_of_the_wrong_colour_is_refused(family, other):
    kind = {"Client": AsyncNovaBilling, "AsyncClient": NovaBilling}[other]

    with pytest.raises(TypeError, match=f"not {other}"):
        kind(token=TOKEN, http_client=getattr(family, other)())


def test_what_looks_like_httpx_is_refused():
    http = SimpleNamespace(is_closed=False, event_hooks={"response": []}, close=print, send=print)

    with pytest.raises(TypeError, match="http_client must be"):
        NovaBilling(token=TOKEN, http_client=http)


def test_a_client_derived_from_one_of_the_family_is_accepted(family):
    class Mine(family.Client):
        pass

    sandbox = Sandbox()
    with serve(sandbox.handle) as url, Mine() as http:
        client = NovaBilling(token=sandbox.token, base_url=url, http_client=http)

        assert type(client.customers.list().http) is family.Response


def test_a_client_of_httpx_is_one_while_httpx2_is_imported(family):
    http = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[])))

    assert type(NovaBilling(token=TOKEN, http_client=http).plans.list().http) is httpx.Response
