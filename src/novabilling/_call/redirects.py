"""Where a redirect may lead: pure rules."""

from __future__ import annotations

from typing import Optional

from .._runtime.lazy_httpx import httpx
from .retries import NOT_CARRIED_OUT

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 20
_DEFAULT_PORTS = {"http": 80, "https": 443}


def next_url(method: str, url: httpx.URL, status: int, location: str) -> Optional[httpx.URL]:
    """Return where to send the request again, or None if it must not be followed."""
    target = _join(url, location)
    if target is None:
        return None
    if method == "GET":
        return target
    # A write is only sent again where the redirect says that it was not carried out.
    if status in NOT_CARRIED_OUT and same_origin(url, target):
        return target
    return None


def _join(url: httpx.URL, location: str) -> Optional[httpx.URL]:
    if not location:
        return None
    try:
        target = url.join(location)
    except (httpx.InvalidURL, ValueError):
        return None
    if not is_web_address(target) or target.userinfo:
        return None
    return target.copy_with(fragment=None)


def is_web_address(url: httpx.URL) -> bool:
    """Say whether a URL is http(s) and names a host and port that can be looked up."""
    try:
        host = url.host
    except UnicodeError:
        return False
    *labels, last = url.raw_host.split(b".")  # the last one is empty behind a dot at the end
    if not all(0 < len(label) < 64 for label in labels) or len(last) > 63:
        return False
    # httpx percent-encodes what no host name may hold.
    if url.scheme not in _DEFAULT_PORTS or not host or "%" in host:
        return False
    return 0 < _port(url) < 65536


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Say whether two URLs share scheme, host and port."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def leads_to_https(url: httpx.URL, location: str) -> bool:
    """Say whether a redirect only asks for https: from http, on the same host."""
    target = _join(url, location)
    if target is None or url.host != target.host:
        return False
    return (url.scheme, target.scheme) == ("http", "https")


def may_carry_token(server: httpx.URL, target: httpx.URL) -> bool:
    """Say whether Authorization may go along: same origin, or http to https on default ports."""
    if same_origin(server, target):
        return True
    upgraded = server.scheme == "http" and target.scheme == "https" and server.host == target.host
    return upgraded and _port(server) == 80 and _port(target) == 443


def _port(url: httpx.URL) -> int:
    return _DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port
