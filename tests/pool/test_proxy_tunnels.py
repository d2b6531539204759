"""What happens before a proxy has made a way to the server: nothing was sent, and who is to blame.

All is tried with a proxy of the environment, and with one that the user's own client names.
"""

from __future__ import annotations

import gc
import importlib
import re
import socket
import threading
from contextlib import contextmanager
from inspect import isawaitable
from typing import Any, Callable, Dict, Iterator, List, Type

import httpx
import pytest

from novabilling import APIConnectionError, NovaBillingError, NovaBillingTimeoutError
from tests.pool.servers import Peer, Request, serve, silence
from tests.pool.support import Api, client_of, play, run

HOME = "https://billing.example"
PLACE = "billing.example:443"
CARRIERS = ["environment", "httpx", "httpx2"]


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "httpx2":
        pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr("random.uniform", lambda _, __: 0.0)
    return str(request.param)


class Failed:
    """What became of a POST that must not be sent twice."""

    def __init__(self, error: NovaBillingError, attempts: int) -> None:
        self.error = error
        self.attempts = attempts
        # Without the variable that the proxy of the environment is from.
        self.message = re.sub(r" \(from HTTPS?_PROXY\)", "", str(error))


def fail(
    colour: str,
    carrier: str,
    proxy: str,
    monkeypatch: pytest.MonkeyPatch,
    error: Type[NovaBillingError] = APIConnectionError,
    url: str = HOME,
    **options: Any,
) -> Failed:
    seen: List[object] = []
    http: Any = None
    if carrier == "environment":
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("HTTP_PROXY", proxy)
    else:
        family = importlib.import_module(carrier)
        http = (family.Client if colour == "sync" else family.AsyncClient)(proxy=proxy)
        options["http_client"] = http

    async def script() -> NovaBillingError:
        try:
            async with Api(client_of(colour, url, **{"max_retries": 1, **options})) as api:
                api.client.on_attempt(seen.append)
                with pytest.raises(error) as caught:
                    await api.post()
            return caught.value
        finally:
            if http is not None:
                closing = http.close() if colour == "sync" else http.aclose()
                if isawaitable(closing):
                    await closing

    return Failed(run(colour, script), len(seen))


def close(peer: Peer, request: Request) -> None:
    peer.close()


def reset(peer: Peer, request: Request) -> None:
    peer.reset()


def garbage(peer: Peer, request: Request) -> None:
    peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    peer.close()


def half_a_head(peer: Peer, request: Request) -> None:
    peer.send(b"HTTP/1.1 200 Conn")
    peer.close()


def refuse(peer: Peer, request: Request) -> None:
    peer.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


def alert(peer: Peer, request: Request) -> None:
    peer.send(b"\x15\x03\x03\x00\x02\x02F\r\n\r\n")
    peer.close()


BREAKS: Dict[Callable[[Peer, Request], None], str] = {
    close: "it closed the connection",
    half_a_head: "it closed the connection",
    reset: "made no way to billing.example:443",
    garbage: "does not speak HTTP: it sent b'SSH-2.0-OpenSSH_9.6",
    refuse: "refused: 502",
}


@pytest.mark.parametrize(("behave", "words"), BREAKS.items(), ids=[b.__name__ for b in BREAKS])
def test_a_proxy_that_makes_no_way_is_named_and_nothing_was_sent(
    colour, carrier, behave, words, monkeypatch
):
    with serve(behave) as proxy:
        failed = fail(colour, carrier, proxy.url, monkeypatch)
        assert {request.method for request in proxy.requests} == {"CONNECT"}

    place = proxy.url.partition("//")[2]
    assert failed.attempts == 2
    assert not failed.error.may_have_been_applied
    assert words in failed.message
    if behave is not refuse or carrier == "environment":
        assert f"the proxy {place}" in failed.message


def test_a_proxy_that_speaks_tls_says_so(colour, carrier, monkeypatch):
    with serve(alert) as proxy:
        failed = fail(colour, carrier, proxy.url, monkeypatch)

    assert f"the proxy {proxy.url[7:]} speaks TLS" in failed.message
    assert not failed.error.may_have_been_applied
    assert failed.attempts == 1


def test_a_proxy_that_hangs_is_named_and_nothing_was_sent(colour, carrier, monkeypatch):
    with serve(silence) as proxy:
        failed = fail(
            colour, carrier, proxy.url, monkeypatch, error=NovaBillingTimeoutError, timeout=0.2
        )

    assert f"the proxy {proxy.url[7:]} did not make a way to {PLACE}" in failed.message
    assert "nothing was sent" in failed.message
    assert not failed.error.may_have_been_applied
    assert failed.attempts == 2


def good(then: Callable[[Peer], None]) -> Callable[[Peer, Request], None]:
    """Make a way, behind which TLS fails."""

    def behave(peer: Peer, request: Request) -> None:
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        then(peer)

    return behave


