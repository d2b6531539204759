"""Every error that the SDK raises, and how an answer or a failure becomes one.

NovaBillingError
├── APIStatusError
│   ├── BadRequestError 400    ├── UnauthorizedError 401  ├── ForbiddenError 403
│   ├── NotFoundError 404      ├── ConflictError 409      ├── UnprocessableEntityError 422
│   └── RateLimitError 429     └── ServerError 5xx
├── APIConnectionError
│   └── NovaBillingTimeoutError
├── ResponseDecodeError
├── ClientClosedError
└── WebhookSignatureError
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Tuple, Type

import msgspec

from ._decoders import UNREADABLE, decoder
from ._families import classes
from ._httpx import httpx
from ._retries import retry_after

if TYPE_CHECKING:
    from .types._inputs import UsageEventInput
    from .types._metering import EventBatch

MAX_MESSAGE = 300


class NovaBillingError(Exception):
    """Base of all errors of this SDK.

    `may_have_been_applied` is True when a write was applied, or may have been: look at the
    server's state before repeating it. It is always False for a read.

    An error of `events.create` or `create_batch` has `events`, all with their transaction ids, and
    `partial`, the result so far; sending those events again counts nothing twice.
    """

    message: str
    request_id: Optional[str]
    may_have_been_applied: bool
    events: Optional[List[UsageEventInput]] = None
    partial: Optional[EventBatch] = None

    def __init__(
        self,
        message: str,
        *,
        request_id: Optional[str] = None,
        may_have_been_applied: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.may_have_been_applied = may_have_been_applied

    def add_hint(self, hint: str) -> None:
        """Add what to do about it to the message."""
        self.message = f"{self.message} ({hint})"
        Exception.__init__(self, self.message)

    def __reduce__(self) -> Tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    cls: Type[NovaBillingError], args: Tuple[Any, ...], state: Dict[str, Any]
) -> NovaBillingError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class FieldError(NamedTuple):
    """What the server says about one field of a refused request."""

    field: str
    message: str


class APIStatusError(NovaBillingError):
    """Raised when the server answers with a status other than 2xx."""

    status_code: int
    errors: List[FieldError]
    path: Optional[str]
    timestamp: Optional[datetime]
    http: httpx.Response
    retry_after: Optional[float] = None
    """Seconds that the server asks to wait; None if it names none."""

    def __init__(
        self,
        message: str,
        *,
        http: httpx.Response,
        errors: Optional[List[FieldError]] = None,
        path: Optional[str] = None,
        timestamp: Optional[datetime] = None,
        request_id: Optional[str] = None,
        may_have_been_applied: bool = False,
    ) -> None:
        super().__init__(
            message, request_id=request_id, may_have_been_applied=may_have_been_applied
        )
        self.status_code = http.status_code
        self.errors = errors or []
        self.path = path
        self.timestamp = timestamp
        self.http = http

    def __str__(self) -> str:
        details = "; ".join(error.message for error in self.errors)[:MAX_MESSAGE]
        text = f"{self.status_code}: {self.message}"
        return " ".join(f"{text} ({details})".split()) if details else text


class BadRequestError(APIStatusError):
    """Raised on 400: the request body or a parameter is invalid."""


class UnauthorizedError(APIStatusError):
    """Raised on 401: the token is missing, wrong, expired, or of the wrong kind."""


class ForbiddenError(APIStatusError):
    """Raised on 403: the token may not do this."""


class NotFoundError(APIStatusError):
    """Raised on 404: the resource does not exist for this tenant."""


class ConflictError(APIStatusError):
    """Raised on 409: another resource has this key already (a duplicate external id or code)."""


class UnprocessableEntityError(APIStatusError):
    """Raised on 422: the request is well formed and makes no sense."""


class RateLimitError(APIStatusError):
    """Raised on 429, when waiting as long as `retry_after` says is not possible."""


class ServerError(APIStatusError):
    """Raised on 5xx. A write may have been applied all the same."""


class APIConnectionError(NovaBillingError):
    """Raised when there is no answer: name resolution, connecting, TLS, a reset, bad HTTP."""


class NovaBillingTimeoutError(APIConnectionError):
    """Raised when an attempt takes longer than `timeout`, or a call longer than `deadline`."""


class ResponseDecodeError(NovaBillingError):
    """Raised when a 2xx answer is not what the operation returns.

    It is HTML, cut off, of another type, or larger than `max_response_bytes`. A write **was**
    applied. `http` is the answer, or None when it was not read to its end.
    """

    http: Optional[httpx.Response] = None


class ClientClosedError(NovaBillingError, RuntimeError):
    """Raised by a call on a closed client, or by one in flight when the client is closed."""


class WebhookSignatureError(NovaBillingError):
    """Raised when a webhook delivery has no valid, recent signature, or is not an event."""


STATUS_ERRORS: Dict[int, Type[APIStatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


class _Item(msgspec.Struct):
    field: Any = None
    message: Any = None


class _Body(msgspec.Struct):
    message: Any = None
    errors: msgspec.Raw = msgspec.Raw(b"[]")
    path: Any = None
    timestamp: Any = None


_decode_body = decoder(_Body).decode
_decode_items = decoder(List[_Item]).decode


def error_from(response: httpx.Response) -> APIStatusError:
    """Make the error of an answer that is not a success."""
    status = response.status_code
    cls = STATUS_ERRORS.get(status, ServerError if 500 <= status < 600 else APIStatusError)
    body = _read(response.content)
    error = cls(
        _message(response, body),
        http=response,
        errors=_field_errors(body.errors),
        path=body.path if isinstance(body.path, str) else None,
        timestamp=_timestamp(body.timestamp),
    )
    error.retry_after = retry_after(response.headers.get("retry-after"))
    return error


def _read(content: bytes) -> _Body:
    # A gateway in front of the server may answer anything at all: HTML, text, other JSON.
    try:
        return _decode_body(content)
    except UNREADABLE:
        return _Body()


def _message(response: httpx.Response, body: _Body) -> str:
    status = response.status_code
    if 300 <= status < 400 and "location" in response.headers:
        return f"the redirect to {_target(response.headers['location'])} was not followed"
    message = body.message
    if isinstance(message, list):
        message = "; ".join(str(part) for part in message)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(message, str) or not message.strip():
        return response.reason_phrase or "the server gave no reason"
    # A 500 of this server is database text of many lines; only the last one says something.
    text = message.strip().splitlines()[-1] if status >= 500 else " ".join(message.split())
    return text.strip()[:MAX_MESSAGE]


def _target(location: str) -> str:
    bare = re.split(r"[?#]", location, maxsplit=1)[0]
    bare = re.sub(r"//[^/@]*@", "//", bare)
    return repr(bare[:MAX_MESSAGE])


def _timestamp(value: Any) -> Optional[datetime]:
    try:
        moment = msgspec.convert(value, datetime)
        return moment.astimezone(timezone.utc) if moment.tzinfo else None
    except (msgspec.ValidationError, OverflowError):  # or of no year from 1 to 9999 in UTC
        return None


def _field_errors(items: msgspec.Raw) -> List[FieldError]:
    try:
        rows = _decode_items(items)
    except UNREADABLE:
        return []
    return [FieldError(_field_name(row), str(row.message)) for row in rows]


_UNKNOWN = r"^(?P<at>(?:\S+\.)?)property (?P<name>.+) should not exist$"
_NESTED = r"^(?:(?P<at>\S+)\.)?each value in nested property (?P<name>\S+) "
_EACH = r"^(?P<at>(?:\S+\.)?)each value in (?P<name>\S+) "


def _field_name(row: _Item) -> str:
    """Read the real field name; the server gives the first word of its message instead."""
    message = str(row.message)
    nested = re.match(_NESTED, message)
    if nested:
        return nested.group("at") or nested.group("name")
    inner = re.match(_UNKNOWN, message) or re.match(_EACH, message)
    if inner:
        return inner.group("at") + inner.group("name")
    field = str(row.field)
    return field[:1].lower() + field[1:]  # a message of their own starts with a capital: "Code"


def plain_cause(exc: BaseException) -> BaseException:
    """Copy an exception without its traceback, causes and request: those hold the token."""
    kind = type(exc)
    if isinstance(exc, classes("TransportError")):
        return kind(str(exc))
    if isinstance(exc, OSError):
        # Of the standard library: another's may want other arguments, or hold a request.
        known = kind.__module__ in ("builtins", "socket", "ssl")
        return kind(*exc.args) if known else OSError(*exc.args)
    return RuntimeError(f"{kind.__name__}: {exc}")
