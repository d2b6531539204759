"""How an attempt ends: with an answer, or with a failure and what that means on the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Tuple, Type, Union

import msgspec

from .._network.answer import Answer
from .._network.bad_settings import BadProxySetting
from .._network.content_coding import BadEncoding, TooLarge
from .._network.http1 import LocalProtocolError, RemoteProtocolError
from .._runtime import concurrency
from .._runtime.httpx_modules import classes, protocol_errors
from .._runtime.secrets import Secret
from .attempt import Attempt, Progress
from .call import Call
from .errors import (
    APIConnectionError,
    ClientClosedError,
    ConflictError,
    MissingTokenError,
    NovaBillingError,
    NovaBillingTimeoutError,
    ResponseDecodeError,
    name_operation,
    plain_cause,
)
from .redirects import may_carry_token
from .retries import Fate, fate_of_status, may_have_been_applied
from .server import Server

if TYPE_CHECKING:
    from typing_extensions import TypeGuard


def transport_errors() -> Tuple[Type[Exception], ...]:
    """Return what is raised when an attempt fails."""
    return (
        OSError,  # the network, TLS, and TimeoutError
        LocalProtocolError,
        RemoteProtocolError,
        BadEncoding,
        BadProxySetting,
        TooLarge,
        *classes("HTTPError", "InvalidURL", "StreamError"),
        *protocol_errors(),
        RuntimeError,  # httpx's pool on an event loop that has ended
    )


class Failure(msgspec.Struct, frozen=True):
    """An attempt without a usable answer, and what is known about its effect."""

    error: NovaBillingError
    fate: Fate
    rest: float = 0.0
    """Seconds before which another attempt would end alike."""


Outcome = Union[Answer, Failure]


def unread_answer(exc: Exception, attempt: Attempt, progress: Progress) -> Optional[Answer]:
    """Return an answer whose content is lost, if its status says what happened.

    A read, or a write that may be repeated, is rather asked for again: the content says why.
    """
    undecoded = isinstance(exc, (*classes("DecodingError"), BadEncoding))
    refused = attempt.call.repeat == "once" and 400 <= progress.status < 500
    if progress.status < 300 or not (undecoded or (refused and progress.fate(exc) == "unknown")):
        return None
    method, address = attempt.call.method, attempt.address
    answer = Answer(method, address, progress.status, progress.headers, b"", {})
    answer.hides_query = attempt.call.url is not None
    answer.elapsed = concurrency.monotonic() - progress.started
    return answer


def failure_from(exc: Exception, attempt: Attempt, progress: Progress) -> Failure:
    """Say what went wrong, and what it means for the server's state."""
    from .reasons import another_place, name_of, reason_of  # most programs meet no failure

    error: NovaBillingError
    fate = progress.fate(exc)
    write_succeeded = attempt.call.method != "GET" and 200 <= progress.status < 300
    if write_succeeded:
        fate = "applied"
    if isinstance(exc, (*classes("TimeoutException"), TimeoutError)):
        error = NovaBillingTimeoutError(_timeout_message(attempt, fate, progress))
    elif isinstance(exc, TooLarge):
        fate = "applied"  # never repeated, not even a GET: the answer would be as large again
        error = ResponseDecodeError(f"the answer is larger than max_response_bytes ({exc} bytes)")
    elif write_succeeded or isinstance(exc, (*classes("DecodingError"), BadEncoding)):
        fate = "applied"
        error = ResponseDecodeError(f"the answer could not be read to its end ({name_of(exc)})")
    else:
        address = progress.address or attempt.address
        proxy = progress.proxy or another_place(address, progress.towards)
        reason = reason_of(exc, address, proxy, progress.stage, progress.proxy is not None)
        error = APIConnectionError(reason.text)
        if reason.unheard or (reason.final and fate == "unsent"):
            fate = "refused"
    error.__cause__ = plain_cause(exc)
    return Failure(error, fate)


def deadline_failure(call: Call) -> Failure:
    """Say that there is no time left for an attempt."""
    message = (
        f"the deadline of {call.method} {call.route.template} is over; this attempt sent nothing: "
        "try again, or allow more time with deadline="
    )
    return Failure(NovaBillingTimeoutError(message), "unsent")


