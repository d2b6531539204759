"""What the log says of attempts and retries; `extra` carries the same as fields of the record."""

from __future__ import annotations

import logging
from typing import Dict, Optional

from .call import Call
from .errors import APIStatusError, NovaBillingError
from .outcomes import Failure, Outcome

logger = logging.getLogger("novabilling")


def fields(call: Call, request_id: Optional[str] = None, **more: object) -> Dict[str, object]:
    """Return the fields of a record, `novabilling_method` and so on, without ids of objects."""
    found = {"method": call.method, "route": call.route.template, "request_id": request_id, **more}
    return {f"novabilling_{name}": value for name, value in found.items() if value is not None}


def log_attempt(
    call: Call, outcome: Outcome, elapsed: float, attempt: int, request_id: str
) -> None:
    """Write one line for an attempt."""
    failed = isinstance(outcome, Failure)
    status = None if isinstance(outcome, Failure) else outcome.status_code
    error = type(outcome.error).__name__ if isinstance(outcome, Failure) else None
    logger.debug(
        "%s %s -> %s in %.0f ms (attempt %d, request %s)",
        call.method,
        call.route.template,
        error if failed else status,
        elapsed * 1000,
        attempt,
        request_id,
        extra=fields(
            call, request_id, attempt=attempt, status_code=status, error=error, elapsed=elapsed
        ),
    )


def log_retry(
    call: Call, error: NovaBillingError, wait: Optional[float], attempt: int, request_id: str
) -> None:
    """Write why there will be another attempt; without a wait, the call stands in the line."""
    if not logger.isEnabledFor(logging.INFO):
        return
    logger.info(
        "%s %s: attempt %d failed (%s), trying again %s (request %s)",
        call.method,
        call.route.template,
        attempt,
        _reason(error),
        "when its turn comes" if wait is None else f"in {wait:.2f} s",
        request_id,
        extra=fields(
            call,
            request_id,
            attempt=attempt,
            status_code=error.status_code if isinstance(error, APIStatusError) else None,
            error=type(error).__name__,
            retry_in=wait,
        ),
    )


def _reason(error: NovaBillingError) -> str:
    """Name a failure without the words of the server, which may name a customer."""
    if isinstance(error, APIStatusError):
        return str(error.status_code)
    cause = error.__cause__
    name = type(error).__name__
    if cause is None:
        return name
    # An exception of another library is copied as a RuntimeError that begins with its name.
    kind = type(cause).__name__
    copied = kind == "RuntimeError" and str(cause).partition(":")[0]
    return f"{name}: {copied or kind}"
