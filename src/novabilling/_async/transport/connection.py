"""One HTTP/1.1 connection: h11 speaks, the stream carries.

A connection is used again only if `finish` says so. It does not, whichever of these came about:

1. The server sent more than its answer: those bytes would be taken for the next one.
2. The server has ended the stream, or said that it will.
3. The answer was 204 or 304: whoever sends content there may send it later.
4. The request was not written, or the answer not read, to its end: a cancellation, an error, or an
   answer that came before the whole request was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, List, Optional

import h11

from ..._call.attempt import Attempt
from ..._network.time_limits import TimeLimits
from ..._runtime import concurrency
from ..._runtime.lazy_httpx import httpx
from ..._runtime.secrets import Secret

if TYPE_CHECKING:
    from ..._network.byte_streams import AsyncByteStream

MAX_HEAD = 100 * 1024
_BEGIN = b"HTTP/"
MAX_INTERIM = 100  # answers 1xx before the real one


class AsyncConnection:
    """Send one request after another; `idle_since` is when the last answer was complete."""

    def __init__(self, stream: AsyncByteStream) -> None:
        self.stream = stream
        self.idle_since = 0.0
        self._status = 0
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)

    def encode(self, attempt: Attempt, url: Optional[httpx.URL]) -> Secret[bytes]:
        """Begin an exchange: return the request in one piece, which holds the token."""
        headers = attempt.raw_headers(url)
        method, body = attempt.call.method, attempt.call.body
        events: List[h11.Event] = [
            h11.Request(method=method, target=attempt.target(url), headers=headers)
        ]
        if body is not None and body.reveal():
            events.append(h11.Data(data=body.reveal()))
        events.append(h11.EndOfMessage())
        return Secret(b"".join(self._h11.send(event) or b"" for event in events))

    async def read_head(self, limits: TimeLimits) -> h11.Response:
        """Read status and headers of the answer."""
        first = await self.stream.read(limits)
        if not first.startswith(_BEGIN[: len(first)]):  # h11 would wait for an empty line
            raise h11.RemoteProtocolError(f"illegal status line: {first[:100]!r}")
        self._h11.receive_data(first)
        for _ in range(MAX_INTERIM):
            event = await self._next_event(limits)
            if isinstance(event, h11.Response):
                self._status = event.status_code
                return event
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                break
        raise h11.RemoteProtocolError("the server sent something else than an answer")

    async def read_chunk(self, limits: TimeLimits) -> Optional[bytes]:
        """Read the next bytes of the content; None at its end."""
        event = await self._next_event(limits)
        if isinstance(event, h11.Data):
            return bytes(event.data)
        return None  # h11 knows nothing else here but EndOfMessage

    async def _next_event(self, limits: TimeLimits) -> h11.Event:
        while True:
            event = self._h11.next_event()
            if event is h11.NEED_DATA:
                self._h11.receive_data(await self.stream.read(limits))
            elif isinstance(event, h11.Event):
                return event
            else:
                raise h11.RemoteProtocolError("the server speaks another protocol")

    def finish(self) -> bool:
        """Say whether the connection can be used again: nothing is left over on either side."""
        surplus, ended = self._h11.trailing_data
        both_done = self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE
        if surplus or ended or self._status in (204, 304) or not both_done:  # 1, 2, 3, 4
            return False
        self._h11.start_next_cycle()
        self.idle_since = concurrency.monotonic()
        return True

    async def aclose(self) -> None:
        """Close the connection."""
        await self.stream.aclose()
