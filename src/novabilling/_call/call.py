"""A call: one operation with its arguments, before it is known how often it will be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, Optional

import msgspec

from .._runtime import concurrency
from .._runtime.secrets import Secret
from .._words.routes import Route
from .retries import Repeat
from .watching import UNWATCHED, CallWatch

if TYPE_CHECKING:
    from datetime import datetime

    from .._network.downloads import Sink


class Trail(msgspec.Struct):
    """What is noted while a write is sent, for the record of one that fails."""

    started: Optional[datetime] = None
    """When the first attempt began; None if none was made."""
    token: Optional[Secret[str]] = None


class Call(msgspec.Struct, frozen=True):
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
    is_known: bool = True
    """Whether every server has the route; nobody knows those of `client.request`."""
    keys_first: bool = False
    """Whether its first write holds the unique keys: a 500 for one that is taken did nothing."""
    patience: Optional[float] = None
    """Seconds in the line of the rate limit at most, also where a call is not tried again."""
    watch: CallWatch = UNWATCHED
    trail: Optional[Trail] = None
    """Of a write; the same for all its attempts."""

    def ends_in_line(self, ends: Optional[float]) -> Optional[float]:
        """Return when it leaves the line of the rate limit: at its deadline, or sooner."""
        if self.patience is None:
            return ends
        last = concurrency.monotonic() + self.patience
        return last if ends is None else min(last, ends)

    def __enter__(self) -> Call:
        return self  # without hooks, a call is the block in which it is sent

    def __exit__(self, *_: object) -> None: ...
