"""Calls over aiohttp: what holds for connections of the SDK's own holds there as well."""

from __future__ import annotations

import asyncio
import gc
import gzip
import logging
import subprocess
import sys
from typing import Any, Awaitable, Callable, List, TypeVar

import anyio
import httpx
import pytest

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    NovaBillingTimeoutError,
    ResponseDecodeError,
)
from novabilling.aiohttp import AiohttpClient
from tests.chaos.test_secrets import CANARY, leaks
from tests.pool.servers import (
    HEAD,
    Peer,
    Request,
    answer,
    bomb,
    drip_body,
    echo,
    half_an_answer,
    serve,
    silence,
)
from tests.pool.support import Api, client_of, raises
from tests.pool.test_bodies import content_of, sends
from tests.support import TOKEN

T = TypeVar("T")


async def see(_: object) -> None:
    """Be a hook: with one, calls go through httpx on their way to aiohttp."""


HOOKS: List[Any] = []


@pytest.fixture(params=["straight", "through httpx"], autouse=True)
def _way(request, monkeypatch) -> None:
    monkeypatch.setitem(globals(), "HOOKS", [] if request.param == "straight" else [see])


def make_http(**options: Any) -> AiohttpClient:
    http = AiohttpClient(**options)
    http.event_hooks = {"request": HOOKS}
    return http


def over_aiohttp(
    url: str, script: Callable[[Api], Awaitable[T]], max_connections: int = 100, **options: Any
) -> T:
    """Run a script on asyncio with a client whose connections are aiohttp's."""

    async def main() -> T:
        async with make_http(max_connections=max_connections) as http:
            return await script(Api(client_of("asyncio", url, http_client=http, **options)))

    return anyio.run(main)


async def get_once(api: Api) -> None:
    assert await api.get() == "cus_1"


async def get_twice(api: Api) -> None:
    assert await api.get("cus_1") == "cus_1"
    assert await api.get("cus_2") == "cus_2"


def reset(peer: Peer, request: Request) -> None:
    peer.reset()


def close(peer: Peer, request: Request) -> None:
    peer.close()


def after(count: int, then: Callable[[Peer, Request], None]) -> Callable[[Peer, Request], None]:
    """Answer so many requests of a connection, and do something else with the next one."""

    def behave(peer: Peer, request: Request) -> None:
        (echo if peer.requests <= count else then)(peer, request)

    return behave


def test_a_connection_is_used_again_and_closed_in_the_end():
    with serve() as server:
        over_aiohttp(server.url, get_twice)
        assert server.accepted == 1
        assert server.settle(0) == 0


def test_the_request_is_the_same_as_over_connections_of_the_sdk():
    async def main(**options: Any) -> None:
        async with AsyncNovaBilling(token=TOKEN, base_url=server.url, **options) as client:
            calls = client.with_options(headers={"x-request-id": "1", "x-extra": "2"})
            await calls.customers.list(search="a b/c?d#é%2F")
            await calls.customers.get("a b/c?d#é%2F")
            await calls.customers.update("cus_1", name="Ada")

    async def aiohttps() -> None:
        async with make_http() as http:
            await main(http_client=http)

    def page(peer: Peer, request: Request) -> None:
        if "?" in request.path:
            peer.send(HEAD + b"Content-Length: 2\r\n\r\n[]")
        else:
            echo(peer, request)

    with serve(page) as server:
        anyio.run(main)
        anyio.run(aiohttps)
        assert len(server.requests) == 6
        assert server.requests[:3] == server.requests[3:]


def test_a_hundred_calls_at_once_share_the_connections():
    async def script(api: Api) -> None:
        async with anyio.create_task_group() as tasks:
            for n in range(100):
                tasks.start_soon(api.get, f"cus_{n}")

    with serve() as server:
        over_aiohttp(server.url, script, max_connections=10)
        assert server.peak <= 10
        assert len(server.requests) == 100


def test_a_refused_connection_has_sent_nothing_and_is_tried_again(clock):
    async def script(api: Api) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    with serve() as server:
        url = server.url
    over_aiohttp(url, script, max_retries=2)

    assert clock.slept == [0.5, 1.0]


def test_a_host_without_an_address_has_sent_nothing():
    async def script(api: Api) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    over_aiohttp("http://nowhere.invalid", script)


