"""A TCP or TLS connection on asyncio or trio; all its errors are OSError or TimeoutError.

Only what waits has a time limit, which costs more than to read what is there already: `limits.left`
says how long an operation may take, here as in the sync stream.
"""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, NoReturn, Optional

from .._runtime.concurrency import async_time_limit
from .._runtime.loops import async_running_loop, run_soon
from .._runtime.secrets import Secret
from .socket_state import READ_SIZE, is_readable, kept_poll, refuse_if, shut_down
from .time_limits import TimeLimits

if TYPE_CHECKING:
    import ssl

    import anyio

    from .byte_streams import AsyncSocket
    from .tls import AsyncTls


class AsyncStream:
    """An `AsyncByteStream` over a socket of the running loop."""

    __slots__ = ("_loop", "_poll", "_scope", "_shut", "_sock", "_stream", "_tls")

    def __init__(self) -> None:
        self._loop: object = None
        self._scope: Optional[anyio.CancelScope] = None
        self._shut = False
        self._sock: Optional[socket.socket] = None
        self._poll: Optional[select.poll] = None
        self._stream: Optional[AsyncSocket] = None
        self._tls: Optional[AsyncTls] = None

    async def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        """Connect, with TLS if there is a context.

        `shutdown` may come from another thread at any moment. It finds

        1. nothing begun: `_shut` is seen before there is a socket;
        2. no socket yet, while addresses are looked up or tried: the scope is canceled on its loop,
           and leaves its block without an error, so one is raised behind the block. That its time
           was over when all was done already is no error;
        3. a socket, during the handshake or later: that is shut down, which ends the handshake.
        """
        import anyio

        from .async_sockets import connect

        self._loop = async_running_loop()
        with anyio.fail_after(limits.left("connect")) as scope:
            self._scope = scope
            refuse_if(self._shut)  # 1
            self._stream = plain = await connect(host, port)
            self._sock = plain.sock  # 3
            self._poll = kept_poll(plain.sock)
            if context is not None:
                from .tls import AsyncTls

                self._stream = self._tls = tls = AsyncTls(plain, context, host)
                await tls.handshake()
        refuse_if(self._shut)  # 2
        self._scope = None

    async def read(self, limits: TimeLimits) -> bytes:
        """Wait for bytes and return them; nothing at the end."""
        stream = self._stream or _not_connected()
        limits.check()
        data = await stream.receive_soon(READ_SIZE)
        if data is None:
            data = await stream.receive(READ_SIZE, limits.left("read"))
        return data

    async def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        """Write all of it."""
        stream = self._stream or _not_connected()
        rest = stream.send_now(memoryview(data.reveal()))
        if rest:
            with async_time_limit(limits.left("write")):
                await stream.send(rest)

    async def aclose(self) -> None:
        """Close the socket; this never waits."""
        if self._stream is not None:
            self._stream.close()

    def is_readable(self) -> bool:
        """Say whether there are bytes that were not read, or the connection has ended."""
        if self._sock is None or is_readable(self._sock, self._poll):
            return True
        return self._tls is not None and self._tls.is_readable()

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread or loop."""
        self._shut = True
        connecting = self._scope
        if self._sock is not None:
            shut_down(self._sock)
        elif connecting is not None:
            run_soon(self._loop, connecting.cancel)

    def forget(self) -> None:
        """Close a socket whose loop has ended, or this process's copy of it."""
        if self._sock is not None:
            self._sock.close()

    __del__ = forget  # of a client that nobody closed


def _not_connected() -> NoReturn:
    raise ConnectionAbortedError("not connected")
