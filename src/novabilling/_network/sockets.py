"""Sockets of threads: connecting to the first address of a host that answers, without threads."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections import deque
from typing import Callable, Deque, List, Optional, Tuple, Union

from .._runtime import concurrency
from .socket_state import HEAD_START, is_patched
from .time_limits import TimeLimits

Address = Tuple[int, int, int, Union[Tuple[str, int], Tuple[str, int, int, int], Tuple[int, bytes]]]
"""Family, kind and protocol of a socket, and what it connects to."""

_UNDER_WAY = {0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY}


def connect(
    host: str, port: int, limits: TimeLimits, opened: Callable[[socket.socket], None]
) -> socket.socket:
    """Connect to the first address that answers; `opened` is told of every socket on the way."""
    found = socket.getaddrinfo(host.encode("ascii"), port, 0, socket.SOCK_STREAM)
    addresses: List[Address] = [
        (family, kind, protocol, address) for family, kind, protocol, _, address in found
    ]
    if not addresses:
        raise OSError(f"{host} has no address")
    if len(addresses) == 1 or is_patched():
        return _one_after_another(addresses, limits, opened)
    return _Race(addresses, limits, opened).winner()


def _one_after_another(
    addresses: List[Address], limits: TimeLimits, opened: Callable[[socket.socket], None]
) -> socket.socket:
    last: Optional[OSError] = None
    for family, kind, protocol, address in addresses:
        sock = socket.socket(family, kind, protocol)
        try:
            opened(sock)
            sock.settimeout(limits.left("connect"))
            sock.connect(address)
        except OSError as exc:
            sock.close()
            last = exc
            limits.check()
        else:
            return sock
    raise last or OSError("there is no address")


class _Race:
    """Attempts at several addresses: each has a head start, then the next one runs beside it."""

    def __init__(
        self, addresses: List[Address], limits: TimeLimits, opened: Callable[[socket.socket], None]
    ) -> None:
        self._waiting: Deque[Address] = deque(addresses)
        self._running: List[socket.socket] = []
        self._opened = opened
        self._last = OSError("there is no address")
        now = concurrency.monotonic()
        self._next_start = now
        left = limits.left("connect")
        self._ends = None if left is None else now + left
        self._selector = selectors.DefaultSelector()

    def winner(self) -> socket.socket:
        """Return the socket that is connected first; the others are closed."""
        try:
            while self._waiting or self._running:
                if self._waiting and self._is_time_for_next():
                    self._start()
                found = self._wait()
                if found is not None:
                    return found
            raise self._last
        finally:
            for sock in self._running:
                sock.close()
            self._selector.close()

    def _is_time_for_next(self) -> bool:
        return not self._running or concurrency.monotonic() >= self._next_start

    def _start(self) -> None:
        family, kind, protocol, address = self._waiting.popleft()
        sock = socket.socket(family, kind, protocol)
        try:
            self._opened(sock)
            sock.setblocking(False)
            code = sock.connect_ex(address)
            if code not in _UNDER_WAY:
                raise OSError(code, os.strerror(code))
            self._selector.register(sock, selectors.EVENT_WRITE)
        except OSError as exc:
            sock.close()
            self._last = exc
        else:
            self._running.append(sock)
            self._next_start = concurrency.monotonic() + HEAD_START

    def _wait(self) -> Optional[socket.socket]:
        """Wait for the next end of an attempt, or for the start of the next one."""
        now = concurrency.monotonic()
        if self._ends is not None and now >= self._ends:
            raise TimeoutError
        moments = [self._ends] if self._ends is not None else []
        if self._waiting:
            moments.append(self._next_start)
        seconds = min(moments) - now if moments else None
        for key, _ in self._selector.select(None if seconds is None else max(seconds, 0.0)):
            sock = next(sock for sock in self._running if sock is key.fileobj)
            self._selector.unregister(sock)
            self._running.remove(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                return sock
            sock.close()
            self._last = OSError(code, os.strerror(code))
            self._next_start = now  # the next one needs to wait no longer
        return None