@pytest.mark.parametrize("then", [reset, close])
@pytest.mark.parametrize("earlier", [0, 1])
def test_a_post_whose_connection_ends_may_have_worked_and_is_not_repeated(then, earlier):
    async def script(api: Api) -> None:
        for _ in range(earlier):
            await api.get()
        with raises(APIConnectionError, applied=True):
            await api.post()

    with serve(after(earlier, then)) as server:
        over_aiohttp(server.url, script, max_retries=2)
        assert [r.method for r in server.requests] == ["GET"] * earlier + ["POST"]


@pytest.mark.parametrize("earlier", [0, 1])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_aiohttp_repeats_nothing_by_itself(method, earlier):
    async def script(api: Api) -> None:
        for _ in range(earlier):
            await api.get()
        with raises(APIConnectionError, applied=method == "delete"):
            await getattr(api.client.customers, method)("cus_1")

    with serve(after(earlier, reset)) as server:
        over_aiohttp(server.url, script)
        assert [r.method for r in server.requests] == ["GET"] * earlier + [method.upper()]


def test_a_get_whose_connection_ends_is_tried_again(clock):
    with serve(after(1, reset)) as server:
        over_aiohttp(server.url, get_twice, max_retries=2)
        assert len(server.requests) == 3
    assert clock.slept == [0.5]


@pytest.mark.parametrize("behave", [silence, half_an_answer, drip_body])
def test_the_timeout_holds_for_the_attempt_as_a_whole(behave):
    async def script(api: Api) -> None:
        with anyio.fail_after(5):
            with raises(NovaBillingTimeoutError, applied=True):
                await api.post()

    with serve(behave) as server:
        over_aiohttp(server.url, script, timeout=0.1)
        assert server.settle(0) == 0


def test_the_read_timeout_of_httpx_is_that_of_a_read():
    async def script(api: Api) -> None:
        with raises(NovaBillingTimeoutError, applied=True):
            await api.post()

    with serve(silence) as server:
        over_aiohttp(server.url, script, timeout=httpx.Timeout(None, read=0.1))


def test_a_call_that_waits_for_a_connection_too_long_has_sent_nothing():
    async def script(api: Api) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.get)
            while not server.requests:
                await anyio.sleep(0.001)
            waiting = api.client.with_options(timeout=httpx.Timeout(None, connect=0.05, pool=0.05))
            with raises(NovaBillingTimeoutError, applied=False):
                await waiting.auth.forgot_password(email="ada@example.com")
            tasks.cancel_scope.cancel()

    with serve(silence) as server:
        over_aiohttp(server.url, script, max_connections=1, timeout=None)
        assert len(server.requests) == 1


def test_a_handshake_that_never_ends_has_sent_nothing(tls, trusted):
    async def script(api: Api) -> None:
        with raises(NovaBillingTimeoutError, applied=False):
            await api.post()

    with serve(tls=tls, accepts=False) as server:
        over_aiohttp(server.url, script, timeout=httpx.Timeout(None, connect=0.1, pool=1))


def test_an_answer_that_is_cut_off_was_applied():
    async def script(api: Api) -> None:
        with raises(ResponseDecodeError, applied=True):
            await api.post()

    with serve(sends(content_of(answer("cus_1")), "identity", cut=10)) as server:
        over_aiohttp(server.url, script, max_retries=2)
        assert len(server.requests) == 1


def test_an_answer_that_is_no_http_may_have_been_applied():
    async def script(api: Api) -> None:
        with raises(APIConnectionError, applied=True) as caught:
            await api.post()
        assert server.url not in str(caught.value)

    with serve(lambda peer, _: peer.send(b"220 mail.example ESMTP\r\n\r\n")) as server:
        over_aiohttp(server.url, script)


def test_compressed_answers_are_read_once_decompressed():
    with serve(sends(gzip.compress(content_of(answer("cus_1"))), "gzip")) as server:
        over_aiohttp(server.url, get_once)
        assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(("body", "encoding"), [(bomb(16), "gzip"), (b" " * (2 << 20), "identity")])
