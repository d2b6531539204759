"""One attempt at a call: the request that it writes, and how far it has come."""

from __future__ import annotations

from typing import Any, Callable, Dict, Literal, Mapping, Optional, Tuple

import msgspec

from .._network.answer import RawHeaders
from .._network.bad_settings import BadCertificateFile, BadProxySetting
from .._network.http1 import header_lines, request_line
from .._network.time_limits import TimeLimits
from .._runtime.httpx_modules import classes
from .._runtime.lazy_httpx import httpx
from .._runtime.secrets import Secret
from .._words.encoding import query_string
from .call import Call
from .configuration import STANDARD_HEADERS, Config
from .rate_limits import Turn
from .redirects import may_carry_token
from .retries import Fate

MARK = "novabilling"
"""The request extension by which hooks know the SDK's own requests."""

Stage = Literal["unknown", "connect", "tunnel", "tls", "request"]
"""What httpx does: connect, to a proxy if there is one; have that one make a way to the server;
agree with the server on TLS through it; send the request."""

_NOTHING_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError")


class Attempt(msgspec.Struct, frozen=True):
    """One request of a call, written when there is a connection for it."""

    call: Call
    config: Config
    token: Optional[Secret[str]]
    request_id: str
    limit: Optional[float]
    """Seconds for the attempt as a whole."""
    operations: Optional[httpx.Timeout]
    """The user's limits of single network operations, if there are any."""
    turn: Turn
    heads: Dict[Tuple[Optional[str], bool], Secret[bytes]]
    """What the requests of one configuration have alike, by what they accept and have a body."""
    is_stale: Optional[Callable[[], bool]] = None
    """Whether the token was refused to another call while this one waited for its slot."""

    @property
    def path(self) -> str:
        """Path and query below the base URL."""
        path = f"/api{self.call.route.path}"
        return f"{path}?{query_string(self.call.query)}" if self.call.query else path

    @property
    def address(self) -> str:
        return self.call.url or self.config.server.root + self.path

    def target(self, url: Optional[httpx.URL]) -> bytes:
        """Write what the request line names; None is the address on the client's own server."""
        if url is not None:
            return url.raw_path
        return (self.config.server.path + self.path).encode("ascii")

    # No local here holds the token or the body: a traceback may show what there is.

    def headers(self, url: Optional[httpx.URL]) -> Dict[str, str]:
        """Write the headers for an address: secrets stay with the server they are meant for."""
        headers = self._headers_but_token(url)
        if self._sends_token(url) and self.token is not None:
            return {**headers, "authorization": f"Bearer {self.token.reveal()}"}
        return headers

    def _headers_but_token(self, url: Optional[httpx.URL]) -> Dict[str, str]:
        headers = {**STANDARD_HEADERS, "x-request-id": self.request_id}
        if self.call.accept is not None:
            headers["accept"] = self.call.accept
        if self._sends_token(url):
            headers.update(self.call.watch.headers)
            headers.update(self.config.headers)
        if self.call.body is not None:  # of another type, the server would take it for empty
            headers["content-type"] = "application/json"
        return headers

    def _sends_token(self, url: Optional[httpx.URL]) -> bool:
        return url is None or may_carry_token(self.config.server.url, url)

    def encode(self, url: Optional[httpx.URL]) -> Secret[bytes]:
        """Write the request in one piece."""
        line = request_line(self.call.method, self.target(url))
        if url is None and not self.call.watch.headers:
            kind = (self.call.accept, self.call.body is not None)
            common = self.heads.get(kind) or self.heads.setdefault(kind, self._common_head(None))
        else:
            common = self._common_head(url)
        head = Secret(b"".join((line, common.reveal(), self._own_head(url))))
        if self.call.body is None:
            return head
        return Secret(head.reveal() + self.call.body.reveal())

    def _own_head(self, url: Optional[httpx.URL]) -> bytes:
        """Write the headers of this request alone, and the empty line."""
        body = self.call.body
        length = "" if body is None else f"content-length: {len(body.reveal())}\r\n"
        head = f"x-request-id: {self.request_id}\r\n{length}"
        if self.token is None or not self._sends_token(url):
            return f"{head}\r\n".encode("latin-1")
        return f"{head}authorization: Bearer {self.token.reveal()}\r\n\r\n".encode("latin-1")

    def _common_head(self, url: Optional[httpx.URL]) -> Secret[bytes]:
        """Write what requests of one configuration have alike."""
        headers = self._headers_but_token(url)
        del headers["x-request-id"]
        fields = [(k.encode("ascii"), v.encode("latin-1")) for k, v in headers.items()]
        host = self.config.server.netloc if url is None else url.netloc
        return Secret(header_lines([(b"host", host), *fields]))

    def request(self, url: httpx.URL, family: Any) -> Any:
        """Build the request as httpx sends it, or httpx2."""
        body = self.call.body
        return family.Request(
            self.call.method,
            url if family is httpx else str(url),
            headers=[(k, v.encode("latin-1")) for k, v in self.headers(url).items()],
            content=None if body is None else body.reveal(),
            extensions={"timeout": self._operations(), MARK: True},
        )

    def limits(self) -> TimeLimits:
        """Start the clock of the attempt."""
        return TimeLimits(self.limit, self.operations)

    def _operations(self) -> Dict[str, Optional[float]]:
        given = self.operations or httpx.Timeout(None)
        return {
            name: min((s for s in (seconds, self.limit) if s is not None), default=None)
            for name, seconds in given.as_dict().items()
        }


