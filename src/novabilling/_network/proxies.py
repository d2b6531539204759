"""Which proxy the environment names for a server: the variables, and the settings of the system."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Dict, List, Optional, Tuple

from .._runtime.lazy_httpx import httpx
from .bad_settings import BadProxySetting

_SYSTEM_HAS_SETTINGS = sys.platform in ("darwin", "win32")
_SEPARATOR = r"[\s,;]+"
_SCHEMES = ("http", "https", "socks5", "socks5h")
_PROXY_HOST = r"^(?:\[[0-9a-f:.]+\]|\w(?:[\w.-]*\w)?\.?)\Z"
_HOST = r"^(?:\*?\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?\Z"


def is_proxied(scheme: str, host: str, port: Optional[int] = None) -> bool:
    """Say whether requests to a server go through a proxy."""
    return proxy_for(scheme, host, port) is not None


def proxy_for(scheme: str, host: str, port: Optional[int] = None) -> Optional[str]:
    """Return the address of the proxy for a server; None if there is none.

    Raises:
        BadProxySetting: It cannot be used, or what NO_PROXY says cannot be read.
    """
    variables = {name.lower() for name in os.environ if _names_proxy(name)}
    if not variables:
        return _proxy_of_system(scheme, host)
    if variables == {"no_proxy"}:  # it is read only where there is a proxy
        return None
    from urllib.request import getproxies_environment

    named = getproxies_environment()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or is_direct(named.get("no", ""), host, port):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    _check(proxy, _variable_of(scheme))
    return proxy


def source_of(scheme: str, host: str, port: Optional[int], proxy: str) -> str:
    """Name the variable that names this host and port as the proxy; "" where it is another's."""
    try:
        found = proxy_for(scheme, host, port)
    except BadProxySetting:
        return ""
    if found is None or not any(map(_names_proxy, os.environ)):
        return ""
    url = httpx.URL(found)
    named = (url.netloc.decode("ascii"), f"{url.host}:{url.port}")  # the first has no usual port
    return _variable_of(scheme) if proxy in named else ""


def _names_proxy(variable: str) -> bool:
    return variable.lower().endswith("_proxy")


@lru_cache(maxsize=16)
def _check(proxy: str, variable: str) -> None:
    """Refuse what is no proxy, or needs a package that is not there; no password is shown."""
    scheme, _, rest = proxy.lower().partition("://")
    host, port = _without_port(re.split("[/?#]", rest)[0].rpartition("@")[2])
    problem = ""
    if scheme not in _SCHEMES:
        problem = f"it must begin with {', '.join(f'{name}://' for name in _SCHEMES)}"
    elif port is not None and not 0 < port < 65536:
        problem = f"its port must be from 1 to 65535, not {port}"
    elif not re.match(_PROXY_HOST, host) or not _is_read(proxy):
        problem = "its host or port cannot be read"
    if problem:
        example = "an address of a proxy, such as http://proxy.example:3128"
        raise BadProxySetting(f"{variable} must be {example}: {problem}")
    if scheme.startswith("socks") and not _has_socks():
        package = 'pip install "httpx[socks]"'
        raise BadProxySetting(f"{variable} names a SOCKS proxy, which needs a package: {package}")


def _is_read(proxy: str) -> bool:
    try:
        httpx.Proxy(proxy)
    except (httpx.InvalidURL, ValueError):
        return False
    return True


def _has_socks() -> bool:
    from importlib.util import find_spec

    return find_spec("socksio") is not None


def _variable_of(scheme: str) -> str:
    """Name the variable that counts: one in lower case before one in upper case."""
    for name in (f"{scheme}_proxy", "all_proxy"):
        for variable in [name] if name in os.environ else list(os.environ):
            if variable.lower() == name and os.environ[variable]:
                return variable
    return "a variable"


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
    host = host.strip("[]").lower().rstrip(".")  # the dot at the end is of the name system alone
    named = [_names(entry, host, port) for entry in entries]  # errors first
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
    looks_like_address = name.rstrip(".").rpartition(".")[2].isdigit()
    if not re.match(_HOST, name) or looks_like_address:
        raise BadProxySetting(
            f"NO_PROXY holds {entry!r}, which is no host, domain, address or network: "
            "write them with commas between, as in localhost,.example.com,10.0.0.0/8,::1"
        )
    name = name.rstrip(".")
    if name.startswith(("*.", ".")):
        return host.endswith(name.lstrip("*"))
    return host == name or host.endswith(f".{name}")
