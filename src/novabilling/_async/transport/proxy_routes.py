"""The ways of httpx to each server: through the proxy that the environment names, or directly."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

from ..._network.proxies import proxy_for
from ..._network.tls import tls_context
from ..._runtime.forks import RenewedLock
from ..._runtime.lazy_httpx import httpx


class AsyncProxyRoutes(httpx.AsyncBaseTransport):
    """Choose the proxy of each request anew, as a redirect may lead past it or to another one.

    httpx itself knows neither networks nor IPv6 addresses in NO_PROXY.
    """

    def __init__(self, limits: httpx.Limits) -> None:
        self._limits = limits
        self._lock = RenewedLock()
        self._transports: Dict[Tuple[Optional[str], bool], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._transport_to(request.url).handle_async_request(request)

    def _transport_to(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = proxy_for(url.scheme, url.host, url.port)
        encrypted = url.scheme == "https" or (proxy or "").startswith("https")
        way = (proxy, encrypted)
        with self._lock.held:  # two threads must not make two of them
            if way not in self._transports:
                self._transports[way] = httpx.AsyncHTTPTransport(
                    verify=tls_context() if encrypted else False,
                    limits=self._limits,
                    trust_env=False,
                    proxy=None if proxy is None else httpx.Proxy(proxy),
                )
            return self._transports[way]

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()


def place_of_proxy(url: httpx.URL) -> Optional[str]:
    """Write host and port of the proxy for an address; None if it is reached directly."""
    proxy = proxy_for(url.scheme, url.host, url.port)
    return None if proxy is None else httpx.URL(proxy).netloc.decode("ascii")
