"""The connections to one server: idle ones are used again, the newest first."""

from __future__ import annotations

from collections import deque
from typing import Deque, Optional, Set

from .. import _concurrency
from .._base_url import Home
from .._httpx import httpx
from .._limits import Limits
from .._network import AsyncStream
from .._redirects import same_origin
from .._tls import tls_context
from .connection import AsyncConnection
from .slots import AsyncSlots

MAX_IDLE = 4.0  # the server announces 5 s
MAX_IDLE_ONCE = 1.0  # for what must not be sent twice


class AsyncPool:
    """Connect to one server, for one event loop of one process."""

    def __init__(self, home: Home, size: int, closed: bool) -> None:
        self.closed = closed
        self._home = home
        self.slots = AsyncSlots(size)
        self._idle: Deque[AsyncConnection] = deque()
        self._open: Set[AsyncConnection] = set()
        self._lock = _concurrency.Lock()  # `shutdown` comes from other threads

    async def take(
        self, url: Optional[httpx.URL], max_idle: float, limits: Limits
    ) -> AsyncConnection:
        """Return a connection to a holder of a slot: an idle one, or a new one.

        A URL of None is one of the server of this pool.
        """
        self._refuse_if_closed()
        await self._close_expired()
        connection = None
        if self._is_home(url):
            connection = await self._take_idle(max_idle)
        return connection or await self._connect(url, limits)

    async def give_back(
        self, connection: AsyncConnection, url: Optional[httpx.URL], reusable: bool
    ) -> None:
        """Keep a connection for the next request if it can be used again."""
        with self._lock:
            keep = reusable and self._is_home(url) and not self.closed
            if keep:
                self._idle.append(connection)
        if not keep:
            await self._close(connection)

    def _is_home(self, url: Optional[httpx.URL]) -> bool:
        return url is None or same_origin(url, self._home.url)

    async def _take_idle(self, max_idle: float) -> Optional[AsyncConnection]:
        oldest = _concurrency.monotonic() - max_idle
        while True:
            with self._lock:
                if not self._idle or self._idle[-1].idle_since <= oldest:
                    return None
                connection = self._idle.pop()
            # Readable means closed by the server, or an answer that nobody asked for.
            if not connection.stream.is_readable():
                return connection
            await self._close(connection)

    async def _close_expired(self) -> None:
        oldest = _concurrency.monotonic() - MAX_IDLE
        while True:
            with self._lock:
                if not self._idle or self._idle[0].idle_since > oldest:
                    return
                connection = self._idle.popleft()
            await self._close(connection)

    async def _connect(self, url: Optional[httpx.URL], limits: Limits) -> AsyncConnection:
        connection = AsyncConnection(AsyncStream())
        with self._lock:
            full = len(self._open) >= self.slots.size
            surplus = self._idle.popleft() if full and self._idle else None
            self._open.add(connection)
        try:
            if surplus is not None:
                await self._close(surplus)
            self._refuse_if_closed()
            where = url or self._home
            port = where.port or (443 if where.scheme == "https" else 80)
            context = tls_context() if where.scheme == "https" else None
            host = self._home.host if url is None else url.raw_host.decode("ascii")
            await connection.stream.connect(host, port, context, limits)
            self._refuse_if_closed()
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
        for connection in idle:
            connection.stream.forget()
        for connection in in_use:
            connection.stream.shutdown()

    def forget(self) -> None:
        """Leave the connections to the loop or process that they belong to."""
        self.closed = True
        for connection in list(self._open):
            connection.stream.forget()
