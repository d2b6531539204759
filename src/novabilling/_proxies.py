"""Whether the environment names a proxy for a server."""

from __future__ import annotations

from urllib.request import getproxies, proxy_bypass

import httpx


def is_proxied(home: httpx.URL) -> bool:
    """Say whether httpx would send requests to this server through a proxy."""
    proxies = getproxies()
    return (home.scheme in proxies or "all" in proxies) and not proxy_bypass(home.host)
