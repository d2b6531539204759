"""HTTP/1.1 as this client speaks it: requests to bytes, bytes to answers. No I/O, no clock.

The parser takes an answer however its bytes are split. It is strict: what two programs could read
in two ways is refused, because the rest would be taken for the answer to somebody else's request.
"""

from __future__ import annotations

import re
from typing import Iterable, List, Optional, Tuple, Union

import msgspec

MAX_HEAD = 100 * 1024
MAX_INTERIM = 100
"""Answers 1xx before the real one."""
_MAX_CHUNK_LINE = 4 * 1024

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: (" + _TEXT + rb"))?\r\n")
# A value begins with no space, so that there is one way to read a line, not one for each space.
_VALUE = rb"(?:[\x21-\x7e\x80-\xff]" + _TEXT + rb")?"
_FIELD = re.compile(rb"^(" + _TOKEN + rb"):[ \t]*(" + _VALUE + rb")\r\n", re.MULTILINE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;" + _TEXT + rb"|[ \t]*)")
_FRAMING = re.compile(rb"^(?:content-length|transfer-encoding):", re.MULTILINE | re.IGNORECASE)
_BEGINNING = b"HTTP/1."
_VISIBLE = bytes(range(0x21, 0x7F))

Headers = List[Tuple[bytes, bytes]]

# What comes next of an answer.
_HEAD, _LENGTH, _SIZE, _CHUNK_DATA, _CHUNK_END, _TRAILERS, _UNTIL_CLOSE, _DONE = range(8)


class LocalProtocolError(Exception):
    """The request is none that HTTP can carry; nothing was sent."""


class RemoteProtocolError(Exception):
    """What the server sent is no answer of HTTP/1.1, or one that can be read in two ways."""


class ServerDisconnected(RemoteProtocolError):
    """The server ended the connection before an answer began."""


class ResponseHead(msgspec.Struct, frozen=True):
    """The status line and the headers of an answer, as they came."""

    status_code: int
    reason: bytes
    http_version: bytes
    headers: Headers
    is_coded: bool
    """Whether there is a Content-Encoding."""


def request_line(method: str, target: bytes) -> bytes:
    """Write the first line of a request."""
    if not target or target.translate(None, _VISIBLE):
        raise LocalProtocolError("the address holds what HTTP does not allow")
    return b"%b %b HTTP/1.1\r\n" % (method.encode("ascii"), target)


def header_lines(headers: Iterable[Tuple[bytes, bytes]]) -> bytes:
    """Write the headers of a request."""
    lines = b"".join([b"%b: %b\r\n" % field for field in headers])
    if len(_FIELD.findall(lines)) == lines.count(b"\n"):
        return lines
    del headers, lines  # a traceback shows what is here
    raise LocalProtocolError("a header holds what HTTP does not allow")


