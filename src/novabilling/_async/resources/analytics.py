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
        """Get the revenue of a period; `mrr` and `arr` are of now, whatever the filters.

        Sends `GET /api/analytics/revenue` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: The start of the period in which invoices were paid, itself included; a date
                is midnight UTC. None sets no bound.
            date_to: The end of it, itself included; a date is midnight UTC, so that day is left
                out. None sets no bound.
            currency: Only invoices in this currency, three letters; the sum is in USD all the same.
                None means all.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.

        Example:
            revenue = client.analytics.get_revenue(date_from="2026-06-01").data
            print(revenue.invoice_count, revenue.arr > revenue.mrr)  # 1 True
        """
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
        """Get the subscriptions by status, with churn and retention in percent.

        The dates bound `new_subscriptions`, and of `canceled` and the rates those that were created
        then, not those that were canceled then.

        Sends `GET /api/analytics/subscriptions` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: The start of the period in which subscriptions were created, itself included;
                a date is midnight UTC. None sets no bound.
            date_to: The end of it, itself included; a date is midnight UTC, so that day is left
                out. None sets no bound.
            currency: Checked, and ignored by the 1.0 server.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.

        Example:
            figures = client.analytics.get_subscriptions().data
            print(figures.total, figures.active, figures.retention_rate)  # 1 1 100.00
        """
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
        """Get the number of customers and the average revenue per customer.

        The dates limit only `new_customers`.

        Sends `GET /api/analytics/customers` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: The start of the period in which customers were created, itself included; a
                date is midnight UTC. None sets no bound.
            date_to: The end of it, itself included; a date is midnight UTC, so that day is left
                out. None sets no bound.
            currency: Checked, and ignored by the 1.0 server: invoices in all currencies are
                converted.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.

        Example:
            figures = client.analytics.get_customers(date_from="2026-06-01").data
            print(figures.total_customers, figures.new_customers)  # 1 1
        """
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

        Sends `GET /api/analytics/payments` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: The start of the period in which payments were created, itself included; a
                date is midnight UTC. None sets no bound.
            date_to: The end of it, itself included; a date is midnight UTC, so that day is left
                out. None sets no bound.
            currency: Checked, and ignored by the 1.0 server.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.
            provider: Refused: the 1.0 server has no such filter here; `payments.list` has.

        Raises:
            TypeError: `provider` is given.

        Example:
            figures = client.analytics.get_payments().data
            print(figures.succeeded, figures.success_rate)  # 1 100.00
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
        """Get the monthly recurring revenue by plan, and how it moved since the first of the month.

        Sends `GET /api/analytics/mrr-breakdown` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: Checked, and ignored by the 1.0 server.
            date_to: Checked, and ignored by the 1.0 server.
            currency: Checked, and ignored by the 1.0 server.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.

        Example:
            breakdown = client.analytics.get_mrr_breakdown().data
            for plan in breakdown.by_plan:
                print(plan.plan_name, plan.subscription_count)  # Pro 1
        """
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
        """Get revenue less refunds and credit notes; a refund counts as its whole payment.

        Sends `GET /api/analytics/net-revenue` with an API key or a login token, and again after
        failures that may pass.

        Args:
            date_from: The start of the period in which invoices were created, itself included; a
                date is midnight UTC. None sets no bound.
            date_to: The end of it, itself included; a date is midnight UTC, so that day is left
                out. None sets no bound.
            currency: Checked, and ignored by the 1.0 server: invoices in all currencies are
                converted.
            group_by: Checked, and without effect on the 1.0 server.
            start_date: A second name of `date_from`.
            end_date: A second name of `date_to`.

        Example:
            revenue = client.analytics.get_net_revenue().data
            print(revenue.refunds, revenue.net_revenue == revenue.gross_revenue)  # 0 True
        """
        query = _ARGUMENTS.query(**locals())
        return await self._get(NetRevenue, Route("/analytics/net-revenue"), query)

    async def get_churn_cohorts(self, *, months: Optional[int] = None) -> Response[ChurnCohorts]:
        """Get how many customers of each month stayed.

        Sends `GET /api/analytics/churn-cohorts` with an API key or a login token, and again after
        failures that may pass.

        Args:
            months: How many months to go back, this one included, 1 or more. None means 12.

        Example:
            cohorts = client.analytics.get_churn_cohorts(months=3).data
            print(cohorts.months)  # ['2026-04', '2026-05', '2026-06']
        """
        query = _ARGUMENTS.query(months=months)
        return await self._get(ChurnCohorts, Route("/analytics/churn-cohorts"), query)

    async def get_lifetime_value(self) -> Response[LifetimeValue]:
        """Get what a customer brings on average, in all and by plan.

        Sends `GET /api/analytics/ltv` with an API key or a login token, and again after failures
        that may pass.

        Example:
            value = client.analytics.get_lifetime_value().data
            print(value.by_plan[0].plan_name, value.avg_lifespan_days)  # Pro 1
        """
        return await self._get(LifetimeValue, Route("/analytics/ltv"))
