"""One call of an operation, one attempt at it, and how an attempt ends."""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Type, Union

import h11
import httpx

from ._bodies import BadEncoding, TooLarge
from ._config import Timeout
from ._downloads import Sink
from ._errors import (
    APIConnectionError,
    ClientClosedError,
    NovaBillingError,
    NovaBillingTimeoutError,
    ResponseDecodeError,
    error_from,
    plain_cause,
)
from ._families import classes
from ._hooks import UNWATCHED, Watch
from ._limits import Limits
from ._redirects import may_carry_token
from ._retries import Fate, Repeat, fate_of_status, may_have_been_applied
from ._routes import Route
from ._secrets import Secret

if TYPE_CHECKING:
    from typing_extensions import TypeGuard

MARK = "novabilling"
"""The request extension by which hooks know the SDK's own requests."""

_DROPPED_WITH_ENCODING = ("content-encoding", "content-length")
_NOTHING_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError")


def transport_errors() -> Tuple[Type[Exception], ...]:
    """Return what is raised when an attempt fails."""
    return (
        OSError,  # the network, TLS, and TimeoutError
        h11.ProtocolError,
        BadEncoding,
        TooLarge,
        *classes("HTTPError", "InvalidURL", "StreamError"),
        RuntimeError,  # httpx's pool on an event loop that has ended
    )


class Call(NamedTuple):
    """An operation with its arguments translated, ready to be sent any number of times."""

    method: str
    route: Route
    repeat: Repeat
    query: Optional[Dict[str, str]] = None
    body: Optional[Secret[bytes]] = None
    accept: Optional[str] = None
    timeout: Optional[float] = None
    """Seconds for one attempt where the user set none; None is the client's default."""
    url: Optional[str] = None
    """An absolute address that the server named, instead of the route."""
    sink: Optional[Sink] = None
    gone_is_done: bool = False
    """Whether a 404 after an attempt of unknown fate means that it worked."""
    watch: Watch = UNWATCHED

    def address(self, root: str) -> str:
        """Return where it is sent, without the query."""
        return self.url or f"{root}/api{self.route.path}"


class Attempt(NamedTuple):
    """One request of a call, as the transport sends it."""

    method: str
    address: str
    headers: Dict[str, str]
    extra_headers: Dict[str, str]
    token: Optional[Secret[str]]
    home: httpx.URL
    body: Optional[Secret[bytes]]
    timeout: Timeout
    limit: Optional[float]
    """Seconds for the attempt as a whole."""
    follow_redirects: bool
    once: bool
    """It must not be sent twice: the connection should be fresh."""
    sink: Optional[Sink]

    @property
    def url(self) -> httpx.URL:
        return httpx.URL(self.address)

    def header_items(self, url: httpx.URL) -> Dict[str, str]:
        """Write the headers for this address: secrets stay with the server they are meant for."""
        headers = dict(self.headers)
        if may_carry_token(self.home, url):
            headers.update(self.extra_headers)
            if self.token is not None:
                headers["authorization"] = f"Bearer {self.token.reveal()}"
        return headers

    def raw_headers(self, url: httpx.URL) -> List[Tuple[bytes, bytes]]:
        """Write all headers as HTTP/1.1 sends them."""
        raw = [(b"host", url.netloc)]
        raw += [(k.encode("ascii"), v.encode("latin-1")) for k, v in self.header_items(url).items()]
        if self.body is not None:
            raw.append((b"content-length", str(len(self.body.reveal())).encode("ascii")))
        return raw

    def request(self, url: httpx.URL, family: Any) -> Any:
        """Build the request as httpx sends it, or httpx2."""
        return family.Request(
            self.method,
            url if family is httpx else str(url),
            headers=family.Headers(self.header_items(url), encoding="latin-1"),
            content=None if self.body is None else self.body.reveal(),
            extensions={"timeout": self._operations(), MARK: True},
        )

    def limits(self) -> Limits:
        """Start the clock of the attempt."""
        timeout = self.timeout
        return Limits(self.limit, timeout if isinstance(timeout, httpx.Timeout) else None)

    def _operations(self) -> Dict[str, Optional[float]]:
        given = self.timeout if isinstance(self.timeout, httpx.Timeout) else httpx.Timeout(None)
        return {
            name: min((s for s in (seconds, self.limit) if s is not None), default=None)
            for name, seconds in given.as_dict().items()
        }


