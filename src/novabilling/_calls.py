"""One call of an operation, one attempt at it, and how an attempt ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Tuple, Type, Union, cast

import h11

from ._arguments import query_string
from ._bodies import BadEncoding, TooLarge
from ._config import STANDARD_HEADERS, Config
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
from ._http import Answer, RawHeaders
from ._httpx import httpx
from ._limits import Limits
from ._redirects import may_carry_token
from ._retries import Fate, Repeat, fate_of_status, may_have_been_applied
from ._routes import Route
from ._secrets import Secret

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

    from typing_extensions import TypeGuard

MARK = "novabilling"
"""The request extension by which hooks know the SDK's own requests."""

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

    def __enter__(self) -> Call:
        return self  # without hooks, a call is the block in which it is sent

    def __exit__(self, *_: object) -> None: ...


class Attempt(NamedTuple):
    """One request of a call, written when there is a connection for it."""

    call: Call
    config: Config
    token: Optional[Secret[str]]
    request_id: str
    limit: Optional[float]
    """Seconds for the attempt as a whole."""

    @property
    def path(self) -> str:
        """Path and query below the base URL."""
        path = f"/api{self.call.route.path}"
        return f"{path}?{query_string(self.call.query)}" if self.call.query else path

    @property
    def address(self) -> str:
        return self.call.url or self.config.root + self.path

    @property
    def operations(self) -> Optional[httpx.Timeout]:
        """The user's limits of single network operations, if there are any."""
        timeout = self.config.timeout_for(self.call.timeout)
        seconds = timeout is None or isinstance(timeout, (int, float))
        return None if seconds else cast("httpx.Timeout", timeout)

    def target(self, url: Optional[httpx.URL]) -> bytes:
        """Write what the request line names; None is the address on the client's own server."""
        if url is not None:
            return url.raw_path
        return (self.config.home.path + self.path).encode("ascii")

    def headers(self, url: Optional[httpx.URL]) -> Dict[str, str]:
        """Write the headers for an address: secrets stay with the server they are meant for."""
        call, config = self.call, self.config
        headers = {**STANDARD_HEADERS, "x-request-id": self.request_id}
        if call.accept is not None:
            headers["accept"] = call.accept
        if url is None or may_carry_token(config.home.url, url):
            headers.update(call.watch.headers)
            headers.update(config.headers)
            if self.token is not None:
                headers["authorization"] = f"Bearer {self.token.reveal()}"
        if call.body is not None:  # of another type, the server would take it for empty
            headers["content-type"] = "application/json"
        return headers

    def raw_headers(self, url: Optional[httpx.URL]) -> List[Tuple[bytes, bytes]]:
        """Write all headers as HTTP/1.1 sends them."""
        raw = [(b"host", self.config.home.netloc if url is None else url.netloc)]
        raw += [(k.encode("ascii"), v.encode("latin-1")) for k, v in self.headers(url).items()]
        if self.call.body is not None:
            raw.append((b"content-length", str(len(self.call.body.reveal())).encode("ascii")))
        return raw

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

    def limits(self) -> Limits:
        """Start the clock of the attempt."""
        return Limits(self.limit, self.operations)

    def _operations(self) -> Dict[str, Optional[float]]:
        given = self.operations or httpx.Timeout(None)
        return {
            name: min((s for s in (seconds, self.limit) if s is not None), default=None)
            for name, seconds in given.as_dict().items()
        }


class Failure(NamedTuple):
    """An attempt without a usable answer, and what is known about its effect."""

    error: NovaBillingError
    fate: Fate


Outcome = Union[Answer, Failure]


class Progress:
    """How far an attempt has come; read when it fails."""

    __slots__ = ("headers", "limits", "on_disk", "sent", "status")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.status = 0
        self.headers: RawHeaders = ()
        self.on_disk = False
        self.sent: Optional[bool] = False
        """Whether a byte of the request was handed to the socket; None where httpx sends it."""

    def fate(self, exc: Exception) -> Fate:
        """Say what a failure means for the server's state."""
        sent = not isinstance(exc, classes(*_NOTHING_SENT)) if self.sent is None else self.sent
        return "unknown" if sent else "unsent"


def unread_answer(exc: Exception, attempt: Attempt, progress: Progress) -> Optional[Answer]:
    """Return an answer whose content cannot be decoded, if its status says what happened."""
    undecoded = isinstance(exc, (*classes("DecodingError"), BadEncoding))
    if not undecoded or progress.status < 300:
        return None
    method, address = attempt.call.method, attempt.address
    return Answer(method, address, progress.status, progress.headers, b"", {})


def failure_from(exc: Exception, attempt: Attempt, progress: Progress) -> Failure:
    """Say what went wrong, and what it means for the server's state."""
    error: NovaBillingError
    fate = progress.fate(exc)
    write_succeeded = attempt.call.method != "GET" and 200 <= progress.status < 300
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
        error = APIConnectionError(
            f"no answer from {httpx.URL(attempt.address).host}: {_name(exc)}"
        )
    error.__cause__ = plain_cause(exc)
    return Failure(error, fate)


def deadline_failure() -> Failure:
    """Say that there is no time left for an attempt."""
    return Failure(NovaBillingTimeoutError("the deadline is over"), "unsent")


def closed_failure(fate: Fate) -> Failure:
    """Say that the client was closed before or during the attempt."""
    return Failure(ClientClosedError("the client is closed; make a new one"), fate)


def _timeout_message(attempt: Attempt, fate: Fate) -> str:
    what = "nothing was sent" if fate == "unsent" else "the request was sent"
    after = "" if attempt.limit is None else f" after {attempt.limit:g} s"
    return f"{attempt.call.method} timed out{after}; {what}"


def _name(exc: Exception) -> str:
    text = " ".join(str(exc).split())[:200]
    return f"{type(exc).__name__}: {text}" if text else type(exc).__name__


def is_answer(outcome: Outcome, call: Call, tried_in_doubt: bool) -> TypeGuard[Answer]:
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
        error = error_from(outcome.http)
        status = outcome.status_code
        fate = fate_of_status(status, call.repeat)
    error.may_have_been_applied = may_have_been_applied(fate, call.repeat, status)
    return Failure(error, fate)


def no_cookies() -> CookieJar:
    """Make a cookie jar that keeps nothing."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
