"""What errors say of who failed, and what can never work is tried once."""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Iterator, List

import pytest

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    AttemptInfo,
    NovaBilling,
    NovaBillingTimeoutError,
    ResponseDecodeError,
)
from novabilling._network import tls as tls_module
from tests.pool.servers import serve
from tests.pool.support import Api, client_of, play, raises, run
from tests.pool.ways import EVERY, Way


def message_of(colour: str, url: str, attempts: int, **options: Any) -> str:
    """Make a call that fails, and return what its error says."""
    seen: List[AttemptInfo] = []

    async def script() -> str:
        async with Api(client_of(colour, url, **{"max_retries": 1, **options})) as api:
            api.client.on_attempt(seen.append)
            with pytest.raises(APIConnectionError) as caught:
                await api.post()
        assert not caught.value.may_have_been_applied
        return str(caught.value)

    message = run(colour, script)
    assert len(seen) == attempts
    return message


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.uniform", lambda _, __: 0.0)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def test_the_port_stands_in_the_message(colour, no_waits):
    port = free_port()

    message = message_of(colour, f"http://127.0.0.1:{port}", attempts=2)

    assert f"127.0.0.1:{port}" in message


def test_behind_a_redirect_the_place_to_which_it_leads_is_named(colour):
    port = free_port()

    def redirect(peer: Any, request: Any) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{port}/x?signature=canary\r\n"
        peer.send(f"{head}Content-Length: 0\r\n\r\n".encode())

    async def script(api: Any) -> None:
        with pytest.raises(APIConnectionError, match=f"127.0.0.1:{port}") as caught:
            await api.get()
        assert "canary" not in str(caught.value)

    with serve(redirect) as server:
        play(colour, server.url, script)


def test_a_certificate_that_nobody_trusts_says_where_a_ca_goes(colour, tls):
    with serve(tls=tls) as server:
        message = message_of(colour, server.url, attempts=1)

    port = server.url.rpartition(":")[2]
    assert f"127.0.0.1:{port}" in message
    assert "SSL_CERT_FILE" in message


def test_a_certificate_of_another_name_says_so(colour, tls_elsewhere, trusted):
    with serve(tls=tls_elsewhere) as server:
        message = message_of(colour, server.url, attempts=1)

    assert "certificate is not valid for '127.0.0.1'" in message or "mismatch" in message


