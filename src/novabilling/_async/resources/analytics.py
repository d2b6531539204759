"""Analytics: figures about the tenant's business, converted to USD by the server."""

from __future__ import annotations

from typing import Optional, Union

from msgspec import UNSET, UnsetType

from ..._words.arguments import Arguments
from ..._words.checks import Date, count, currency, timestamp
from ..._words.literals import Currency, GroupBy
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._analytics import (
    ChurnCohorts,
    CustomerAnalytics,
    LifetimeValue,
    MrrBreakdown,
    NetRevenue,
    PaymentAnalytics,
    RevenueAnalytics,
    SubscriptionAnalytics,
)
from ...types._common import Response
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    second_names={"start_date": "date_from", "end_date": "date_to"},
    date_from=timestamp,
    date_to=timestamp,
    currency=currency,
    group_by=word(GroupBy),
    months=count(1),
)


class AsyncAnalytics(AsyncResource):
    """Read figures. `group_by` has no effect on the 1.0 server.

    `start_date` and `end_date` are second names of `date_from` and `date_to`.
    """

    async def get_revenue(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
    ) -> Response[RevenueAnalytics]:
        """Get the revenue of a period; `mrr` and `arr` are of now, whatever the filters."""
        query = _ARGUMENTS.query(**locals())
        return await self._get(RevenueAnalytics, Route("/analytics/revenue"), query)

    async def get_subscriptions(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
    ) -> Response[SubscriptionAnalytics]:
        """Get the subscriptions by status, with churn and retention in percent."""
        query = _ARGUMENTS.query(**locals())
        return await self._get(SubscriptionAnalytics, Route("/analytics/subscriptions"), query)

    async def get_customers(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
    ) -> Response[CustomerAnalytics]:
        """Get the number of customers and the average revenue per customer."""
        query = _ARGUMENTS.query(**locals())
        return await self._get(CustomerAnalytics, Route("/analytics/customers"), query)

    async def get_payments(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
        provider: UnsetType = UNSET,
    ) -> Response[PaymentAnalytics]:
        """Get the payments by outcome, with the success rate in percent.

        `provider` is a TypeError: the 1.0 server has no such filter here.
        """
        if provider is not UNSET:
            raise TypeError("provider: the server has no such filter here; payments.list() has")
        query = _ARGUMENTS.query(**locals())
        return await self._get(PaymentAnalytics, Route("/analytics/payments"), query)

    async def get_mrr_breakdown(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
    ) -> Response[MrrBreakdown]:
        """Get the monthly recurring revenue by plan; the 1.0 server ignores the filters."""
        query = _ARGUMENTS.query(**locals())
        return await self._get(MrrBreakdown, Route("/analytics/mrr-breakdown"), query)

    async def get_net_revenue(
        self,
        *,
        date_from: Optional[Date] = None,
        date_to: Optional[Date] = None,
        currency: Union[Currency, str, None] = None,
        group_by: Optional[GroupBy] = None,
        start_date: Optional[Date] = None,
        end_date: Optional[Date] = None,
    ) -> Response[NetRevenue]:
        """Get revenue less refunds and credit notes; a refund counts as its whole payment."""
        query = _ARGUMENTS.query(**locals())
        return await self._get(NetRevenue, Route("/analytics/net-revenue"), query)

    async def get_churn_cohorts(self, *, months: Optional[int] = None) -> Response[ChurnCohorts]:
        """Get how many customers of each month stayed, for the last `months` (default 12)."""
        query = _ARGUMENTS.query(months=months)
        return await self._get(ChurnCohorts, Route("/analytics/churn-cohorts"), query)

    async def get_lifetime_value(self) -> Response[LifetimeValue]:
        """Get what a customer brings on average, in all and by plan."""
        return await self._get(LifetimeValue, Route("/analytics/ltv"))
