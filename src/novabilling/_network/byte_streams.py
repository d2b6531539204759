"""What carries the bytes of a connection: the contracts between HTTP above and sockets below.

A connection speaks to an `AsyncByteStream` (in the sync client a `ByteStream`), and asks for no
more than these methods: tests play answers from a list of bytes through streams of their own.
`AsyncSocket` is the narrower contract below it, of what asyncio, trio and TLS read and write.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Optional, Protocol

from .._runtime.secrets import Secret
from .time_limits import TimeLimits

if TYPE_CHECKING:
    import ssl


class AsyncByteStream(Protocol):
    """A connection to one address, used by one task at a time; it belongs to one event loop.

    What goes wrong is an OSError or a TimeoutError, never an exception of asyncio, trio or ssl.
    """

    async def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        """Connect, with TLS if there is a context."""
        ...

    async def read(self, limits: TimeLimits) -> bytes:
        """Wait for bytes and return them; nothing at the end of the stream."""
        ...

    async def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        """Write all of it; whoever cancels cannot know how much was written."""
        ...

    def is_readable(self) -> bool:
        """Say, without waiting, whether there is something unread or the stream has ended."""
        ...

    async def aclose(self) -> None:
        """Close the socket; this never waits, and may be called more than once."""
        ...

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread or loop, with an error."""
        ...

    def forget(self) -> None:
        """Close this process's copy of the socket, outside of its loop."""
        ...


class ByteStream(Protocol):
    """A connection to one address, used by one thread at a time.

    What goes wrong is an OSError or a TimeoutError, never an exception of ssl.
    """

    def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        """Connect, with TLS if there is a context."""
        ...

    def read(self, limits: TimeLimits) -> bytes:
        """Wait for bytes and return them; nothing at the end of the stream."""
        ...

    def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        """Write all of it."""
        ...

    def is_readable(self) -> bool:
        """Say, without waiting, whether there is something unread or the stream has ended."""
        ...

    def close(self) -> None:
        """Close the socket; it may be called more than once."""
        ...

    def shutdown(self) -> None:
        """Wake whoever connects, reads or writes, from any thread, with an error."""
        ...

    def forget(self) -> None:
        """Close this process's copy of the socket."""
        ...


class AsyncSocket(Protocol):
    """What reads and writes bytes on an event loop: a socket of asyncio or trio, or TLS on one."""

    @property
    def sock(self) -> socket.socket:
        """The socket below."""
        ...

    async def receive_soon(self, size: int) -> Optional[bytes]:
        """Let others run, and return what has come by then; nothing at the end, None before it."""
        ...

    async def receive(self, size: int, seconds: Optional[float]) -> bytes:
        """Wait for bytes and return them; nothing at the end, TimeoutError after the seconds."""
        ...

    def send_now(self, data: memoryview) -> memoryview:
        """Write as much as can be written without a wait, and return the rest."""
        ...

    async def send(self, data: memoryview) -> None:
        """Write all of it."""
        ...

    def close(self) -> None:
        """Close it, without a farewell."""
        ...
