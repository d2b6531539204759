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
        """Get the tenant with its API key and webhook secret."""
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
        """Change what is given; `settings` are merged key by key, not below that.

        `webhook_url=None` switches the webhook off. The answer leaves out key and secret.

        Raises:
            ConflictError: Another tenant has this email (the 1.0 server answers 500).
        """
        body = _ARGUMENTS.body(name=name, email=email, webhook_url=webhook_url, settings=settings)
        return await self._patch(Tenant, Route("/tenants/me"), body, keys_first=True)

    async def get_usage(self) -> Response[TenantUsage]:
        """Count what the tenant holds; the revenue adds up all currencies unconverted."""
        return await self._get(TenantUsage, Route("/tenants/me/usage"))

    @shown_by(
        "POST /tenants/me/smtp/test",
        Unknown("a test email leaves nothing on the server: it may be repeated"),
    )
    async def test_smtp(self, *, to: str) -> Response[Message]:
        """Send a test email; the 1.0 server says "sent" even where no SMTP is configured."""
        route = Route("/tenants/me/smtp/test")
        return await self._post(Message, route, _ARGUMENTS.body(to=to), repeat="once")
