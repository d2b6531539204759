"""Charges: what the usage of a metric costs on a plan."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null, structs
from ..._words.checks import Omittable, flag, identifier, money, plain, refuse_null, text, whole
from ..._words.literals import BillingTiming, ChargeModel
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import (
    ChargeFilterInput,
    ChargeFilterParam,
    GraduatedRangeInput,
    GraduatedRangeParam,
)
from ...types._metering import Charge, ChargeFilter, GraduatedRange
from ..resource import AsyncResource

_RANGE = Arguments(from_value=whole, to_value=whole, per_unit_amount=money, flat_amount=money)
_ARGUMENTS = Arguments(
    plan_id=not_null(identifier),
    billable_metric_id=not_null(identifier),
    charge_model=word(ChargeModel),
    billing_timing=word(BillingTiming),
    invoice_display_name=text,
    min_amount_cents=whole,
    prorated=flag,
    graduated_ranges=structs(GraduatedRangeInput, _RANGE, result=GraduatedRange),
    filters=structs(
        ChargeFilterInput,
        Arguments(key=text, values=plain, properties=plain),
        distinct="key",
        result=ChargeFilter,
    ),
    properties=plain,
)
_ADVICE = "the server would lose them and fail; send [] to remove"
_NOT_READ = "the charge was read without them; leave it out for none"


class AsyncCharges(AsyncResource):
    """Create, read, change and delete charges."""

    async def list(self, *, plan_id: Optional[str] = None) -> PaginatedResponse[Charge]:
        """List all charges, or those of one plan, the newest first, with their metrics.

        Sends `GET /api/charges` with an API key or a login token, and again after failures that may
        pass.

        Args:
            plan_id: Only those of this plan. None means all.

        Example:
            page = client.charges.list(plan_id=plan_id)
            for charge in page:
                print(charge.billable_metric.code, charge.properties)  # api_calls {'amount': 2}
        """
        return await self._list(Charge, Route("/charges"), _ARGUMENTS.query(plan_id=plan_id))

    @shown_by(
        "POST /charges",
        Made(
            "/charges?planId={planId}",
            Charge,
            key=("planId", "billableMetricId"),
            detail="/charges/{id}",
            place="/plans/{planId}",
        ),
    )
    async def create(
        self,
        *,
        plan_id: str,
        billable_metric_id: str,
        charge_model: ChargeModel,
        billing_timing: Omittable[BillingTiming] = UNSET,
        invoice_display_name: Omittable[Optional[str]] = UNSET,
        min_amount_cents: Omittable[Optional[int]] = UNSET,
        prorated: Omittable[bool] = UNSET,
        properties: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        graduated_ranges: Omittable[
            Optional[Sequence[Union[GraduatedRangeInput, GraduatedRangeParam, GraduatedRange]]]
        ] = UNSET,
        filters: Omittable[
            Optional[Sequence[Union[ChargeFilterInput, ChargeFilterParam, ChargeFilter]]]
        ] = UNSET,
    ) -> Response[Charge]:
        """Create a charge: what the usage of a metric costs on a plan.

        A subscription's invoice has a line for each charge whose metric counted something. All
        amounts are in major units of the subscription's currency, but for `min_amount_cents`.

        Sends `POST /api/charges` with an API key or a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `plan_id` and `billable_metric_id`.

        Args:
            plan_id: The id that the server gave the plan.
            billable_metric_id: The id of the metric that counts the units. A plan has one charge
                for each.
            charge_model: How units become an amount: "standard" (each costs the same), "package"
                (each package begun does), "percentage" (a percentage of the units), "graduated"
                (each range prices its own part) or "volume" (the range of the whole prices all).
            billing_timing: Whether it is billed at the start of a period, "in_advance", or at its
                end, "in_arrears". Unset is "in_arrears".
            invoice_display_name: What stands on the invoice in place of metric and units, at most
                200 characters. None or unset leaves it empty.
            min_amount_cents: The least that usage costs once there is some, in hundredths of the
                major unit, in every currency. None or unset leaves it empty.
            prorated: Whether a period that is not whole is charged in part. Unset is False.
            properties: The prices, sent as they are: `amount` of "standard"; `amount` and
                `packageSize` of "package"; `rate` in percent, `fixedAmount` and
                `freeUnitsPerTotalAggregation` of "percentage". These three models need it; None or
                unset leaves it empty.
            graduated_ranges: The prices of "graduated" and "volume", which need at least one. A
                range holds both its ends: 0 to 10 are eleven units. Those of another charge may be
                given. Unset leaves it empty; None is refused.
            filters: Other prices for events with certain properties, each `key` once. Those of
                another charge may be given. Unset leaves it empty; None is refused.

        Raises:
            ValueError: Two of the filters have the same key; or ranges or filters are None, as
                those of a charge that was read without them.
            BadRequestError: The model lacks its `properties` or ranges, or the server refuses a
                field.
            NotFoundError: There is no such plan or metric.
            ConflictError: The plan has a charge for this metric.

        Example:
            metric = client.billable_metrics.create(
                name="Emails", code="emails", aggregation_type="count"
            ).data
            charge = client.charges.create(
                plan_id=plan_id,
                billable_metric_id=metric.id,
                charge_model="graduated",
                graduated_ranges=[
                    {"from_value": 0, "to_value": 999, "per_unit_amount": 0},
                    {"from_value": 1000, "per_unit_amount": 0.25},
                ],
            ).data
            print(charge.graduated_ranges[1].per_unit_amount)  # 0.25
        """
        refuse_null("graduated_ranges", graduated_ranges, _NOT_READ)
        refuse_null("filters", filters, _NOT_READ)
        body = _ARGUMENTS.body(**locals())
        return await self._post(Charge, Route("/charges"), body, repeat="once", keys_first=True)

    async def get(self, charge_id: str) -> Response[Charge]:
        """Get a charge with its metric and plan.

        Sends `GET /api/charges/{charge_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            charge_id: The id that the server gave the charge.

        Raises:
            NotFoundError: There is no such charge.

        Example:
            charge = client.charges.get(charge_id).data
            print(charge.plan.name, charge.charge_model)  # Pro standard
        """
        return await self._get(Charge, Route("/charges/{charge_id}", charge_id))

    @shown_by(
        "PATCH /charges/{charge_id}",
        Reached("/charges/{charge_id}", Charge, children=("graduatedRanges", "filters")),
    )
    async def update(
        self,
        charge_id: str,
        *,
        billing_timing: Omittable[BillingTiming] = UNSET,
        invoice_display_name: Omittable[Optional[str]] = UNSET,
        min_amount_cents: Omittable[Optional[int]] = UNSET,
        prorated: Omittable[bool] = UNSET,
        properties: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        graduated_ranges: Omittable[
            Sequence[Union[GraduatedRangeInput, GraduatedRangeParam, GraduatedRange]]
        ] = UNSET,
        filters: Omittable[
            Sequence[Union[ChargeFilterInput, ChargeFilterParam, ChargeFilter]]
        ] = UNSET,
    ) -> Response[Charge]:
        """Change what is given and leave the rest, for invoices made from now on.

        Sends `PATCH /api/charges/{charge_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            charge_id: The id that the server gave the charge.
            billing_timing: "in_advance" or "in_arrears".
            invoice_display_name: What stands on the invoice, at most 200 characters. None clears
                it.
            min_amount_cents: The least that usage costs, in hundredths of the major unit, in every
                currency. None clears it.
            prorated: Whether a period that is not whole is charged in part.
            properties: What replaces the old prices as a whole, in the units of `create`. None
                clears them.
            graduated_ranges: What replaces all old ranges, in the units of `create`; `[]` removes
                them.
            filters: What replaces all old filters, each `key` once; `[]` removes them.

        Raises:
            ValueError: Two of the filters have the same key; or ranges or filters are None, which
                would lose them.
            NotFoundError: There is no such charge.

        Example:
            charge = client.charges.update(charge_id, properties={"amount": 2.5}).data
            print(charge.properties["amount"])  # 2.5
        """
        refuse_null("graduated_ranges", graduated_ranges, _ADVICE)
        refuse_null("filters", filters, _ADVICE)
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Charge, Route("/charges/{charge_id}", charge_id), body)

    @shown_by("DELETE /charges/{charge_id}", Gone("/charges/{charge_id}"))
    async def delete(self, charge_id: str) -> Response[Message]:
        """Delete a charge: from now on its usage costs nothing on the plan.

        Sends `DELETE /api/charges/{charge_id}` with an API key or a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            charge_id: The id that the server gave the charge.

        Raises:
            NotFoundError: There is no such charge.

        Example:
            deleted = client.charges.delete(charge_id).data
            print(deleted.message)  # Charge deleted successfully
        """
        return await self._delete(Route("/charges/{charge_id}", charge_id))

    async def get_by_plan(self, plan_id: str) -> PaginatedResponse[Charge]:
        """List all charges of a plan, the oldest first; none for an unknown plan.

        Sends `GET /api/charges/plan/{plan_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            plan_id: The id that the server gave the plan.

        Example:
            page = client.charges.get_by_plan(plan_id)
            for charge in page:
                print(charge.charge_model)  # standard
        """
        return await self._list(Charge, Route("/charges/plan/{plan_id}", plan_id))
