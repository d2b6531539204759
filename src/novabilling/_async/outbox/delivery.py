"""Send events in batches and say what became of each: the core of the outbox, without a store."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union, cast
from weakref import WeakKeyDictionary

from msgspec import structs

from ..._call.call import Call
from ..._call.configuration import check_flag
from ..._call.errors import ClientClosedError, NovaBillingError
from ..._call.retries import RetryBudget
from ..._outbox import settings
from ..._outbox.codes import judge_codes, may_look
from ..._outbox.given import Given, read_events, slices_of, too_old
from ..._outbox.verdicts import (
    NO_EVENT,
    NO_ITEM,
    Item,
    Outcome,
    Verdict,
    held,
    is_of_single_events,
    outcomes_of,
    parts,
    why,
)
from ..._resources.events import METRICS, KnownMetrics, batch_of
from ..._runtime import concurrency
from ..._runtime.secrets import Secret
from ..._words.routes import Route
from ...types._common import Response
from ...types._inputs import UsageEventInput, UsageEventParam
from ...types._metering import BillableMetric, EventBatch
from ..caller import AsyncCaller
from ..client import AsyncNovaBilling
from ..resource import AsyncResource

logger = logging.getLogger("novabilling")

PATIENCE = 2.0
"""Seconds that a batch stands in the client's line: whoever sends can do something else."""
CLOCKS_EVERY = 600.0
MAX_CLOCK_ERROR = 60.0

_clocks_at: WeakKeyDictionary[Secret[Any], float] = WeakKeyDictionary()
"""When to compare them again, by the token: a stream has a delivery for each of its batches."""


def caller_of(client: object) -> AsyncCaller:
    """Return what sends the calls of a client; TypeError if it is no client of this kind."""
    if not isinstance(client, AsyncNovaBilling):
        kind = AsyncNovaBilling.__name__
        raise TypeError(f"client must be a client of the class {kind}, not {type(client).__name__}")
    return client._caller  # pyright: ignore[reportPrivateUsage]


