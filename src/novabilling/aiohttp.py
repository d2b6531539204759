"""An httpx client on the connections of aiohttp, for asyncio: `novabilling[aiohttp]`.

aiohttp does the network and nothing else: no redirects, cookies, decompression or repeats.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import Any, AsyncIterator, Dict, Generator, List, Optional, Tuple

import httpx

from ._calls import MARK, no_cookies
from ._config import DEFAULT_MAX_CONNECTIONS, check_count
from ._proxies import is_proxied
from ._tls import tls_context

try:
    import aiohttp
    from yarl import URL
except ImportError as _missing:
    raise ImportError(
        'AiohttpClient needs aiohttp: pip install "novabilling[aiohttp]"'
    ) from _missing

__all__ = ["AiohttpClient"]

MAX_IDLE = 4.0  # the server announces 5 s


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
        self._connections = _Transport(max_connections)
        super().__init__(transport=self._connections, cookies=no_cookies())

    async def send(self, request: httpx.Request, **options: object) -> httpx.Response:
        """Send a request; the SDK's own need neither auth, cookies nor redirects of httpx."""
        if self.is_closed or not request.extensions.get(MARK):
            given: Any = options
            return await super().send(request, **given)
        for hook in self.event_hooks["request"]:
            await hook(request)
        answer = await self._connections.handle_async_request(request)
        answer.request = request
        try:
            for hook in self.event_hooks["response"]:
                await hook(answer)
        except BaseException:
            await answer.aclose()
            raise
        return answer


class _Transport(httpx.AsyncBaseTransport):
    def __init__(self, max_connections: int) -> None:
        self._max_connections = max_connections
        self._session: Optional[aiohttp.ClientSession] = None
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._direct: Dict[Tuple[str, str], bool] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        session = self._session_here()
        self._check_proxy(request.url)
        with _errors_of_httpx():
            answer = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=_headers(request),
                data=await request.aread() or None,
                ssl=tls_context() if request.url.scheme == "https" else True,
                timeout=_timeout(**request.extensions.get("timeout", {})),
                allow_redirects=False,
            )
        return httpx.Response(
            answer.status,
            headers=answer.raw_headers,
            stream=_Body(answer),
            extensions={"http_version": b"HTTP/1.1"},
        )

    def _session_here(self) -> aiohttp.ClientSession:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise TypeError("AiohttpClient works on asyncio only; leave http_client out") from None
        if self._session is None:
            self._loop = loop
            self._session = _session(self._max_connections)
        if self._loop is not loop:
            raise TypeError("AiohttpClient belongs to another event loop; make one for each loop")
        return self._session

    def _check_proxy(self, url: httpx.URL) -> None:
        origin = (url.scheme, url.host)
        if origin not in self._direct:
            self._direct[origin] = not is_proxied(url.scheme, url.host)
        if not self._direct[origin]:
            raise TypeError("AiohttpClient does not use proxies; leave http_client out")

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()


def _session(max_connections: int) -> aiohttp.ClientSession:
    once = aiohttp.TraceConfig()
    once.on_request_headers_sent.append(_refuse_repeat)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=max_connections, keepalive_timeout=MAX_IDLE),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
        trace_configs=[once],
    )


async def _refuse_repeat(_: aiohttp.ClientSession, request: Any, __: object) -> None:
    """Keep aiohttp from sending a GET or DELETE again by itself: retries are decided elsewhere."""
    if hasattr(request, "sent"):
        raise httpx.ReadError("the server closed the connection")
    request.sent = True


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx():
            async for chunk in self._answer.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        if self._answer.content.is_eof():
            await self._answer.wait_for_close()  # of what is sent; the connection is kept
        else:
            self._answer.close()


def _headers(request: httpx.Request) -> List[Tuple[str, str]]:
    if not all(value.isascii() for _, value in request.headers.raw):
        raise ValueError("AiohttpClient sends headers in ASCII only")
    return [(name.decode("ascii"), value.decode("ascii")) for name, value in request.headers.raw]


def _timeout(
    connect: Optional[float] = None,
    read: Optional[float] = None,
    write: Optional[float] = None,  # noqa: ARG001  # aiohttp has none
    pool: Optional[float] = None,
) -> aiohttp.ClientTimeout:
    both = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(connect=both, sock_connect=connect, sock_read=read)


@contextmanager
def _errors_of_httpx() -> Generator[None, None, None]:
    """Say by the class whether anything may have been sent: a `ConnectError` is for sure not."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError:
        raise httpx.ConnectTimeout("") from None
    except aiohttp.ClientConnectorError as exc:
        raise httpx.ConnectError(str(exc)) from None
    except aiohttp.ServerTimeoutError:
        raise httpx.ReadTimeout("") from None
    except aiohttp.ClientResponseError as exc:  # its own text shows the address
        raise httpx.RemoteProtocolError(exc.message) from None
    except aiohttp.ClientError as exc:
        raise httpx.ReadError(str(exc)) from None
