"""Payment methods: the cards and accounts that customers pay with."""

from __future__ import annotations

from typing import Optional

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, shown_by
from ..._words.arguments import NO_ARGUMENTS, Arguments, not_null
from ..._words.checks import Omittable, identifier, text, whole
from ..._words.literals import PaymentMethodType
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import Message, PaginatedResponse, Response
from ...types._payment_methods import PaymentMethod
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    provider=text,
    token_id=not_null(identifier),
    type=word(PaymentMethodType),
    last4=text,
    brand=text,
    exp_month=whole,
    exp_year=whole,
    cardholder_name=text,
    country=text,
)


class AsyncPaymentMethods(AsyncResource):
    """Store, read and delete payment methods. This needs a login token."""

    _login_only = True

    @shown_by(
        "POST /payment-methods",
        Made(
            "/payment-methods/customer/{customerId}",
            PaymentMethod,
            key=("provider", "tokenId"),
            place="/customers/{customerId}",
        ),
    )
    async def create(
        self,
        *,
        customer_id: str,
        provider: str,
        token_id: str,
        type: Omittable[PaymentMethodType] = UNSET,
        last4: Omittable[Optional[str]] = UNSET,
        brand: Omittable[Optional[str]] = UNSET,
        exp_month: Omittable[Optional[int]] = UNSET,
        exp_year: Omittable[Optional[int]] = UNSET,
        cardholder_name: Omittable[Optional[str]] = UNSET,
        country: Omittable[Optional[str]] = UNSET,
    ) -> Response[PaymentMethod]:
        """Store a payment method that the provider knows by `token_id`.

        Raises:
            BadRequestError: The provider's token is stored already.
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            PaymentMethod, Route("/payment-methods"), body, repeat="once", keys_first=True
        )

    async def get_by_customer(self, customer_id: str) -> PaginatedResponse[PaymentMethod]:
        """List the payment methods of a customer, the default first; none for an unknown one."""
        route = Route("/payment-methods/customer/{customer_id}", customer_id)
        return await self._list(PaymentMethod, route)

    async def get(self, payment_method_id: str) -> Response[PaymentMethod]:
        """Get a payment method."""
        route = Route("/payment-methods/{payment_method_id}", payment_method_id)
        return await self._get(PaymentMethod, route)

    @shown_by(
        "DELETE /payment-methods/{payment_method_id}", Gone("/payment-methods/{payment_method_id}")
    )
    async def delete(self, payment_method_id: str) -> Response[Message]:
        """Delete a payment method; if it was the default, the newest of the rest becomes it."""
        return await self._delete(Route("/payment-methods/{payment_method_id}", payment_method_id))

    @shown_by(
        "PATCH /payment-methods/{payment_method_id}/set-default",
        Reached("/payment-methods/{payment_method_id}", PaymentMethod, want={"isDefault": True}),
    )
    async def set_default(self, payment_method_id: str) -> Response[PaymentMethod]:
        """Make a payment method the customer's default."""
        route = Route("/payment-methods/{payment_method_id}/set-default", payment_method_id)
        return await self._patch(PaymentMethod, route, NO_ARGUMENTS.body())