def test_an_answer_larger_than_the_limit_is_not_read(body, encoding):
    async def script(api: Api) -> None:
        with raises(ResponseDecodeError, applied=True) as caught:
            await api.post()
        assert "max_response_bytes" in str(caught.value)

    with serve(sends(body, encoding)) as server:
        over_aiohttp(server.url, script, max_response_bytes=1 << 20)


def test_a_file_is_written_to_its_path(tmp_path):
    async def script(api: Api) -> None:
        await api.client.invoices.download_pdf("inv_1", to=tmp_path / "invoice.pdf")

    def file(peer: Peer, request: Request) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 100000\r\n\r\n"
        peer.send(head + b"%PDF-" + b"." * 99_995)

    with serve(file) as server:
        over_aiohttp(server.url, script)
    assert (tmp_path / "invoice.pdf").read_bytes() == b"%PDF-" + b"." * 99_995


def test_redirects_are_the_sdk_s_to_follow():
    def redirect(peer: Peer, request: Request) -> None:
        if request.id == "cus_0":
            peer.send(b"HTTP/1.1 302 Found\r\nLocation: cus_1\r\nContent-Length: 0\r\n\r\n")
        else:
            echo(peer, request)

    async def script(api: Api) -> None:
        found = await api.client.customers.get("cus_0")
        assert found.data.id == "cus_1"
        assert [r.status_code for r in found.http.history] == [302]

    with serve(redirect) as server:
        over_aiohttp(server.url, script)
        assert [r.headers["authorization"] for r in server.requests] == [f"Bearer {TOKEN}"] * 2


def test_cookies_are_never_sent_back():
    def bake(peer: Peer, request: Request) -> None:
        peer.send(answer(request.id, HEAD + b"Set-Cookie: a=b; Path=/\r\n"))

    with serve(bake) as server:
        over_aiohttp(server.url, get_twice)
        assert ["cookie" in r.headers for r in server.requests] == [False, False]


def test_cookies_are_not_sent_back_by_the_user_s_own_calls_either():
    async def script() -> None:
        async with AiohttpClient() as http:
            await http.get(f"{server.url}/api/customers/cus_1")
            await http.get(f"{server.url}/api/customers/cus_1")

    def bake(peer: Peer, request: Request) -> None:
        peer.send(answer(request.id, HEAD + b"Set-Cookie: a=b; Path=/\r\n"))

    with serve(bake) as server:
        asyncio.run(script())
        assert ["cookie" in r.headers for r in server.requests] == [False, False]


def test_a_call_that_is_canceled_leaves_nothing_open():
    async def script(api: Api) -> None:
        for _ in range(3):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(api.get, "held")
                seen = len(server.requests)
                while len(server.requests) == seen:
                    await anyio.sleep(0.001)
                tasks.cancel_scope.cancel()
        assert await anyio.to_thread.run_sync(server.settle, 0) == 0
        await get_once(api)

    def hold(peer: Peer, request: Request) -> None:
        (silence if request.id == "held" else echo)(peer, request)

    with serve(hold) as server:
        over_aiohttp(server.url, script, max_connections=1)


# aiohttp leaves TLS connections to end by themselves after its own close.
UNCLOSED_TLS = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@UNCLOSED_TLS
def test_the_authority_that_ssl_cert_file_names_is_trusted(tls, trusted):
    with serve(tls=tls) as server:
        over_aiohttp(server.url, get_twice)
    gc.collect()


@UNCLOSED_TLS
@pytest.mark.parametrize("context", ["tls", "tls_elsewhere"])
def test_a_certificate_that_does_not_fit_is_refused_and_nothing_was_sent(context, request):
    if context == "tls_elsewhere":
        request.getfixturevalue("trusted")

    async def script(api: Api) -> None:
        with raises(APIConnectionError, applied=False):
            await api.post()

    with serve(tls=request.getfixturevalue(context)) as server:
        over_aiohttp(server.url, script)
        assert server.requests == []
    gc.collect()


def test_hooks_see_the_requests_of_the_sdk():
    seen: List[Any] = []

    async def on_request(request: httpx.Request) -> None:
        seen.append(request.method)

    async def on_response(response: httpx.Response) -> None:
        seen.append(response.status_code)

    async def main() -> None:
        async with make_http() as http:
            http.event_hooks = {"request": [on_request], "response": [on_response]}
            await get_once(Api(client_of("asyncio", server.url, http_client=http)))

    with serve() as server:
        anyio.run(main)
    assert seen == ["GET", 200]


