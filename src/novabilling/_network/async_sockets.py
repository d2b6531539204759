"""Sockets on asyncio and trio: without buffers of their own, and closed wherever one cancels."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, List, Optional, Tuple, Union

from .._runtime.concurrency import async_time_limit
from .._runtime.loops import async_running_loop
from .._runtime.waitables import LoopEvent, LoopTimer
from .socket_state import HEAD_START, receive_now, send_now

if TYPE_CHECKING:
    from .byte_streams import AsyncSocket

Address = Union[Tuple[str, int], Tuple[str, int, int, int], Tuple[int, bytes]]
"""What `socket.getaddrinfo` names: host and port, and two more numbers for IPv6."""


class LoopSocket:
    """A socket on asyncio."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._loop = loop = asyncio.get_running_loop()
        self._timer = LoopTimer(loop)
        # Windows' default loop has none.
        self._has_readers = type(loop).add_reader is not asyncio.AbstractEventLoop.add_reader

    async def connect(self, address: Address) -> None:
        await asyncio.sleep(0)  # on the same machine it does not wait, and others want their turn
        await self._loop.sock_connect(self.sock, address)

    async def receive_soon(self, size: int) -> Optional[bytes]:
        """Let others run, and return what has come by then; nothing at the end, None before it."""
        await asyncio.sleep(0)
        return receive_now(self.sock, size)

    async def receive(self, size: int, seconds: Optional[float]) -> bytes:
        """Wait for bytes and return them; nothing at the end."""
        if not self._has_readers:
            with async_time_limit(seconds):
                return await self._loop.sock_recv(self.sock, size)
        data = None
        while data is None:
            event = LoopEvent(self._timer)
            self._loop.add_reader(self.sock, event.set)
            try:
                await event.wait(seconds)
            finally:
                self._loop.remove_reader(self.sock)
            data = receive_now(self.sock, size)
        return data

    def send_now(self, data: memoryview) -> memoryview:
        """Write as much as can be written without a wait, and return the rest."""
        return send_now(self.sock, data)

    async def send(self, data: memoryview) -> None:
        """Write all of it."""
        await self._loop.sock_sendall(self.sock, data)

    def close(self) -> None:
        self.sock.close()


class TrioSocket:
    """A socket on trio."""

    def __init__(self, sock: socket.socket) -> None:
        from trio.lowlevel import checkpoint
        from trio.socket import from_stdlib_socket

        self.sock = sock
        self._checkpoint = checkpoint
        self._trio = from_stdlib_socket(sock)

    async def connect(self, address: Address) -> None:
        await self._trio.connect(address)

    async def receive_soon(self, size: int) -> Optional[bytes]:
        """Let others run, and return what has come by then; nothing at the end, None before it."""
        await self._checkpoint()
        return receive_now(self.sock, size)

    async def receive(self, size: int, seconds: Optional[float]) -> bytes:
        """Wait for bytes and return them; nothing at the end."""
        with async_time_limit(seconds):
            return await self._trio.recv(size)

    def send_now(self, data: memoryview) -> memoryview:
        """Write as much as can be written without a wait, and return the rest."""
        return send_now(self.sock, data)

    async def send(self, data: memoryview) -> None:
        """Write all of it."""
        while data:
            data = data[await self._trio.send(data) :]

    def close(self) -> None:
        self._trio.close()


async def connect(host: str, port: int) -> AsyncSocket:
    """Connect to the first address of a host that answers."""
    addresses = await _resolve(host, port)
    if not addresses:
        raise OSError(f"{host} has no address")
    if len(addresses) == 1:
        return await _open(*addresses[0])
    import anyio

    opened: List[AsyncSocket] = []
    errors: List[OSError] = []

    async def attempt(family: int, address: Address, failed: anyio.Event) -> None:
        try:
            opened.append(await _open(family, address))
            tasks.cancel_scope.cancel()
        except OSError as exc:
            errors.append(exc)
            failed.set()

    try:
        async with anyio.create_task_group() as tasks:
            for family, address in addresses:
                failed = anyio.Event()
                tasks.start_soon(attempt, family, address, failed)
                with anyio.move_on_after(HEAD_START):
                    await failed.wait()
    except BaseException:
        _close(opened)
        raise
    _close(opened[1:])
    if not opened:
        raise errors[0]
    return opened[0]


async def _resolve(host: str, port: int) -> List[Tuple[int, Address]]:
    stream = socket.SOCK_STREAM
    name = host.encode("ascii")
    try:
        numeric = socket.getaddrinfo(name, port, type=stream, flags=socket.AI_NUMERICHOST)
        return [(family, address) for family, _, _, _, address in numeric]
    except socket.gaierror:  # a name
        import anyio

        found = await anyio.getaddrinfo(name, port, type=stream)
        return [(family, address) for family, _, _, _, address in found]


async def _open(family: int, address: Address) -> AsyncSocket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = (LoopSocket if hasattr(async_running_loop(), "sock_recv") else TrioSocket)(sock)
        await wrapped.connect(address)
    except BaseException:
        sock.close()
        raise
    return wrapped


def _close(sockets: List[AsyncSocket]) -> None:
    for sock in sockets:
        sock.close()
