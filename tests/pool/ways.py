"""Every way from a client to a server: what holds for one of them holds for all."""

from __future__ import annotations

import importlib
from inspect import isawaitable
from typing import Any, Awaitable, Callable, List, NamedTuple, TypeVar

import pytest

from tests.pool.servers import Server
from tests.pool.support import Api, client_of, run

T = TypeVar("T")

PROXIED = "http://billing.example"


class Way(NamedTuple):
    """A colour, and what carries its requests."""

    colour: str
    carrier: str
    monkeypatch: Any = None

    def play(self, server: Server, script: Callable[[Api], Awaitable[T]], **options: Any) -> T:
        """Run a script with a client of this way to a server, which may be a proxy."""
        url = server.url
        if self.carrier == "proxy":
            self.monkeypatch.setenv("http_proxy", server.url)
            url = PROXIED

        async def main() -> T:
            http = self._http()
            if http is not None:
                options["http_client"] = http
            try:
                async with Api(client_of(self.colour, url, **options)) as api:
                    return await script(api)
            finally:
                if http is not None:
                    closing = http.close() if self.colour == "sync" else http.aclose()
                    if isawaitable(closing):
                        await closing

        return run(self.colour, main)

    def _http(self) -> Any:
        if self.carrier in ("pool", "proxy"):
            return None
        family = importlib.import_module(self.carrier)
        return family.Client() if self.colour == "sync" else family.AsyncClient()


EVERY: List[Way] = [
    *(Way(c, w) for c in ("asyncio", "trio", "sync") for w in ("pool", "httpx", "httpx2", "proxy")),
]


def every_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    way: Way = request.param
    if way.carrier == "httpx2":
        pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return way._replace(monkeypatch=monkeypatch)
