"""Every error that the SDK raises, and what it warns of.

NovaBillingError
├── APIStatusError
│   ├── BadRequestError 400    ├── UnauthorizedError 401  ├── ForbiddenError 403
│   ├── NotFoundError 404      ├── ConflictError 409      ├── UnprocessableEntityError 422
│   └── RateLimitError 429     └── ServerError 5xx
├── APIConnectionError
│   └── NovaBillingTimeoutError
├── ResponseDecodeError
├── ClientClosedError
├── MissingTokenError
├── OutboxError
│   └── OutboxFullError
└── WebhookSignatureError
"""

from __future__ import annotations

import copyreg
from datetime import datetime
from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Tuple, Type

from .._runtime.httpx_modules import classes
from .._runtime.lazy_httpx import httpx
from .._words.warnings import NovaBillingWarning as NovaBillingWarning

if TYPE_CHECKING:
    from .._reconcile.outcome import Outcome
    from .._reconcile.record import CallRecord
    from ..types._inputs import UsageEventInput
    from ..types._metering import EventBatch


MAX_MESSAGE = 300
_DOUBT = " (may have been applied)"


class NovaBillingError(Exception):
    """Base of all errors of this SDK.

    `may_have_been_applied` is True when a write was applied, or may have been: look at the
    server's state before repeating it. It is always False for a read.

    An error of `events.create` or `create_batch` has `events`, all with their transaction ids and
    timestamps, and `partial`, the result so far; sending those events again counts nothing twice.

    A message is enough to make one, in your own tests: `str(error)` is that message then.
    """

    message: str
    """What is wrong, on one line."""
    request_id: Optional[str]
    """What was sent as `X-Request-Id`; None where nothing was sent."""
    may_have_been_applied: bool
    """Whether a write was applied, or may have been."""
    method: Optional[str] = None
    """`GET`; None where no call failed."""
    route: Optional[str] = None
    """The path with names for the ids: `/customers/{customer_id}`."""
    events: Optional[List[UsageEventInput]] = None
    """All events of the call, to be sent again; None of other calls."""
    partial: Optional[EventBatch] = None
    """What became of the events so far; None of other calls."""
    call: Optional[CallRecord] = None
    """What the write was, for `client.reconcile`; None of a read, and where no call failed."""
    outcome: Optional[Outcome] = None
    """What was found out about it, by a client with `reconcile=True`."""

    def __init__(
        self,
        message: str = "",
        *,
        request_id: Optional[str] = None,
        may_have_been_applied: bool = False,
    ) -> None:
        super().__init__()
        self.message = message
        self.request_id = request_id
        # Built again from its text, an error must not say that it is safe to repeat the call.
        self.may_have_been_applied = may_have_been_applied or str(message).endswith(_DOUBT)
        _renew_text(self)

    def add_hint(self, hint: str) -> None:
        """Add what to do about it to the message."""
        self.message = f"{self.message} ({hint})"
        _renew_text(self)

    def __setstate__(self, state: Optional[Dict[str, object]]) -> None:
        self.__dict__.update(state or {})
        if self.args == (self.message,):  # in older pickles the text was made when it was read
            _renew_text(self)

    def __reduce__(self) -> Tuple[object, ...]:
        # Without `__init__`, whose arguments differ; no private name of this package stands in it.
        build: object = getattr(copyreg, "__newobj__")  # noqa: B009  # no stub knows it
        return build, (type(self), *self.args), self.__dict__


def _rebuild(  # pyright: ignore[reportUnusedFunction]
    cls: Type[NovaBillingError], args: Tuple[object, ...], state: Dict[str, object]
) -> NovaBillingError:
    """Build what an older pickle holds; those name this function."""
    error = cls.__new__(cls, *args)
    error.__setstate__(state)
    return error


def _renew_text(error: NovaBillingError) -> None:
    """Write what `str` shows into the arguments, of which alone others can build it again."""
    text = error.message
    if isinstance(error, APIStatusError):
        if "status_code" in vars(error):  # of an answer, not that of the class
            text = f"{error.status_code}: {text}"
        details = "; ".join(row.message for row in error.errors)[:MAX_MESSAGE]
        text = " ".join(f"{text} ({details})".split()) if details else text
    operation = f"{error.method} {error.route}"
    if error.route is not None and operation not in text:
        text = f"{text} [{operation}]"
    if error.may_have_been_applied and not text.endswith(_DOUBT):
        text += _DOUBT
    error.args = (text,)


