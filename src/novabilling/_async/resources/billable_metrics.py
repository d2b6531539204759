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
        """List all metrics, the newest first, with their filters and the number of their charges.

        Sends `GET /api/billable-metrics` with an API key or a login token, and again after failures
        that may pass.

        Example:
            page = client.billable_metrics.list()
            for metric in page:
                print(metric.code, metric.counts.charges)  # api_calls 1
        """
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

        Sends `POST /api/billable-metrics` with an API key or a login token, and never again once it
        may have worked. A repeat is refused: there is one with this `code`.

        Args:
            name: Its name on invoices, at most 100 characters.
            code: Your own key of the metric, and the `code` of its events: lower-case letters,
                digits and underscores, unique within the tenant. It cannot be changed later.
            aggregation_type: How events add up: "count" of events, "sum" or "max" of a property,
                "unique_count" of its values, "latest" value, or "weighted_sum": value times the
                property `weight`, or 1. It cannot be changed later.
            description: Text of at most 500 characters. None or unset leaves it empty.
            field_name: The property of events that is added up, counted by value, or taken at its
                greatest. All but "count" and "unique_count" need it. None or unset leaves it empty.
            recurring: Whether its value is carried over into the next period, as that of seats.
                Unset is False.
            filters: Properties by which a charge can have other prices, each `key` once. Those of
                another metric may be given. Unset leaves it empty; None is refused.

        Raises:
            ValueError: Two of the filters have the same key; or they are None, as those of a metric
                that was read without them.
            BadRequestError: The aggregation needs `field_name`, or the server refuses a field.
            ConflictError: The tenant has a metric with this code.

        Example:
            metric = client.billable_metrics.create(
                name="Storage", code="storage_gb", aggregation_type="max", field_name="gb"
            ).data
            print(metric.code, metric.aggregation_type)  # storage_gb max
        """
        refuse_null("filters", filters, "the metric was read without them; leave it out for none")
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            BillableMetric, Route("/billable-metrics"), body, repeat="once", keys_first=True
        )

    async def get(self, billable_metric_id: str) -> Response[BillableMetric]:
        """Get a metric with its filters and charges.

        Sends `GET /api/billable-metrics/{billable_metric_id}` with an API key or a login token, and
        again after failures that may pass.

        Args:
            billable_metric_id: The id that the server gave the metric.

        Raises:
            NotFoundError: There is no such metric.

        Example:
            metric = client.billable_metrics.get(billable_metric_id).data
            print(metric.name, len(metric.charges))  # API calls 1
        """
        route = Route("/billable-metrics/{billable_metric_id}", billable_metric_id)
        return await self._get(BillableMetric, route)

    @shown_by(
        "PATCH /billable-metrics/{billable_metric_id}",
        Reached("/billable-metrics/{billable_metric_id}", BillableMetric, children=("filters",)),
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
        """Change what is given and leave the rest.

        Sends `PATCH /api/billable-metrics/{billable_metric_id}` with an API key or a login token,
        and again after failures that may pass. A repeat sets the same again.

        Args:
            billable_metric_id: The id that the server gave the metric.
            name: The new name on invoices, at most 100 characters. It cannot be cleared.
            description: The new text, at most 500 characters. None clears it.
            field_name: The new property that is added up. None clears it.
            recurring: Whether its value is carried over into the next period.
            filters: What replaces all old filters, each `key` once; `[]` removes them.

        Raises:
            ValueError: Two of the filters have the same key, or they are None, which would lose
                them.
            NotFoundError: There is no such metric.

        Example:
            metric = client.billable_metrics.update(
                billable_metric_id, filters=[{"key": "region", "values": ["eu", "us"]}]
            ).data
            print(metric.filters[0].values)  # ['eu', 'us']
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
        """Delete a metric that no charge uses.

        Sends `DELETE /api/billable-metrics/{billable_metric_id}` with an API key or a login token,
        and again after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            billable_metric_id: The id that the server gave the metric.

        Raises:
            BadRequestError: A charge uses it.
            NotFoundError: There is no such metric.

        Example:
            metric = client.billable_metrics.create(
                name="Seats", code="seats", aggregation_type="latest", field_name="seats"
            ).data
            deleted = client.billable_metrics.delete(metric.id).data
            print(deleted.message)  # Billable metric deleted successfully
        """
        route = Route("/billable-metrics/{billable_metric_id}", billable_metric_id)
        return await self._delete(route)
