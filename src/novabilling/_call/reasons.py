"""What to say of a failure of the network: who failed, why, and what to do about it."""

from __future__ import annotations

import re
from typing import Optional, Tuple

import msgspec

from .._network.bad_settings import BadCertificateFile, BadProxySetting
from .._network.http1 import RemoteProtocolError, ServerDisconnected
from .._network.proxies import source_of
from .._runtime.httpx_modules import classes
from .._runtime.lazy_httpx import httpx
from .attempt import Stage

MAX_SHOWN = 60
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_TLS = ("WRONG_VERSION_NUMBER", "record layer failure", "RECORD_LAYER", "HTTP_REQUEST")
_NOT_HTTP = (
    r"(?:status line|speak HTTP/1.1|Expected HTTP/|Invalid response status):.*?(b'.*'|b\".*\")"
)
_TLS_RECORD = r"^b.\\x1[56]\\x03"
_SWITCHED = ("_SWITCH_UPGRADE", "no answer behind 101")
_CUT = ("UNEXPECTED_EOF", "EOF occurred", "has been closed (EOF)")
_CLOSED = (
    "unexpectedly closed connection",
    "ConnectionClosed",
    "Server disconnected",
    "without sending a response",
)


class Reason(msgspec.Struct, frozen=True):
    """Why there is no answer; what is `final` would be the same at every other try."""

    text: str
    final: bool = False
    unheard: bool = False
    """Whether the server has looked at nothing of the request, though it was sent."""


def reason_of(
    exc: Exception, address: str, proxy: Optional[str], stage: Stage, is_proxy: bool = True
) -> Reason:
    """Say why there is no answer from an address, and which of the two on the way has failed.

    What the user's own client connects to instead of the server may be a proxy, or another address
    of it: without `is_proxy` it is not called one.
    """
    told = _told(exc)
    text = name_of(told)
    if isinstance(exc, (BadCertificateFile, BadProxySetting)):
        return Reason(str(exc), final=True)
    place = place_of(address)
    at_proxy = proxy is not None and stage in ("connect", "tunnel")
    called = f"the proxy {proxy}{_source(address, proxy)}" if is_proxy else str(proxy)
    who = called if at_proxy else place
    setting = "its address" if at_proxy else "base_url"
    if isinstance(exc, classes("ProxyError")):
        named = f" {proxy}" if proxy else ""
        return Reason(f"the proxy{named} refused: {exc}", final="407" in text)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return Reason(
            f"the certificate of {who} is not trusted (CERTIFICATE_VERIFY_FAILED: "
            f"{_verdict(told)}); a CA of your own goes into the file that SSL_CERT_FILE names, or "
            "into an http_client of yours (verify=...)",
            final=True,
        )
    if "ALERT_CERTIFICATE_REQUIRED" in text:  # in TLS 1.3 it comes behind the request
        return Reason(
            f"{who} wants a certificate of the client ({text}); it goes into an http_client of "
            "yours (verify=..., an ssl.SSLContext with load_cert_chain)",
            final=True,
            unheard=True,
        )
    if any(sign in text for sign in _NOT_TLS):
        return Reason(
            f"{who} does not speak TLS: should {setting} begin with http://, or have another port?",
            final=True,
        )
    received = _not_http(exc)
    if received is not None and re.match(_TLS_RECORD, received):
        return Reason(
            f"{who} speaks TLS: should {setting} begin with https://, or have another port?",
            final=True,
        )
    if received is not None:
        return Reason(f"{who} does not speak HTTP: it sent {received}")
    if any(sign in text for sign in _SWITCHED):
        return Reason(
            f"{who} answered 101 and switched to another protocol, which nobody asked for"
        )
    return Reason(_no_answer(exc, text, place, called if proxy else None, stage))


def _source(address: str, proxy: Optional[str]) -> str:
    """Say which variable of the environment has named a proxy, if one has."""
    url = httpx.URL(address)
    found = proxy and source_of(url.scheme, url.host, url.port, proxy)
    return f" (from {found})" if found else ""


def _told(exc: Exception) -> Exception:
    """Return what says more: on trio, httpx has no words for an error of TLS or of the system."""
    cause = exc.__cause__ or exc.__context__
    while cause is not None and not str(exc):
        if isinstance(cause, OSError) and str(cause):
            return cause
        cause = cause.__cause__ or cause.__context__
    return exc


def _no_answer(exc: Exception, text: str, place: str, proxy: Optional[str], stage: Stage) -> str:
    closed = isinstance(exc, ServerDisconnected) or any(sign in text for sign in _CLOSED)
    if isinstance(exc, RemoteProtocolError) and not closed:
        return f"{place} did not answer as HTTP/1.1 does: {exc}"
    if proxy is None and any(sign in text for sign in _CUT):
        return f"{place} closed the connection during TLS"
    if proxy is None:
        closes = f"{place} closed the connection without an answer"
        return closes if closed else f"no answer from {place}: {text}"
    if stage == "tunnel":
        why = "it closed the connection" if closed else text
        return f"{proxy} made no way to {place}: {why}"
    if stage == "tls":
        return f"the connection through {proxy} to {place} was cut during TLS: {text}"
    if isinstance(exc, classes("ConnectError")):
        return f"no connection to {proxy}, on the way to {place}: {text}"
    why = "the connection was closed" if closed else text
    return f"no answer from {place} through {proxy}: {why}"


def silent_proxy(address: str, proxy: Optional[str], stage: Stage) -> str:
    """Say for whom one has waited in vain, if that was a proxy."""
    if proxy is None or stage not in ("connect", "tunnel", "tls"):
        return ""
    what = "answer" if stage == "connect" else f"make a way to {place_of(address)}"
    if stage == "tls":
        return f" (through the proxy {proxy}, {place_of(address)} did not answer in TLS)"
    return f" (the proxy {proxy} did not {what})"


def _not_http(exc: Exception) -> Optional[str]:
    """Return the beginning of what came instead of HTTP, as Python writes bytes."""
    found = re.search(_NOT_HTTP, str(exc), re.DOTALL)
    if found is None:
        return "something else than text" if "illegal request line" in str(exc) else None
    return found[1] if len(found[1]) <= MAX_SHOWN else f"{found[1][:MAX_SHOWN]}{found[1][1]}..."


def another_place(address: str, towards: Optional[Tuple[str, int]]) -> Optional[str]:
    """Write where httpx connects to, if that is not the server itself."""
    if towards is None:
        return None
    url, (host, port) = httpx.URL(address), towards
    own = url.raw_host.decode("ascii"), url.port or _DEFAULT_PORTS.get(url.scheme)
    return None if own == towards else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def place_of(address: str) -> str:
    """Write host and port of an address."""
    url = httpx.URL(address)
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{host}:{url.port or _DEFAULT_PORTS.get(url.scheme, '')}"


def name_of(exc: Exception) -> str:
    """Write class and text of an exception on one line."""
    text = " ".join(str(exc).split())[:200]
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def _verdict(exc: Exception) -> str:
    verdict: object = getattr(exc, "verify_message", None)
    if isinstance(verdict, str):
        return verdict
    text = str(exc)
    return text.partition("verify failed: ")[2].partition(" (_ssl")[0] or text
