"""The connections to one server: idle ones are used again, the newest first."""

from __future__ import annotations

from collections import deque
from typing import Deque, Optional, Set

from ..._call.redirects import same_origin
from ..._call.server import Server
from ..._network.async_stream import AsyncStream
from ..._network.time_limits import TimeLimits
from ..._runtime import concurrency
from ..._runtime.lazy_httpx import httpx
from .connection import AsyncConnection
from .slots import AsyncSlots

MAX_IDLE = 4.0  # the server announces 5 s
MAX_IDLE_ONCE = 1.0  # for what must not be sent twice


class AsyncPool:
    """Connect to one server, for one event loop of one process.

    What can become of a connection, by the numbers in the code:

    1. It is idle, and its last answer is recent: the newest one is used again, so that those which
       a burst has left over grow old and expire.
    2. It is idle and readable: the server has closed it, or sent what nobody asked for. Closed.
    3. It is idle for too long: closed before the server does so, because a reset that meets a
       request looks the same whether the server was idle or died after doing the work.
    4. Its exchange failed or was canceled half-way: closed, whoever is asked next would read the
       rest of the old answer.
    5. It is of another origin, to which a redirect led: closed after its exchange.
    6. All connections are open, some of them idle, and a redirect needs one to another origin: the
       oldest idle one is closed, as the holder of a slot must not wait for a second time.
    7. The client is closed meanwhile: an idle one is closed by `shutdown`; one in use is woken
       there, and closed by its user, on the loop that it belongs to.
    8. The client is closed while it connects: `shutdown` may come before or after the socket is
       there, so it is looked at again on both sides of the wait.
    9. Its loop has ended, or this is a forked child: `forget` closes the copy of the socket alone.
    """

    def __init__(self, server: Server, size: int, closed: bool) -> None:
        self.closed = closed
        self._server = server
        self.slots = AsyncSlots(size)
        self._idle: Deque[AsyncConnection] = deque()
        self._open: Set[AsyncConnection] = set()
        self._lock = concurrency.Lock()  # `shutdown` comes from other threads

    async def take(
        self, url: Optional[httpx.URL], max_idle: float, limits: TimeLimits
    ) -> AsyncConnection:
        """Return a connection to a holder of a slot: an idle one, or a new one.

        A URL of None is one of the server of this pool.
        """
        self._refuse_if_closed()
        connection = None
        if self._idle:
            connection = await self._take_idle(max_idle if self._is_own_server(url) else 0.0)
        return connection or await self._connect(url, limits)

    async def give_back(
        self, connection: AsyncConnection, url: Optional[httpx.URL], reusable: bool
    ) -> None:
        """Keep a connection for the next request if it can be used again."""
        with self._lock:
            keep = reusable and self._is_own_server(url) and not self.closed
            if keep:  # otherwise 4, 5, 7
                self._idle.append(connection)
        if not keep:
            await self._close(connection)

    def _is_own_server(self, url: Optional[httpx.URL]) -> bool:
        return url is None or same_origin(url, self._server.url)

    async def _take_idle(self, max_idle: float) -> Optional[AsyncConnection]:
        """Close what has expired, then return the newest one if it is not idle for too long."""
        while True:
            now = concurrency.monotonic()
            with self._lock:
                if not self._idle:
                    return None
                expired = self._idle[0].idle_since <= now - MAX_IDLE
                if expired:
                    connection = self._idle.popleft()  # 3
                elif self._idle[-1].idle_since > now - max_idle:
                    connection = self._idle.pop()  # 1
                else:
                    return None
            if not expired and not connection.stream.is_readable():
                return connection
            await self._close(connection)  # 2, 3

    async def _connect(self, url: Optional[httpx.URL], limits: TimeLimits) -> AsyncConnection:
        connection = AsyncConnection(AsyncStream())
        with self._lock:
            full = len(self._open) >= self.slots.size
            surplus = self._idle.popleft() if full and self._idle else None  # 6
            self._open.add(connection)
        try:
            if surplus is not None:
                await self._close(surplus)
            self._refuse_if_closed()  # 8
            where = url or self._server
            port = where.port or (443 if where.scheme == "https" else 80)
            context = None
            if where.scheme == "https":
                from ..._network.tls import tls_context  # plain HTTP loads nothing of TLS

                context = tls_context()
            host = self._server.host if url is None else url.raw_host.decode("ascii")
            await connection.stream.connect(host, port, context, limits)
            self._refuse_if_closed()  # 8
        except BaseException:
            await self._close(connection)
            raise
        return connection

    def _refuse_if_closed(self) -> None:
        if self.closed:
            raise ConnectionAbortedError("the client is closed")

    async def _close(self, connection: AsyncConnection) -> None:
        try:
            await connection.aclose()
        finally:
            self._open.discard(connection)

    def shutdown(self) -> None:
        """End all connections from any thread or loop; those in use are closed by their users."""
        with self._lock:
            self.closed = True
            idle = list(self._idle)
            self._idle.clear()
            self._open.difference_update(idle)
            in_use = list(self._open)
        for connection in idle:  # 7
            connection.stream.forget()
        for connection in in_use:
            connection.stream.shutdown()

    def forget(self) -> None:
        """Leave the connections to the loop or process that they belong to."""
        self.closed = True
        for connection in list(self._open):  # 9
            connection.stream.forget()
