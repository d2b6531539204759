"""Coupons: discounts on the invoices of customers."""

from __future__ import annotations

from typing import Optional, Sequence, Union

import msgspec
from msgspec import UNSET

from ..._call.call import Call, Trail
from ..._call.envelopes import decode_object
from ..._reconcile.declared import Made, Reached, Unknown, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import (
    Date,
    Omittable,
    currency,
    flag,
    identifier,
    identifiers,
    money,
    refuse_null,
    text,
    timestamp,
    whole,
)
from ..._words.literals import Currency, DiscountType
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import Message, PaginatedResponse, Response
from ...types._discounts import AppliedCoupon, Coupon, DeletedCoupon
from ...types._inputs import Amount
from ..pagination import AsyncPaginator
from ..resource import ALREADY_DELETED, AsyncResource

_ARGUMENTS = Arguments(
    wire={"active": "isActive"},
    code=text,
    name=text,
    description=text,
    discount_type=word(DiscountType),
    discount_value=money,
    currency=currency,
    max_redemptions=whole,
    applies_to_plan_ids=identifiers,
    expires_at=timestamp,
    created_at=timestamp,
    active=flag,
    coupon_id=not_null(identifier),
    customer_id=not_null(identifier),
    subscription_id=identifier,
    uses_remaining=whole,
)


