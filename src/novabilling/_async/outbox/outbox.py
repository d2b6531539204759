"""The outbox as its users hold it: record, look, flush; the sender works behind it."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Callable,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Type,
    Union,
)

from msgspec import UNSET

from ..._call.configuration import check_count, check_flag
from ..._call.errors import OutboxError
from ..._outbox.entries import DeadLetter, OutboxStats
from ..._outbox.meter import stats_of
from ..._outbox.postgres.transactions import async_add_in
from ..._outbox.settings import check_seconds, check_store, completed_and_sealed, write_lines
from ..._outbox.store import Place, Store
from ..._outbox.verdicts import Verdict
from ..._outbox.workers import AsyncWorkers
from ..._outbox.writers import AsyncWriter
from ..._resources.events import complete, sealed
from ..._runtime import concurrency
from ..._runtime.forks import Renewed
from ..._runtime.waits import AsyncWait
from ..._words.checks import Date, Omittable
from ...types._inputs import UsageEventInput, UsageEventParam
from ..client import AsyncNovaBilling
from .delivery import caller_of
from .sender import AsyncSender

if TYPE_CHECKING:
    from typing_extensions import Self

logger = logging.getLogger("novabilling")

PAGE = 200
LOOK = 0.05


class AsyncOutbox:
    """Record usage events on the disk, and send them in the background until the server has them.

    Use it in a `with` block, which starts the sender and flushes at the end; or call `start`, and
    close it at the end. What is left then is sent by the next start, or by another process on the
    same store.

    Args:
        client: Its server is that of the events; it is not closed here.
        store: A `SQLiteStore` or a `PostgresStore`, for this client's tenant only.
        send: False leaves sending to other processes: `python -m novabilling.outbox send`.
        check_codes: Give up events whose code no metric has, which the server would take and never
            bill, and those without the number that their metric adds up.
        give_up_after: Seconds in which an event that the server refuses for itself is tried again,
            such as one whose subscription is not there yet (default an hour).
        linger: Seconds in which a batch of less than 100 events waits for more (default 1).
        max_in_flight: Batches on their way at the same time (default 4).
        close_timeout: Seconds for the flush at the end of the block (default 5).

    Raises:
        OutboxError: The store cannot be used.
    """

    def __init__(
        self,
        client: AsyncNovaBilling,
        store: Store,
        *,
        send: bool = True,
        check_codes: bool = True,
        give_up_after: float = 3600.0,
        linger: float = 1.0,
        max_in_flight: int = 4,
        close_timeout: float = 5.0,
    ) -> None:
        self._config = caller_of(client).config
        self._client = client
        self._store = check_store(store)
        self._sends = check_flag(send, "send")
        self._hooks: List[Callable[[Verdict], object]] = []
        options: Any = {
            "check_codes": check_flag(check_codes, "check_codes"),
            "give_up_after": check_seconds("give_up_after", give_up_after),
            "linger": check_seconds("linger", linger),
            "max_in_flight": check_count(max_in_flight, "max_in_flight", 1),
            "hooks": self._hooks,
        }
        self._workers_wanted = max_in_flight + 1  # one watches while the others send
        self._close_timeout = check_seconds("close_timeout", close_timeout)
        store.bind(self._config.server.root)
        self._sender: Renewed[AsyncSender] = Renewed(lambda: AsyncSender(client, store, **options))
        self._workers = AsyncWorkers()
        self._writer = AsyncWriter(store.add)

    async def record(
        self,
        *,
        subscription_id: str,
        code: str,
        transaction_id: Omittable[str] = UNSET,
        timestamp: Omittable[Date] = UNSET,
        properties: Omittable[Mapping[str, Any]] = UNSET,
        connection: Any = None,
    ) -> UsageEventInput:
        """Record one event as `events.create` takes it, and return it once it is safe.

        It is checked now, and gets a transaction id and the time of this call if it has none. With
        a `connection` of psycopg, a `PostgresStore` records it in the transaction that this is in:
        it is sent if you commit, and never if you roll back.

        Raises:
            OutboxFullError: The disk or the store is full; nothing was recorded.
            OutboxError: The store cannot be used; nothing was recorded, unless a `PostgresStore`
                lost its connection in that moment.
        """
        event = UsageEventInput(
            subscription_id=subscription_id,
            code=code,
            transaction_id=transaction_id,
            timestamp=timestamp,
            properties=properties,
        )
        event = complete(event, self._config.now())
        await self._write([sealed(event)], connection)
        return event

    async def record_many(
        self,
        events: Sequence[Union[UsageEventInput, UsageEventParam]],
        *,
        connection: Any = None,
    ) -> List[UsageEventInput]:
        """Record any number of events in one commit: all of them or none; see `record`."""
        found, bodies = await concurrency.async_run(
            completed_and_sealed, events, self._config.now()
        )
        if bodies:
            await self._write(bodies, connection)
        return found

    async def _write(self, bodies: List[bytes], connection: Any) -> None:
        if self._workers.are_lost():
            await self.start()
        if connection is None:
            await self._writer.write(bodies)
        else:
            await async_add_in(connection, self._store, bodies)

    def on_verdict(self, hook: Callable[[Verdict], object]) -> Callable[[], None]:
        """Call a function with the `Verdict` of each event that is sent; return what ends that.

        It sees what this process sends, in the sender. What it raises is logged.
        """
        if not callable(hook):
            raise TypeError("on_verdict needs a function")
        self._hooks.append(hook)

        def remove() -> None:
            if hook in self._hooks:
                self._hooks.remove(hook)

        return remove

    async def flush(self, timeout: float = 30.0) -> bool:
        """Wait until what this process recorded has been sent; False if time runs out before.

        Events that are held and dead letters are not waited for: `stats` counts them. It raises
        nothing when time runs out.
        """
        ends = concurrency.monotonic() + check_seconds("timeout", timeout)
        sender = self._sender.held
        sender.hurry(1)
        try:
            if self._sends:  # so that it knows what others have left
                await concurrency.async_run(self._store.claim, 0)
            mark = await concurrency.async_run(self._store.mark)
            while await concurrency.async_run(self._store.pending, mark):
                left = ends - concurrency.monotonic()
                if left <= 0:
                    return False
                await AsyncWait().wait(min(LOOK, left))
        finally:
            sender.hurry(-1)
        return True

    async def stats(self) -> OutboxStats:
        """Count what waits, and say how fast it is sent."""
        return await concurrency.async_run(self._look)

    def _look(self) -> OutboxStats:
        own = self._sender.held.report() if self._store.leads() else None
        return stats_of(self._store.counts(), self._store.reported(own))

    async def dead_letters(self) -> AsyncIterator[DeadLetter]:
        """Iterate over the events that were given up, in all processes of the store."""
        after: Optional[Place] = None
        while True:
            page = await concurrency.async_run(self._store.dead_letters, after, PAGE)
            for letter in page:
                after = letter.place
                yield letter
            if len(page) < PAGE:
                return

    async def requeue(self, letters: Iterable[DeadLetter]) -> int:
        """Send dead letters once more, such as after their metric was made; return how many."""
        return await concurrency.async_run(self._store.requeue, list(letters))

    async def discard(self, letters: Iterable[DeadLetter]) -> int:
        """Remove dead letters for good; return how many there were."""
        return await concurrency.async_run(self._store.discard, list(letters))

    async def export_dead_letters(self, path: str) -> int:
        """Write the dead letters to a file, as JSON Lines; return how many there were.

        They stay where they are. The file is replaced, and only you can read it.
        """
        lines = [letter.to_json() + b"\n" async for letter in self.dead_letters()]
        await concurrency.async_run(write_lines, path, lines)
        return len(lines)

    async def start(self) -> None:
        """Start the sender; `with` does it."""
        if self._sends:
            await self._workers.start(self._workers_wanted, self._sender.held.work)

    async def aclose(self) -> None:
        """Flush for `close_timeout` seconds, and leave the rest to the next start.

        The store keeps all that was not sent. The client stays open.
        """
        ends = concurrency.monotonic() + self._close_timeout
        try:
            if self._sends:
                await self.flush(self._close_timeout)
        except OutboxError as error:
            logger.warning("The outbox cannot say whether all is sent: %s", error)
        finally:
            self._sender.held.stop()
            try:
                await self._workers.stop(max(0.5, ends - concurrency.monotonic()))
            finally:  # nothing here waits, so a cancellation does not come between
                self._writer.end()
                self._sender.held.say_at_the_end()
                self._store.close()
                self._sender.renew()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: Optional[Type[BaseException]],
        exc: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._client!r}, {self._store!r})"
