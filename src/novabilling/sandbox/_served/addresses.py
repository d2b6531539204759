"""Names of hosts and URLs: which of them can be no other machine."""

from __future__ import annotations

import ipaddress
from typing import Optional
from urllib.parse import urlsplit

import httpx


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can be no other machine, whatever a name server says."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def host_of(authority: str) -> Optional[str]:
    """Return the host of a `Host` header in lower case, None if there is none in it."""
    if any(char in authority for char in "/\\@?#, \t"):
        return None
    try:
        parts = urlsplit(f"//{authority}")
        _ = parts.port  # it is checked when it is read
    except ValueError:
        return None
    return parts.hostname


def check_url(url: str) -> str:
    """Return the address of a webhook handler.

    Raises:
        ValueError: It is none.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port, httpx.URL(url).host  # each has checks of its own
    except (ValueError, httpx.InvalidURL):
        parts = urlsplit("")
    is_plain = url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        raise ValueError(f"{url[:200]!r} is no URL: http://127.0.0.1:8000/webhooks is one")
    return url
