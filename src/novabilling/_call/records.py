"""What is kept of a write while it is sent, and the record that is made of it if it fails."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generator, List, Optional, Tuple

from .._network.answer import RawHeaders, header
from .._runtime import concurrency
from .._runtime.real_time import boot_time
from .call import Call, Trail
from .configuration import Config, utc_now
from .errors import APIStatusError, NovaBillingError

if TYPE_CHECKING:
    from .._reconcile.record import CallRecord
    from .._reconcile.times import Bounds

Heard = Tuple[RawHeaders, float, float]
"""The headers of an answer, the seconds until it came, and when that was by the monotonic clock."""


class TrackedCalls:
    """The writes in a `with client.track()` block that have ended without an answer."""

    def __init__(self) -> None:
        self.all: List[CallRecord] = []
        """The first one first."""

    @property
    def last(self) -> Optional[CallRecord]:
        """Return the latest of them; None if every write was answered."""
        return self.all[-1] if self.all else None

    def __repr__(self) -> str:
        return f"TrackedCalls({self.all!r})"


_TRACKED: ContextVar[Tuple[TrackedCalls, ...]] = ContextVar("novabilling_tracked", default=())


@contextmanager
def track() -> Generator[TrackedCalls, None, None]:
    """Record the writes of a block, in this task or thread and in the tasks that it starts."""
    calls = TrackedCalls()
    before = _TRACKED.set((*_TRACKED.get(), calls))
    try:
        yield calls
    finally:
        _TRACKED.reset(before)


def keep_record(
    call: Call, config: Config, exc: Optional[BaseException], heard: Optional[Heard]
) -> None:
    """Give an error the record of its write, and those who track it."""
    if call.trail is None or call.method == "GET":
        return
    error = exc if isinstance(exc, NovaBillingError) else None
    tracked = _TRACKED.get()
    if error is None and not tracked:
        return
    record = record_of(call, config, error, heard)
    if error is not None:
        error.call = record
    for calls in tracked:
        calls.all.append(record)


def record_of(
    call: Call, config: Config, error: Optional[NovaBillingError], heard: Optional[Heard]
) -> CallRecord:
    """Make the record of a write; without an error it was cancelled."""
    from .._reconcile.record import (
        CallRecord,
        hash_of_machine,
        hash_of_token,
        kept_fields,
        new_salt,
        utc,
    )

    now, salt, trail = config.now(), new_salt(), call.trail or Trail()
    fields, hidden = kept_fields(call.body, salt)
    http = error.http if isinstance(error, APIStatusError) else None
    doubt = trail.started is not None if error is None else error.may_have_been_applied
    return CallRecord(
        method=call.method,
        route=call.route.template,
        path=call.route.path,
        base_url=config.server.root,
        fields=fields,
        started=utc(trail.started or now),
        ended=utc(now),
        may_have_been_applied=doubt,
        request_id=None if error is None else error.request_id,
        status_code=None if http is None else http.status_code,
        hidden=hidden,
        clock=_bounds(config, now, heard),
        salt=salt,
        token=hash_of_token(trail.token, salt),
        machine=hash_of_machine(salt),
        boot=boot_time(),
    )


def _bounds(config: Config, now: datetime, heard: Optional[Heard]) -> Optional[Bounds]:
    """Compare the clocks by the last write of this client that was answered."""
    from .._reconcile.times import bounds_of

    if heard is None or config.now is not utc_now:  # a sandbox has a time of its own
        return None
    headers, elapsed, at = heard
    received = now - timedelta(seconds=concurrency.monotonic() - at)
    return bounds_of(header(headers, b"date"), received - timedelta(seconds=elapsed), received)
