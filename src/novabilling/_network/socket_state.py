"""What both colours ask of a socket."""

from __future__ import annotations

import select
import socket
from contextlib import suppress
from math import ceil
from typing import Optional

READ_SIZE = 64 * 1024
HEAD_START = 0.25
"""Seconds after which the next address of a host is tried beside the one before."""


def is_readable(sock: socket.socket, poll: Optional[select.poll] = None) -> bool:
    """Say whether a socket has bytes, has ended, or is closed."""
    number = sock.fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows, and eventlet
        return bool(select.select([number], [], [], 0)[0])
    return bool((poll or _poll_of(sock)).poll(0))


def kept_poll(sock: socket.socket) -> Optional[select.poll]:
    """Make what `is_readable` asks again and again; green threads have one for each time."""
    return _poll_of(sock) if hasattr(select, "poll") and not is_patched() else None


def _poll_of(sock: socket.socket) -> select.poll:
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return poll


def wait_until_readable(poll: select.poll, seconds: Optional[float]) -> None:
    """Wait for bytes, the end or an error; TimeoutError when the time is over, None is no limit."""
    if not poll.poll(None if seconds is None else ceil(seconds * 1000)):
        raise TimeoutError


def receive_now(sock: socket.socket, size: int) -> Optional[bytes]:
    """Return what is here, on a socket that does not block; nothing at the end, None before it."""
    try:
        return sock.recv(size)
    except (BlockingIOError, InterruptedError):
        return None


def send_now(sock: socket.socket, data: memoryview) -> memoryview:
    """Write as much as can be written on a socket that does not block, and return the rest."""
    try:
        return data[sock.send(data) :]
    except (BlockingIOError, InterruptedError):
        return data


def is_patched() -> bool:
    """Say whether gevent or eventlet has put sockets of its own in place of the blocking ones."""
    return socket.socket.__module__ != "socket"


def shut_down(sock: socket.socket) -> None:
    """End both directions, which wakes whoever reads, on any thread or loop."""
    try:
        # Not the method of an SSL socket: that one would pull its state from under a reader.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
    except OSError:  # it has ended already
        return
    except (AttributeError, TypeError):  # a socket of eventlet is of a class of its own
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def refuse_if(shut: bool) -> None:
    """Stop connecting when the client was closed: looked at wherever there is a new socket."""
    if shut:
        raise ConnectionAbortedError("closed while connecting")
