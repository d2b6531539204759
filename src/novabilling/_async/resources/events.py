"""Events: the usage that is metered. Each is counted once, however often it is sent."""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Sequence, Union

from msgspec import UNSET

from ..._call.errors import NovaBillingError, mark_as_applied
from ..._reconcile.declared import Counted, shown_by
from ..._resources.events import (
    EMPTY_BATCH,
    METRICS,
    KnownMetrics,
    event_body,
    merge,
    never_billed,
    prepare,
    record_of_all,
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

_SENT = "/events/subscription/{subscriptionId}?from={first}&to={last}&perPage=100"
_PLACE = "/subscriptions/{subscriptionId}"


class AsyncEvents(AsyncResource):
    """Send usage events and read them."""

    @shown_by("POST /events", Counted(_SENT, _PLACE, UsageEvent))
    async def create(
        self,
        *,
        subscription_id: str,
        code: str,
        transaction_id: Omittable[str] = UNSET,
        timestamp: Omittable[Date] = UNSET,
        properties: Omittable[Mapping[str, Any]] = UNSET,
    ) -> Response[UsageEvent]:
        """Send one event.

        An event with a `transaction_id` that the server knows is not counted again, whatever it
        holds. What is made up stays the same in later attempts, and stands in `events` of an error.

        Sends `POST /api/events` with an API key or a login token, and again after failures that may
        pass or a 500. A repeat counts nothing with the same `transaction_id`. Where that is left
        out, each call makes up another, and counts.

        Args:
            subscription_id: The id of the subscription, the server's or your own external one.
            code: The code of the metric that counts it.
            transaction_id: Your own key of the event, unique within the tenant, at most 255
                characters. Unset is made up.
            timestamp: When it happened, and so in which billing period it counts; a date is
                midnight UTC. Unset is the time of this call.
            properties: What the metric adds up or splits by, any JSON object. Unset leaves it
                empty.

        Raises:
            ValueError: The event is larger than 102,400 bytes.
            NotFoundError: There is no such subscription, or no metric has this code.

        Example:
            event = client.events.create(
                subscription_id="sub_1",
                code="api_calls",
                transaction_id="call_2",
                properties={"region": "eu"},
            ).data
            print(event.code, event.transaction_id)  # api_calls call_2
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

    @shown_by("POST /events/batch", Counted(_SENT, _PLACE, EventBatch))
    async def create_batch(
        self,
        events: Sequence[Union[UsageEventInput, UsageEventParam]],
        *,
        check_codes: bool = False,
    ) -> Response[EventBatch]:
        """Send any number of events; look at `errors` of the merged result.

        They go in slices of at most 100 events and 100,000 bytes, one request for each; all are
        checked before the first is sent. An error carries `events`, all of them with their
        transaction ids and timestamps, and `partial`, the result so far: sending `error.events`
        again, also much later, counts nothing twice and everything in its billing period.

        The server takes codes that no metric has, and never bills such events.

        Sends `POST /api/events/batch` (also `GET /api/billable-metrics`) with an API key or a login
        token, and again after failures that may pass or a 500. A repeat counts nothing with the
        same `transaction_id`. Where that is left out, each call makes up another, and counts.

        Args:
            events: Structs or dicts with the arguments of `create`. A `transaction_id` that is left
                out is made up; a `timestamp` that is left out is the time of this call.
            check_codes: True: the metrics are read first, once in 60 s or where a code is not among
                them, and what would never be billed is refused.

        Raises:
            ValueError: An event is larger than 100,000 bytes; or, with `check_codes`, no metric has
                its code, or the property that is added up is no number.
            BadRequestError: The server refuses a field: no event of that slice is counted.

        Example:
            batch = client.events.create_batch(
                [
                    {"subscription_id": "sub_1", "code": "api_calls", "transaction_id": "call_2"},
                    {"subscription_id": "sub_1", "code": "api_calls", "transaction_id": "call_3"},
                ],
                check_codes=True,
            ).data
            print(batch.created, batch.duplicates, batch.errors)  # 2 0 0
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
            result, reconciled = answer.data, answer.reconciled
            for body in rest:
                answer = await one._post_batch(body)
                reconciled |= answer.reconciled
                result = merge(result, answer.data)
        except NovaBillingError as error:
            error.events, error.partial = prepared, result
            if result.total > 0:
                mark_as_applied(error)
                error.call = record_of_all(error.call, prepared)
            raise
        return Response(result, answer.http, answer.request_id, reconciled)

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
        """Get an event.

        Sends `GET /api/events/{event_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            event_id: The id that the server gave the event, not its `transaction_id`.

        Raises:
            NotFoundError: There is no such event.

        Example:
            event = client.events.get(event_id).data
            print(event.transaction_id)  # call_1
        """
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

        Sends `GET /api/events/subscription/{subscription_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            subscription_id: The server's id of the subscription. `create` takes external ids too;
                here they find nothing, and a `NovaBillingWarning` says so.
            code: Only those with this code. None means all.
            date_from: The earliest `timestamp`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `timestamp`, itself included; a date is midnight UTC, so that day is
                left out. None sets no bound.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 50.

        Example:
            page = client.events.get_by_subscription(subscription_id, code="api_calls")
            for event in page:
                print(event.transaction_id, event.properties)  # call_1 {'region': 'eu'}
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

        Sends `GET /api/events/subscription/{subscription_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            subscription_id: The server's id of the subscription; an external id finds nothing, and
                a `NovaBillingWarning` says so.
            code: Only those with this code. None means all.
            date_from: The earliest `timestamp`, itself included; a date is midnight UTC. None sets
                no bound.
            date_to: The latest `timestamp`, itself included; a date is midnight UTC. None sets no
                bound.

        Example:
            for event in client.events.iter_by_subscription(subscription_id):
                print(event.transaction_id)  # call_1
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
