"""An httpx client on the connections of aiohttp, for asyncio: `novabilling[aiohttp]`.

aiohttp does the network and nothing else: no redirects, cookies, decompression or repeats.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from functools import partial
from typing import Any, AsyncIterator, Callable, Dict, List, Optional, Tuple, Union
from weakref import WeakSet

import httpx

from ._async.transport.body import AsyncBody
from ._async.transport.httpx_sender import AsyncHttpxSender, hold_location
from ._async.transport.pool import MAX_IDLE
from ._async.transport.sender import AsyncSender
from ._call.attempt import Attempt, Progress
from ._call.configuration import DEFAULT_MAX_CONNECTIONS, check_count
from ._call.server import Server
from ._network.answer import Answer
from ._network.proxies import is_proxied
from ._network.socket_state import is_readable
from ._network.time_limits import TimeLimits
from ._network.tls import tls_context
from ._runtime.httpx_modules import no_cookies
from ._runtime.secrets import Secret

try:
    import aiohttp
    from yarl import URL
except ImportError as _missing:
    raise ImportError(
        'AiohttpClient needs aiohttp: pip install "novabilling[aiohttp]"'
    ) from _missing

__all__ = ["AiohttpClient"]


class AiohttpClient(httpx.AsyncClient):
    """Send requests over aiohttp; close it, or use it in an `async with` block.

    It works on asyncio only, on the event loop that uses it first, and not through proxies.

    Args:
        max_connections: Connections at the same time; a client of the SDK uses at most 100.

    Raises:
        TypeError: A call is made on Trio or on another event loop, or needs a proxy.
    """

    def __init__(self, *, max_connections: int = DEFAULT_MAX_CONNECTIONS) -> None:
        check_count(max_connections, "max_connections", 1)
        self._connections = _Connections(max_connections)
        super().__init__(transport=_Transport(self._connections), cookies=no_cookies())

    @property
    def delegate(self) -> Callable[[int, int], AsyncSender]:
        """What makes the sender of the SDK's calls: not through httpx, unless there are hooks."""
        return partial(_AiohttpSender, self._connections, self)


class _Connections:
    """The session of aiohttp, on the event loop that uses it first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._session: Optional[aiohttp.ClientSession] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._direct: Dict[Tuple[str, str], bool] = {}

    async def request(
        self,
        where: Union[Server, httpx.URL],
        method: str,
        address: str,
        headers: Secret[List[Tuple[str, str]]],
        body: Optional[Secret[bytes]],
        timeout: aiohttp.ClientTimeout,
        progress: Progress,
    ) -> aiohttp.ClientResponse:
        """Send a request and read the head of its answer."""
        session = self._session_here()
        self._check_proxy((where.scheme, where.host))
        if not all(value.isascii() for _, value in headers.reveal()):
            raise ValueError("AiohttpClient sends headers in ASCII only")
        with _translated:
            answer = await session.request(
                method,
                URL(address, encoded=True),
                headers=headers.reveal(),
                data=(body and body.reveal()) or None,
                ssl=tls_context() if where.scheme == "https" else True,
                timeout=timeout,
                allow_redirects=False,
                trace_request_ctx=progress,
            )
        if answer.status == 101:
            answer.close()
            raise httpx.RemoteProtocolError("_SWITCH_UPGRADE")  # as h11 calls it
        if answer.status in (204, 304):  # whoever sends content there may send it later
            _protocol.get().force_close()
        return answer

    def _session_here(self) -> aiohttp.ClientSession:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise TypeError("AiohttpClient works on asyncio only; leave http_client out") from None
        if self._session is None:
            self._loop = loop
            self._session = _session(self._size)
        if self._loop is not loop:
            raise TypeError("AiohttpClient belongs to another event loop; make one for each loop")
        return self._session

    def _check_proxy(self, origin: Tuple[str, str]) -> None:
        if origin not in self._direct:
            self._direct[origin] = not is_proxied(*origin)
        if not self._direct[origin]:
            raise TypeError("AiohttpClient does not use proxies; leave http_client out")

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


_protocol: ContextVar[Any] = ContextVar("_protocol")
"""What the request of this task goes over."""


class _Connector(aiohttp.TCPConnector):
    """Pass by an idle connection on which something came that nobody asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._known: WeakSet[Any] = WeakSet()

    async def connect(self, *args: Any, **more: Any) -> Any:
        while True:
            connection = await super().connect(*args, **more)
            protocol: Any = connection.protocol
            sock = protocol.transport.get_extra_info("socket")
            unclean = protocol.should_close or is_readable(sock)
            if not unclean or protocol not in self._known:  # TLS speaks first on a new one
                self._known.add(protocol)
                _protocol.set(protocol)
                return connection
            connection.close()