class AsyncCoupons(AsyncResource):
    """Create coupons and apply them to customers."""

    async def list(
        self,
        *,
        active: Optional[bool] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Coupon]:
        """List one page of coupons, the newest first, with the number of their applications.

        Sends `GET /api/coupons` with an API key or a login token, and again after failures that may
        pass.

        Args:
            active: True for coupons that can be applied, False for the others. None means both.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.coupons.list(active=True)
            for coupon in page:
                print(coupon.code, coupon.counts.applied_coupons)  # WELCOME 1
        """
        filters = _ARGUMENTS.query(active=active)
        return await self._list(Coupon, Route("/coupons"), filters, page=page, limit=limit)

    def iter(self, *, active: Optional[bool] = None) -> AsyncPaginator[Coupon]:
        """Iterate over all coupons that `list` would page through, 100 for each request.

        Sends `GET /api/coupons` with an API key or a login token, and again after failures that may
        pass.

        Args:
            active: True for coupons that can be applied, False for the others. None means both.

        Example:
            for coupon in client.coupons.iter():
                print(coupon.code)  # WELCOME
        """
        return self._iter(Coupon, Route("/coupons"), _ARGUMENTS.query(active=active))

    @shown_by("POST /coupons", Made("/coupons?limit=100", Coupon, key=("code",)))
    async def create(
        self,
        *,
        code: str,
        name: str,
        discount_type: DiscountType,
        discount_value: Amount,
        description: Omittable[Optional[str]] = UNSET,
        currency: Omittable[Union[Currency, str, None]] = UNSET,
        max_redemptions: Omittable[Optional[int]] = UNSET,
        applies_to_plan_ids: Omittable[Sequence[str]] = UNSET,
        expires_at: Omittable[Optional[Date]] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[Coupon]:
        """Create a coupon.

        Sends `POST /api/coupons` with an API key or a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `code`.

        Args:
            code: Your own key of the coupon, unique within the tenant; the server writes it in
                upper case.
            name: Its name.
            discount_type: "percentage" of an invoice, or a "fixed_amount".
            discount_value: The percentage, 0 to 100, or the amount in major units: 19.99, not 1999.
            description: Text about it. None or unset leaves it empty.
            currency: The code of the currency, three letters. A fixed amount needs it, and is taken
                off invoices in this currency only. None or unset leaves it empty.
            max_redemptions: How often it can be applied in all. None, 0 or unset has no limit.
            applies_to_plan_ids: The plans for whose subscriptions it can be applied; only checked
                where `apply` names a subscription. `[]` or unset is all.
            expires_at: When it expires: from then on it cannot be applied and takes nothing off; a
                date is midnight UTC. None or unset is never.
            created_at: When it was created, for imported data; a date is midnight UTC. None or
                unset is now.

        Raises:
            BadRequestError: The tenant has a coupon with this code, the percentage is above 100, or
                a fixed amount has no currency.

        Example:
            coupon = client.coupons.create(
                code="spring",
                name="Spring sale",
                discount_type="fixed_amount",
                discount_value=2500,
                currency="NGN",
            ).data
            print(coupon.code, coupon.discount_value)  # SPRING 2500
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Coupon, Route("/coupons"), body, repeat="once", keys_first=True)

    async def get(self, coupon_id: str) -> Response[Coupon]:
        """Get a coupon with the newest 20 of its applications.

        Sends `GET /api/coupons/{coupon_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            coupon_id: The id that the server gave the coupon.

        Raises:
            NotFoundError: There is no such coupon.

        Example:
            coupon = client.coupons.get(coupon_id).data
            print(coupon.applied_coupons[0].customer.name)  # Ada Lovelace
        """
        return await self._get(Coupon, Route("/coupons/{coupon_id}", coupon_id))

    @shown_by("PATCH /coupons/{coupon_id}", Reached("/coupons/{coupon_id}", Coupon))
    async def update(
        self,
        coupon_id: str,
        *,
        name: Omittable[str] = UNSET,
        description: Omittable[Optional[str]] = UNSET,
        active: Omittable[bool] = UNSET,
        expires_at: Omittable[Date] = UNSET,
    ) -> Response[Coupon]:
        """Change what is given and leave the rest. An expiry can be moved, but not removed.

        Sends `PATCH /api/coupons/{coupon_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            coupon_id: The id that the server gave the coupon.
            name: The new name. It cannot be cleared.
            description: The new text. None clears it.
            active: False: it can no longer be applied, and takes nothing off any more. True brings
                it back.
            expires_at: The new end; a date is midnight UTC.

        Raises:
            ValueError: `expires_at` is None: the server would expire the coupon at once.
            NotFoundError: There is no such coupon.

        Example:
            coupon = client.coupons.update(coupon_id, expires_at="2026-12-31", active=False).data
            print(coupon.active, coupon.expires_at.date())  # False 2026-12-31
        """
        advice = "the server would expire the coupon at once; send a date far in the future"
        refuse_null("expires_at", expires_at, advice)
        body = _ARGUMENTS.body(
            name=name, description=description, active=active, expires_at=expires_at
        )
        return await self._patch(Coupon, Route("/coupons/{coupon_id}", coupon_id), body)

    @shown_by(
        "DELETE /coupons/{coupon_id}",
        Reached("/coupons/{coupon_id}", DeletedCoupon, want={"isActive": False}, or_gone=True),
    )
    async def delete(self, coupon_id: str) -> Response[DeletedCoupon]:
        """Delete a coupon, or make it inactive if it was ever applied.

        A second call finds nothing and raises `NotFoundError`, or makes it inactive again.

        Sends `DELETE /api/coupons/{coupon_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            coupon_id: The id that the server gave the coupon.

        Raises:
            NotFoundError: There is no such coupon.

        Example:
            deleted = client.coupons.delete(coupon_id).data
            print(deleted.message, deleted.coupon.active)  # None False
        """
        route = Route("/coupons/{coupon_id}", coupon_id)
        deletion = Call("DELETE", route, "idempotent", gone_is_done=True, trail=Trail())
        try:
            with self._caller.watch(deletion) as call:
                answer = await self._caller.send(call)
                if answer.status_code == 404:
                    return Response(DeletedCoupon(message=ALREADY_DELETED), answer)
                return Response(self._read(call, answer, _read_deleted), answer)
        except BaseException as exc:
            if not self._is_lost(deletion, exc):
                raise
            return await self._found(exc)

    @shown_by(
        "POST /coupons/apply",
        Made(
            "/coupons/{couponId}",
            AppliedCoupon,
            inside="appliedCoupons",
            key=("customerId",),
            drifts=("usesRemaining",),
            total="_count.appliedCoupons",
        ),
    )
    async def apply(
        self,
        *,
        coupon_id: str,
        customer_id: str,
        subscription_id: Omittable[Optional[str]] = UNSET,
        uses_remaining: Omittable[Optional[int]] = UNSET,
    ) -> Response[AppliedCoupon]:
        """Apply a coupon to the next invoices of a customer's subscriptions.

        A second call is refused: the customer has it already. Calls at the same time may apply it
        more than once: have a lock of your own, also between processes.

        Sends `POST /api/coupons/apply` with an API key or a login token, and never again once it
        may have worked.

        Args:
            coupon_id: The id that the server gave the coupon.
            customer_id: The id that the server gave the customer.
            subscription_id: The only subscription whose invoices it reduces; the server does not
                check that there is one. None or unset is all of the customer's.
            uses_remaining: How many invoices it reduces; it is taken away after the last. None or
                unset is all.

        Raises:
            BadRequestError: The customer has it already, it is inactive, expired or used up, or it
                is for other plans.
            NotFoundError: There is no such coupon or customer.

        Example:
            customer = client.customers.create(
                external_id="usr_2", email="grace@example.com", currency="NGN"
            ).data
            applied = client.coupons.apply(
                coupon_id=coupon_id, customer_id=customer.id, uses_remaining=3
            ).data
            print(applied.coupon.code, applied.uses_remaining)  # WELCOME 3
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(AppliedCoupon, Route("/coupons/apply"), body, repeat="once")

    @shown_by(
        "DELETE /coupons/applied/{coupon_id}",
        Unknown(
            "the id of an applied coupon does not say which coupon it is, and nothing else shows it"
        ),
    )
    async def remove_applied(self, coupon_id: str) -> Response[Message]:
        """Take a coupon from a customer; its redemption is not given back.

        A second call finds nothing and raises `NotFoundError`.

        Sends `DELETE /api/coupons/applied/{coupon_id}` with an API key or a login token, and again
        after failures that may pass.

        Args:
            coupon_id: The id of the `AppliedCoupon` that `apply` returned, not that of the coupon.

        Raises:
            NotFoundError: There is no such application.

        Example:
            removed = client.coupons.remove_applied(applied_coupon_id).data
            print(removed.message)  # Coupon removed from customer
        """
        return await self._delete(Route("/coupons/applied/{coupon_id}", coupon_id))


def _read_deleted(content: bytes, root: str) -> DeletedCoupon:
    """Read what a deletion is answered with: a message, or the coupon."""
    try:
        return DeletedCoupon(coupon=decode_object(content, Coupon, root))
    except msgspec.ValidationError:
        return DeletedCoupon(message=decode_object(content, Message, root).message)