class Progress:
    """How far an attempt has come; read when it fails."""

    __slots__ = (
        "_failed",
        "address",
        "headers",
        "limits",
        "on_disk",
        "proxy",
        "sent",
        "stage",
        "started",
        "status",
        "towards",
    )

    def __init__(self, limits: TimeLimits) -> None:
        self.limits: TimeLimits = limits
        self.status: int = 0
        self.headers: RawHeaders = ()
        self.on_disk: bool = False
        self.address: str = ""
        """Where a redirect leads, without its query; empty at the call's own address."""
        self.proxy: Optional[str] = None
        """Host and port of the proxy, if there is one."""
        self.towards: Optional[Tuple[str, int]] = None
        """Host and port to which httpx connects: with a proxy of the user's own, that one's."""
        self.stage: Stage = "unknown"
        self._failed: Optional[BaseException] = None
        self.sent: Optional[bool] = False
        """Whether a byte of the request was handed to the socket; None where httpx sends it."""
        self.started: float = 0.0
        """When the request was begun, by `concurrency.monotonic`."""

    def begin(self, proxy: Optional[str]) -> None:
        """Begin an exchange of which only httpx knows how far it comes."""
        self.sent, self.stage, self._failed = None, "unknown", None
        self.proxy, self.towards = proxy, None

    def note(self, event: str, info: Mapping[str, Any], own: bool) -> None:
        """Note a step of httpx, which it tells of before and behind it.

        What a transport of the user's does else is not told: then `sent` stays None.
        """
        room, _, step = event.partition(".")
        self._failed = info.get("exception") or self._failed
        if own and self.sent is None:
            self.sent = False
        if step == "send_request_headers.started":
            request = info["request"]
            if request.method == b"CONNECT":
                self.stage = "tunnel"
                self.proxy = f"{request.url.host.decode()}:{request.url.port}"
            else:
                self.stage, self.sent = "request", True
                request.extensions.pop("trace", None)  # the rest is known from what comes out
        elif step == "connect_tcp.started":
            self.stage, self.towards = "connect", (info["host"], info["port"])
            if room == "socks":
                self.proxy = f"{info['host']}:{info['port']}"
        elif step == "setup_socks5_connection.started":
            self.stage = "tunnel"
        elif step == "start_tls.started" and room != "connection":
            self.stage = "tls"

    def is_of_network(self, exc: BaseException) -> bool:
        """Say whether a step of httpx has failed with this, or was canceled as time was over."""
        failed = self._failed
        canceled = failed is not None and not isinstance(failed, Exception)
        timed_out = canceled and isinstance(exc, TimeoutError)
        return timed_out or (failed is not None and failed in (exc, exc.__cause__))

    def fate(self, exc: Exception) -> Fate:
        """Say what a failure means for the server's state."""
        if isinstance(exc, (BadCertificateFile, BadProxySetting)):
            return "unsent"
        if self.sent is None:
            unsent = isinstance(exc, classes(*_NOTHING_SENT)) or (
                self.stage in ("connect", "tunnel", "tls") and self.is_of_network(exc)
            )
            return "unsent" if unsent else "unknown"
        return "unknown" if self.sent else "unsent"