class ResponseParser:
    """Read one answer after another from the bytes of a connection.

    Ask for the head, then for the content until it is empty. Where either is None, `receive` the
    next bytes of the connection and ask again; no bytes are its end.
    """

    __slots__ = ("_at", "_buffer", "_ended", "_interim", "_keeps", "_left", "_next", "_scanned")

    def __init__(self) -> None:
        self._buffer: Union[bytes, bytearray] = b""
        self._at = 0
        self._scanned = 0  # no empty line is before it
        self._ended = False
        self._next = _HEAD
        self._left = 0
        self._keeps = True
        self._interim = 0

    def receive(self, data: bytes) -> None:
        """Take the next bytes that the server sent; none at the end of the stream."""
        if not data:
            self._ended = True
        elif self._at == len(self._buffer):
            self._buffer = data
            self._at = self._scanned = 0
        else:
            if self._at or isinstance(self._buffer, bytes):
                self._buffer = bytearray(memoryview(self._buffer)[self._at :])
                self._scanned = max(0, self._scanned - self._at)
                self._at = 0
            self._buffer += data

    @property
    def is_complete(self) -> bool:
        """Whether the answer was read to its end."""
        return self._next == _DONE

    @property
    def is_reusable(self) -> bool:
        """Whether the answer is complete, and the next one can come on this connection."""
        all_read = self._next == _DONE and self._at == len(self._buffer)
        return all_read and self._keeps and not self._ended

    def start_next(self) -> None:
        """Begin with the next answer, and keep nothing of the last one."""
        self._next = _HEAD
        self._interim = 0
        self._buffer = b""
        self._at = self._scanned = 0

    def head(self) -> Optional[ResponseHead]:
        """Return the head of the answer, behind those of interim answers."""
        while True:
            end = self._end_of_head()
            if end < 0:
                return None
            head = bytes(self._buffer[self._at : end])
            self._at = self._scanned = end
            found = self._read_head(head)
            if found.status_code >= 200:
                return found
            self._interim += 1
            if found.status_code == 101 or self._interim == MAX_INTERIM:
                raise RemoteProtocolError(f"there is no answer behind {found.status_code}")

    def _end_of_head(self) -> int:
        size = len(self._buffer) - self._at
        if not self._buffer.startswith(_BEGINNING[:size], self._at):
            raise RemoteProtocolError(
                f"it does not speak HTTP/1.1: {_quoted(self._buffer, self._at)}"
            )
        end = self._end_of_fields()
        if end >= 0 or not self._ended:
            return end
        if size:
            raise RemoteProtocolError("it closed the connection within the headers of an answer")
        raise ServerDisconnected("it closed the connection without an answer")

    def _end_of_fields(self) -> int:
        """Return where the empty line ends that ends fields; -1 if it has not come."""
        end = self._buffer.find(b"\r\n\r\n", max(self._at, self._scanned)) + 4
        if (end if end >= 4 else len(self._buffer)) - self._at > MAX_HEAD:
            raise RemoteProtocolError("the headers of the answer are too large")
        if end >= 4:
            return end
        self._scanned = max(self._at, len(self._buffer) - 3)
        return -1

    def _read_head(self, head: bytes) -> ResponseHead:
        line = _STATUS_LINE.match(head)
        if line is None:
            raise RemoteProtocolError(f"this is no status line: {_quoted(head)}")
        minor, status, reason = line.groups(b"")
        fields = _fields(head, line.end())
        lower = head.lower()
        self._frame(int(status), minor == b"1", lower)
        is_coded = b"\ncontent-encoding:" in lower
        return ResponseHead(int(status), reason, b"1." + minor, fields, is_coded)

    def _frame(self, status: int, persistent: bool, head: bytes) -> None:
        """Decide how the content ends, by a head in lower case: no value here needs its own."""
        length = _only_value(head, b"\ncontent-length:")
        coding = None
        if b"\ntransfer-encoding:" in head:
            coding = _only_value(head, b"\ntransfer-encoding:")
        if coding is not None and (coding != b"chunked" or length is not None or not persistent):
            raise RemoteProtocolError("the content may end in two ways (Transfer-Encoding)")
        if length is not None and not (length.isdigit() and len(length) < 19):
            raise RemoteProtocolError("Content-Length is no number of bytes")
        self._keeps = persistent and not _says_close(head)
        self._left = int(length or 0)
        if status < 200:
            return
        if status in (204, 304):
            self._next = _DONE
            self._keeps = False  # who sends content there may send it later
        elif coding is not None:
            self._next = _SIZE
        elif length is None:
            self._next, self._keeps = _UNTIL_CLOSE, False
        else:
            self._next = _LENGTH if self._left else _DONE

    def content(self) -> Optional[bytes]:
        """Return the next bytes of the content; empty at its end."""
        if self._next == _LENGTH:
            return self._take(_DONE)
        if self._next == _DONE:
            return b""
        if self._next == _UNTIL_CLOSE:
            return self._rest()
        return self._chunk()

    def _rest(self) -> Optional[bytes]:
        rest = bytes(self._buffer[self._at :])
        self._at = len(self._buffer)
        if rest or not self._ended:
            return rest or None
        self._next = _DONE
        return b""

    def _take(self, then: int) -> Optional[bytes]:
        """Return what has come of as many bytes as were announced."""
        piece = bytes(self._buffer[self._at : self._at + self._left])
        self._at += len(piece)
        self._left -= len(piece)
        if not self._left:
            self._next = then
        return piece or self._nothing_yet()

    def _nothing_yet(self) -> Optional[bytes]:
        if not self._ended:
            return None
        raise RemoteProtocolError("it closed the connection within the content of an answer")

    def _chunk(self) -> Optional[bytes]:
        while True:
            if self._next == _CHUNK_DATA:
                return self._take(_CHUNK_END)
            if self._next == _TRAILERS:
                return self._trailers()
            at = self._at
            if self._next == _CHUNK_END and not b"\r\n".startswith(self._buffer[at : at + 2]):
                raise RemoteProtocolError("a chunk is longer than it says")
            end = self._buffer.find(b"\r\n", at, at + _MAX_CHUNK_LINE)
            if end < 0 and len(self._buffer) - at < _MAX_CHUNK_LINE:
                return self._nothing_yet()
            if self._next == _CHUNK_END:
                self._next = _SIZE
            else:
                size = _CHUNK.fullmatch(self._buffer, at, end) if end >= 0 else None
                if size is None:
                    raise RemoteProtocolError("this is no size of a chunk")
                self._left = int(size[1], 16)
                self._next = _CHUNK_DATA if self._left else _TRAILERS
            self._at = end + 2

    def _trailers(self) -> Optional[bytes]:
        """Skip the fields behind the last chunk."""
        end = self._at + 2
        if not self._buffer.startswith(b"\r\n", self._at):
            end = self._end_of_fields()
            if end < 0:
                return self._nothing_yet()
        fields = bytes(self._buffer[self._at : end])
        _fields(fields, 0)
        if _FRAMING.search(fields):
            raise RemoteProtocolError("the fields behind the content say where it ends")
        self._at = end
        self._next = _DONE
        return b""


def _fields(head: bytes, start: int) -> Headers:
    """Read the lines of a head, which ends with an empty one."""
    fields: Headers = _FIELD.findall(head, start)
    if len(fields) != head.count(b"\n", start) - 1:
        raise RemoteProtocolError("a header holds what HTTP does not allow")
    if b" \r\n" in head or b"\t\r\n" in head:
        return [(name, value.rstrip(b" \t")) for name, value in fields]
    return fields


def _only_value(head: bytes, name: bytes) -> Optional[bytes]:
    """Return the value of a field that may come only once."""
    at = head.find(name)
    if at < 0:
        return None
    start = at + len(name)
    if head.find(name, start) >= 0:
        raise RemoteProtocolError(f"{name[1:-1].decode().title()} is there twice")
    return head[start : head.find(b"\r", start)].strip(b" \t")


def _says_close(head: bytes) -> bool:
    if b"close" not in head:
        return False
    options = re.findall(rb"\nconnection:([^\r]*)", head)
    return any(option.strip(b" \t") == b"close" for option in b",".join(options).split(b","))


def _quoted(data: Union[bytes, bytearray], at: int = 0) -> str:
    return repr(bytes(data[at : at + 100]))
