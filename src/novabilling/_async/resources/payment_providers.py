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
        """List all payment providers by priority."""
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
        """Configure a provider, e.g. "stripe", "paystack" or "flutterwave"; one of each type.

        `credentials` are sent in camel case (`secret_key` as `secretKey`) and never shown again.
        The 1.0 server cannot store `name`: a `NovaBillingWarning` says so.

        Raises:
            ConflictError: The tenant has a provider of this type.
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
        """Configure a provider: a second name of `create`, and of its `type` and `active`."""
        masked = Secret(credentials)
        del credentials
        body = _ARGUMENTS.body(
            provider_name=provider_name, credentials=masked, is_active=is_active, priority=priority
        )
        return await self._post(PaymentProvider, Route("/payment-providers"), body, repeat="once")

    async def get(self, payment_provider_id: str) -> Response[PaymentProvider]:
        """Get a payment provider."""
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
        """Delete a payment provider with its credentials."""
        route = Route("/payment-providers/{payment_provider_id}", payment_provider_id)
        return await self._delete(route)

    @shown_by(
        "POST /payment-providers/{payment_provider_id}/test",
        Unknown("a test of a connection leaves nothing on the server: it may be repeated"),
    )
    async def test_connection(self, payment_provider_id: str) -> Response[ProviderTest]:
        """Try the credentials of a provider; a failure is `success=False`, not an error."""
        route = Route("/payment-providers/{payment_provider_id}/test", payment_provider_id)
        return await self._post(ProviderTest, route, repeat="once")
