"""The sender: several workers that claim, send and settle, one of them watching the store."""

from __future__ import annotations

import logging
from collections import deque
from typing import Deque, List, Optional

from ..._call.errors import ClientClosedError, OutboxError
from ..._outbox.entries import Entry, Report, Settlement, event_of
from ..._outbox.meter import Meter
from ..._outbox.schedule import Batch, Schedule
from ..._outbox.settling import item_of, sort
from ..._outbox.slicing import is_full, next_batch
from ..._outbox.store import Store
from ..._outbox.verdicts import Hook, Outcome, call_hook
from ..._runtime import concurrency
from ..._runtime.waits import AsyncWait
from ..client import AsyncNovaBilling
from .delivery import AsyncDelivery

logger = logging.getLogger("novabilling")

POLL = 0.25
"""Seconds between two looks at a store that had nothing."""
CLAIM = 400
WORKS_FOR = 300.0
"""Seconds after a success in which the server counts as working."""


class AsyncSender:
    """Send what a store has, until it is told to stop."""

    def __init__(
        self,
        client: AsyncNovaBilling,
        store: Store,
        *,
        check_codes: bool,
        give_up_after: float,
        linger: float,
        max_in_flight: int,
        hooks: List[Hook],
    ) -> None:
        self._client = client
        self._store = store
        self._check_codes = check_codes
        self._give_up_after = give_up_after
        self._linger = linger
        self._hooks = hooks
        self._delivery: Optional[AsyncDelivery] = None
        self._turn = concurrency.async_turns()
        self._lock = concurrency.AsyncLock()
        self._wait = AsyncWait()
        self._claimed: Deque[Entry] = deque()
        self._unsettled: Deque[Settlement] = deque()
        self._stopping = False
        self._hurries = 0
        self._schedule = Schedule(max_in_flight)
        store.watch(self._wait.wake)
        self.meter: Meter = Meter()

    def stop(self) -> None:
        """Let the workers end, each after what it has on its way."""
        self._stopping = True
        self._wait.wake()

    def hurry(self, more: int) -> None:
        """Send batches that are not full at once, for as long as somebody waits for that."""
        self._hurries += more
        self._wait.wake()

    async def work(self) -> None:
        """Send batch after batch; several of these run at the same time."""
        while True:
            async with self._turn:  # one watches, the others wait for their turn or send
                batch = await self._next()
            if batch is None:
                return
            try:
                await self._send(batch)
            except ClientClosedError:
                logger.info("The client is closed: the outbox sends nothing more")
                self.stop()
                return

    async def _next(self) -> Optional[Batch]:
        """Wait for the next batch; None at the end."""
        while not self._stopping:
            seconds: Optional[float] = POLL
            try:
                await self._settle_what_is_left()
                await self._report()
                seconds = self._schedule.seconds_until_next()
                if seconds == 0 and not self._unsettled:
                    batch = self._schedule.next_again() or await self._claim()
                    if batch is not None:
                        if not await self._keep(batch):
                            continue
                        with self._lock:
                            self._schedule.started()
                        return batch
                    seconds = POLL
            except Exception as error:  # it may pass; a sender that ends would send nothing more
                self._say(error)
                seconds = 1.0
            await self._wait.wait(1.0 if seconds is None else min(seconds or POLL, 1.0))
        return None

    def _say(self, error: Exception) -> None:
        if self._schedule.is_to_be_said("store"):
            unknown = None if isinstance(error, OutboxError) else error  # else: a full disk, say
            logger.error(
                "The outbox cannot use its store at the moment: %s", error, exc_info=unknown
            )

    async def _claim(self) -> Optional[Batch]:
        if not is_full(self._claimed):
            most = CLAIM - len(self._claimed)
            self._claimed.extend(await concurrency.async_run(self._store.claim, most))
        waits = 0.0 if self._hurries or self._stopping else self._linger
        return next_batch(self._claimed, waits)

    async def _keep(self, batch: Batch) -> bool:
        """Leave out events that another sender has by now; say whether any are left."""
        try:
            batch.entries = await concurrency.async_run(self._store.extend, batch.entries)
        except BaseException:
            self._schedule.put_back(batch)
            raise
        return bool(batch.entries)

    async def _send(self, batch: Batch) -> None:
        if self._delivery is None:
            self._delivery = AsyncDelivery(self._client, self._check_codes)
        outcomes: List[Outcome] = []
        try:
            outcomes = await self._delivery.send(list(map(item_of, batch.entries)))
        except ClientClosedError:
            raise
        except Exception as error:  # a token of the user's that cannot be had, for instance
            reason = f"{type(error).__name__}: {error}"[:300]
            if reason != self._schedule.problem:
                logger.exception("The outbox cannot send at the moment")
            outcomes = [Outcome("hold", reason, "refused")] * len(batch.entries)
        finally:
            await self._ended(batch, outcomes)

    async def _ended(self, batch: Batch, outcomes: List[Outcome]) -> None:
        works = self._schedule.worked_at + WORKS_FOR > concurrency.monotonic()
        result = sort(batch, outcomes, self._give_up_after, works)
        with self._lock:
            if outcomes:
                self._schedule.ended(batch, result.again, result.problem)
            else:
                self._schedule.given_up(batch)
            self.meter.count(result.sent, result.duplicates)
            self._unsettled.append(result.settlement)
        self._wait.wake()
        try:
            await self._settle_what_is_left()
        except Exception as error:  # what was sent is remembered, and written later
            logger.error("The outbox cannot write what was sent at the moment: %s", error)
        if self._hooks:
            self._tell(batch, outcomes)

    async def _settle_what_is_left(self) -> None:
        while True:
            try:
                settlement = self._unsettled.popleft()
            except IndexError:
                return
            try:
                await concurrency.async_run(self._store.settle, settlement)
            except BaseException:
                self._unsettled.appendleft(settlement)
                raise

    def _tell(self, batch: Batch, outcomes: List[Outcome]) -> None:
        for entry, outcome in zip(batch.entries, outcomes):
            verdict = outcome.verdict(event_of(entry.body))
            for hook in list(self._hooks):
                call_hook(hook, verdict)

    def say_at_the_end(self) -> None:
        """Leave to others what this sender has sent."""
        if not self._store.leads():
            return
        try:
            if not self.meter.begun:
                self.meter.go_on_from(self._store.earlier())
            self._store.report(self.report())
        except OutboxError as error:
            logger.warning("The outbox cannot say what it has sent: %s", error)

    async def _report(self) -> None:
        if not self.meter.is_due() or not self._store.leads():
            return
        if not self.meter.begun:
            self.meter.go_on_from(await concurrency.async_run(self._store.earlier))
        await concurrency.async_run(self._store.report, self.report())

    def report(self) -> Report:
        """Return what this sender says of itself."""
        return self.meter.report(self._schedule.problem)
