"""A server on the loopback that keeps a ledger of what it did, and fails as a plan says.

The plan of a call is its header `X-Plan`: one step for each request of the call, the last one for
all that follow. A step is the name of a fault (see `FAULTS`); with `!` behind it the server does
the work first, and then fails. A call is known by its `X-Request-Id`, which all its attempts share.

`accepts` is a plan for connections, before anything was read: "ok", "reset", "close", "stall",
"banner", "bad-request". A server that is made with `listens=False` refuses connections until
`listen()`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import socket
import struct
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import (
    Any,
    Awaitable,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
)
from urllib.parse import parse_qs, unquote, urlsplit

from tests.samples import body_of
from tests.support import CUSTOMER

MOVED = "/moved"
ROWS = 250
"""How many customers a list has."""
CHUNK = b"x" * 65536


class Request(NamedTuple):
    """A request that was read to its end."""

    call: str
    method: str
    target: str
    lines: Tuple[bytes, ...]
    body: bytes
    step: str

    @property
    def path(self) -> str:
        path = urlsplit(self.target).path
        return path[len(MOVED) :] if path.startswith(MOVED) else path

    @property
    def headers(self) -> Dict[str, str]:
        pairs = (line.decode("latin-1").partition(":") for line in self.lines)
        return {name.lower(): value.strip() for name, _, value in pairs}


class Ledger:
    """All requests that were read to their end, and what was done for each call."""

    def __init__(self) -> None:
        self.requests: List[Request] = []
        self.received: Counter[str] = Counter()
        self.done: Dict[str, List[str]] = defaultdict(list)
        self.events: Counter[str] = Counter()
        self.deleted: Set[str] = set()

    def clear(self) -> None:
        self.__init__()  # type: ignore[misc]

    def apply(self, request: Request) -> bytes:
        """Do the work and return the answer; an event is counted once for each transaction id."""
        path, method = request.path, request.method
        ids = [unquote(part) for part in path.split("/")]
        if method == "GET":
            return self._read(request, path, ids)
        if method == "DELETE":
            if request.call + path in self.deleted:
                return answer({"statusCode": 404, "message": "Not found"}, 404)
            self.deleted.add(request.call + path)
            self.done[request.call].append("delete")
            return answer({"message": "deleted"})
        if path == "/api/events/batch":
            results = [self._count(request.call, e) for e in json.loads(request.body)["events"]]
            states = Counter(result["status"] for result in results)
            return answer(
                {
                    "total": len(results),
                    "created": states["created"],
                    "duplicates": states["duplicate"],
                    "errors": 0,
                    "results": results,
                },
                201,
            )
        if path == "/api/events":
            event = json.loads(request.body)
            self._count(request.call, event)
            return answer({**body_of("event-create"), **event}, 201)
        self.done[request.call].append(method)
        if path.endswith("/refund"):
            return answer({**body_of("payment-refund-full"), "id": ids[-2]}, 201)
        return answer({**CUSTOMER, "id": ids[-1]})

    def _count(self, call: str, event: Any) -> Dict[str, str]:
        key = event["transactionId"]
        self.events[key] += 1
        if self.events[key] > 1:
            return {"transactionId": key, "status": "duplicate"}
        self.done[call].append(f"event {key}")
        return {"transactionId": key, "status": "created"}

    def _read(self, request: Request, path: str, ids: List[str]) -> bytes:
        if path.endswith("/pdf"):
            return head(200, "application/pdf", 4 * len(CHUNK)) + 4 * CHUNK
        if path == "/api/customers":
            query = parse_qs(urlsplit(request.target).query)
            page, limit = int(query["page"][0]), int(query["limit"][0])
            numbers = range((page - 1) * limit, min(page * limit, ROWS))
            rows = [{**CUSTOMER, "id": f"cus_{n}"} for n in numbers]
            meta = {"total": ROWS, "page": page, "limit": limit, "totalPages": -(-ROWS // limit)}
            return answer({"data": rows, "meta": meta})
        return answer({**CUSTOMER, "id": ids[-1]})


def head(status: int, content_type: str, length: int, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", f"Content-Type: {content_type}", *more]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode("latin-1")


def answer(body: Any, status: int = 200, *more: str) -> bytes:
    """Write an answer: JSON, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return head(status, "application/json", len(content), *more) + content


HTML = b"<html><body><h1>Bad gateway</h1></body></html>"


def html(status: int, *more: str) -> bytes:
    return head(status, "text/html", len(HTML), *more) + HTML


