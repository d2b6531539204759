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
        """List all charges, or those of one plan, the newest first."""
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
        """Create a charge; `properties` are those of the model and sent as they are.

        Amounts in properties and ranges are in major units. `min_amount_cents` alone is not: it
        is in hundredths of the major unit, in every currency. Ranges and filters may be those of
        another charge.

        Raises:
            ValueError: Two of the filters have the same key; or ranges or filters are None, as
                those of a charge that was read without them.
            ConflictError: The plan has a charge for this metric.
        """
        refuse_null("graduated_ranges", graduated_ranges, _NOT_READ)
        refuse_null("filters", filters, _NOT_READ)
        body = _ARGUMENTS.body(**locals())
        return await self._post(Charge, Route("/charges"), body, repeat="once", keys_first=True)

    async def get(self, charge_id: str) -> Response[Charge]:
        """Get a charge with its metric and plan."""
        return await self._get(Charge, Route("/charges/{charge_id}", charge_id))

    @shown_by(
        "PATCH /charges/{charge_id}",
        Reached(
            "/charges/{charge_id}", Charge, children=("graduatedRanges", "filters"), emptied=True
        ),
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
        """Change what is given; ranges and filters replace all there were, `[]` removes them.

        Amounts are in the units of `create`.

        Raises:
            ValueError: Two of the filters have the same key.
        """
        refuse_null("graduated_ranges", graduated_ranges, _ADVICE)
        refuse_null("filters", filters, _ADVICE)
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Charge, Route("/charges/{charge_id}", charge_id), body)

    @shown_by("DELETE /charges/{charge_id}", Gone("/charges/{charge_id}"))
    async def delete(self, charge_id: str) -> Response[Message]:
        """Delete a charge."""
        return await self._delete(Route("/charges/{charge_id}", charge_id))

    async def get_by_plan(self, plan_id: str) -> PaginatedResponse[Charge]:
        """List all charges of a plan, the oldest first; none for an unknown plan."""
        return await self._list(Charge, Route("/charges/plan/{plan_id}", plan_id))