def _session(max_connections: int) -> aiohttp.ClientSession:
    once = aiohttp.TraceConfig()
    once.on_request_headers_sent.append(_note_sent)
    return aiohttp.ClientSession(
        connector=_Connector(limit=max_connections, keepalive_timeout=MAX_IDLE),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        read_bufsize=1 << 14,  # in chunks of a few bytes it takes sixty times its size
        skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
        trace_configs=[once],
    )


async def _note_sent(_: aiohttp.ClientSession, request: Any, __: object) -> None:
    """Keep aiohttp from sending a GET or DELETE again by itself: retries are decided elsewhere."""
    progress: Progress = request.trace_request_ctx
    if progress.sent:
        raise httpx.ReadError("the server closed the connection")
    progress.sent = True


class _AiohttpSender(AsyncHttpxSender):
    """Send the SDK's calls to aiohttp, without the requests and responses of httpx."""

    def __init__(self, connections: _Connections, client: AiohttpClient, *limits: int) -> None:
        super().__init__(client, *limits)
        self._connections = connections

    async def exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        hooks = self._http.event_hooks
        if hooks["request"] or hooks["response"] != [hold_location]:
            return await super().exchange(attempt, url, progress)
        progress.sent = False
        call = attempt.call
        if url is None and call.url is not None:
            url = httpx.URL(call.url)
        answer = await self._connections.request(
            url or attempt.config.server,
            call.method,
            str(url or attempt.address),
            Secret(list(attempt.headers(url).items())),
            call.body,
            _timeout(attempt.operations),
            progress,
        )
        progress.status = answer.status
        progress.headers = answer.raw_headers
        body = AsyncBody(self._max_response_bytes, call.sink, progress)
        try:
            await body.start()
            while True:
                with _translated:
                    chunk = await answer.content.readany()
                if not chunk:
                    break
                await body.take(chunk)
        finally:
            await _leave(answer)
        return Answer(
            call.method,
            url or attempt.address,
            answer.status,
            answer.raw_headers,
            body.finish(),
            {"http_version": b"HTTP/1.1", "reason_phrase": (answer.reason or "").encode()},
        )


class _Transport(httpx.AsyncBaseTransport):
    """What else goes over the client: the user's own requests, and the SDK's with hooks."""

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._connections.request(
            request.url,
            request.method,
            str(request.url),
            Secret(request.headers.multi_items()),
            Secret(await request.aread()),
            _timeout(httpx.Timeout(**request.extensions["timeout"])),
            Progress(TimeLimits(None, None)),
        )
        return httpx.Response(
            answer.status,
            headers=answer.raw_headers,
            stream=_Body(answer),
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def aclose(self) -> None:
        await self._connections.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated:
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        await _leave(self._answer)


async def _leave(answer: aiohttp.ClientResponse) -> None:
    if answer.content.is_eof():
        await answer.wait_for_close()  # of what is sent; the connection is kept
    else:
        answer.close()


def _timeout(given: Optional[httpx.Timeout]) -> aiohttp.ClientTimeout:
    if given is None:  # the attempt as a whole is limited all the same
        return aiohttp.ClientTimeout(total=None)
    connect, pool = given.connect, given.pool
    both = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(connect=both, sock_connect=connect, sock_read=given.read)


class _Translation:
    """Make errors of aiohttp those of httpx; a `ConnectError` says that nothing was sent."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _: object, exc: Optional[BaseException], __: object) -> None:
        if isinstance(exc, aiohttp.ConnectionTimeoutError):
            raise httpx.ConnectTimeout("") from None
        if isinstance(exc, aiohttp.ClientConnectorError):
            certificate: object = getattr(exc, "certificate_error", None)
            told = certificate or exc.os_error  # its own text shows objects in memory
            raise httpx.ConnectError(str(told) or type(told).__name__) from None
        if isinstance(exc, aiohttp.ServerTimeoutError):
            raise httpx.ReadTimeout("") from None
        if isinstance(exc, aiohttp.ClientResponseError):  # its own text shows the address
            raise httpx.RemoteProtocolError(exc.message) from None
        if isinstance(exc, aiohttp.ClientError):
            raise httpx.ReadError(str(exc)) from None


_translated = _Translation()
