"""What becomes of a call whose login session gets no tokens, and what went wrong there."""

from __future__ import annotations

from .._login.renewals import REFRESH
from .._login.state import Problem, Step, StepFate
from .._network.answer import Answer
from .._runtime.secrets import Secret
from .._words.decoders import UNREADABLE, without_bom
from ..types._tenants import TokenPair
from .configuration import check_token_text
from .envelopes import decode_object
from .errors import (
    APIConnectionError,
    APIStatusError,
    NovaBillingError,
    NovaBillingTimeoutError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
)
from .outcomes import Failure

_REFUSALS = (400, 401, 403, 422)
"""What a server says to credentials; a 404 is that of a gateway, while the server is away."""
_ADVICE = {
    "login": "the server refuses the email and password of the LoginSession: correct them in a new "
    "one",
    "refresh": "the refresh token of the LoginSession has ended, and there is no password: log in, "
    "and make a new one",
}


def fate_of(error: NovaBillingError) -> StepFate:
    """Say what an error of a login or refresh means for what was sent with it."""
    status = error.status_code if isinstance(error, APIStatusError) else 0
    if status in _REFUSALS:
        return "refused"
    return "unknown" if error.may_have_been_applied else "unsent"


def problem_of(error: NovaBillingError, step: Step) -> Problem:
    """Note why there are no tokens, without what the server says: it may repeat what it got."""
    if fate_of(error) == "refused" and isinstance(error, APIStatusError):
        return Problem(_ADVICE[step], refused=True, error=type(error), http=error.http)
    text = str(error.status_code) if isinstance(error, APIStatusError) else error.message
    asked = error.retry_after if isinstance(error, (RateLimitError, ServerError)) else None
    operation = f"POST /auth/{step}"
    return Problem(
        f"the login session could not be renewed ({operation}: {text}); this attempt sent nothing",
        asked=asked or 0.0,
    )


def failure_of(problem: Problem, rest: float) -> Failure:
    """Make the end of an attempt that got no token; `rest` are seconds until one may be had."""
    if problem.refused:
        return Failure(problem.error(problem.text, http=problem.http), "refused")
    return Failure(APIConnectionError(problem.text), "unsent", max(0.0, rest))


def timeout_failure(method: str, route: str) -> Failure:
    """Say that a renewal took longer than the call may."""
    text = (
        f"{method} {route} timed out while the login session was renewed; nothing was sent: try "
        "again, or allow more time with timeout= or deadline="
    )
    return Failure(NovaBillingTimeoutError(text), "unsent")


def read_tokens(answer: Answer, root: str) -> TokenPair:
    """Read the tokens of a login or refresh, and refuse those that cannot be sent."""
    problem = "the answer held no tokens"
    content, answer.content = Secret(answer.content), b""  # hooks get the answer as well
    try:
        pair = decode_object(without_bom(content.reveal()), TokenPair, root)
        check_token_text(Secret(pair.access_token))
        REFRESH.body(refresh_token=Secret(pair.refresh_token))
        return pair
    except UNREADABLE:
        pass
    except ValueError:
        problem = "the answer held tokens that cannot be sent"
    # Raised here and not above: those errors may hold what was answered.
    raise ResponseDecodeError(problem, may_have_been_applied=True)
