"""What to say of a failure of the network: who failed, why, and what to do about it."""

from __future__ import annotations

from typing import Optional

import msgspec

from .._network.http1 import RemoteProtocolError, ServerDisconnected
from .._network.tls import BadCertificateFile
from .._runtime.httpx_modules import classes
from .._runtime.lazy_httpx import httpx

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_TLS = ("WRONG_VERSION_NUMBER", "record layer failure", "RECORD_LAYER", "HTTP_REQUEST")


class Reason(msgspec.Struct, frozen=True):
    """Why there is no answer; what is `final` would be the same at every other try."""

    text: str
    final: bool = False


def reason_of(exc: Exception, address: str, proxy: Optional[str]) -> Reason:
    """Say why there is no answer from an address."""
    text = name_of(exc)
    if isinstance(exc, BadCertificateFile):
        return Reason(str(exc), final=True)
    if isinstance(exc, classes("ProxyError")):
        named = f" {proxy}" if proxy else ""
        return Reason(f"the proxy{named} refused: {exc}", final="407" in text)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return Reason(
            f"the certificate of {place_of(address)} is not trusted (CERTIFICATE_VERIFY_FAILED: "
            f"{_verdict(exc)}); a CA of your own goes into the file that SSL_CERT_FILE names, or "
            "into an http_client of yours (verify=...)",
            final=True,
        )
    if any(sign in text for sign in _NOT_TLS):
        return Reason(
            f"{place_of(address)} does not speak TLS: should base_url begin with http://, "
            "or have another port?",
            final=True,
        )
    if proxy is not None and isinstance(exc, classes("ConnectError")):
        return Reason(f"no connection to the proxy {proxy}: {text}")
    if isinstance(exc, ServerDisconnected):
        return Reason(f"{place_of(address)} closed the connection without an answer")
    if isinstance(exc, RemoteProtocolError):
        return Reason(f"{place_of(address)} did not answer as HTTP/1.1 does: {exc}")
    return Reason(f"no answer from {place_of(address)}: {text}")


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
