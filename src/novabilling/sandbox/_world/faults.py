"""Faults on request: answers of a broken server, broken connections, slowness."""

from __future__ import annotations

from collections import deque
from http import HTTPStatus
from typing import Any, Callable, Deque, NamedTuple, Optional, Tuple

from ..._runtime.lazy_httpx import httpx
from .._errors import HttpError

DROPPED = "the server closed the connection without an answer"
TOO_SLOW = "no answer in time"


class Fault(NamedTuple):
    """What happens to one request; without a status, its connection breaks.

    `late` is how many seconds afterwards the request takes effect all the same.
    """

    status: Optional[int]
    after_apply: bool
    retry_after: Optional[int] = None
    late: float = 0.0
    method: Optional[str] = None
    route: Optional[Tuple[str, ...]] = None
    """The parts of the path that it waits for; those in braces stand for any id."""

    def is_for(self, method: str, path: str) -> bool:
        """Say whether it happens to a request."""
        if self.method not in (None, method):
            return False
        parts = path.strip("/").split("/")
        return self.route is None or (
            len(parts) == len(self.route)
            and all(ours[:1] == "{" or ours == part for ours, part in zip(self.route, parts))
        )

    def error(self, request: httpx.Request) -> HttpError:
        """Return the answer to send instead.

        Raises:
            httpx.ReadError: The connection breaks, so nothing is sent.
        """
        if self.status is None:
            raise httpx.ReadError(DROPPED, request=request)
        error = HttpError(self.status, _phrase(self.status))
        if self.retry_after is not None:
            error.headers.append(("Retry-After", str(self.retry_after)))
        return error


def _phrase(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    return known.get(status, f"Status {status}")


def _checked(name: str, seconds: float) -> float:
    if not seconds >= 0:
        raise ValueError(f"{name} must be 0 seconds or more, not {seconds}")
    return seconds


class Faults:
    """The faults that wait for requests, and how long every answer takes and calls overlap."""

    def __init__(self) -> None:
        self._waiting: Deque[Fault] = deque()
        self._latency = 0.0
        self._overlap = 0.0

    def plan(self, fault: Fault, times: int) -> None:
        if isinstance(times, bool) or times < 1:
            raise ValueError(f"times must be 1 or more, not {times}")
        _checked("late", fault.late)
        if fault.late and fault.after_apply:
            raise ValueError("after_apply is at once and late is afterwards: leave one of them out")
        if fault.status is not None and not 400 <= fault.status <= 599:
            raise ValueError(f"status must be that of an error, 400 to 599, not {fault.status}")
        self._waiting.extend([fault] * times)

    def take(self, method: str, path: str) -> Optional[Fault]:
        """Return the first fault that waits for such a request."""
        for fault in self._waiting:
            if fault.is_for(method, path):
                self._waiting.remove(fault)
                return fault
        return None

    @property
    def latency(self) -> float:
        return self._latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self._latency = _checked("latency", seconds)

    @property
    def overlap(self) -> float:
        return self._overlap

    @overlap.setter
    def overlap(self, seconds: float) -> None:
        self._overlap = _checked("overlap", seconds)

    def delay(self, request: httpx.Request) -> float:
        """Return how long the client must wait; ReadTimeout at once if that is too long for it."""
        limit = request.extensions.get("timeout", {}).get("read")
        if limit is not None and self._latency > limit:
            raise httpx.ReadTimeout(TOO_SLOW, request=request)
        return self._latency

    def save(self) -> Callable[[], None]:
        waiting, latency, overlap = list(self._waiting), self._latency, self._overlap

        def restore() -> None:
            self._waiting, self._latency, self._overlap = deque(waiting), latency, overlap

        return restore

    @property
    def waiting(self) -> Tuple[Fault, ...]:
        """The faults that no request has met yet, in the order in which they were planned."""
        return tuple(self._waiting)

    def clear(self) -> None:
        """Plan nothing any more, and be as quick as ever."""
        self._waiting.clear()
        self._latency = self._overlap = 0.0

    def dump(self) -> Any:
        return ([tuple(fault) for fault in self._waiting], self._latency, self._overlap)

    def load(self, dumped: Any) -> None:
        waiting, self._latency, self._overlap = dumped
        self._waiting = deque(Fault(*fault) for fault in waiting)