def no_token_failure() -> Failure:
    """Say that the user's callable had no token for a call that needs one."""
    message = "the callable that was given as token returned None; this attempt sent nothing"
    return Failure(MissingTokenError(message), "refused")


def asks_itself_failure(what: str) -> Failure:
    """Say that a function that a client calls for its token needs one by way of that client."""
    message = (
        f"{what} calls the client that waits for it; this attempt sent nothing: call only `auth` "
        "there, which needs no token, or make the call with_options(token=...)"
    )
    return Failure(MissingTokenError(message), "refused")


STALE = Failure(MissingTokenError("the token was refused to another call"), "unsent")
"""The end of an attempt that begins again with a newer token; no caller sees it."""


def closed_failure(fate: Fate) -> Failure:
    """Say that the client was closed before or during the attempt."""
    return Failure(ClientClosedError("the client is closed; make a new one"), fate)


def _timeout_message(attempt: Attempt, fate: Fate, progress: Progress) -> str:
    from .reasons import silent_proxy

    call = attempt.call
    what = "the request was sent"
    if fate == "unsent":
        address = progress.address or attempt.address
        what = f"nothing was sent{silent_proxy(address, progress.proxy, progress.stage)}"
    is_over = progress.limits.is_over()  # a mock may say so at once
    after = f" after {attempt.limit:g} s" if attempt.limit is not None and is_over else ""
    operation = f"{call.method} {call.route.template}"
    return f"{operation} timed out{after}; {what}: {_next_step(call, fate)}"


def _next_step(call: Call, fate: Fate) -> str:
    more = "allow more time with timeout="
    if fate == "applied" and call.repeat != "read":
        return f"it was applied, do not repeat it; {more}"
    if fate == "unknown" and call.repeat == "once":
        look = "look for what it may have done before you repeat it, by client.reconcile(error)"
        return f"{look}; {more}"
    return f"try again, or {more}"


def is_unauthorized(outcome: Outcome, server: Server) -> bool:
    """Say whether the client's own server refuses what was sent: another one was sent no token."""
    if isinstance(outcome, Failure) or outcome.status_code != 401:
        return False
    return may_carry_token(server.url, outcome.url)


def is_past_the_token(outcome: Outcome) -> bool:
    """Say whether an error is about the request itself, so that the server has taken its token."""
    if isinstance(outcome, Failure):
        return False
    return 400 <= outcome.status_code < 500 and outcome.status_code not in (401, 407, 408, 429)


def is_answer(outcome: Outcome, call: Call, tried_in_doubt: bool) -> TypeGuard[Answer]:
    """Say whether the call is done: a 2xx, or a DELETE that an earlier attempt carried out."""
    if isinstance(outcome, Failure):
        return False
    if outcome.is_success:
        return True
    if outcome.status_code != 404 or not call.gone_is_done or not tried_in_doubt:
        return False
    from .status_errors import has_no_route

    return not has_no_route(call.method, outcome.content)


def judge(call: Call, outcome: Outcome, token: Optional[Secret[Any]] = None) -> Failure:
    """Make the error of an attempt with this token, and say what it did on the server."""
    if isinstance(outcome, Failure):
        error, fate, status, rest = outcome.error, outcome.fate, None, outcome.rest
    else:
        # Most programs are refused nothing.
        from .status_errors import error_from, has_no_route, mask_echoes, no_route_hint

        mask_echoes(outcome, call, token)
        error = error_from(outcome.http, call.keys_first)
        no_route = outcome.status_code == 404 and has_no_route(call.method, outcome.content)
        if no_route and call.is_known and call.url is None:
            error.add_hint(no_route_hint(str(outcome.url), call.route.path))
        status, rest = outcome.status_code, 0.0
        fate = fate_of_status(status, call.repeat)
        status = None if isinstance(error, ConflictError) else status
    error.may_have_been_applied = may_have_been_applied(fate, call.repeat, status)
    name_operation(error, call.method, call.route.template)
    return Failure(error, fate, rest)