def test_https_to_a_port_without_tls_says_so(colour):
    with curt(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        message = message_of(colour, url.replace("http:", "https:"), attempts=1)

    assert "does not speak TLS" in message
    assert "http://" in message


CARRIERS = [way for way in EVERY if way.carrier != "proxy"]


@pytest.mark.parametrize("way", CARRIERS, ids=lambda way: f"{way.carrier} on {way.colour}")
def test_what_is_cut_during_tls_says_so(way):
    async def script(api: Any) -> str:
        with raises(APIConnectionError, applied=False) as caught:
            await api.post()
        return str(caught.value)

    if way.carrier == "httpx2":
        pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")
    with curt(b"") as url:
        place = url[7:]
        message = way.play(SimpleNamespace(url=f"https://{place}"), script)

    assert place in message
    assert "<ssl" not in message
    assert "closed the connection during TLS" in message


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_a_certificate_file_that_is_not_there_is_named(colour, monkeypatch, variable):
    monkeypatch.setenv(variable, "/nowhere/ca.pem")

    message = message_of(colour, "https://127.0.0.1:1", attempts=1)

    assert f"{variable} names '/nowhere/ca.pem', which is not there" in message


def test_a_certificate_file_without_certificates_is_named(colour, monkeypatch, tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    message = message_of(colour, "https://127.0.0.1:1", attempts=1)

    assert f"SSL_CERT_FILE {str(path)!r} holds no certificates" in message


def test_a_certificate_file_that_nobody_may_read_is_named(colour, monkeypatch, tmp_path):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")  # not for root, who may read everything

    path = tmp_path / "ca.pem"
    path.touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setattr(ssl, "create_default_context", refuse)

    message = message_of(colour, "https://127.0.0.1:1", attempts=1)

    assert f"SSL_CERT_FILE {str(path)!r} holds no certificates in PEM" in message
    assert "Permission denied" in message


@contextmanager
def curt(answer: bytes) -> Iterator[str]:
    """Serve connections that end with these bytes, whatever is asked."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def accept() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                peer.recv(65536)
                peer.sendall(answer)
                peer.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_a_server_that_closes_without_an_answer_is_described_in_plain_words(colour):
    with curt(b"") as url:

        async def script() -> str:
            async with Api(client_of(colour, url)) as api:
                with pytest.raises(APIConnectionError) as caught:
                    await api.get()
            return str(caught.value)

        message = run(colour, script)

    assert "closed the connection without an answer [GET /customers/{customer_id}]" in message
    assert "SEND_RESPONSE" not in message


def sent_instead(way: Any, received: bytes) -> str:
    """Answer with what is no HTTP, keep the connection open, and return what the error says."""

    def behave(peer: Any, request: Any) -> None:
        peer.send(received)
        peer.silence()

    async def script(api: Any) -> str:
        with raises(APIConnectionError, applied=True) as caught:
            await api.post()
        assert not isinstance(caught.value, NovaBillingTimeoutError)
        return str(caught.value)

    with serve(behave) as server:
        return str(way.play(server, script))


@pytest.mark.parametrize(
    ("received", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "does not speak HTTP: it sent b'SSH-2.0-OpenSSH_9.6"),
        (b"ICY 200 OK\r\n\r\n", "does not speak HTTP: it sent b'ICY 200 OK"),
        (b"HTTP/1.1 999999 OK\r\n\r\n", "does not speak HTTP: it sent b'HTTP/1.1 999999 OK"),
        (b"\x00\x01\x02\x03\r\n\r\n", "does not speak HTTP: it sent "),
        (b"x" * 5000 + b"\r\n\r\n", "does not speak HTTP: it sent b'xxx"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: upgrade\r\n\r\n",
            "answered 101 and switched to another protocol",
        ),
    ],
    ids=["ssh", "icy", "status", "bytes", "long", "101"],
)
def test_what_is_no_answer_of_http_is_shown(way, received, words):
    message = sent_instead(way, received)

    assert words in message
    assert len(message) < 300
    for foreign in ("bytearray", "h11", "_SWITCH", "status line", "RemoteProtocolError"):
        assert foreign not in message


@pytest.mark.parametrize("received", [b"220 mail.example ESMTP\r\n", b"+", b"<html>", b"HELO"])
def test_what_does_not_begin_as_http_is_not_waited_for(colour, received):
    message = sent_instead(Way(colour, "pool"), received)

    assert f"does not speak HTTP: it sent {received!r}" in message


def test_http_to_a_port_with_tls_says_so(way):
    message = sent_instead(way, b"\x15\x03\x03\x00\x02\x02F\r\n\r\n")

    assert "speaks TLS: should base_url begin with https://" in message


def test_an_answer_of_html_says_its_type(colour):
    def html(peer: Any, request: Any) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>")

    with serve(html) as server:

        async def script() -> str:
            async with Api(client_of(colour, server.url)) as api:
                with pytest.raises(ResponseDecodeError) as caught:
                    await api.get()
            return str(caught.value)

        assert "(text/html)" in run(colour, script)


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        (" https://billing.example", "space"),
        ("https://billing.example\n", "line break"),
        ("https://billing.example:99999", "65535, not 99999"),
        ("https://billing.example:0", "65535, not 0"),
        ("https://[fe80::1%eth0]/", "zone"),
        ("https://a:-1", "a port from 1 to 65535, not -1"),
        ("https://a:port", "a port from 1 to 65535, not port"),
        ("https://a b", "a space in its host, as 'a b' does"),
        ("https://a\tb", "a space in its host"),
        ("https:// a", "a space in its host"),
        ("https://", "must name a host"),
        ("https:///path", "must name a host"),
        ("https://:8000", "must name a host"),
        ("https://::1", "IPv6 address in brackets"),
        ("https://[::1", "IPv6 address in brackets"),
        ("https://[::1]x", "IPv6 address in brackets"),
        ("https://a:80:80", "one port"),
        ("https://a..b", "a host that can be looked up, not 'a..b'"),
        ("https://1.2.3.999", "'1.2.3.999'"),
        ("a.example", "must start with http:// or https://"),
        ("ftp://a.example", "must start with http:// or https://, not 'ftp://a.'..."),
        ("https:a.example", "must start with http:// or https://"),
        ("https://user:canary@a:99999", "must not hold a user name"),
        ("canary:canary", "must start with http"),
    ],
)
def test_an_address_that_makes_no_sense_says_which_part(base_url, words):
    with pytest.raises(ValueError, match="base_url") as caught:
        NovaBilling(token="sk", base_url=base_url)

    assert words in str(caught.value)
    assert "canary" not in str(caught.value) or "canary" in base_url[:8]


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
def test_an_argument_without_its_name_says_which_one_it_may_be(client):
    name = client.__name__
    with pytest.raises(
        TypeError, match=rf"{name} takes its arguments by name: {name}\(token="
    ) as e:
        client("sk_live_canary")
    assert (
        "canary"
        not in "".join(
            traceback.TracebackException.from_exception(e.value, capture_locals=True).format()
        ).partition("in checked")[2]
    )


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
def test_an_argument_of_another_name_says_which_there_are(client):
    with pytest.raises(TypeError, match="does not take 'api_key'; it takes token=, ") as e:
        client(api_key="sk_live_canary")
    assert (
        "canary"
        not in "".join(
            traceback.TracebackException.from_exception(e.value, capture_locals=True).format()
        ).partition("in checked")[2]
    )


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
def test_a_token_of_nothing_says_what_to_do_without_one(client):
    with pytest.raises(ValueError, match="set to nothing") as caught:
        client(token="")
    assert "Leave token= out" in str(caught.value)


def test_a_certificate_file_that_is_a_folder_is_named(colour, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path))

    message = message_of(colour, "https://127.0.0.1:1", attempts=1)

    assert f"SSL_CERT_FILE names {str(tmp_path)!r}, which is a folder: SSL_CERT_DIR" in message


def test_a_folder_of_certificates_that_is_a_file_is_named(colour, monkeypatch, tmp_path):
    path = tmp_path / "ca.pem"
    path.touch()
    monkeypatch.setenv("SSL_CERT_DIR", str(path))

    message = message_of(colour, "https://127.0.0.1:1", attempts=1)

    assert f"SSL_CERT_DIR names {str(path)!r}, which is no folder" in message


def test_certificates_are_read_once(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)

    assert isinstance(tls_module.tls_context(), ssl.SSLContext)
    assert tls_module.tls_context() is tls_module.tls_context()


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> int:
    """Let the environment name a proxy that is down; return its port."""
    port = free_port()
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://user:canary@127.0.0.1:{port}")
    return port


def test_a_proxy_that_is_down_is_the_one_that_is_named(colour, proxied, no_waits):
    message = message_of(colour, "http://billing.example", attempts=2)

    assert f"no connection to the proxy 127.0.0.1:{proxied} (from HTTP_PROXY), on" in message
    assert "canary" not in message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_wants_a_password_is_named_and_asked_once(colour, monkeypatch, scheme):
    with curt(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as url:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", url)
        message = message_of(colour, f"{scheme}://billing.example", attempts=1)

    assert f"the proxy {url[7:]} refused: 407" in message


@pytest.mark.parametrize("client", [NovaBilling, AsyncNovaBilling])
@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1", "http://[::1", "nonsense://canary@a"])
def test_a_proxy_that_is_no_address_is_refused_by_the_name_of_its_variable(
    monkeypatch, client, proxy
):
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(ValueError, match="HTTPS_PROXY") as caught:
        client(token="sk")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("no_proxy", ["127.0.0.0/8", "127.0.0.1", "a.test 127.0.0.1"])
def test_what_no_proxy_names_is_reached_directly_also_behind_a_redirect(
    colour, monkeypatch, no_proxy
):
    def to_the_other(peer: Any, request: Any) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: {direct.url}/api/customers/cus_1\r\n"
        peer.send(f"{head}Content-Length: 0\r\n\r\n".encode())

    with serve() as direct, serve(to_the_other) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)

        async def script() -> str:
            async with Api(client_of(colour, "http://billing.example")) as api:
                return str(await api.get())

        assert run(colour, script) == "cus_1"
        assert (proxy.accepted, direct.accepted) == (1, 1)
