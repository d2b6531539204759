"""Three readers of HTTP/1.1 behind one function each: ours, h11, and llhttp by httptools."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Tuple, Union

import h11
import httptools

from novabilling._network.http1 import MAX_HEAD, RemoteProtocolError, ResponseHead, ResponseParser


class Read(NamedTuple):
    """An answer that was read to its end."""

    status: int
    headers: Tuple[Tuple[bytes, bytes], ...]
    body: bytes
    reusable: bool
    """Whether the next answer may come on the same connection."""
    behind: Tuple[bytes, ...] = ()
    """The names of the fields behind the content, as h11 reads them."""

    @property
    def content(self) -> Tuple[int, Tuple[Tuple[bytes, bytes], ...], bytes]:
        return self[:3]


class Refused(NamedTuple):
    """Why bytes are no answer, or no whole one."""

    why: str


Found = Union[Read, Refused]


def _plain(headers: Any) -> Tuple[Tuple[bytes, bytes], ...]:
    return tuple((bytes(name).lower(), bytes(value).strip(b" \t")) for name, value in headers)


def by_ours(parts: List[bytes]) -> Found:
    parser, body = ResponseParser(), b""
    head: Optional[ResponseHead] = None
    try:
        for number, part in enumerate([*parts, b""]):
            parser.receive(part)
            head = head or parser.head()
            while head is not None:
                piece = parser.content()
                if piece is None:
                    break
                if not piece:
                    reusable = parser.is_reusable and number + 1 >= len(parts)
                    headers = tuple((name.lower(), value) for name, value in head.headers)
                    return Read(head.status_code, headers, body, reusable)
                body += piece
    except RemoteProtocolError as exc:
        return Refused(str(exc))
    raise AssertionError("it waits behind the end of the stream")


def by_h11(parts: List[bytes]) -> Found:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    connection.send(h11.Request(method="GET", target="/", headers=[("host", "a")]))
    connection.send(h11.EndOfMessage())
    head: Optional[h11.Response] = None
    body = b""
    try:
        for number, part in enumerate([*parts, b""]):
            connection.receive_data(part)
            while True:
                event = connection.next_event()
                if event is h11.NEED_DATA:
                    break
                if isinstance(event, h11.Response):
                    head = event
                elif isinstance(event, h11.Data):
                    body += bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    assert head is not None
                    done = connection.our_state is h11.DONE and connection.their_state is h11.DONE
                    reusable = done and number + 1 >= len(parts)
                    reusable = reusable and connection.trailing_data == (b"", False)
                    behind = tuple(name for name, _ in event.headers)
                    return Read(head.status_code, _plain(head.headers), body, reusable, behind)
                elif not isinstance(event, h11.InformationalResponse):
                    return Refused("it has ended")
    except h11.RemoteProtocolError as exc:
        return Refused(str(exc))
    return Refused("it is not whole")


class _Heard:
    """What llhttp tells of the first answer that is not interim."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.headers: List[Tuple[bytes, bytes]] = []
        self.body = b""
        self.status = 0
        self.done = False
        self.keeps_alive = False

    def on_message_begin(self) -> None:
        if not self.done:
            self.headers, self.body, self.status = [], b"", 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.status and not self.done:  # later ones are trailers
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if not self.done:
            self.status = self.parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        if not self.done:
            self.body += data

    def on_message_complete(self) -> None:
        if not self.done and self.status >= 200:
            self.done = True
            self.keeps_alive = self.parser.should_keep_alive()


def by_httptools(parts: List[bytes]) -> Found:
    heard = _Heard()
    heard.parser = httptools.HttpResponseParser(heard)
    number = 0
    try:
        for number, part in enumerate(parts):  # noqa: B007  # used below
            heard.parser.feed_data(part)
            if heard.done:
                break
    except (httptools.HttpParserError, httptools.HttpParserUpgrade) as exc:
        if not heard.done:
            return Refused(str(exc) or type(exc).__name__)
    names = {name.lower() for name, _ in heard.headers}
    endless = not names & {b"content-length", b"transfer-encoding"}
    if not heard.done and not (heard.status >= 200 and endless):
        return Refused("it is not whole")
    reusable = heard.done and heard.keeps_alive and number + 1 >= len(parts)
    return Read(heard.status, _plain(heard.headers), heard.body, reusable)