def hang_up(peer: Peer) -> None:
    peer.sock.recv(65536)
    peer.close()


def test_what_is_cut_during_tls_behind_a_proxy_does_not_blame_the_proxy(
    colour, carrier, monkeypatch
):
    with serve(good(hang_up)) as proxy:
        failed = fail(colour, carrier, proxy.url, monkeypatch)

    place = proxy.url[7:]
    assert f"the connection through the proxy {place} to {PLACE} was cut during TLS" in (
        failed.message
    )
    assert not failed.error.may_have_been_applied
    assert failed.attempts == 2


def test_who_does_not_speak_tls_behind_a_proxy_is_the_server(colour, carrier, monkeypatch):
    def plain(peer: Peer) -> None:
        peer.sock.recv(65536)
        peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.close()

    with serve(good(plain)) as proxy:
        failed = fail(colour, carrier, proxy.url, monkeypatch)

    assert failed.message.startswith(f"{PLACE} does not speak TLS: should base_url")
    assert failed.attempts == 1


def test_a_silence_during_tls_behind_a_proxy_says_so(colour, carrier, monkeypatch):
    with serve(good(Peer.silence)) as proxy:
        failed = fail(
            colour, carrier, proxy.url, monkeypatch, error=NovaBillingTimeoutError, timeout=0.2
        )

    assert f"{PLACE} did not answer in TLS" in failed.message
    assert not failed.error.may_have_been_applied


def test_a_proxy_over_tls_that_does_not_speak_it_is_named(colour, monkeypatch, carrier):
    with curt(b"HTTP/1.1 400 Bad Request\r\n\r\n") as place:
        failed = fail(colour, carrier, f"https://{place}", monkeypatch)

    assert f"{place} does not speak TLS: should its address" in failed.message
    assert not failed.error.may_have_been_applied


@contextmanager
def curt(*answers: bytes) -> Iterator[str]:
    """Serve connections that get one answer for each thing they send, and are closed then."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    for answer in answers:
                        peer.recv(65536)
                        peer.sendall(answer)
                    if not answers:
                        peer.recv(65536)

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_a_proxy_that_is_down_is_named(colour, carrier, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
    failed = fail(colour, carrier, f"http://{place}", monkeypatch)

    assert f"{place}, on the way to {PLACE}" in failed.message
    assert not failed.error.may_have_been_applied
    assert failed.attempts == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[::1]:9"])
def test_without_a_proxy_nothing_else_is_named(colour, url):
    client = (httpx.Client if colour == "sync" else httpx.AsyncClient)(trust_env=False)

    async def script(api: Api) -> str:
        with pytest.raises(APIConnectionError) as caught:
            await api.post()
        return str(caught.value)

    message = play(colour, url, script, http_client=client)
    assert message.startswith(f"no answer from {url[7:]}: ")
    assert "on the way" not in message


def test_an_answer_behind_the_request_is_in_doubt_through_a_proxy_as_well(
    colour, carrier, monkeypatch
):
    with serve(close) as proxy:
        failed = fail(colour, carrier, proxy.url, monkeypatch, url="http://billing.example")

    assert failed.error.may_have_been_applied
    assert failed.attempts == 1


# httpx leaves a socket to the garbage collector where a proxy of SOCKS makes no way.
unclosed = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
SOCKS = {
    "closes": ((), "the proxy"),
    "garbage": ((b"SSH-2.0-OpenSSH_9.6\r\n",), "does not speak SOCKS"),
    "no way": ((b"\x05\x00", b"\x05\x05\x00\x01\x00\x00\x00\x00\x00\x00"), "Connection refused"),
    "closes later": ((b"\x05\x00",), "the proxy"),
    "garbage later": ((b"\x05\x00", b"HTTP/1.1 400 Bad Request\r\n\r\n"), "does not speak SOCKS"),
    "password": ((b"\x05\xff",), "NO ACCEPTABLE METHODS"),
}


@unclosed
@pytest.mark.parametrize("case", SOCKS)
def test_a_proxy_of_socks_that_makes_no_way_is_named_and_nothing_was_sent(
    colour, carrier, case, monkeypatch
):
    pytest.importorskip("socksio")
    answers, words = SOCKS[case]
    with curt(*answers) as place:
        failed = fail(colour, carrier, f"socks5://{place}", monkeypatch)

    assert words in failed.message
    assert f"the proxy {place}" in failed.message
    assert not failed.error.may_have_been_applied
    assert failed.attempts == 2


@unclosed
def test_tls_that_is_cut_behind_a_proxy_of_socks_does_not_blame_the_proxy(
    colour, carrier, monkeypatch
):
    pytest.importorskip("socksio")
    with curt(b"\x05\x00", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00") as place:
        failed = fail(colour, carrier, f"socks5://{place}", monkeypatch)

    assert f"the connection through the proxy {place} to {PLACE} was cut" in failed.message
    assert not failed.error.may_have_been_applied
    gc.collect()
