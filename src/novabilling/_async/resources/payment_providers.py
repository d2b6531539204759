"""Payment providers: the services that take the customers' money."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, Reached, Unknown, shown_by
from ..._runtime.secrets import Secret
from ..._words.arguments import Arguments, credentials
from ..._words.checks import Omittable, flag, plain, text
from ..._words.routes import Route
from ..._words.warnings import warn
from ...types._common import Message, PaginatedResponse, Response
from ...types._payment_providers import PaymentProvider, ProviderTest
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    wire={"active": "isActive", "type": "providerName"},
    second_names={"is_active": "active", "provider_name": "type"},
    type=text,
    credentials=credentials,
    active=flag,
    priority=plain,
)


class AsyncPaymentProviders(AsyncResource):
    """Configure payment providers; the one of lowest priority number is tried first."""

    async def list(self) -> PaginatedResponse[PaymentProvider]:
        """List all payment providers by priority, without their credentials.

        Sends `GET /api/payment-providers` with an API key or a login token, and again after
        failures that may pass.

        Example:
            page = client.payment_providers.list()
            for provider in page:
                print(provider.type, provider.priority)  # payu 1
        """
        return await self._list(PaymentProvider, Route("/payment-providers"))

    @shown_by(
        "POST /payment-providers",
        Made("/payment-providers", PaymentProvider, key=("providerName",)),
    )
    async def create(
        self,
        *,
        type: str,
        credentials: Mapping[str, Any],
        name: Omittable[Optional[str]] = UNSET,
        active: Omittable[bool] = UNSET,
        priority: Omittable[int] = UNSET,
    ) -> Response[PaymentProvider]:
        """Configure a provider; a tenant has one of each type.

        Sends `POST /api/payment-providers` with an API key or a login token, and never again once
        it may have worked. A repeat is refused: there is one with this `type`.

        Args:
            type: The provider's name: "stripe", "paystack", "flutterwave", "dpo", "payu" or
                "pesapal". Others are stored, and fail at checkout.
            credentials: What the provider gave you, as a mapping; sent in camel case (`secret_key`
                as `secretKey`), stored encrypted and never shown again.
            name: Not sent: the 1.0 server cannot store a name, and a `NovaBillingWarning` says so,
                but for None.
            active: Whether checkouts may use it. Unset is True.
            priority: A whole number from 1: of the active ones, the lowest is used. Unset is 1.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: The tenant has a provider of this type.

        Example:
            provider = client.payment_providers.create(
                type="paystack", credentials={"secret_key": "sk_test_..."}, priority=2
            ).data
            print(provider.type, provider.active)  # paystack True
        """
        masked = Secret(credentials)
        del credentials
        if name is not UNSET and name is not None:
            message = "payment_providers.create(name=...): the server cannot store a name"
            warn(message)
        body = _ARGUMENTS.body(type=type, credentials=masked, active=active, priority=priority)
        return await self._post(
            PaymentProvider, Route("/payment-providers"), body, repeat="once", keys_first=True
        )

    async def configure(
        self,
        *,
        provider_name: str,
        credentials: Mapping[str, Any],
        is_active: Omittable[bool] = UNSET,
        priority: Omittable[int] = UNSET,
    ) -> Response[PaymentProvider]:
        """Configure a provider: a second name of `create`, and of its `type` and `active`.

        Sends `POST /api/payment-providers` with an API key or a login token, and never again once
        it may have worked. A repeat is refused: there is one with this `provider_name`.

        Args:
            provider_name: The provider's name: the `type` of `create`.
            credentials: What the provider gave you, as a mapping; sent in camel case and never
                shown again.
            is_active: Whether checkouts may use it: the `active` of `create`. Unset is True.
            priority: A whole number from 1: of the active ones, the lowest is used. Unset is 1.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: The tenant has a provider of this type.

        Example:
            provider = client.payment_providers.configure(
                provider_name="flutterwave", credentials={"secret_key": "FLWSECK_TEST-..."}
            ).data
            print(provider.type)  # flutterwave
        """
        masked = Secret(credentials)
        del credentials
        body = _ARGUMENTS.body(
            provider_name=provider_name, credentials=masked, is_active=is_active, priority=priority
        )
        return await self._post(PaymentProvider, Route("/payment-providers"), body, repeat="once")

    async def get(self, payment_provider_id: str) -> Response[PaymentProvider]:
        """Get a payment provider, without its credentials.

        Sends `GET /api/payment-providers/{payment_provider_id}` with an API key or a login token,
        and again after failures that may pass.

        Args:
            payment_provider_id: The id that the server gave the provider.

        Raises:
            NotFoundError: There is no such provider.

        Example:
            provider = client.payment_providers.get(payment_provider_id).data
            print(provider.type, provider.active)  # payu True
        """
        route = Route("/payment-providers/{payment_provider_id}", payment_provider_id)
        return await self._get(PaymentProvider, route)

    @shown_by(
        "PATCH /payment-providers/{payment_provider_id}",
        Reached("/payment-providers/{payment_provider_id}", PaymentProvider),
    )
    async def update(
        self,
        payment_provider_id: str,
        *,
        type: Omittable[str] = UNSET,
        credentials: Omittable[Mapping[str, Any]] = UNSET,
        active: Omittable[bool] = UNSET,
        priority: Omittable[int] = UNSET,
    ) -> Response[PaymentProvider]:
        """Change what is given.

        It reads the provider first: the 1.0 server resets `active` and `priority` where they
        are left out.

        Sends `PATCH /api/payment-providers/{payment_provider_id}` (also `GET
        /api/payment-providers/{payment_provider_id}`) with an API key or a login token, and again
        after failures that may pass. A repeat sets the same again.

        Args:
            payment_provider_id: The id that the server gave the provider.
            type: Checked and ignored by the 1.0 server: a provider keeps its type.
            credentials: What replaces all old credentials. Unset leaves them.
            active: Whether checkouts may use it. Unset leaves it.
            priority: A whole number from 1: of the active ones, the lowest is used. Unset leaves
                it.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such provider.

        Example:
            provider = client.payment_providers.update(payment_provider_id, priority=3).data
            print(provider.active, provider.priority)  # True 3
        """
        masked = credentials if credentials is UNSET else Secret(credentials)
        del credentials
        route = Route("/payment-providers/{payment_provider_id}", payment_provider_id)
        changes = {"type": type, "credentials": masked, "active": active, "priority": priority}
        _ARGUMENTS.body(**changes)  # refuses bad input before the first request
        one = self._with_one_deadline()
        now = (await one._get(PaymentProvider, route)).data
        kept = {"active": now.active, "priority": now.priority}
        given = {name: value for name, value in changes.items() if value is not UNSET}
        return await one._patch(PaymentProvider, route, _ARGUMENTS.body(**{**kept, **given}))

    @shown_by(
        "DELETE /payment-providers/{payment_provider_id}",
        Gone("/payment-providers/{payment_provider_id}"),
    )
    async def delete(self, payment_provider_id: str) -> Response[Message]:
        """Delete a payment provider with its credentials; payments stay.

        Sends `DELETE /api/payment-providers/{payment_provider_id}` with an API key or a login
        token, and again after failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            payment_provider_id: The id that the server gave the provider.

        Raises:
            NotFoundError: There is no such provider.

        Example:
            deleted = client.payment_providers.delete(payment_provider_id).data
            print(deleted.message)  # Payment provider deleted successfully
        """
        route = Route("/payment-providers/{payment_provider_id}", payment_provider_id)
        return await self._delete(route)

    @shown_by(
        "POST /payment-providers/{payment_provider_id}/test",
        Unknown("a test of a connection leaves nothing on the server: it may be repeated"),
    )
    async def test_connection(self, payment_provider_id: str) -> Response[ProviderTest]:
        """Try the credentials of a provider; a failure is `success=False`, not an error.

        Sends `POST /api/payment-providers/{payment_provider_id}/test` with an API key or a login
        token, and never again once it may have worked. It may be repeated: a test of a connection
        leaves nothing on the server.

        Args:
            payment_provider_id: The id that the server gave the provider.

        Raises:
            NotFoundError: There is no such provider.

        Example:
            result = client.payment_providers.test_connection(payment_provider_id).data
            print(result.success, result.message)  # False Connection failed
        """
        route = Route("/payment-providers/{payment_provider_id}/test", payment_provider_id)
        return await self._post(ProviderTest, route, repeat="once")
