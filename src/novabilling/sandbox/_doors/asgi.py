"""The sandbox as an ASGI application: HTTP connections in, the engine's answers out."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

from ..._runtime.lazy_httpx import httpx
from .._http.request import BODY_LIMIT
from .sandbox import BASE_URL, Sandbox

Message = Dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
RawHeaders = List[Tuple[bytes, bytes]]


class Application:
    """Serves one sandbox; any ASGI server for HTTP can run it, without lifespan events."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return
        response = await self._sandbox.ahandle(_request(scope, body))
        headers = _headers(scope, response)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": headers}
        )
        await send({"type": "http.response.body", "body": response.content})


async def _read(receive: Receive) -> Optional[bytes]:
    """Read the body, or None if the client has gone; beyond the limit only the fact counts."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body = (body + message.get("body", b""))[: BODY_LIMIT + 1]
        more = message.get("more_body", False)
    return body


def _request(scope: Message, body: bytes) -> httpx.Request:
    headers: RawHeaders = list(scope["headers"])
    if any(name == b"transfer-encoding" for name, _ in headers):
        # The engine tells "no body" from an empty one by the length.
        headers.append((b"content-length", b"%d" % len(body)))
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"] + (b"?" + query if query else b"")
    # As a stream, the request gets no headers that were not sent; as an extension, the target
    # stays as it was sent, malformed percent signs included.
    return httpx.Request(
        scope["method"],
        BASE_URL,
        headers=headers,
        stream=httpx.ByteStream(body),
        extensions={"target": target},
    )


def _headers(scope: Message, response: httpx.Response) -> RawHeaders:
    headers = [(name.lower(), value) for name, value in response.headers.raw]
    names = {name for name, _ in headers}
    if "content-length" not in response.headers and response.status_code not in (204, 304):
        headers.append((b"content-length", b"%d" % len(response.content)))
    if b"connection" not in names and _stays_open(scope):
        headers += [(b"connection", b"keep-alive"), (b"keep-alive", b"timeout=5")]
    return headers


def _stays_open(scope: Message) -> bool:
    wishes = [value.lower() for name, value in scope["headers"] if name == b"connection"]
    return scope["http_version"] == "1.1" and not any(b"close" in wish for wish in wishes)