class HangUp(Exception):
    """The connection ends here."""


class Exchange:
    """One request, and the connection on which to answer it or not."""

    def __init__(self, server: Server, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.writer = writer
        self.target = ""
        self.good = b""
        """The answer that should be sent."""

    @property
    def good_head(self) -> bytes:
        return self.good.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    @property
    def good_body(self) -> bytes:
        return self.good.partition(b"\r\n\r\n")[2]

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def drip(self, data: bytes, seconds: float) -> None:
        for n in range(len(data)):
            await self.send(data[n : n + 1])
            await asyncio.sleep(seconds)

    async def stall(self) -> None:
        """Say nothing more; end with the client or with the server."""
        while not self.writer.transport.is_closing():
            await asyncio.sleep(0.02)
            if self.server.is_gone(self.writer):
                break
        raise HangUp

    def close(self) -> None:
        raise HangUp

    def reset(self) -> None:
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise HangUp


Act = Callable[[Exchange], Awaitable[None]]


class Fault(NamedTuple):
    """A way to fail, and what a client can know of it.

    `fate` is what it may conclude: "unsent", "unknown" (retry what is safe), "cut" (a 2xx that
    breaks off: a write was applied, a GET is retried), "unreadable" (a 2xx that is no answer),
    "refused", "broken" (500), "failed" (a write may be done), "moved" (a GET is followed), "moved
    late" (so it is, and a write may be done), "moved whole" (all are followed), "fine".
    """

    fate: str
    act: Act
    early: bool = False
    """It happens before the content of the request was read."""
    slow: bool = False
    """Only the client's timeout ends it."""
    again: bool = True
    """The server does not forbid a retry."""
    wait: float = 0.0
    """Seconds that the server asks to wait, at most."""


FAULTS: Dict[str, Fault] = {}


def fault(name: str, fate: str, **more: Any) -> Callable[[Act], Act]:
    def add(act: Act) -> Act:
        FAULTS[name] = Fault(fate, act, **more)
        return act

    return add


def sends(name: str, fate: str, data: bytes, ends: bool = False, **more: Any) -> None:
    """Add a fault that answers with these bytes."""

    async def act(e: Exchange) -> None:
        await e.send(data)
        if ends:
            e.close()

    FAULTS[name] = Fault(fate, act, **more)


@fault("ok", "fine")
async def _ok(e: Exchange) -> None:
    await e.send(e.good)


# The connection ends or stands still


@fault("reset-in-request", "unknown", early=True)
async def _reset_in_request(e: Exchange) -> None:
    e.reset()


@fault("close-in-request", "unknown", early=True)
async def _close_in_request(e: Exchange) -> None:
    e.close()


@fault("stall-in-request", "unknown", early=True, slow=True)
async def _stall_in_request(e: Exchange) -> None:
    await e.stall()


@fault("reset", "unknown")
async def _reset(e: Exchange) -> None:
    e.reset()


@fault("close", "unknown")
async def _close(e: Exchange) -> None:
    e.close()


@fault("stall", "unknown", slow=True)
async def _stall(e: Exchange) -> None:
    await e.stall()


def _partial(name: str, fate: str, part: Callable[[Exchange], bytes]) -> None:
    async def close(e: Exchange) -> None:
        await e.send(part(e))
        e.close()

    async def reset(e: Exchange) -> None:
        await e.send(part(e))
        await asyncio.sleep(0.005)  # a reset overtakes what was not read
        e.reset()

    async def stall(e: Exchange) -> None:
        await e.send(part(e))
        await e.stall()

    FAULTS[f"close-{name}"] = Fault(fate, close)
    FAULTS[f"reset-{name}"] = Fault(fate, reset)
    FAULTS[f"stall-{name}"] = Fault(fate, stall, slow=True)


_partial("in-status", "unknown", lambda e: b"HTTP/1.1 2")
_partial("in-head", "unknown", lambda e: e.good_head[:-4])
_partial("after-head", "cut", lambda e: e.good_head)
_partial("in-body", "cut", lambda e: e.good[: -len(e.good_body) // 2])


@fault("drip-head", "unknown", slow=True)
async def _drip_head(e: Exchange) -> None:
    await e.drip(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"x" * 200, 0.05)
    await e.stall()


@fault("drip-body", "cut", slow=True)
async def _drip_body(e: Exchange) -> None:
    await e.send(head(200, "application/json", 10_000))
    await e.drip(b" " * 200, 0.05)
    await e.stall()


@fault("drip-interim", "unknown", slow=True)
async def _drip_interim(e: Exchange) -> None:
    for _ in range(60):
        await e.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        await asyncio.sleep(0.05)
    await e.stall()


@fault("drip", "fine")
async def _drip(e: Exchange) -> None:
    for start in range(0, len(e.good), 40):
        await e.send(e.good[start : start + 40])
        await asyncio.sleep(0.001)


# Bad HTTP

_noise = random.Random(5)
_GARBAGE = {
    "noise": bytes(_noise.randrange(256) for _ in range(2000)),
    "nul": b"\0" * 100,
    "smtp": b"220 mail.example ESMTP\r\n",
    "tls-alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "http-2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "http-0.9": b"<html>an old server</html>",
    "version": b"HTTP/x.y 200 OK\r\nContent-Length: 0\r\n\r\n",
    "status-099": b"HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n",
    "status-text": b"HTTP/1.1 two OK\r\nContent-Length: 0\r\n\r\n",
    "status-huge": b"HTTP/1.1 " + b"2" * 5000 + b" OK\r\n\r\n",
    "header-line": b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n{}",
    "header-nul": b"HTTP/1.1 200 OK\r\nA: b\0c\r\nContent-Length: 2\r\n\r\n{}",
    "header-huge": b"HTTP/1.1 200 OK\r\nA: " + b"a" * 300_000 + b"\r\n\r\n{}",
    "headers-many": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000 + b"\r\n{}",
    "length-twice": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "length-negative": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
    "length-text": b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}",
    "length-huge": b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n{}",
    "encoding-unknown": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\n{}",
    "switching": b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n",
    "interim-flood": b"HTTP/1.1 100 Continue\r\n\r\n" * 300,
    "interim-only": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
}
for _name, _data in _GARBAGE.items():
    sends(f"garbage-{_name}", "unknown", _data, ends=True)

_CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
for _name, _data in {
    "size": b"zz\r\n{}\r\n0\r\n\r\n",
    "size-huge": b"f" * 60 + b"\r\n{}",
    "size-negative": b"-2\r\n{}\r\n0\r\n\r\n",
    "cut": b"100\r\n{",
    "no-end": b"2\r\n{}\r\n",
    "separator": b"2\r\n{}XX0\r\n\r\n",
}.items():
    sends(f"chunk-{_name}", "cut", _CHUNKED + _data, ends=True)


@fault("length-too-long", "cut")
async def _length_too_long(e: Exchange) -> None:
    await e.send(head(200, "application/json", len(e.good_body) + 5) + e.good_body)
    e.close()


@fault("length-too-long-and-open", "cut", slow=True)
async def _length_too_long_and_open(e: Exchange) -> None:
    await e.send(head(200, "application/json", len(e.good_body) + 5) + e.good_body)
    await e.stall()


@fault("length-too-short", "unreadable")
async def _length_too_short(e: Exchange) -> None:
    await e.send(head(200, "application/json", len(e.good_body) - 5) + e.good_body)


@fault("no-length", "fine")
async def _no_length(e: Exchange) -> None:
    await e.send(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + e.good_body)
    e.close()


@fault("body-bom", "fine")
async def _byte_order_mark(e: Exchange) -> None:
    await e.send(answer(b"\xef\xbb\xbf" + e.good_body))


@fault("two-answers", "fine")
async def _two_answers(e: Exchange) -> None:
    await e.send(e.good + answer({**CUSTOMER, "id": "of-another-call", "message": "another"}))


# Statuses

for _status, _fate in {408: "unknown", 502: "unknown", 503: "unknown", 504: "unknown"}.items():
    sends(f"html-{_status}", _fate, html(_status))
    sends(f"json-{_status}", _fate, answer({"statusCode": _status, "message": "No"}, _status))
for _status in (500, 501, 505, 599, 999):
    sends(f"status-{_status}", "broken" if _status == 500 else "failed", html(_status))
for _status in (300, 304, 305, 306):
    sends(f"status-{_status}", "failed", answer({"message": "No"}, _status))
for _status in (400, 401, 402, 403, 405, 409, 410, 413, 418, 422, 423, 451):
    sends(f"status-{_status}", "refused", answer({"message": "No"}, _status))
sends("status-204", "unreadable", b"HTTP/1.1 204 No Content\r\n\r\n")
sends("status-205", "unreadable", answer(b"", 205))
sends("status-503-cut", "unknown", html(503)[:-20], ends=True)
sends("status-500-deep", "broken", answer(b'{"message":' + b"[" * 900 + b"]" * 900 + b"}", 500))

_RETRY_AFTER: Dict[str, Tuple[str, bool]] = {
    "seconds": ("0.05", True),
    "zero": ("0", True),
    "past": ("Wed, 21 Oct 2015 07:28:00 GMT", True),
    "negative": ("-5", True),
    "huge": ("9" * 400, False),
    "long": ("86400", False),
    "far": ("Wed, 21 Oct 2415 07:28:00 GMT", False),
    "garbage": ("soon \xff", True),
    "empty": ("", True),
    "list": ("5, 5", True),
    "exponent": ("1e3", True),
    "no-date": ("Wed, 99 Oct 99999999999999999999 99:99:99 GMT", True),
    "zone": ("Wed, 21 Oct 2015 07:28:00 +99999999", True),
}
for _status, _fate in {429: "unsent", 503: "unknown"}.items():
    for _name, (_value, _again) in _RETRY_AFTER.items():
        _data = html(_status, f"Retry-After: {_value}")
        sends(f"{_status}-{_name}", _fate, _data, again=_again)


@fault("429-date", "unsent", wait=1.0)
async def _too_many_until(e: Exchange) -> None:
    moment = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=1)
    await e.send(html(429, f"Retry-After: {format_datetime(moment, usegmt=True)}"))


# Bodies that are no answer

_DEEP = 100_000
for _name, _data in {
    "empty": b"",
    "null": b"null",
    "text": b'"done"',
    "number": b"1",
    "true": b"true",
    "array": b"[]",
    "object": b"{}",
    "envelope": b'{"data": null}',
    "envelope-in-envelope": b'{"data": {"data": {"data": {}}}}',
    "other-error": b'{"error": "maintenance"}',
    "cut": json.dumps(CUSTOMER).encode()[:-30],
    "trailing": json.dumps(CUSTOMER).encode() + b"}",
    "deep-array": b"[" * _DEEP + b"]" * _DEEP,
    "deep-object": b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
    "deep-field": b'{"id":"a","more":' + b"[" * _DEEP + b"]" * _DEEP + b"}",
    "deep-metadata": b'{"id":"a","metadata":' + b'{"a":' * _DEEP + b"1" + b"}" * _DEEP + b"}",
    "deep-data": b'{"data":' * _DEEP + b"1" + b"}" * _DEEP,
    "huge-number": b'{"id": ' + b"9" * 100_000 + b"}",
    "huge-exponent": b'{"id": 1e999999999, "amount": 1e999999999}',
    "nan": b'{"id": NaN, "amount": NaN}',
    "infinity": b'{"id": -Infinity}',
    "bad-utf-8": b'{"id": "\xff\xfe", "email": "\xc3"}',
    "surrogate": b'{"id": "\\ud800"}',
    "utf-16": json.dumps(CUSTOMER).encode("utf-16"),
    "types": json.dumps({key: [{"a": 1}] for key in CUSTOMER}).encode(),
    "id-number": json.dumps({**CUSTOMER, "id": 5}).encode(),
    "yaml": b"id: a\nemail: b\n",
    "script": b"<script>alert(1)</script>",
}.items():
    sends(f"body-{_name}", "unreadable", answer(_data))
sends("html-200", "unreadable", html(200))

_ENCODED = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {}\r\n"
for _name, _encoding, _data in (
    ("gzip-garbage", "gzip", b"{}"),
    ("gzip-cut", "gzip", gzip.compress(json.dumps(CUSTOMER).encode())[:-12]),
    ("gzip-bomb", "gzip", gzip.compress(b" " * (20 << 20))),
    ("deflate-garbage", "deflate", b"{}"),
    ("brotli", "br", b"{}"),
    ("encoding-noise", "\xe4\xf6", b"{}"),
):
    _top = _ENCODED.format(_encoding).encode("latin-1")
    sends(_name, "unreadable", _top + b"Content-Length: %d\r\n\r\n" % len(_data) + _data)

# Redirects

ELSEWHERE = "{elsewhere}"


def _redirect(name: str, fate: str, status: int, location: str) -> None:
    async def act(e: Exchange) -> None:
        target = location.replace("{target}", e.target).replace(ELSEWHERE, e.server.elsewhere)
        await e.send(html(status, f"Location: {target}"))

    FAULTS[name] = Fault(fate, act)


for _status in (301, 302, 303, 307, 308):
    _late = _status <= 303
    _whole = "moved late" if _late else "moved whole"
    _moved = "moved late" if _late else "moved"
    _refused = "failed" if _late else "refused"
    _redirect(f"redirect-{_status}-path", _whole, _status, MOVED + "{target}")
    _redirect(f"redirect-{_status}-origin", _moved, _status, ELSEWHERE + "{target}")
    _redirect(f"redirect-{_status}-self", "loop", _status, "{target}")
    _redirect(f"redirect-{_status}-nonsense", _refused, _status, "javascript:x")
    _redirect(f"redirect-{_status}-nowhere", _refused, _status, "")
    _redirect(f"redirect-{_status}-scheme", _refused, _status, "ftp://127.0.0.1/x")
    _redirect(f"redirect-{_status}-user", _refused, _status, "http://ada:pw@127.0.0.1/x")


class Server:
    """Serve one port, on the loop of `running()`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, accepts: str, elsewhere: str) -> None:
        self.ledger = Ledger()
        self.elsewhere = elsewhere
        self.accepted = 0
        self.answers: Optional[Callable[[Request], Iterable[bytes]]] = None
        """What is sent instead of all else, in parts; then the connection is closed."""
        self._accepts = accepts.split()
        self._loop = loop
        self._server: Any = None
        self._live: Dict[asyncio.StreamWriter, Any] = {}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def listen(self) -> None:
        async def start() -> None:
            self._server = await asyncio.start_server(
                self._serve, sock=self._socket, limit=1 << 24, backlog=2048
            )

        self._run(start())

    def stop(self) -> None:
        async def end() -> None:
            if self._server is not None:
                self._server.close()
            tasks = list(self._live.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self._run(end())
        self._socket.close()

    @property
    def live(self) -> int:
        """Return the number of connections that the client has not closed."""
        return sum(not self.is_gone(writer) for writer in list(self._live))

    @staticmethod
    def is_gone(writer: asyncio.StreamWriter) -> bool:
        import select

        number = writer.get_extra_info("socket").fileno()
        if number < 0:
            return True
        poll = select.poll()
        poll.register(number, getattr(select, "POLLRDHUP", select.POLLHUP))
        return bool(poll.poll(0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._live[writer] = asyncio.current_task()
        self.accepted += 1
        try:
            await self._begin(Exchange(self, writer))
            while await self._exchange(reader, writer):
                pass
        except (HangUp, OSError, EOFError, asyncio.CancelledError):
            pass
        finally:
            del self._live[writer]
            writer.transport.abort() if self._loop.is_closed() else writer.close()

    async def _begin(self, e: Exchange) -> None:
        plan = self._accepts[min(self.accepted, len(self._accepts)) - 1]
        if plan == "reset":
            e.reset()
        elif plan == "close":
            e.close()
        elif plan == "stall":
            await e.stall()
        elif plan == "banner":
            await e.send(b"220 mail.example ESMTP\r\n")
            e.close()
        elif plan == "bad-request":
            await e.send(html(408, "Connection: close"))
            e.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        try:
            top = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as exc:
            if exc.partial:
                raise
            return False
        first, *lines = top[:-4].split(b"\r\n")
        method, target, _ = first.decode("latin-1").split(" ")
        request = Request("", method, target, tuple(lines), b"", "ok")
        headers = request.headers
        call = headers.get("x-request-id", "")
        step = "ok"
        if not urlsplit(target).path.startswith(MOVED):
            steps = headers.get("x-plan", "ok").split(" ")
            step = steps[min(self.ledger.received[call], len(steps) - 1)]
        self.ledger.received[call] += 1
        chosen = FAULTS[step.rstrip("!")]
        e = Exchange(self, writer)
        e.target = target
        if chosen.early:
            await chosen.act(e)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = request._replace(call=call, body=body, step=step)
        self.ledger.requests.append(request)
        if self.answers is not None:
            for part in self.answers(request):
                await e.send(part)
            e.close()
        if chosen.fate == "fine" or step.endswith("!"):
            e.good = self.ledger.apply(request)
        else:
            e.good = answer({**CUSTOMER, "message": "it is not"})
        await chosen.act(e)
        return True


@contextmanager
def running() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def serving(
    loop: asyncio.AbstractEventLoop,
    *,
    accepts: str = "ok",
    elsewhere: str = "http://127.0.0.1:1",
    listens: bool = True,
) -> Iterator[Server]:
    """Serve a port of its own."""
    server = Server(loop, accepts, elsewhere)
    if listens:
        server.listen()
    try:
        yield server
    finally:
        server.stop()
