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
        """List all plans with their prices, the newest first, or only the active or inactive ones.

        The 1.0 server sends the whole list: with `page` or `limit`, the page is cut out of it here.

        Sends `GET /api/plans` with an API key or a login token, and again after failures that may
        pass.

        Args:
            active: True for plans that can be subscribed to, False for the others. None means both.
            page: The page to cut out, from 1. None means the first, or all without `limit`.
            limit: Plans per page, 1 to 100. None means 20, or all without `page`.

        Example:
            page = client.plans.list(active=True)
            for plan in page:
                if plan.code == "pro":
                    print(plan.name, plan.prices[0].amount)  # Pro 15000
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
        """Create a plan, with its prices if they are given.

        Sends `POST /api/plans` with an API key or a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `code`.

        Args:
            name: The name on invoices and in the portal, at most 100 characters.
            code: Your own key of the plan, unique within the tenant: lower-case letters, digits and
                underscores. It cannot be changed later.
            billing_interval: How long a period of a subscription is.
            description: Text of at most 500 characters. None or unset leaves it empty.
            billing_timing: "in_advance" makes the invoice when a period begins, "in_arrears" when
                it has ended. Unset is "in_arrears".
            features: What the plan offers, as texts. The server stores them and does not read them.
                None or unset leaves it empty.
            prices: What a period costs, one price for each currency, in major units: 15000 is
                fifteen thousand naira, not kobo. Those of another plan may be given. Unset is none
                yet; None is refused.
            net_payment_terms: Days from an invoice to its due date, 0 to 365, unless the customer
                has its own. None or unset leaves it to the tenant, and to 30.
            invoice_grace_period_days: Days for which invoices of subscriptions stay drafts, 0 to
                90. None or unset leaves it to the tenant, and to 0.
            progressive_billing_threshold: What usage may cost before it is invoiced within a
                period, in major units of the subscription's currency. None or unset is no such
                invoice.

        Raises:
            ValueError: `prices` are None, as those of a plan that was read without them.
            ConflictError: The tenant has a plan with this code.

        Example:
            plan = client.plans.create(
                name="Team",
                code="team",
                billing_interval="monthly",
                prices=[{"currency": "NGN", "amount": 30000}, {"currency": "USD", "amount": 19.99}],
            ).data
            print(plan.prices[1].amount)  # 19.99
        """
        refuse_null("prices", prices, "the plan was read without them; leave it out for none")
        body = _ARGUMENTS.body(**locals())
        return await self._post(Plan, Route("/plans"), body, repeat="once", keys_first=True)

    async def get(self, plan_id: str) -> Response[Plan]:
        """Get a plan with its prices and the number of its subscriptions.

        Sends `GET /api/plans/{plan_id}` with an API key or a login token, and again after failures
        that may pass.

        Args:
            plan_id: The id that the server gave the plan.

        Raises:
            NotFoundError: There is no such plan.

        Example:
            plan = client.plans.get(plan_id).data
            print(plan.name, plan.counts.subscriptions)  # Pro 1
        """
        return await self._get(Plan, Route("/plans/{plan_id}", plan_id))

    async def get_by_code(self, code: str) -> Response[Plan]:
        """Get a plan by its code, as `get` does.

        It makes two requests: the first is for the list of all plans.

        Sends `GET /api/plans` (also `GET /api/plans/{plan_id}`) with an API key or a login token,
        and again after failures that may pass.

        Args:
            code: The code of the plan, letter by letter.

        Raises:
            NotFoundError: No plan has this code.

        Example:
            plan = client.plans.get_by_code("pro").data
            print(plan.name)  # Pro
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
        """Change what is given and leave the rest. Prices have methods of their own.

        Sends `PATCH /api/plans/{plan_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            plan_id: The id that the server gave the plan.
            name: The new name, at most 100 characters. It cannot be cleared.
            description: The new text, at most 500 characters. None clears it.
            billing_interval: The new interval, for periods that begin from now on.
            billing_timing: "in_advance" or "in_arrears", for subscriptions made from now on: each
                keeps the one it began with.
            features: What replaces the old list. None clears it.
            active: False stops new subscriptions and changes to this plan; subscriptions that are
                there go on.
            net_payment_terms: The new days from an invoice to its due date, 0 to 365. None leaves
                it to the tenant, and to 30.
            invoice_grace_period_days: The new days for which invoices stay drafts, 0 to 90. None
                leaves it to the tenant, and to 0.
            progressive_billing_threshold: The new threshold, in major units of the subscription's
                currency. None clears it.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such plan.

        Example:
            plan = client.plans.update(plan_id, name="Pro 2026", active=False).data
            print(plan.name, plan.active)  # Pro 2026 False
        """
        body = _ARGUMENTS.body(**locals())
        return await self._patch(Plan, Route("/plans/{plan_id}", plan_id), body)

    @shown_by("DELETE /plans/{plan_id}", Gone("/plans/{plan_id}"))
    async def delete(self, plan_id: str) -> Response[Message]:
        """Delete a plan with its prices and charges.

        Sends `DELETE /api/plans/{plan_id}` with an API key or a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            plan_id: The id that the server gave the plan.

        Raises:
            BadRequestError: The plan has a subscription, even if only a canceled one.
            NotFoundError: There is no such plan.

        Example:
            draft = client.plans.create(name="Test", code="test", billing_interval="daily").data
            deleted = client.plans.delete(draft.id).data
            print(deleted.message)  # Plan deleted successfully
        """
        return await self._delete(Route("/plans/{plan_id}", plan_id))

    @shown_by(
        "POST /plans/{plan_id}/prices",
        Made("/plans/{plan_id}", PlanPrice, inside="prices", key=("currency",)),
    )
    async def add_price(
        self, plan_id: str, *, currency: Union[Currency, str], amount: Amount
    ) -> Response[PlanPrice]:
        """Add a price in another currency.

        Sends `POST /api/plans/{plan_id}/prices` with an API key or a login token, and never again
        once it may have worked. A repeat is refused: there is one with this `currency`.

        Args:
            plan_id: The id that the server gave the plan.
            currency: The code of the currency, three letters; sent in upper case. A plan has one
                price in each.
            amount: What a period costs, in major units: 19.99, not 1999. 0 or more, with at most 4
                decimals.

        Raises:
            NotFoundError: There is no such plan.
            ConflictError: The plan has a price in this currency (the 1.0 server answers 500).

        Example:
            price = client.plans.add_price(plan_id, currency="USD", amount=19.99).data
            print(price.currency, price.amount)  # USD 19.99
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
        """Change the amount of a price, for invoices made from now on.

        Sends `PATCH /api/plans/{plan_id}/prices/{price_id}` with an API key or a login token, and
        again after failures that may pass. A repeat sets the same again.

        Args:
            plan_id: The id that the server gave the plan.
            price_id: The id of the price, which `plan.prices` shows.
            amount: The new amount, in major units of the price's currency. The 1.0 server does not
                check it: also one below 0 is stored.

        Raises:
            NotFoundError: The plan has no such price.

        Example:
            price = client.plans.update_price(plan_id, price_id, amount=17500).data
            print(price.currency, price.amount)  # NGN 17500
        """
        route = Route("/plans/{plan_id}/prices/{price_id}", plan_id, price_id)
        return await self._patch(PlanPrice, route, _ARGUMENTS.body(amount=amount))

    @shown_by(
        "DELETE /plans/{plan_id}/prices/{price_id}", Gone("/plans/{plan_id}", inside="prices")
    )
    async def delete_price(self, plan_id: str, price_id: str) -> Response[Message]:
        """Delete a price of a plan: subscriptions in its currency are not invoiced any more.

        Sends `DELETE /api/plans/{plan_id}/prices/{price_id}` with an API key or a login token, and
        again after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            plan_id: The id that the server gave the plan.
            price_id: The id of the price, which `plan.prices` shows.

        Raises:
            NotFoundError: The plan has no such price.

        Example:
            deleted = client.plans.delete_price(plan_id, price_id).data
            print(deleted.message)  # Price deleted successfully
        """
        return await self._delete(Route("/plans/{plan_id}/prices/{price_id}", plan_id, price_id))
