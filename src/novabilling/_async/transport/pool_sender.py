"""Requests through the pool: over connections of our own."""

from __future__ import annotations

from typing import Optional

from ..._call.attempt import Attempt, Progress
from ..._call.server import Server
from ..._call.warm_up import async_warm_up
from ..._network.answer import Answer
from ..._runtime import loops
from ..._runtime.lazy_httpx import httpx
from ..._runtime.loops import PerLoop
from .body import AsyncBody
from .connection import AsyncConnection
from .pool import MAX_IDLE, MAX_IDLE_ONCE, AsyncPool
from .slots import AsyncSlots


class AsyncPoolSender:
    """The sender over the connections of the pool of the running loop."""

    is_closed = False

    def __init__(self, server: Server, max_connections: int, max_response_bytes: int) -> None:
        async_warm_up()
        self._max_response_bytes = max_response_bytes
        self._pools = PerLoop(lambda closed: AsyncPool(server, max_connections, closed))

    def slots(self) -> AsyncSlots:
        """Return the slots for requests from here; `exchange` is for holders of one."""
        return self._pools.get(loops.async_running_loop()).slots

    async def exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        """Send a request, to its own address or to where a redirect leads, and read the answer."""
        progress.sent = False
        pool = self._pools.get(loops.async_running_loop())
        call = attempt.call
        if url is None and call.url is not None:
            url = httpx.URL(call.url)
        max_idle = MAX_IDLE_ONCE if call.repeat == "once" else MAX_IDLE
        connection = await pool.take(url, max_idle, progress.limits)
        reusable = False
        try:
            answer = await self._send(connection, attempt, url, progress)
            reusable = connection.finish()
        finally:
            await pool.give_back(connection, url, reusable)
        return answer

    async def _send(
        self,
        connection: AsyncConnection,
        attempt: Attempt,
        url: Optional[httpx.URL],
        progress: Progress,
    ) -> Answer:
        limits = progress.limits
        request = attempt.encode(url)
        limits.check()
        progress.sent = True
        head = await connection.send(request, limits)
        progress.status = head.status_code
        progress.headers = head.headers
        content = await connection.read_chunk(limits)
        plain = connection.has_read_all and not head.is_coded and attempt.call.sink is None
        if not plain or len(content) > self._max_response_bytes:
            content = await self._read(connection, content, attempt, progress)
        extensions = {"http_version": b"HTTP/" + head.http_version, "reason_phrase": head.reason}
        where, method = url or attempt.address, attempt.call.method
        return Answer(method, where, head.status_code, head.headers, content, extensions)

    async def _read(
        self, connection: AsyncConnection, chunk: bytes, attempt: Attempt, progress: Progress
    ) -> bytes:
        """Read and decode what is not here in one piece, as it is."""
        body = AsyncBody(self._max_response_bytes, attempt.call.sink, progress)
        await body.start()
        while chunk:
            await body.take(chunk)
            chunk = await connection.read_chunk(progress.limits)
        return body.finish()

    async def aclose(self) -> None:
        """Close the connections; calls on their way end, on other loops as well."""
        for pool in self._pools.close():
            pool.shutdown()
