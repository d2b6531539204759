"""The tenant: the account that the token belongs to."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from msgspec import UNSET

from ..._reconcile.declared import Unknown, shown_by
from ..._resources.webhooks import CHANGED
from ..._words.arguments import Arguments
from ..._words.checks import Omittable, plain, text
from ..._words.routes import Route
from ...types._common import Message, Response
from ...types._tenants import Tenant, TenantUsage
from ..resource import AsyncResource

_ARGUMENTS = Arguments(name=text, email=text, webhook_url=text, to=text, settings=plain)


class AsyncTenants(AsyncResource):
    """Read and change the tenant. This needs a login token."""

    _login_only = True

    async def get_me(self) -> Response[Tenant]:
        """Get the tenant with its API key and webhook secret.

        Sends `GET /api/tenants/me` with a login token, and again after failures that may pass.

        Example:
            tenant = client.tenants.get_me().data
            print(tenant.name, tenant.is_active)  # Sandbox True
        """
        return await self._get(Tenant, Route("/tenants/me"))

    @shown_by("PATCH /tenants/me", CHANGED)
    async def update_me(
        self,
        *,
        name: Omittable[str] = UNSET,
        email: Omittable[str] = UNSET,
        webhook_url: Omittable[Optional[str]] = UNSET,
        settings: Omittable[Mapping[str, Any]] = UNSET,
    ) -> Response[Tenant]:
        """Change what is given and leave the rest. The answer leaves out key and secret.

        Sends `PATCH /api/tenants/me` with a login token, and again after failures that may pass. A
        repeat sets the same again.

        Args:
            name: The new name, 2 to 100 characters.
            email: The new address to log in with, unique among all tenants; the server does not
                check that it is one.
            webhook_url: Where events are sent. None switches the webhook off.
            settings: Keys to change; others stay. It is merged key by key, not below that: an
                object in it replaces the old one.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: Another tenant has this email (the 1.0 server answers 500).

        Example:
            tenant = client.tenants.update_me(
                name="Lovelace Ltd", settings={"netPaymentTerms": 14}
            ).data
            print(tenant.name, tenant.settings["netPaymentTerms"])  # Lovelace Ltd 14
        """
        body = _ARGUMENTS.body(name=name, email=email, webhook_url=webhook_url, settings=settings)
        return await self._patch(Tenant, Route("/tenants/me"), body, keys_first=True)

    async def get_usage(self) -> Response[TenantUsage]:
        """Count what the tenant holds; the revenue adds up all currencies unconverted.

        Sends `GET /api/tenants/me/usage` with a login token, and again after failures that may
        pass.

        Example:
            usage = client.tenants.get_usage().data
            print(usage.customers, usage.total_revenue)  # 1 15000
        """
        return await self._get(TenantUsage, Route("/tenants/me/usage"))

    @shown_by(
        "POST /tenants/me/smtp/test",
        Unknown("a test email leaves nothing on the server: it may be repeated"),
    )
    async def test_smtp(self, *, to: str) -> Response[Message]:
        """Send a test email; the 1.0 server says "sent" even where no SMTP is configured.

        Sends `POST /api/tenants/me/smtp/test` with a login token, and never again once it may have
        worked. It may be repeated: a test email leaves nothing on the server.

        Args:
            to: The address to send it to, which the server does not check.

        Raises:
            BadRequestError: The mail server in the settings does not take it.

        Example:
            sent = client.tenants.test_smtp(to="ada@example.com").data
            print(sent.message)  # Test email sent successfully to ada@example.com
        """
        route = Route("/tenants/me/smtp/test")
        return await self._post(Message, route, _ARGUMENTS.body(to=to), repeat="once")
