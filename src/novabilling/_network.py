"""A TCP or TLS connection, once for each colour; all errors are OSError or TimeoutError."""

from __future__ import annotations

import select
import socket
import ssl
import sys
from typing import Any, Optional

from ._concurrency import async_home, run_soon
from ._limits import Limits
from ._secrets import Secret
from ._tls import READ_SIZE, AsyncTls


def is_readable(sock: Any) -> bool:
    """Say whether a socket has bytes, has ended, or is closed."""
    number = sock.fileno()
    if number < 0:
        return True
    if sys.platform == "win32":
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))


def shut_down(sock: Any) -> None:
    """End both directions, which wakes whoever reads, on any thread or loop."""
    try:
        # Not the method of an SSL socket: that one would pull its state from under a reader.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return


def refuse_if(shut: bool) -> None:
    """Stop connecting when the client was closed: looked at wherever there is a new socket."""
    if shut:
        raise ConnectionAbortedError("closed while connecting")


class AsyncStream:
    """A connection on asyncio or trio."""

    __slots__ = ("_home", "_scope", "_shut", "_sock", "_stream")

    def __init__(self) -> None:
        self._home: Any = None
        self._scope: Any = None
        self._shut = False
        self._sock: Any = None
        self._stream: Any = None

    async def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: Limits
    ) -> None:
        """Connect, with TLS if there is a context."""
        import anyio

        from ._sockets import connect

        self._home = async_home()
        with anyio.fail_after(limits.operation("connect")) as self._scope:
            refuse_if(self._shut)
            self._stream = await connect(host, port)
            self._sock = self._stream.sock
            if context is not None:
                self._stream = AsyncTls(self._stream, context, host)
                await self._stream.handshake()
        refuse_if(self._scope.cancel_called)
        self._scope = None

    async def read(self, limits: Limits) -> bytes:
        """Read what there is; nothing at the end."""
        seconds = limits.operation("read")
        if seconds is None:
            return await self._stream.receive(READ_SIZE)  # type: ignore[no-any-return]
        import anyio

        with anyio.fail_after(seconds):
            return await self._stream.receive(READ_SIZE)  # type: ignore[no-any-return]

    async def write(self, data: Secret[bytes], limits: Limits) -> None:
        """Write all of it."""
        import anyio

        with anyio.fail_after(limits.operation("write")):
            await self._stream.send(data)

    async def aclose(self) -> None:
        """Close the socket; this never waits."""
        if self._stream is not None:
            self._stream.close()

    def is_readable(self) -> bool:
        """Say whether there are bytes that were not read, or the connection has ended."""
        if is_readable(self._sock):
            return True
        return isinstance(self._stream, AsyncTls) and self._stream.is_readable()

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread or loop."""
        self._shut = True
        connecting = self._scope
        if self._sock is not None:
            shut_down(self._sock)
        elif connecting is not None:
            run_soon(self._home, connecting.cancel)

    def forget(self) -> None:
        """Close a socket whose loop has ended, or this process's copy of it."""
        if self._sock is not None:
            self._sock.close()

    __del__ = forget  # of a client that nobody closed


class Stream:
    """A connection of a thread."""

    __slots__ = ("_shut", "_sock")

    def __init__(self) -> None:
        self._shut = False
        self._sock: Any = None

    def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: Limits
    ) -> None:
        """Connect to the first address that answers, with TLS if there is a context."""
        self._connect_any(host, port, limits)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            with _translated:
                # In two steps, so that `shutdown` finds the socket during the handshake.
                self._sock = context.wrap_socket(
                    self._sock, server_hostname=host, do_handshake_on_connect=False
                )
                refuse_if(self._shut)
                self._sock.settimeout(limits.left("connect"))
                self._sock.do_handshake()

    def _connect_any(self, host: str, port: int, limits: Limits) -> None:
        last: Optional[OSError] = None
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, 0, socket.SOCK_STREAM
        ):
            self._sock = socket.socket(family, kind, protocol)
            try:
                with _translated:
                    refuse_if(self._shut)
                    self._sock.settimeout(limits.left("connect"))
                    self._sock.connect(address)
            except OSError as exc:
                self._sock.close()
                last = exc
                limits.check()
            else:
                return
        raise last or OSError(f"{host} has no address")

    def read(self, limits: Limits) -> bytes:
        """Read what there is; nothing at the end."""
        with _translated:
            self._sock.settimeout(limits.left("read"))
            data: bytes = self._sock.recv(READ_SIZE)
            return data

    def write(self, data: Secret[bytes], limits: Limits) -> None:
        """Write all of it."""
        rest = memoryview(data.reveal())
        with _translated:
            while rest:
                self._sock.settimeout(limits.left("write"))
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        """Close the socket; another process that has a copy of it is not disturbed."""
        if self._sock is not None:
            self._sock.close()

    forget = close
    __del__ = close  # of a client that nobody closed

    def is_readable(self) -> bool:
        """Say whether there are bytes that were not read, or the connection has ended."""
        return is_readable(self._sock)

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread."""
        self._shut = True
        if self._sock is not None:
            shut_down(self._sock)


class _Translation:
    """Let only OSError and TimeoutError out of a block."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, exc: Optional[BaseException], __: object) -> None:
        if isinstance(exc, socket.timeout):  # another class than TimeoutError before 3.10
            raise TimeoutError(*exc.args) from exc
        # Of a socket that another thread has closed; some errors of ssl are one as well.
        if isinstance(exc, ValueError) and not isinstance(exc, ssl.SSLError):
            raise ConnectionAbortedError(*exc.args) from exc


_translated = _Translation()
