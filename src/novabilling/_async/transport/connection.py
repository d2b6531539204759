"""One HTTP/1.1 connection: the parser reads, the stream carries.

A connection is used again only if `finish` says so. It does not, whichever of these came about:

1. The server sent more than its answer: those bytes would be taken for the next one.
2. The server has ended the stream, or said that it will.
3. The answer was 204 or 304: whoever sends content there may send it later.
4. The request was not written, or the answer not read, to its end: a cancellation, an error, or an
   answer of a server that has closed the connection before it had the whole request.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..._network.http1 import ResponseHead, ResponseParser
from ..._network.time_limits import TimeLimits
from ..._runtime import concurrency
from ..._runtime.secrets import Secret

if TYPE_CHECKING:
    from ..._network.byte_streams import AsyncByteStream


class AsyncConnection:
    """Send one request after another; `idle_since` is when the last answer was complete."""

    def __init__(self, stream: AsyncByteStream) -> None:
        self.stream = stream
        self.idle_since = 0.0
        self._parser = ResponseParser()
        self._is_written = False

    async def send(self, request: Secret[bytes], limits: TimeLimits) -> ResponseHead:
        """Write a request, and read status and headers of the answer.

        A server may refuse a request before it has read all of it, and close the connection: then
        the rest cannot be written, and the answer is there all the same.
        """
        self._is_written = False
        with suppress(ConnectionError):  # what reads meets it as well, behind an answer
            await self.stream.write(request, limits)
            self._is_written = True
        head = None
        while head is None:
            self._parser.receive(await self.stream.read(limits))
            head = self._parser.head()
        return head

    async def read_chunk(self, limits: TimeLimits) -> bytes:
        """Read the next bytes of the content; none at its end."""
        chunk = self._parser.content()
        while chunk is None:
            self._parser.receive(await self.stream.read(limits))
            chunk = self._parser.content()
        return chunk

    @property
    def has_read_all(self) -> bool:
        """Whether the answer is complete."""
        return self._parser.is_complete

    def finish(self) -> bool:
        """Say whether the connection can be used again: nothing is left over on either side."""
        if not (self._is_written and self._parser.is_reusable):  # 1, 2, 3, 4
            return False
        self._parser.start_next()
        self.idle_since = concurrency.monotonic()
        return True

    async def aclose(self) -> None:
        """Close the connection."""
        await self.stream.aclose()
