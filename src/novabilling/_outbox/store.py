"""The contract of a store: what keeps events until the server has them."""

from __future__ import annotations

from typing import Iterable, List, Optional, Protocol, Sequence, Tuple

from .entries import Counts, DeadLetter, Entry, Report, Settlement

Place = Tuple[str, int]


class Store(Protocol):
    """Where events wait; all methods may be called by several threads, and may block on a disk.

    A store gives each event to one sender at a time, for as long as that lives. What a sender does
    not settle before it ends is given to the next one: it is sent again, and counted once.
    """

    def bind(self, base_url: str) -> None:
        """Say to which server the events go; OutboxError if the store cannot be used."""
        ...

    def add(self, bodies: List[bytes]) -> None:
        """Return when these events are safe, all in one commit; else OutboxFullError, OutboxError.

        A body is the JSON of one event as the server takes it.
        """
        ...

    def claim(self, most: int) -> List[Entry]:
        """Return events that nobody else sends now, the oldest first; none if others send them."""
        ...

    def leads(self) -> bool:
        """Say whether this process sends."""
        ...

    def extend(self, entries: Sequence[Entry]) -> None:
        """Keep claimed events for longer; whoever does not is taken for dead after a time."""
        ...

    def settle(self, outcome: Settlement) -> None:
        """Write what became of claimed events."""
        ...

    def pending(self) -> int:
        """Return how many events of this process, and of those that are gone, are to be sent."""
        ...

    def counts(self) -> Counts:
        """Count what there is."""
        ...

    def dead_letters(self, after: Optional[Place], most: int) -> List[DeadLetter]:
        """Return a page of dead letters, those behind a place."""
        ...

    def requeue(self, letters: Iterable[DeadLetter]) -> int:
        """Send dead letters once more; return how many there were."""
        ...

    def discard(self, letters: Iterable[DeadLetter]) -> int:
        """Remove dead letters for good; return how many there were."""
        ...

    def report(self, report: Report) -> None:
        """Keep what the sender says of itself, for other processes."""
        ...

    def reported(self) -> Report:
        """Return what the sender has said last."""
        ...

    def close(self) -> None:
        """Let go of everything; it can be used again afterwards."""
        ...
