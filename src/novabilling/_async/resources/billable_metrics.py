"""Billable metrics: how usage events add up to quantities."""

from __future__ import annotations

from typing import Optional, Sequence, Union

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, structs
from ..._words.checks import Omittable, flag, plain, refuse_null, text
from ..._words.literals import AggregationType
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import MetricFilterInput, MetricFilterParam
from ...types._metering import BillableMetric, BillableMetricFilter
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    name=text,
    code=text,
    description=text,
    aggregation_type=word(AggregationType),
    field_name=text,
    recurring=flag,
    filters=structs(
        MetricFilterInput,
        Arguments(key=text, values=plain),
        distinct="key",
        result=BillableMetricFilter,
    ),
)


class AsyncBillableMetrics(AsyncResource):
    """Create, read, change and delete metrics."""

    async def list(self) -> PaginatedResponse[BillableMetric]:
        """List all metrics with the number of their charges."""
        return await self._list(BillableMetric, Route("/billable-metrics"))

    @shown_by(
        "POST /billable-metrics",
        Made("/billable-metrics", BillableMetric, key=("code",), detail="/billable-metrics/{id}"),
    )
    async def create(
        self,
        *,
        name: str,
        code: str,
        aggregation_type: AggregationType,
        description: Omittable[Optional[str]] = UNSET,
        field_name: Omittable[Optional[str]] = UNSET,
        recurring: Omittable[bool] = UNSET,
        filters: Omittable[
            Optional[Sequence[Union[MetricFilterInput, MetricFilterParam, BillableMetricFilter]]]
        ] = UNSET,
    ) -> Response[BillableMetric]:
        """Create a metric of the events with this code.

        `field_name` is the property that is summed, counted by value, or taken at its greatest.
        `filters` may be those of another metric.

        Raises:
            ValueError: Two of the filters have the same key; or they are None, as those of a
                metric that was read without them.
            ConflictError: The tenant has a metric with this code.
        """
        refuse_null("filters", filters, "the metric was read without them; leave it out for none")
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            BillableMetric, Route("/billable-metrics"), body, repeat="once", keys_first=True
        )

    async def get(self, billable_metric_id: str) -> Response[BillableMetric]:
        """Get a metric with its charges."""
        route = Route("/billable-metrics/{billable_metric_id}", billable_metric_id)
        return await self._get(BillableMetric, route)

    @shown_by(
        "PATCH /billable-metrics/{billable_metric_id}",
        Reached(
            "/billable-metrics/{billable_metric_id}",
            BillableMetric,
            children=("filters",),
            emptied=True,
        ),
    )
    async def update(
        self,
        billable_metric_id: str,
        *,
        name: Omittable[str] = UNSET,
        description: Omittable[Optional[str]] = UNSET,
        field_name: Omittable[Optional[str]] = UNSET,
        recurring: Omittable[bool] = UNSET,
        filters: Omittable[
            Sequence[Union[MetricFilterInput, MetricFilterParam, BillableMetricFilter]]
        ] = UNSET,
    ) -> Response[BillableMetric]:
        """Change what is given; `filters` replace all there were, `[]` removes them.

        Raises:
            ValueError: Two of the filters have the same key.
        """
        refuse_null("filters", filters, "the server would lose them and fail; send [] to remove")
        body = _ARGUMENTS.body(**locals())
        route = Route("/billable-metrics/{billable_metric_id}", billable_metric_id)
        return await self._patch(BillableMetric, route, body)

    @shown_by(
        "DELETE /billable-metrics/{billable_metric_id}",
        Gone("/billable-metrics/{billable_metric_id}"),
    )
    async def delete(self, billable_metric_id: str) -> Response[Message]:
        """Delete a metric.

        Raises:
            BadRequestError: A charge uses it.
        """
        route = Route("/billable-metrics/{billable_metric_id}", billable_metric_id)
        return await self._delete(route)
