"""What this process has claimed: for how long it may be sure of that, and what it has lost."""

from __future__ import annotations

import threading
from typing import Dict, Iterable, List, Sequence, Set, Tuple

import msgspec

from ..._runtime import concurrency
from ..entries import Entry, Settlement

Claimed = Tuple[List[int], List[int]]
"""The ids of events, and the claim of each."""


class _Lease(msgspec.Struct):
    until: float
    ids: Set[int]


class Leases:
    """The claims of a process, by their numbers; times are of the monotonic clock.

    A claim ends by itself, so that events of a sender that is dead or hangs go to another one. Its
    number is new each time: with it a sender that wakes up again shows whether it still has an
    event.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._held: Dict[int, _Lease] = {}
        self._lock = threading.Lock()

    def add(self, claim: int, ids: Iterable[int], since: float) -> None:
        """Note a claim that was asked for at a time."""
        with self._lock:
            self._held[claim] = _Lease(since + self._seconds, set(ids))

    def ending(self, entries: Sequence[Entry] = ()) -> Claimed:
        """Return the events of claims that are to be renewed: of some events, or of all."""
        soon = concurrency.monotonic() + self._seconds / 2
        with self._lock:
            wanted = {int(entry.place[0]) for entry in entries} or set(self._held)
            return self._events(c for c in wanted if c in self._held and self._held[c].until < soon)

    def all(self) -> Claimed:
        """Return all that is held."""
        with self._lock:
            return self._events(self._held)

    def _events(self, claims: Iterable[int]) -> Claimed:
        found = [(number, claim) for claim in claims for number in self._held[claim].ids]
        return [number for number, _ in found], [claim for _, claim in found]

    def renewed(self, asked: Claimed, kept: Iterable[Tuple[int, int]], since: float) -> int:
        """Note which events a renewal has kept; return how many of them are lost."""
        still = set(kept)
        lost = 0
        with self._lock:
            for number, claim in zip(*asked):
                lease = self._held.get(claim)
                if lease is None or number not in lease.ids:
                    continue  # it was settled meanwhile
                lease.until = since + self._seconds
                if (claim, number) not in still:
                    lost += 1
                    self._drop(claim, number)
        return lost

    def holds(self, entry: Entry) -> bool:
        """Say whether an event is not lost, as far as is known."""
        claim, number = entry.place
        lease = self._held.get(int(claim))
        return lease is not None and number in lease.ids

    def settled(self, outcome: Settlement) -> None:
        """Forget events that are settled."""
        with self._lock:
            for entry in entries_of(outcome):
                self._drop(int(entry.place[0]), entry.place[1])

    def _drop(self, claim: int, number: int) -> None:
        lease = self._held.get(claim)
        if lease is not None:
            lease.ids.discard(number)
            if not lease.ids:
                self._held.pop(claim, None)


def entries_of(outcome: Settlement) -> List[Entry]:
    """Return all events of a settlement."""
    return [
        *outcome.done,
        *(row.entry for row in outcome.waiting),
        *(row.entry for row in outcome.dead),
    ]


def claimed(entries: Iterable[Entry]) -> Claimed:
    """Return the ids of events, and the claim of each."""
    places = [entry.place for entry in entries]
    return [number for _, number in places], [int(claim) for claim, _ in places]
