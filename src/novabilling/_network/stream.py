"""A TCP or TLS connection of a thread; all its errors are OSError or TimeoutError.

Nothing can interrupt a thread that reads, so the end of the attempt as a whole is looked at here:
before each operation, `limits.left` says how long it may take.
"""

from __future__ import annotations

import select
import socket
from typing import TYPE_CHECKING, List, NoReturn, Optional

from .._runtime.secrets import Secret
from .socket_state import (
    READ_SIZE,
    is_readable,
    kept_poll,
    receive_now,
    refuse_if,
    send_now,
    shut_down,
    wait_until_readable,
)
from .sockets import connect
from .time_limits import TimeLimits

if TYPE_CHECKING:
    import ssl


class Stream:
    """A `ByteStream` over a blocking socket."""

    __slots__ = ("_connecting", "_poll", "_shut", "_sock", "_waits_by_poll")

    def __init__(self) -> None:
        self._connecting: List[socket.socket] = []
        self._shut = False
        self._sock: Optional[socket.socket] = None
        self._poll: Optional[select.poll] = None
        self._waits_by_poll = False

    def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        """Connect to the first address that answers, with TLS if there is a context."""
        try:
            sock = self._sock = connect(host, port, limits, self._opened)
            self._connecting.clear()
            self._poll = kept_poll(sock)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context is not None:
                # In two steps, so that `shutdown` finds the socket during the handshake.
                self._sock = tls = context.wrap_socket(
                    sock, server_hostname=host, do_handshake_on_connect=False
                )
                refuse_if(self._shut)
                tls.settimeout(limits.left("connect"))
                tls.do_handshake()
            elif self._poll is not None:  # a time limit of the socket costs two calls more
                self._waits_by_poll = True
                sock.setblocking(False)
        except (OSError, ValueError) as exc:
            _translate(exc)
            raise

    def _opened(self, sock: socket.socket) -> None:
        """Note a socket that connects, so that `shutdown` ends it as well."""
        self._connecting.append(sock)
        refuse_if(self._shut)

    def read(self, limits: TimeLimits) -> bytes:
        """Read what there is; nothing at the end."""
        sock = self._sock or _not_connected()
        try:
            if self._waits_by_poll and self._poll is not None:
                data = None
                while data is None:
                    wait_until_readable(self._poll, limits.left("read"))
                    data = receive_now(sock, READ_SIZE)
                return data
            sock.settimeout(limits.left("read"))
            return sock.recv(READ_SIZE)
        except (OSError, ValueError) as exc:
            _translate(exc)
            raise

    def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        """Write all of it."""
        sock = self._sock or _not_connected()
        rest = memoryview(data.reveal())
        try:
            if self._waits_by_poll:
                rest = send_now(sock, rest)
            while rest:
                self._waits_by_poll = False  # it is slow, so there is more to wait for
                sock.settimeout(limits.left("write"))
                rest = rest[sock.send(rest) :]
        except (OSError, ValueError) as exc:
            if _is_of_tls(exc) and "EOF occurred" in str(exc):  # Python 3.10 to 3.12
                raise ConnectionResetError(*exc.args) from exc
            _translate(exc)
            raise

    def close(self) -> None:
        """Close the socket; another process that has a copy of it is not disturbed."""
        if self._sock is not None:
            self._sock.close()

    forget = close
    __del__ = close  # of a client that nobody closed

    def is_readable(self) -> bool:
        """Say whether there are bytes that were not read, or the connection has ended."""
        return self._sock is None or is_readable(self._sock, self._poll)

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread."""
        self._shut = True
        for sock in self._connecting:
            shut_down(sock)
        if self._sock is not None:
            shut_down(self._sock)


def _not_connected() -> NoReturn:
    raise ConnectionAbortedError("not connected")


def _translate(exc: Exception) -> None:
    """Raise what is said of an error of a socket, if that is not the error itself."""
    if isinstance(exc, socket.timeout):  # another class than TimeoutError before 3.10
        raise TimeoutError(*exc.args) from exc
    # Of a socket that another thread has closed; some errors of ssl are one as well.
    if isinstance(exc, ValueError) and not _is_of_tls(exc):
        raise ConnectionAbortedError(*exc.args) from exc


def _is_of_tls(exc: Exception) -> bool:
    import ssl  # not before there is TLS

    return isinstance(exc, ssl.SSLError)
