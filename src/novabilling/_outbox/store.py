"""The contract of a store: what keeps events until the server has them."""

from __future__ import annotations

from typing import Callable, Iterable, List, Optional, Protocol, Sequence, Tuple

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

    def extend(self, entries: Sequence[Entry]) -> List[Entry]:
        """Keep claimed events for longer, and return those that this process still has.

        It is called before they are sent. Whoever does not, nor calls `report` for a time, is
        taken for dead.
        """
        ...

    def settle(self, outcome: Settlement) -> None:
        """Write what became of claimed events."""
        ...

    def watch(self, wake: Callable[[], object]) -> None:
        """Call a function when there is something new; a store that cannot tell does nothing."""
        ...

    def mark(self) -> int:
        """Return what `pending` takes, for all that has been recorded so far."""
        ...

    def pending(self, mark: int) -> int:
        """Return how many events of this process, and of those that are gone, are to be sent.

        A store that does not know which those are counts all of them up to the mark.
        """
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
        """Keep what the sender says of itself, for other processes; it comes once a second."""
        ...

    def reported(self, own: Optional[Report] = None) -> Report:
        """Return what senders have said last; that of this process says `own` now."""
        ...

    def earlier(self) -> Report:
        """Return what a sender that begins now goes on from."""
        ...

    def close(self) -> None:
        """Let go of everything; it can be used again afterwards."""
        ...