def name_operation(error: NovaBillingError, method: str, route: str) -> None:
    """Say in an error which operation failed."""
    error.method, error.route = method, route
    _renew_text(error)


def mark_as_applied(error: NovaBillingError) -> None:
    """Say in an error that something may have been applied, whatever this attempt did."""
    error.may_have_been_applied = True
    _renew_text(error)


def mark_as_ruled_out(error: NovaBillingError) -> None:
    """Say in an error that its call was not applied, and cannot be any more."""
    error.may_have_been_applied = False
    _renew_text(error)


class FieldError(NamedTuple):
    """What the server says about one field of a refused request."""

    field: str
    """The server's own name of it, as `externalId` or `prices.0.amount`."""
    message: str
    """What is wrong with it."""


class APIStatusError(NovaBillingError):
    """Raised when the server answers with a status other than 2xx.

    `http` is the answer. It is None in an error that your own code made from just a message.
    """

    status_code: int = 0
    """The status of the answer, such as 404."""
    errors: List[FieldError]
    """What the server says about single fields; empty if it says nothing of them."""
    path: Optional[str]
    """The path as the server saw it; None if it does not say."""
    timestamp: Optional[datetime]
    """When the server answered, in UTC; None if it does not say."""
    http: httpx.Response = None  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    """The whole answer."""
    retry_after: Optional[float] = None
    """Seconds that the server asks to wait; None if it names none."""

    def __init__(
        self,
        message: str = "",
        *,
        http: Optional[httpx.Response] = None,
        errors: Optional[List[FieldError]] = None,
        path: Optional[str] = None,
        timestamp: Optional[datetime] = None,
        request_id: Optional[str] = None,
        may_have_been_applied: bool = False,
    ) -> None:
        if http is not None:
            self.status_code = http.status_code
            self.http = http
        self.errors = errors or []
        self.path = path
        self.timestamp = timestamp
        super().__init__(
            message, request_id=request_id, may_have_been_applied=may_have_been_applied
        )


class BadRequestError(APIStatusError):
    """Raised on 400: the request body or a parameter is invalid."""

    status_code = 400


class UnauthorizedError(APIStatusError):
    """Raised on 401: the token is missing, wrong, expired, or of the wrong kind."""

    status_code = 401


class ForbiddenError(APIStatusError):
    """Raised on 403: the token may not do this."""

    status_code = 403


class NotFoundError(APIStatusError):
    """Raised on 404: the resource does not exist for this tenant."""

    status_code = 404


class ConflictError(APIStatusError):
    """Raised when another resource has this key already, such as an external id or a code.

    `status_code` is 409, or 500 where only the server's database has noticed; a call that may have
    written something before it failed raises `ServerError` then.
    """

    status_code = 409


class UnprocessableEntityError(APIStatusError):
    """Raised on 422: the request is well formed and makes no sense."""

    status_code = 422


class RateLimitError(APIStatusError):
    """Raised on 429, or before it, when waiting for `retry_after` seconds is not possible.

    `http` is None where the call would have got its turn in the client's own line too late: then
    nothing was sent. `retry_after` says in how many seconds it would have.
    """

    status_code = 429
    http: Optional[httpx.Response] = None  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride]
    """The whole answer; None if the call was not sent."""


class ServerError(APIStatusError):
    """Raised on 5xx. A write may have been applied all the same."""

    status_code = 500


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
    """The answer; None when it was not read to its end."""


class ClientClosedError(NovaBillingError, RuntimeError):
    """Raised by a call on a closed client, or by one in flight when the client is closed."""


class MissingTokenError(NovaBillingError):
    """Raised by a call that needs a token on a client that has none; nothing was sent.

    Also when a callable that was given as token returns None.
    """


class OutboxError(NovaBillingError):
    """Raised when the store of an outbox cannot be used; what was recorded before is safe."""


class OutboxFullError(OutboxError):
    """Raised when an event cannot be recorded: the disk is full, or the limit of the store reached.

    Nothing was recorded, and nothing that was recorded before is dropped.
    """


class WebhookSignatureError(NovaBillingError):
    """Raised when a webhook delivery has no valid, recent signature, or is not an event."""


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