def test_a_hook_that_fails_leaves_nothing_open():
    async def fail(_: httpx.Response) -> None:
        raise KeyError("hook")

    async def main() -> None:
        async with make_http() as http:
            http.event_hooks = {"response": [fail]}
            with pytest.raises(KeyError, match="hook"):
                await Api(client_of("asyncio", server.url, http_client=http)).get()
            assert await anyio.to_thread.run_sync(server.settle, 0) == 0

    with serve(half_an_answer) as server:
        anyio.run(main)


def test_the_user_s_own_calls_on_the_client_work_as_on_httpx():
    async def main() -> None:
        async with make_http() as http:
            found = await http.get(f"{server.url}/api/customers/cus_3", auth=("ada", "pw"))
        assert found.json()["id"] == "cus_3"

    with serve() as server:
        anyio.run(main)
        assert server.requests[0].headers["authorization"].startswith("Basic ")


def test_the_client_is_left_to_the_one_who_made_it():
    async def main() -> None:
        async with make_http() as http:
            for _ in range(2):
                async with client_of("asyncio", server.url, http_client=http) as client:
                    await client.customers.get("cus_1")
            assert not http.is_closed

    with serve() as server:
        anyio.run(main)
        assert server.accepted == 1


def test_on_trio_the_error_says_that_it_is_for_asyncio():
    async def main() -> None:
        client = client_of("trio", server.url, http_client=make_http())
        with pytest.raises(TypeError, match="asyncio"):
            await client.customers.get("cus_1")

    with serve() as server:
        anyio.run(main, backend="trio")
        assert server.accepted == 0


def test_another_event_loop_is_refused():
    async def get(http: AiohttpClient) -> None:
        await client_of("asyncio", server.url, http_client=http).customers.get("cus_1")

    async def main() -> None:
        async with make_http() as http:
            await get(http)
            with pytest.raises(TypeError, match="event loop"):
                await anyio.to_thread.run_sync(asyncio.run, get(http))

    with serve() as server:
        anyio.run(main)
        assert len(server.requests) == 1


def test_a_proxy_of_the_environment_is_refused_rather_than_passed_by(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def script(api: Api) -> None:
        with pytest.raises(TypeError, match="proxies"):
            await api.get()

    over_aiohttp("http://billing.example", script)


def test_a_header_that_aiohttp_cannot_send_is_refused_without_showing_it():
    async def script(api: Api) -> None:
        with pytest.raises(ValueError, match="ASCII") as caught:
            await api.client.with_options(headers={"x-name": "canary-é"}).customers.get("cus_1")
        assert CANARY not in repr(caught.value)
        assert caught.value.__context__ is None

    with serve() as server:
        over_aiohttp(server.url, script)
        assert server.requests == []


@pytest.mark.parametrize("behave", [reset, silence, half_an_answer])
def test_no_error_shows_what_the_user_put_in(behave, caplog):
    caplog.set_level(logging.DEBUG)

    async def script(api: Api) -> None:
        with pytest.raises(APIConnectionError) as caught:
            await api.client.auth.login(email="a@b.co", password="canary-password")
        assert leaks(caught.value) == []

    with serve(behave) as server:
        over_aiohttp(server.url, script, timeout=0.1)
    assert CANARY not in caplog.text


def test_no_error_of_the_wrong_loop_shows_what_the_user_put_in():
    async def main() -> None:
        client = client_of("trio", "http://billing.example", http_client=make_http())
        with pytest.raises(TypeError) as caught:
            await client.auth.login(email="a@b.co", password="canary-password")
        assert leaks(caught.value) == []

    anyio.run(main, backend="trio")


@pytest.mark.parametrize("max_connections", [0, True, "5"])
def test_the_number_of_connections_is_checked(max_connections):
    with pytest.raises((TypeError, ValueError), match="max_connections"):
        AiohttpClient(max_connections=max_connections)


def test_without_aiohttp_the_error_says_what_to_install():
    program = """
import sys
sys.modules["aiohttp"] = None
try:
    import novabilling.aiohttp
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)

    assert b'pip install "novabilling[aiohttp]"' in done.stdout
