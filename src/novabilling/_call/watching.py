"""Who looks at a call while it is sent: the contract that hooks fulfil, and what is done for none.

The loop of attempts speaks to a `CallWatch`; it does not know whether there are hooks.
"""

from __future__ import annotations

from typing import Mapping, Optional, Protocol

from .._network.answer import Answer


class CallWatch(Protocol):
    """What is told of each attempt at one call."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What is sent along to the server."""
        ...

    def begin(self, attempt: int, request_id: str) -> None:
        """Note the start of an attempt."""
        ...

    def answer(self, answer: Answer) -> None:
        """Note the answer of the attempt; it is over when the answer has been read."""
        ...

    def end(
        self,
        answer: Optional[Answer],
        error: Optional[BaseException],
        retry_in: Optional[float] = None,
    ) -> None:
        """Note how the attempt ended."""
        ...


class Unwatched:
    """A call that nobody watches."""

    headers: Mapping[str, str] = {}

    def begin(self, attempt: int, request_id: str) -> None:
        pass

    def answer(self, answer: Answer) -> None:
        pass

    def end(
        self,
        answer: Optional[Answer],
        error: Optional[BaseException],
        retry_in: Optional[float] = None,
    ) -> None:
        pass


UNWATCHED = Unwatched()
