"""One commit for all who wait at the same time."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Callable, Deque, List, Optional

from .gates import Gate

Write = Callable[[List[bytes]], None]
"""Write events and return when they are safe; raise if none of them is."""


class _Ticket:
    __slots__ = ("bodies", "done", "error")

    def __init__(self, bodies: List[bytes]) -> None:
        self.bodies = bodies
        self.done = False
        self.error: Optional[Exception] = None


class GroupCommit:
    """Let whoever has the lock first commit for all that came meanwhile.

    The cases, by the numbers in the code:

    1. Nobody else waits: one commit, in this thread.
    2. Another thread has committed for this one, which returns at once.
    3. What was given together fails: each alone, so that nobody fails for another's events.
    4. An interrupt (Ctrl+C, a signal) in the thread that had taken this one: it is done here.
    """

    def __init__(self, gate: Gate, write: Write) -> None:
        self._gate = gate
        self._write = write
        self._tickets: Deque[_Ticket] = deque()

    def add(self, bodies: List[bytes]) -> None:
        """Return when these events are safe."""
        ticket = _Ticket(bodies)
        self._tickets.append(ticket)
        with self._gate.lock:
            if not ticket.done:  # 1, else 2
                self._commit(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _commit(self, own: _Ticket) -> None:
        taken: List[_Ticket] = []
        with suppress(IndexError):  # not asked before: a signal handler may empty it
            while True:
                taken.append(self._tickets.popleft())
        if own not in taken and not own.done:  # 4
            taken.append(own)
        if len(taken) > 1 and self._all_at_once(taken):
            return
        for ticket in taken:
            try:
                self._write(ticket.bodies)
            except Exception as error:  # it is raised in the thread that gave them
                ticket.error = error
            ticket.done = True  # 3

    def _all_at_once(self, tickets: List[_Ticket]) -> bool:
        try:
            self._write([body for ticket in tickets for body in ticket.bodies])
        except Exception:  # each alone will say why
            return False
        for ticket in tickets:
            ticket.done = True
        return True
