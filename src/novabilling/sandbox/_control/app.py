"""The served sandbox as an ASGI application: the API with a look at it, and its control API."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from inspect import isawaitable
from typing import Any, List, Optional, cast

import httpx

from .._doors.asgi import Application, Message, RawHeaders, Receive, Send
from .._javascript import values as js
from .._served.forwarding import Forwarder
from .._served.journal import BODY_SHOWN, Exchange, Headers, Journal
from .._served.sandbox import ServedSandbox
from . import browsing as browsing
from . import clock as clock
from . import faults as faults
from . import webhooks as webhooks
from . import whole as whole
from .control import ROUTER, Control, is_file
from .guard import READS, Guard, Refusal
from .router import BODY_LIMIT, PREFIX, Asked, Page, read_body, read_query

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_OF_BROWSERS = ("/favicon.ico", "/.well-known/appspecific/com.chrome.devtools.json")
"""What browsers ask for by themselves: no app does, and the sandbox need not know."""

_SAFE: RawHeaders = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]


class ServedApplication(Application):
    """Serves a sandbox with its control API; runs on asyncio."""

    def __init__(self, sandbox: ServedSandbox, guard: Guard, trusted: Optional[str] = None) -> None:
        super().__init__(sandbox)
        self._guard = guard
        self._journal = Journal()
        self._forwarder = Forwarder(sandbox, trusted)
        self._control = Control(sandbox, self._journal, self._forwarder)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        try:
            self._guard.check_host(scope["headers"])
        except Refusal as refusal:
            said = {"error": refusal.message, "message": refusal.message}  # as the API calls it
            await _answer(send, refusal.status, _json(said), scope["method"])
            return
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            await self._steer(scope, receive, send, path)
        elif path in _OF_BROWSERS:
            await _answer(send, 404, _json({"error": "there is none"}), scope["method"])
        else:
            await self._observe(scope, receive, send)
        self._forwarder.wake()

    async def _steer(self, scope: Message, receive: Receive, send: Send, path: str) -> None:
        status, value = 200, cast("Any", None)
        try:
            value = await self._run(scope, receive, path)
            value = value if isinstance(value, Page) else _json(value)
        except RecursionError:
            status, value = 500, _json({"error": "this is nested too deep to be shown"})
        except Refusal as refusal:
            status, value = refusal.status, _json({"error": refusal.message})
        await _answer(send, status, value, scope["method"], location=_location(path))

    async def _run(self, scope: Message, receive: Receive, path: str) -> Any:
        method: str = scope["method"]
        if path == PREFIX:
            raise Refusal(308, "the page is at /_sandbox/")
        if not (is_file(path) and method in READS):
            self._guard.check_control(method, scope["headers"])
        handler, params = ROUTER.find(method, path)
        content = b"" if method in READS else await _read(receive)
        query = read_query(scope["query_string"].decode("latin-1"))
        value = handler(self._control, Asked(params, query, read_body(content)))
        if isawaitable(value):
            value = await value
        if method not in READS:
            self._control.version += 1
        return value

    async def _observe(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request of the app, and note both."""
        seen = _Seen(receive, send)
        at, start = datetime.now(timezone.utc), time.perf_counter()
        try:
            await super().__call__(scope, seen.receive, seen.send)
        except httpx.TransportError:
            await _hang_up(receive, send)
        finally:
            milliseconds = (time.perf_counter() - start) * 1000
            query = scope["query_string"].decode("latin-1")
            target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
            self._journal.add(
                Exchange(
                    self._journal.next_id(),
                    at,
                    scope["method"],
                    target[:2000],
                    seen.status,
                    milliseconds,
                    _headers(scope["headers"]),
                    bytes(seen.request),
                    _headers(seen.headers),
                    seen.response,
                )
            )


class _Seen:
    """Looks at the messages that pass."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.status: Optional[int] = None
        self.request = bytearray()
        self.headers: RawHeaders = []
        self.response = b""

    async def receive(self) -> Message:
        message = await self._receive()
        room = BODY_SHOWN + 1 - len(self.request)  # one more tells that it is longer
        self.request += message.get("body", b"")[: max(room, 0)]
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.response = message["body"][: BODY_SHOWN + 1]
        await self._send(message)


def _headers(raw: RawHeaders) -> Headers:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]


async def _hang_up(receive: Receive, send: Send) -> None:
    """Break the connection without an answer, as far as the server lets us."""
    transport: Any = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise RuntimeError("this server cannot break a connection: use that of the module")
    transport.abort()
    await receive()  # until the server knows


async def _read(receive: Receive) -> bytes:
    """Read a body, as long as it is small."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the client has gone")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise Refusal(413, f"a body has at most {BODY_LIMIT} bytes here")
    return body


def _location(path: str) -> RawHeaders:
    return [(b"location", f"{PREFIX}/".encode())] if path == PREFIX else []


async def _answer(
    send: Send, status: int, page: Page, method: str, *, location: Optional[RawHeaders] = None
) -> None:
    length = b"%d" % len(page.content)
    headers: List[Any] = [
        (b"content-type", page.content_type.encode()),
        (b"content-length", length),
        *_SAFE,
        *(location or ()),
    ]
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if method == "HEAD" else page.content
    await send({"type": "http.response.body", "body": body})


def _json(value: Any) -> Page:
    return Page(js.stringify(value).encode(), "application/json")
