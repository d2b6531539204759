"""The sandbox itself: a NovaBilling server in memory, and clients that talk to it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from msgspec import structs

from ..._runtime.lazy_httpx import httpx
from .. import routes as routes
from .._http.engine import Engine
from .._http.operations import find_route
from .._store.clock import Seed
from .._world.faults import Fault
from .._world.world import World
from .outgoing import Outgoing
from .timetable import Timetable
from .turns import Turns

if TYPE_CHECKING:
    from novabilling import AsyncNovaBilling, NovaBilling

Client = TypeVar("Client", "NovaBilling", "AsyncNovaBilling")

BASE_URL = "http://sandbox.local"


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Snapshot:
    """The state of a sandbox at one moment, for `Sandbox.restore()`."""

    def __init__(self, owner: object, restore: Callable[[], None]) -> None:
        self._owner = owner
        self._restore = restore

    def restore(self, owner: object) -> None:
        """Bring the state back; `Sandbox.restore()` does it."""
        if owner is not self._owner:
            raise ValueError("this snapshot is of another sandbox: restore it there")
        self._restore()


class Sandbox(Timetable, Outgoing):
    """A NovaBilling server in this process, with its own state and no network.

    `token` (an API key) and `jwt` belong to a tenant that is there from the start;
    `POST /api/auth/register` makes further ones.

    Args:
        seed: Makes everything the same in every run: ids, keys, secrets, and the time, which
            starts at noon on 1 June 2026 and stands still but for a millisecond per request.
        clock: Gives the time, an aware `datetime`; the default is the real one, or the seed's.
        rate_limit: The number of calls per operation and minute; the default is no limit, the real
            server's is 100.
        overlap: Seconds in which other calls get in between what a call has checked and what it
            writes, as they do on the real server; the default is 0: one call after the other.
    """

    def __init__(
        self,
        *,
        seed: Optional[Seed] = None,
        clock: Optional[Callable[[], datetime]] = None,
        rate_limit: Optional[int] = None,
        overlap: float = 0.0,
    ) -> None:
        if clock is None and seed is None:
            clock = _utc_now
        super().__init__(World(clock, rate_limit, seed))
        self._world.faults.overlap = overlap
        self._turns = Turns(Engine(self._world), self._world.faults, self._lock)
        tenant = self._world.create_tenant(
            "Sandbox", "Sandbox Owner", "owner@example.com", "sandbox-password"
        )
        self._tenant_id: str = tenant["id"]
        self.token: str = tenant["apiKey"]
        """An API key of the tenant that is there from the start."""

    def __repr__(self) -> str:
        tenants = len(self._world.central["tenant"].rows)
        counted = "1 tenant" if tenants == 1 else f"{tenants} tenants"
        return f"Sandbox({self.now():%Y-%m-%d %H:%M:%S} UTC, {counted})"

    @property
    def jwt(self) -> str:
        """Return a fresh login token; it lasts an hour of the sandbox's time."""
        tenant = self._world.central["tenant"].rows[self._tenant_id]
        token: str = self._world.tokens(tenant)["accessToken"]
        return token

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; serves as the handler of an `httpx.MockTransport`."""
        return self._turns.handle(request)

    async def ahandle(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an asynchronous client."""
        return await self._turns.ahandle(request)

    def client(self, **options: object) -> NovaBilling:
        """Make a connected client; options are those of `NovaBilling`."""
        from novabilling import NovaBilling

        transport = httpx.MockTransport(self.handle)
        given: Any = {"token": self.token, "base_url": BASE_URL, **options}
        client = NovaBilling(http_client=httpx.Client(transport=transport), **given)
        return self._connected(client)

    def async_client(self, **options: object) -> AsyncNovaBilling:
        """Make a connected asynchronous client; options are those of `AsyncNovaBilling`."""
        from novabilling import AsyncNovaBilling

        transport = httpx.MockTransport(self.ahandle)
        given: Any = {"token": self.token, "base_url": BASE_URL, **options}
        client = AsyncNovaBilling(http_client=httpx.AsyncClient(transport=transport), **given)
        return self._connected(client)

    def _connected(self, client: Client) -> Client:
        """Give a client the sandbox's time, which it writes into events that have none."""
        caller = client._caller  # pyright: ignore[reportPrivateUsage]
        caller.config = structs.replace(caller.config, now=self.now)
        self._clients.add(client)
        return client

    def reset_token(self, email: str) -> Optional[str]:
        """Return the latest password reset token of an address: no mail leaves the sandbox."""
        return self._world.reset_tokens.get(email)

    # Faults

    def fail_next(
        self,
        status: int = 503,
        *,
        times: int = 1,
        after_apply: bool = False,
        retry_after: Optional[int] = None,
        method: Optional[str] = None,
        route: Optional[str] = None,
    ) -> None:
        """Answer the next requests with an error; with `after_apply` they take effect first.

        Args:
            status: That of the error, 400 to 599.
            times: The number of requests; attempts that a client repeats count.
            after_apply: Carry them out, and lose only the answer.
            retry_after: The seconds of a `Retry-After`.
            method: Only requests with this method, such as `POST`: others pass meanwhile.
            route: Only requests to this route, as errors name it: `/payments/{payment_id}/refund`.

        Raises:
            ValueError: There is no such operation, or an argument makes no sense.
        """
        self._plan(Fault(status, after_apply, retry_after), times, method, route)

    def drop_next(
        self,
        *,
        times: int = 1,
        after_apply: bool = False,
        late: float = 0.0,
        method: Optional[str] = None,
        route: Optional[str] = None,
    ) -> None:
        """Break the connection of the next requests; with `after_apply` they take effect first.

        With `late` they take effect so many seconds afterwards, when their client has gone. For
        the other arguments see `fail_next()`. Without `method` or `route`, a read that comes first
        is the one that breaks; a client repeats it, and the write after it goes well.
        """
        self._plan(Fault(None, after_apply, late=late), times, method, route)

    def _plan(self, fault: Fault, times: int, method: Optional[str], route: Optional[str]) -> None:
        verb = None if method is None else method.upper()
        if verb not in (None, "DELETE", "GET", "PATCH", "POST", "PUT"):
            raise ValueError(f"method must be that of a request, such as 'POST', not {method!r}")
        parts = None if route is None else find_route(verb, route)
        with self._lock:
            self._world.faults.plan(fault._replace(method=verb, route=parts), times)

    @property
    def latency(self) -> float:
        """The seconds that every answer takes; beyond a client's timeout, it has one at once."""
        return self._world.faults.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._world.faults.latency = seconds

    @property
    def overlap(self) -> float:
        """The seconds in which calls overlap; 0 is one call after the other."""
        return self._world.faults.overlap

    @overlap.setter
    def overlap(self, seconds: float) -> None:
        self._world.faults.overlap = seconds

    @property
    def rate_limit(self) -> Optional[int]:
        """The number of calls per operation and minute; None means no limit."""
        return self._world.rate_limit.limit

    @rate_limit.setter
    def rate_limit(self, calls: Optional[int]) -> None:
        self._world.rate_limit.limit = calls
        self._forget_limits()

    # State

    def snapshot(self) -> Snapshot:
        """Keep the whole state, to come back to it with `restore()`."""
        with self._lock:
            return Snapshot(self, self._world.save())

    def restore(self, snapshot: Snapshot) -> None:
        """Bring back a state, as often as you like; clients stay connected."""
        with self._lock:
            snapshot.restore(self)
        self._forget_limits()
