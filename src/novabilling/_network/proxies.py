"""Which proxy the environment names for a server: the variables, and the settings of the system."""

from __future__ import annotations

import os
import re
import sys
from ipaddress import ip_address, ip_network
from typing import Dict, List, Optional, Tuple

_SYSTEM_HAS_SETTINGS = sys.platform in ("darwin", "win32")
_SEPARATOR = r"[\s,;]+"
_HOST = r"^(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?\Z"


def is_proxied(scheme: str, host: str, port: Optional[int] = None) -> bool:
    """Say whether requests to a server go through a proxy."""
    return proxy_for(scheme, host, port) is not None


def proxy_for(scheme: str, host: str, port: Optional[int] = None) -> Optional[str]:
    """Return the address of the proxy for a server; None if there is none.

    Raises:
        ValueError: What NO_PROXY says cannot be read.
    """
    if any(map(_names_proxy, os.environ)):
        from urllib.request import getproxies_environment

        named = getproxies_environment()
        proxy = named.get(scheme) or named.get("all")
        if not proxy or is_direct(named.get("no", ""), host, port):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"
    return _proxy_of_system(scheme, host)


def _names_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")


def _proxy_of_system(scheme: str, host: str) -> Optional[str]:
    if not _SYSTEM_HAS_SETTINGS:
        return None  # without loading what reads the settings of a system
    from urllib.request import getproxies, proxy_bypass

    found: Dict[str, str] = getproxies()
    proxy = found.get(scheme) or found.get("all")
    return None if not proxy or proxy_bypass(host) else proxy


def is_direct(no_proxy: str, host: str, port: Optional[int] = None) -> bool:
    """Say whether NO_PROXY names a server: by a host, a domain, an address, or a network.

    `example.com` is the host and all below it, `.example.com` those below it alone; `*` is all. An
    address may stand in brackets, and a port may follow both.
    """
    entries: List[str] = [entry for entry in re.split(_SEPARATOR, no_proxy.lower()) if entry]
    named = [_names(entry, host.strip("[]").lower(), port) for entry in entries]  # errors first
    return any(named)


def _names(entry: str, host: str, port: Optional[int]) -> bool:
    if entry == "*":
        return True
    name, named_port = _without_port(entry.partition("://")[2] or entry)
    if named_port is not None and port is not None and named_port != port:
        return False
    try:
        network = ip_network(re.sub(r"^\[(.*)\]\Z", r"\1", name).partition("%")[0], strict=False)
    except ValueError:
        return _names_host(entry, name, host)
    try:
        return ip_address(host.partition("%")[0]) in network
    except ValueError:  # a name
        return False


def _without_port(entry: str) -> Tuple[str, Optional[int]]:
    found = re.match(r"^(?P<host>\[[^]]*\]|[^:]*):(?P<port>[0-9]{1,5})\Z", entry)
    return (found["host"], int(found["port"])) if found else (entry, None)


def _names_host(entry: str, name: str, host: str) -> bool:
    if not re.match(_HOST, name):
        raise ValueError(
            f"NO_PROXY holds {entry!r}, which is no host, domain, address or network: "
            "write them with commas between, as in localhost,.example.com,10.0.0.0/8,::1"
        )
    name = name.rstrip(".")
    if name.startswith(("*.", ".")):
        return host.endswith(name.lstrip("*"))
    return host == name or host.endswith(f".{name}")
