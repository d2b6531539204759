"""Whether the environment names a proxy for a server."""

from __future__ import annotations

import os
import sys


def is_proxied(scheme: str, host: str) -> bool:
    """Say whether httpx would send requests to this server through a proxy."""
    if sys.platform not in ("darwin", "win32") and not any(map(_names_proxy, os.environ)):
        return False  # without loading what reads the settings of a system
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    direct = [name.strip() for name in proxies.get("no", "").split(",")]
    below_alone = f".{host}" in direct and host not in direct  # not the host itself, says httpx
    named = scheme in proxies or "all" in proxies
    return named and (below_alone or not proxy_bypass(host))


def _names_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")
