"""The sandbox itself: a NovaBilling server in memory, and clients that talk to it."""

from __future__ import annotations

from datetime import datetime, timezone
from importlib import import_module
from pkgutil import iter_modules
from threading import RLock
from typing import TYPE_CHECKING, Any, Callable, Optional

import httpx

from . import routes
from ._engine import Engine
from ._renewals import renew_subscriptions
from ._world import World

if TYPE_CHECKING:
    from novabilling import AsyncNovaBilling, NovaBilling

for _module in iter_modules(routes.__path__):
    import_module(f"{routes.__name__}.{_module.name}")

BASE_URL = "http://sandbox.local"


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Sandbox:
    """A NovaBilling server in this process, with its own state and no network.

    `token` (an API key) and `jwt` belong to a tenant that is there from the start;
    `POST /api/auth/register` makes further ones. `clock` gives the time (default: the real
    one); `rate_limit` is the number of calls per operation and minute (default: no limit).
    """

    def __init__(
        self, *, clock: Callable[[], datetime] = _utc_now, rate_limit: Optional[int] = None
    ) -> None:
        self._world = World(clock, rate_limit)
        self._engine = Engine(self._world)
        self._lock = RLock()
        tenant = self._world.create_tenant(
            "Sandbox", "Sandbox Owner", "owner@example.com", "sandbox-password"
        )
        self.token: str = tenant["apiKey"]
        self.jwt: str = self._world.tokens(tenant)["accessToken"]

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; serves as the handler of an `httpx.MockTransport`."""
        with self._lock:
            return self._engine.answer(request)

    def reset_token(self, email: str) -> Optional[str]:
        """Return the latest password reset token of an address: no mail leaves the sandbox."""
        return self._world.reset_tokens.get(email)

    def run_renewals(self) -> None:
        """Do the server's nightly work for subscriptions whose trial or period has ended.

        Each call moves a subscription on by one period at most.
        """
        with self._lock:
            for tenant in self._world.central["tenant"].find():
                renew_subscriptions(self._world, tenant)

    def client(self, **options: Any) -> NovaBilling:
        """Make a connected client; options are those of `NovaBilling`."""
        from novabilling import NovaBilling

        transport = httpx.MockTransport(self.handle)
        options = {"token": self.token, "base_url": BASE_URL, **options}
        return NovaBilling(http_client=httpx.Client(transport=transport), **options)

    def async_client(self, **options: Any) -> AsyncNovaBilling:
        """Make a connected asynchronous client; options are those of `AsyncNovaBilling`."""
        from novabilling import AsyncNovaBilling

        transport = httpx.MockTransport(self.handle)
        options = {"token": self.token, "base_url": BASE_URL, **options}
        return AsyncNovaBilling(http_client=httpx.AsyncClient(transport=transport), **options)
