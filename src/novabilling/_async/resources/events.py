"""Events: the usage that is metered. Each is counted once, however often it is sent."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Union

from msgspec import UNSET

from ..._call.errors import NovaBillingError, mark_as_applied
from ..._resources.events import (
    EMPTY_BATCH,
    METRICS,
    KnownMetrics,
    event_body,
    merge,
    never_billed,
    prepare,
    slices,
    warn_of_foreign_id,
)
from ..._runtime import concurrency
from ..._runtime.secrets import Secret
from ..._words.arguments import Arguments, not_null
from ..._words.checks import Date, Omittable, flag, identifier, text, timestamp
from ..._words.routes import Route
from ...types._common import PaginatedResponse, Response
from ...types._inputs import UsageEventInput, UsageEventParam
from ...types._metering import BillableMetric, EventBatch, UsageEvent
from ..pagination import PAGE_SIZE, AsyncPaginator
from ..resource import AsyncResource, Query

_ARGUMENTS = Arguments(
    wire={"date_from": "from", "date_to": "to", "limit": "perPage"},
    subscription_id=not_null(identifier),
    code=text,
    date_from=timestamp,
    date_to=timestamp,
)


class AsyncEvents(AsyncResource):
    """Send usage events and read them."""

    async def create(
        self,
        *,
        subscription_id: str,
        code: str,
        transaction_id: Omittable[str] = UNSET,
        timestamp: Omittable[Date] = UNSET,
        properties: Omittable[Mapping[str, Any]] = UNSET,
    ) -> Response[UsageEvent]:
        """Send one event; `subscription_id` may be the subscription's external id.

        An event with a `transaction_id` that the server knows is not counted again, whatever it
        holds; one that is left out is made up, and a `timestamp` that is left out is the time of
        this call, also in later attempts. Both stand in `events` of an error.
        """
        event = UsageEventInput(
            subscription_id=subscription_id,
            code=code,
            transaction_id=transaction_id,
            timestamp=timestamp,
            properties=properties,
        )
        events = prepare([event], self._caller.config.now())
        body = event_body(events[0])
        try:
            return await self._post(UsageEvent, Route("/events"), body, repeat="keyed")
        except NovaBillingError as error:
            error.events, error.partial = events, EMPTY_BATCH
            raise

    async def create_batch(
        self,
        events: Sequence[Union[UsageEventInput, UsageEventParam]],
        *,
        check_codes: bool = False,
    ) -> Response[EventBatch]:
        """Send any number of events, in slices; look at `errors` of the merged result.

        All are checked before the first is sent. An error carries `events`, all of them with their
        transaction ids and timestamps, and `partial`, the result so far: sending `error.events`
        again, also much later, counts nothing twice and everything in its billing period.

        The server takes codes that no metric has, and never bills such events. With `check_codes`
        the metrics are read, once in 60 s or where a code is not among them, and `ValueError` is
        raised for a code without a metric, or a property to be added up that is no number.
        """
        prepared = prepare(events, self._caller.config.now())
        first, *rest = slices(prepared)
        result = EMPTY_BATCH
        one = self._with_one_deadline()
        try:
            if flag("check_codes", check_codes):
                await one._check_codes(prepared)
            answer = await one._post_batch(first)
            if not rest:
                return answer
            result = answer.data
            for body in rest:
                answer = await one._post_batch(body)
                result = merge(result, answer.data)
        except NovaBillingError as error:
            error.events, error.partial = prepared, result
            if result.total > 0:
                mark_as_applied(error)
            raise
        return Response(result, answer.http, answer.request_id)

    async def _check_codes(self, events: List[UsageEventInput]) -> None:
        """Refuse events that would never be billed, after a fresh look at the metrics."""
        token = self._caller.config.token
        problem = never_billed(events, METRICS.get(token), concurrency.monotonic())
        if problem is not None:
            found = await self._list(BillableMetric, Route("/billable-metrics"))
            by_code = {metric.code: metric for metric in found.data}
            METRICS[token] = known = KnownMetrics(by_code, concurrency.monotonic())
            problem = never_billed(events, known, known.read_at)
        if problem is not None:
            raise ValueError(f"{problem}; nothing was sent")

    async def _post_batch(self, body: Secret[bytes]) -> Response[EventBatch]:
        return await self._post(EventBatch, Route("/events/batch"), body, repeat="keyed")

    async def get(self, event_id: str) -> Response[UsageEvent]:
        """Get an event."""
        return await self._get(UsageEvent, Route("/events/{event_id}", event_id))

    async def get_by_subscription(
        self,
        subscription_id: str,
        *,
        code: Optional[str] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[UsageEvent]:
        """List one page of a subscription's events, the latest first; none for an unknown one.

        It takes the server's id alone: `create` takes external ids too, and they find nothing
        here; a `NovaBillingWarning` says so. The dates bound `timestamp`; `limit` is 1 to 100
        (default 50).
        """
        filters = _ARGUMENTS.query(code=code, date_from=date_from, date_to=date_to)
        return await self._page("get_by_subscription", subscription_id, filters, page, limit)

    def iter_by_subscription(
        self,
        subscription_id: str,
        *,
        code: Optional[str] = None,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
    ) -> AsyncPaginator[UsageEvent]:
        """Iterate over all events that `get_by_subscription` would page through.

        It takes the server's id alone, as that does, and warns where an external id finds nothing.
        """
        filters = _ARGUMENTS.query(code=code, date_from=date_from, date_to=date_to)
        name, of = "iter_by_subscription", identifier("subscription_id", subscription_id)
        return AsyncPaginator(
            lambda page: self._page(name, of, filters, page, PAGE_SIZE), UsageEvent
        )

    async def _page(
        self, method: str, of: str, filters: Query, page: Optional[int], limit: Optional[int]
    ) -> PaginatedResponse[UsageEvent]:
        route = Route("/events/subscription/{subscription_id}", of)
        found = await self._list(UsageEvent, route, filters, _ARGUMENTS, page=page, limit=limit)
        if not found.data and page in (None, 1):
            warn_of_foreign_id(method, of)
        return found
