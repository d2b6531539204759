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
        """Store a payment method that a provider knows; a customer's first is the default.

        Sends `POST /api/payment-methods` with a login token, and never again once it may have
        worked. A repeat is refused: there is one with this `provider` and `token_id`.

        Args:
            customer_id: The id that the server gave the customer.
            provider: The name of the provider, as free text: "stripe", "paystack", "flutterwave",
                "dpo", "payu" or "pesapal".
            token_id: The provider's token of it, at most 255 characters. Never the number of a
                card.
            type: "card", "bank_account" or "wallet". Unset is "card".
            last4: The last four digits, to show. None or unset leaves it empty.
            brand: The brand of the card, such as "visa". None or unset leaves it empty.
            exp_month: The month in which it expires, 1 to 12. None or unset leaves it empty.
            exp_year: The year in which it expires, 2024 or later. None or unset leaves it empty.
            cardholder_name: The name on it. None or unset leaves it empty.
            country: A country code. None or unset leaves it empty.

        Raises:
            BadRequestError: The provider's token is stored already, or the server refuses a field.
            NotFoundError: There is no such customer.

        Example:
            method = client.payment_methods.create(
                customer_id=customer_id,
                provider="paystack",
                token_id="AUTH_2",
                last4="1234",
                exp_month=9,
                exp_year=2030,
            ).data
            print(method.type, method.is_default)  # card False
        """
        body = _ARGUMENTS.body(**locals())
        return await self._post(
            PaymentMethod, Route("/payment-methods"), body, repeat="once", keys_first=True
        )

    async def get_by_customer(self, customer_id: str) -> PaginatedResponse[PaymentMethod]:
        """List the payment methods of a customer, the default first; none for an unknown customer.

        Sends `GET /api/payment-methods/customer/{customer_id}` with a login token, and again after
        failures that may pass.

        Args:
            customer_id: The id that the server gave the customer.

        Example:
            page = client.payment_methods.get_by_customer(customer_id)
            for method in page:
                print(method.brand, method.last4)  # visa 4081
        """
        route = Route("/payment-methods/customer/{customer_id}", customer_id)
        return await self._list(PaymentMethod, route)

    async def get(self, payment_method_id: str) -> Response[PaymentMethod]:
        """Get a payment method.

        Sends `GET /api/payment-methods/{payment_method_id}` with a login token, and again after
        failures that may pass.

        Args:
            payment_method_id: The id that the server gave the payment method.

        Raises:
            NotFoundError: There is no such payment method.

        Example:
            method = client.payment_methods.get(payment_method_id).data
            print(method.provider, method.is_default)  # paystack True
        """
        route = Route("/payment-methods/{payment_method_id}", payment_method_id)
        return await self._get(PaymentMethod, route)

    @shown_by(
        "DELETE /payment-methods/{payment_method_id}", Gone("/payment-methods/{payment_method_id}")
    )
    async def delete(self, payment_method_id: str) -> Response[Message]:
        """Delete a payment method; if it was the default, the newest of the rest becomes it.

        Sends `DELETE /api/payment-methods/{payment_method_id}` with a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            payment_method_id: The id that the server gave the payment method.

        Raises:
            NotFoundError: There is no such payment method.

        Example:
            deleted = client.payment_methods.delete(payment_method_id).data
            print(deleted.message)  # Payment method deleted successfully
        """
        return await self._delete(Route("/payment-methods/{payment_method_id}", payment_method_id))

    @shown_by(
        "PATCH /payment-methods/{payment_method_id}/set-default",
        Reached("/payment-methods/{payment_method_id}", PaymentMethod, want={"isDefault": True}),
    )
    async def set_default(self, payment_method_id: str) -> Response[PaymentMethod]:
        """Make a payment method the customer's default, in place of the one before.

        Sends `PATCH /api/payment-methods/{payment_method_id}/set-default` with a login token, and
        again after failures that may pass. A repeat sets the same again.

        Args:
            payment_method_id: The id that the server gave the payment method.

        Raises:
            NotFoundError: There is no such payment method.

        Example:
            method = client.payment_methods.set_default(payment_method_id).data
            print(method.is_default)  # True
        """
        route = Route("/payment-methods/{payment_method_id}/set-default", payment_method_id)
        return await self._patch(PaymentMethod, route, NO_ARGUMENTS.body())
