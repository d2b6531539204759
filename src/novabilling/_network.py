"""A TCP or TLS connection, once for each colour; all errors are OSError or TimeoutError."""

from __future__ import annotations

import select
import socket
import ssl
import sys
from contextlib import contextmanager
from typing import Any, Generator, Optional

from ._limits import Limits

READ_SIZE = 64 * 1024
CLOSE_SECONDS = 1.0


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
        if isinstance(sock, socket.socket):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        else:
            sock.shutdown(socket.SHUT_RDWR)
    except (OSError, TypeError, AttributeError):  # ended already, or a loop that cannot
        return


class AsyncStream:
    """A connection on asyncio or trio, through anyio."""

    __slots__ = ("_sock", "_stream")

    def __init__(self, stream: Any) -> None:
        from anyio.abc import SocketAttribute

        self._stream = stream
        self._sock = stream.extra(SocketAttribute.raw_socket)  # noqa: S610  # not a query

    @classmethod
    async def connect(
        cls, host: str, port: int, context: Optional[ssl.SSLContext], limits: Limits
    ) -> AsyncStream:
        """Connect, with TLS if there is a context."""
        import anyio
        from anyio.streams.tls import TLSStream

        with anyio.fail_after(limits.operation("connect")), _mapped():
            stream = cls(await anyio.connect_tcp(host, port))
            if context is not None:
                try:
                    stream._stream = await TLSStream.wrap(
                        stream._stream,
                        server_side=False,
                        hostname=host,
                        ssl_context=context,
                        standard_compatible=False,
                    )
                except BaseException:
                    await stream.aclose()
                    raise
        return stream

    async def read(self, limits: Limits) -> bytes:
        """Read what there is; nothing at the end."""
        seconds = limits.operation("read")
        if seconds is None:
            return await self._receive()
        import anyio

        with anyio.fail_after(seconds):
            return await self._receive()

    async def _receive(self) -> bytes:
        import anyio

        try:
            return await self._stream.receive(READ_SIZE)  # type: ignore[no-any-return]
        except anyio.EndOfStream:
            return b""
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as exc:
            raise ConnectionResetError("the connection was reset") from exc

    async def write(self, data: bytes, limits: Limits) -> None:
        """Write all of it."""
        import anyio

        with anyio.fail_after(limits.operation("write")), _mapped():
            await self._stream.send(data)

    async def aclose(self) -> None:
        """Close the socket, even while being canceled; never for long."""
        import anyio

        with anyio.move_on_after(CLOSE_SECONDS, shield=True):
            try:
                await self._stream.aclose()
            except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return  # it was not open any more

    def is_readable(self) -> bool:
        return is_readable(self._sock)

    def shutdown(self) -> None:
        shut_down(self._sock)

    def forget(self) -> None:
        """Leave the socket to the loop or process that it belongs to."""


@contextmanager
def _mapped() -> Generator[None, None, None]:
    import anyio

    try:
        yield
    except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream) as exc:
        raise ConnectionResetError("the connection was reset") from exc


class Stream:
    """A connection of a thread."""

    __slots__ = ("_sock",)

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    @classmethod
    def connect(
        cls, host: str, port: int, context: Optional[ssl.SSLContext], limits: Limits
    ) -> Stream:
        """Connect to the first address that answers, with TLS if there is a context."""
        sock = _connect_any(host, port, limits)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                with _timed():
                    sock.settimeout(limits.left("connect"))
                    sock = context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
        return cls(sock)

    def read(self, limits: Limits) -> bytes:
        """Read what there is; nothing at the end."""
        with _timed():
            self._sock.settimeout(limits.left("read"))
            return self._sock.recv(READ_SIZE)

    def write(self, data: bytes, limits: Limits) -> None:
        """Write all of it."""
        rest = memoryview(data)
        with _timed():
            while rest:
                self._sock.settimeout(limits.left("write"))
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def is_readable(self) -> bool:
        return is_readable(self._sock)

    def shutdown(self) -> None:
        shut_down(self._sock)

    def forget(self) -> None:
        """Close this process's copy of the socket; the connection lives on in the other."""
        self._sock.close()

    def __del__(self) -> None:
        self._sock.close()  # of a client that nobody closed


def _connect_any(host: str, port: int, limits: Limits) -> socket.socket:
    last: Optional[OSError] = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM):
        sock = socket.socket(family, kind, protocol)
        try:
            with _timed():
                sock.settimeout(limits.left("connect"))
                sock.connect(address)
        except OSError as exc:
            sock.close()
            last = exc
            limits.check()
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise last or OSError(f"{host} has no address")


@contextmanager
def _timed() -> Generator[None, None, None]:
    try:
        yield
    except socket.timeout as exc:  # another class than TimeoutError before 3.10
        raise TimeoutError(*exc.args) from exc
    except ValueError as exc:  # what ssl says of a socket that another thread has closed
        raise ConnectionAbortedError(*exc.args) from exc
