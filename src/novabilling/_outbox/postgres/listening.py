"""Whether it is worth a look: PostgreSQL says that there are new events, or some time is over."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import Any, Callable, Optional

from ..._call.errors import OutboxError
from ..._runtime import concurrency
from .connections import Connections

logger = logging.getLogger("novabilling")

AGAIN = 5.0
"""Seconds after which a connection that has ended is opened again."""
NOTIFY_EVERY = 0.1


class Notifier:
    """Say when a writer notifies the senders: not for each event, for each holds up the others."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._next = 0.0

    def is_due(self) -> bool:
        """Say whether to notify now; others do not, for a moment."""
        now = concurrency.monotonic()
        if not self._wanted or now < self._next:
            return False
        self._next = now + NOTIFY_EVERY
        return True


class Watch:
    """Remember that a table had nothing, until it is time to look again or somebody notifies."""

    def __init__(self, poll: float) -> None:
        self._poll = poll
        self._looks_at = 0.0
        self._notified = True

    def begin(self) -> bool:
        """Say whether to look now."""
        if not self._notified and concurrency.monotonic() < self._looks_at:
            return False
        self._notified = False  # what comes from here on is looked for the next time
        self._looks_at = 0.0  # unless there is nothing: some may be left, or the question may fail
        return True

    def found_nothing(self) -> None:
        """Note a look in vain."""
        self._looks_at = concurrency.monotonic() + self._poll

    def notify(self) -> None:
        """Note that there may be something."""
        self._notified = True


class Listener:
    """A thread that listens on a connection of its own."""

    def __init__(self, connections: Connections, channel: str, heard: Callable[[], None]) -> None:
        self._connections = connections
        self._channel = channel
        self._heard = heard
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._connection: Any = None
        self._thread: Optional[threading.Thread] = None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        if self._thread is None:
            name = "novabilling-outbox-listener"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        import psycopg

        self._stopping.set()
        with self._lock:
            if self._connection is not None:
                with suppress(OSError, psycopg.Error):  # it has ended already
                    _shut_down(self._connection.fileno())
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(2.0)

    def _run(self) -> None:
        import psycopg

        while not self._stopping.is_set():
            try:
                with self._connections.listening() as connection:
                    self._listen(connection)
            except (OutboxError, psycopg.Error, OSError) as error:
                if not self._stopping.is_set():  # the table is polled meanwhile
                    logger.debug("The outbox does not hear of new events: %s", error)
            self._stopping.wait(AGAIN)

    def _listen(self, connection: Any) -> None:
        connection.autocommit = True
        connection.execute(f"LISTEN {self._channel}")
        with self._lock:
            self._connection = connection
        try:
            self._heard()
            while not self._stopping.is_set():
                for _ in connection.notifies(timeout=60.0, stop_after=1):
                    self._heard()
        finally:
            with self._lock:  # whoever stops must not shut down a socket of somebody else
                self._connection = None


def _shut_down(descriptor: int) -> None:
    with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as copy:
        copy.shutdown(socket.SHUT_RDWR)