class Failure(NamedTuple):
    """An attempt without a usable answer, and what is known about its effect."""

    error: NovaBillingError
    fate: Fate


Outcome = Union[httpx.Response, Failure]


class Progress:
    """How far an attempt has come; read when it fails."""

    __slots__ = ("limits", "on_disk", "sent", "status")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.status = 0
        self.on_disk = False
        self.sent: Optional[bool] = False
        """Whether a byte of the request was handed to the socket; None where httpx sends it."""

    def fate(self, exc: Exception) -> Fate:
        """Say what a failure means for the server's state."""
        sent = not isinstance(exc, classes(*_NOTHING_SENT)) if self.sent is None else self.sent
        return "unknown" if sent else "unsent"


def failure_from(exc: Exception, attempt: Attempt, progress: Progress) -> Failure:
    """Say what went wrong, and what it means for the server's state."""
    error: NovaBillingError
    fate = progress.fate(exc)
    write_succeeded = attempt.method != "GET" and 200 <= progress.status < 300
    if write_succeeded:
        fate = "applied"
    if isinstance(exc, (*classes("TimeoutException"), TimeoutError)):
        error = NovaBillingTimeoutError(_timeout_message(attempt, fate))
    elif isinstance(exc, TooLarge):
        fate = "applied"  # never repeated, not even a GET: the answer would be as large again
        error = ResponseDecodeError(f"the answer is larger than max_response_bytes ({exc} bytes)")
    elif write_succeeded or isinstance(exc, (*classes("DecodingError"), BadEncoding)):
        fate = "applied"
        error = ResponseDecodeError(f"the answer could not be read to its end ({_name(exc)})")
    else:
        error = APIConnectionError(f"no answer from {attempt.url.host}: {_name(exc)}")
    error.__cause__ = plain_cause(exc)
    return Failure(error, fate)


def closed_failure(fate: Fate) -> Failure:
    """Say that the client was closed before or during the attempt."""
    return Failure(ClientClosedError("the client is closed; make a new one"), fate)


def _timeout_message(attempt: Attempt, fate: Fate) -> str:
    what = "nothing was sent" if fate == "unsent" else "the request was sent"
    after = "" if attempt.limit is None else f" after {attempt.limit:g} s"
    return f"{attempt.method} timed out{after}; {what}"


def _name(exc: Exception) -> str:
    text = " ".join(str(exc).split())[:200]
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def make_response(
    url: httpx.URL,
    method: str,
    status: int,
    headers: Any,
    content: bytes,
    extensions: Mapping[str, Any],
    family: Any = httpx,
) -> httpx.Response:
    """Make the answer that users see: its request has only method and URL, no token, no body."""
    headers = family.Headers(headers)
    if "content-encoding" in headers:  # the content is decoded already
        for name in _DROPPED_WITH_ENCODING:
            headers.pop(name, None)
    known = ("http_version", "reason_phrase")
    response: httpx.Response = family.Response(
        status,
        headers=headers,
        content=content,
        request=family.Request(method, url if family is httpx else str(url)),
        extensions={key: extensions[key] for key in known if key in extensions},
    )
    return response


def is_answer(outcome: Outcome, call: Call, tried_in_doubt: bool) -> TypeGuard[httpx.Response]:
    """Say whether the call is done: a 2xx, or a DELETE that an earlier attempt carried out."""
    if isinstance(outcome, Failure):
        return False
    if outcome.is_success:
        return True
    return outcome.status_code == 404 and call.gone_is_done and tried_in_doubt


def judge(call: Call, outcome: Outcome) -> Failure:
    """Make the error of an attempt and say what it did on the server."""
    if isinstance(outcome, Failure):
        error, fate = outcome
        status = None
    else:
        error = error_from(outcome)
        status = outcome.status_code
        fate = fate_of_status(status, call.repeat)
    error.may_have_been_applied = may_have_been_applied(fate, call.repeat, status)
    return Failure(error, fate)


def no_cookies() -> CookieJar:
    """Make a cookie jar that keeps nothing."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