class AsyncDelivery(AsyncResource):
    """Send batches of events that are written already."""

    def __init__(self, client: AsyncNovaBilling, check_codes: bool) -> None:
        caller = caller_of(client)
        config = structs.replace(caller.config, max_retries=0, deadline=settings.LONGEST_CALL)
        own = caller.copy(config=config)
        own.budget = RetryBudget()  # an outage must not use up that of the other calls
        super().__init__(own)
        self._check_codes = check_codes
        self._looking = concurrency.async_turns()

    async def send(self, items: Sequence[Item]) -> List[Outcome]:
        """Send one batch and return what became of each event; ClientClosedError is raised."""
        found = {n: NO_EVENT for n, item in enumerate(items) if item is NO_ITEM}
        if self._check_codes and len(found) < len(items):
            try:
                async with self._looking:
                    found = {**await self._judge_codes(items), **found}
            except ClientClosedError:
                raise
            except NovaBillingError as error:
                return [held(error)] * len(items)
        rest = [number for number in range(len(items)) if number not in found]
        outcomes = await self._send([items[number] for number in rest]) if rest else []
        found.update(zip(rest, outcomes))
        return [found[number] for number in range(len(items))]

    async def _send(self, items: Sequence[Item]) -> List[Outcome]:
        try:
            answer = await self._post_batch([item.body for item in items])
        except ClientClosedError:
            raise
        except NovaBillingError as error:
            if not is_of_single_events(error, len(items)):
                return [held(error)] * len(items)
            if len(items) == 1:
                return [Outcome("dead", why(error))]
            split = parts(error, len(items))
        else:
            self._compare_clocks(answer)
            return outcomes_of(answer.data.results, items)
        return await self._send_parts(items, split)

    async def _send_parts(
        self, items: Sequence[Item], split: Sequence[Sequence[int]]
    ) -> List[Outcome]:
        """Send the parts of a batch that was refused, until one cannot be sent now."""
        found: Dict[int, Outcome] = {}
        stopped: Optional[Outcome] = None
        for part in split:
            if stopped is not None:
                found.update((number, stopped) for number in part)
                continue
            outcomes = await self._send([items[number] for number in part])
            found.update(zip(part, outcomes))
            stopped = next((o for o in outcomes if o.is_outage), None)
        return [found[number] for number in range(len(items))]

    async def _post_batch(self, bodies: Sequence[bytes]) -> Response[EventBatch]:
        body = batch_of(bodies)
        call = Call("POST", Route("/events/batch"), "keyed", body=body, patience=PATIENCE)
        return await self._object(EventBatch, call)

    async def _judge_codes(self, items: Sequence[Item]) -> Dict[int, Outcome]:
        """Find events that no metric counts; the metrics are read again if need be."""
        token = self._caller.config.token
        now = concurrency.monotonic()
        known = METRICS.get(token)
        found = judge_codes(items, known, now)
        if may_look(known, found, now):
            listed = await self._list(BillableMetric, Route("/billable-metrics"))
            by_code = {metric.code: metric for metric in listed.data}
            METRICS[token] = known = KnownMetrics(by_code, now)
            found = judge_codes(items, known, now)
        return found

    def _compare_clocks(self, answer: Response[EventBatch]) -> None:
        """Log a clock that differs from the server's: events would count in other periods."""
        now, token = concurrency.monotonic(), self._caller.config.token
        if now < _clocks_at.get(token, 0.0):
            return
        _clocks_at[token] = now + CLOCKS_EVERY
        from email.utils import parsedate_to_datetime

        try:
            theirs = parsedate_to_datetime(answer.http.headers.get("date", ""))
        except (TypeError, ValueError, IndexError, OverflowError):
            return
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=timezone.utc)
        ours: datetime = self._caller.config.now()
        behind = (theirs - ours).total_seconds()
        if abs(behind) > MAX_CLOCK_ERROR:
            logger.warning(
                "The clock of this machine is %.0f s %s that of the server: usage events may count "
                "in another billing period",
                abs(behind),
                "behind" if behind > 0 else "ahead of",
            )


async def adeliver(
    client: AsyncNovaBilling,
    events: Iterable[Union[UsageEventInput, UsageEventParam]],
    *,
    check_codes: bool = True,
    give_up_after: float = 3600.0,
) -> List[Verdict]:
    """Send events once and return a verdict for each, in their order; nothing is stored.

    For a consumer of a stream: acknowledge an event by its verdict, and leave those that are `hold`
    to be delivered again. Each event needs a `transaction_id` and a `timestamp` of its own, as it
    would otherwise count twice or later; one without, or one that cannot be sent at all, is `dead`.
    An event that the server refuses for itself (its subscription is not there) is `hold` until it
    is `give_up_after` seconds old, by its timestamp, and `dead` then.

    It makes one request for 100 events or 100,000 bytes, and one for the metrics unless they are
    known. It waits at most 2 s for a turn at the rate limit, and repeats nothing.

    Raises:
        ClientClosedError: The client is closed.
    """
    delivery = AsyncDelivery(client, check_flag(check_codes, "check_codes"))
    give_up_after = settings.check_seconds("give_up_after", give_up_after)
    given = read_events(cast("Any", events))
    stopped: Optional[Outcome] = None
    for part in slices_of(given):
        if stopped is None:
            outcomes = await delivery.send([one.item for one in part])
            stopped = next((o for o in outcomes if o.is_outage), None)
        else:
            outcomes = [stopped] * len(part)
        for one, outcome in zip(part, outcomes):
            one.outcome = outcome
    now = caller_of(client).config.now()
    return [_verdict(one, now, give_up_after) for one in given]


def _verdict(one: Given, now: datetime, give_up_after: float) -> Verdict:
    outcome = one.outcome
    gives_up = outcome.cause == "event" and too_old(one, now, give_up_after)
    return outcome.verdict(one.event, "dead" if gives_up else None)
