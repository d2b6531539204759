"""What sends one request: the contract between an attempt and the ways to the network.

There are two: a pool of our own (`pool_sender`) and a client of httpx (`httpx_sender`). Which of
them a client uses is decided once, in `transport`.
"""

from __future__ import annotations

from typing import Optional, Protocol

from ..._call.attempt import Attempt, Progress
from ..._network.answer import Answer
from ..._runtime.lazy_httpx import httpx
from .slots import AsyncSlots


class AsyncSender(Protocol):
    """Send requests from any event loop, each by a holder of a slot."""

    @property
    def is_closed(self) -> bool:
        """Whether the user has closed what it sends through."""
        ...

    def slots(self) -> AsyncSlots:
        """Return the slots for requests from the running loop."""
        ...

    async def exchange(
        self, attempt: Attempt, url: Optional[httpx.URL], progress: Progress
    ) -> Answer:
        """Send a request, to its own address or to where a redirect leads, and read the answer.

        Redirects are not followed. No wait outlasts the time of the attempt: TimeoutError.
        `progress` is kept true whenever it waits: after an error or a cancellation it says whether
        a byte was sent, and how the answer began.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections, on other loops as well; never those of a user's client."""
        ...
