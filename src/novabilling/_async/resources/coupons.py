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
        """List one page of coupons, the newest first; `limit` is 1 to 100 (default 20)."""
        filters = _ARGUMENTS.query(active=active)
        return await self._list(Coupon, Route("/coupons"), filters, page=page, limit=limit)

    def iter(self, *, active: Optional[bool] = None) -> AsyncPaginator[Coupon]:
        """Iterate over all coupons that `list` would page through."""
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
        """Create a coupon; the server writes `code` in upper case.

        A percentage is at most 100; a fixed amount needs `currency` and is in its major units.

        Raises:
            BadRequestError: The tenant has a coupon with this code.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(Coupon, Route("/coupons"), body, repeat="once", keys_first=True)

    async def get(self, coupon_id: str) -> Response[Coupon]:
        """Get a coupon with at most 20 of its applications."""
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
        """Change what is given. An expiry can be moved, but not removed."""
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
        """Delete a coupon, or make it inactive if it was ever applied."""
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
        """Apply a coupon to the next invoices of a customer; `uses_remaining` limits how many.

        Calls at the same time may apply it more than once: have a lock of your own, also between
        processes.

        Raises:
            BadRequestError: The customer has it already, or it is inactive, expired or used up.
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

        The id is that of the `AppliedCoupon` which `apply` returned.
        """
        return await self._delete(Route("/coupons/applied/{coupon_id}", coupon_id))


def _read_deleted(content: bytes, root: str) -> DeletedCoupon:
    """Read what a deletion is answered with: a message, or the coupon."""
    try:
        return DeletedCoupon(coupon=decode_object(content, Coupon, root))
    except msgspec.ValidationError:
        return DeletedCoupon(message=decode_object(content, Message, root).message)
