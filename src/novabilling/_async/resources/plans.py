"""Plans: what is sold, how often it is billed, and its prices."""

from __future__ import annotations

from typing import List, Optional, Sequence, Union

from msgspec import UNSET

from ..._call.envelopes import cut
from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import Arguments, structs
from ..._words.checks import Omittable, currency, flag, money, plain, refuse_null, text
from ..._words.literals import BillingInterval, BillingTiming, Currency
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._billing import Plan, PlanPrice
from ...types._common import Message, PaginatedResponse, Response
from ...types._inputs import Amount, PriceInput, PriceParam
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    wire={"active": "isActive"},
    name=text,
    code=text,
    description=text,
    billing_interval=word(BillingInterval),
    billing_timing=word(BillingTiming),
    prices=structs(PriceInput, Arguments(currency=currency, amount=money), result=PlanPrice),
    progressive_billing_threshold=money,
    active=flag,
    currency=currency,
    amount=money,
    features=plain,
    invoice_grace_period_days=plain,
    net_payment_terms=plain,
)


class AsyncPlans(AsyncResource):
    """Create, read, change and delete plans and their prices."""

    async def list(
        self,
        *,
        active: Optional[bool] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Plan]:
        """List all plans with their prices, or only the active or inactive ones.

        The 1.0 server sends the whole list: with `page` or `limit` (1 to 100, default 20), the
        page is cut out of it here.
        """
        _ARGUMENTS.query(page=page, limit=limit)  # refuses bad ones
        whole = await self._list(Plan, Route("/plans"), _ARGUMENTS.query(active=active))
        if page is None and limit is None:
            return whole
        rows, meta = cut(whole.data, page, limit)
        return PaginatedResponse(rows, meta, whole.http, whole.request_id)

    @shown_by("POST /plans", Made("/plans", Plan, key=("code",)))
    async def create(
        self,
        *,
        name: str,
        code: str,
        billing_interval: BillingInterval,
        description: Omittable[Optional[str]] = UNSET,
        billing_timing: Omittable[BillingTiming] = UNSET,
        features: Omittable[Optional[List[str]]] = UNSET,
        prices: Omittable[Optional[Sequence[Union[PriceInput, PriceParam, PlanPrice]]]] = UNSET,
        net_payment_terms: Omittable[Optional[int]] = UNSET,
        invoice_grace_period_days: Omittable[Optional[int]] = UNSET,
        progressive_billing_threshold: Omittable[Optional[Amount]] = UNSET,
    ) -> Response[Plan]:
        """Create a plan; `code` is unique and of lower-case letters, digits and underscores.

        Prices and the threshold are in major units: 15000 is fifteen thousand naira, not kobo.
        `prices` may be those of another plan.

        Raises:
            ValueError: `prices` are None, as those of a plan that was read without them.
            ConflictError: The tenant has a plan with this code.
        """
        refuse_null("prices", prices, "the plan was read without them; leave it out for none")
        body = _ARGUMENTS.body(**locals())
        return await self._post(Plan, Route("/plans"), body, repeat="once", keys_first=True)

    async def get(self, plan_id: str) -> Response[Plan]:
        """Get a plan with its prices and the number of its subscriptions."""
        return await self._get(Plan, Route("/plans/{plan_id}", plan_id))

    async def get_by_code(self, code: str) -> Response[Plan]:
        """Get a plan by its code, as `get` does.

        It makes two requests: the first is for the list of all plans.

        Raises:
            NotFoundError: No plan has this code.
        """
        asked = self._with_one_deadline()
        rows = AsyncPaginator(lambda _: asked.list(), Plan)
        return await asked.get((await asked._one(rows, Route("/plans"), "code", code)).id)

    @shown_by("PATCH /plans/{plan_id}", Reached("/plans/{plan_id}", Plan))
    async def update(
        self,
        plan_id: str,
        *,
        name: Omittable[str] = UNSET,
        description: Omittable[Optional[str]] = UNSET,
        billing_interval: Omittable[BillingInterval] = UNSET,
        billing_timing: Omittable[BillingTiming] = UNSET,
        features: Omittable[Optional[List[str]]] = UNSET,
        active: Omittable[bool] = UNSET,
        net_payment_terms: Omittable[Optional[int]] = UNSET,
        invoice_grace_period_days: Omittable[Optional[int]] = UNSET,
        progressive_billing_threshold: Omittable[Optional[Amount]] = UNSET,
    ) -> Response[Plan]:
        """Change what is given; `active=False` stops new subscriptions and keeps the old ones.

        The threshold is in major units of the subscription's currency.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Plan, Route("/plans/{plan_id}", plan_id), body)

    @shown_by("DELETE /plans/{plan_id}", Gone("/plans/{plan_id}"))
    async def delete(self, plan_id: str) -> Response[Message]:
        """Delete a plan.

        Raises:
            BadRequestError: The plan has a subscription, even if only a canceled one.
        """
        return await self._delete(Route("/plans/{plan_id}", plan_id))

    @shown_by(
        "POST /plans/{plan_id}/prices",
        Made("/plans/{plan_id}", PlanPrice, inside="prices", key=("currency",)),
    )
    async def add_price(
        self, plan_id: str, *, currency: Union[Currency, str], amount: Amount
    ) -> Response[PlanPrice]:
        """Add a price in another currency; `amount` is in its major units, 19.99 and not 1999.

        Raises:
            ConflictError: The plan has a price in this currency (the 1.0 server answers 500).
        """
        body = _ARGUMENTS.body(currency=currency, amount=amount)
        route = Route("/plans/{plan_id}/prices", plan_id)
        return await self._post(PlanPrice, route, body, repeat="once", keys_first=True)

    @shown_by(
        "PATCH /plans/{plan_id}/prices/{price_id}",
        Reached("/plans/{plan_id}", PlanPrice, inside="prices"),
    )
    async def update_price(
        self, plan_id: str, price_id: str, *, amount: Amount
    ) -> Response[PlanPrice]:
        """Change the amount of a price, in major units, for invoices made from now on."""
        route = Route("/plans/{plan_id}/prices/{price_id}", plan_id, price_id)
        return await self._patch(PlanPrice, route, _ARGUMENTS.body(amount=amount))

    @shown_by(
        "DELETE /plans/{plan_id}/prices/{price_id}", Gone("/plans/{plan_id}", inside="prices")
    )
    async def delete_price(self, plan_id: str, price_id: str) -> Response[Message]:
        """Delete a price of a plan."""
        return await self._delete(Route("/plans/{plan_id}/prices/{price_id}", plan_id, price_id))
