"""Which of the claimed events go together in the next batch."""

from __future__ import annotations

import time
from typing import Deque, List, Optional

from .._resources.events import MAX_EVENTS, MAX_SLICE
from .entries import Entry
from .given import AROUND
from .schedule import Batch


def is_full(claimed: Deque[Entry]) -> bool:
    """Say whether there are enough events for a batch that cannot get any larger."""
    return len(claimed) >= MAX_EVENTS


def next_batch(claimed: Deque[Entry], linger: float) -> Optional[Batch]:
    """Take a batch; one that could grow is left for some seconds, None is returned meanwhile."""
    if not claimed:
        return None
    size, count = AROUND, 0
    for entry in claimed:
        size += len(entry.body) + 1
        if size > MAX_SLICE or count == MAX_EVENTS:
            break
        count += 1
    else:
        oldest = min(entry.at for entry in claimed)
        if count < MAX_EVENTS and 0 <= time.time() - oldest < linger:
            return None
    taken: List[Entry] = [claimed.popleft() for _ in range(count)]
    return Batch(taken)
