"""The address of the client's own server, checked and taken apart."""

from __future__ import annotations

import re
import socket
from functools import lru_cache
from typing import Optional
from urllib.parse import urlsplit

import msgspec

from .._runtime.lazy_httpx import httpx
from .redirects import is_web_address

DEFAULT_BASE_URL = "https://api.novabilling.com"

# What httpx would leave as it is, so that it need not be loaded for it.
_PLAIN = re.compile(
    r"^https?://(?P<host>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63})*)"
    r"(?::(?!(?:80|443)\b)(?P<port>[1-9][0-9]{0,4}))?(?:/[A-Za-z0-9_-]+)*/?\Z"
)


class Server(msgspec.Struct, frozen=True):
    """The client's own server; `path` is the prefix of all its targets."""

    root: str
    scheme: str
    host: str
    port: Optional[int]
    netloc: bytes
    path: str

    @property
    def url(self) -> httpx.URL:
        return _url(self.root)


@lru_cache(maxsize=16)
def _url(root: str) -> httpx.URL:
    return httpx.URL(root)


def check_base_url(base_url: object) -> Server:
    """Return the server under whose root `/api` and `/uploads` hang."""
    if not isinstance(base_url, str):
        raise TypeError(f"base_url must be a str, not {type(base_url).__name__}")
    if base_url != base_url.strip():
        raise ValueError("base_url must not begin or end with a space or line break")
    parts = urlsplit(base_url if _is_plain(base_url) else _normalized(base_url))
    path = parts.path.rstrip("/")
    if path.endswith("/api"):
        path = path[: -len("/api")].rstrip("/")
    root = f"{parts.scheme}://{parts.netloc}{path}"
    host, netloc = parts.hostname or "", parts.netloc.encode("ascii")
    return Server(root, parts.scheme, host, parts.port, netloc, path)


def _is_plain(base_url: str) -> bool:
    found = _PLAIN.match(base_url)
    if found is None or "xn--" in base_url or int(found.group("port") or 0) > 65535:
        return False
    if re.search("[a-z]", found.group("host")):
        return True
    try:
        socket.inet_pton(socket.AF_INET, found.group("host"))
    except OSError:
        return False
    return True


def _normalized(base_url: str) -> str:
    scheme, _, rest = base_url.partition("://")
    if scheme.lower() not in ("http", "https"):
        raise ValueError(f"base_url must start with http:// or https://, not {_cut(base_url, 8)}")
    netloc = re.split(r"[/?#]", rest)[0]
    if "@" in netloc or "?" in rest or "#" in rest:
        raise ValueError("base_url must not hold a user name, password, query or fragment")
    _check_place(netloc)
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as exc:
        raise ValueError(f"base_url is not a valid URL: {exc}") from None
    if not is_web_address(url):
        raise ValueError(f"base_url must name a host that can be looked up, not {_cut(netloc, 50)}")
    return str(url)


def _check_place(netloc: str) -> None:
    """Refuse what is no host or no port, by the part that is wrong."""
    bracketed = re.match(r"\[([^]]*)\](?=:|\Z)", netloc)
    host, _, port = netloc.partition(":")
    if bracketed:
        host, port = bracketed[1], netloc[bracketed.end() + 1 :]
    if "%" in host and (bracketed or netloc.startswith("[")):
        raise ValueError("base_url must not hold the zone of an IPv6 address, such as %eth0")
    if not bracketed and (netloc.startswith("[") or ":" in port):
        raise ValueError(
            "base_url must have an IPv6 address in brackets, as in https://[::1]:8000, and one port"
        )
    if not host:
        raise ValueError("base_url must name a host behind its ://")
    if re.search(r"[\s\x00-\x1f\x7f]", host):
        raise ValueError(f"base_url must not hold a space in its host, as {_cut(host, 50)} does")
    if port and not (re.match(r"[0-9]+\Z", port) and 0 < int(port[:9]) < 65536):
        raise ValueError(f"base_url must have a port from 1 to 65535, not {port[:20]}")


def _cut(text: str, length: int) -> str:
    return repr(text[:length]) + ("..." if len(text) > length else "")
