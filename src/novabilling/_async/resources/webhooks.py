"""Webhooks: the one endpoint of a tenant that its events are sent to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Optional, Sequence, Union

from ..._call.call import Call, Trail
from ..._call.envelopes import whole_list
from ..._call.errors import (
    NovaBillingError,
    ResponseDecodeError,
    mark_as_applied,
    name_operation,
)
from ..._reconcile.declared import shown_by
from ..._resources.webhooks import CHANGED, webhooks_of
from ..._words.arguments import Arguments
from ..._words.checks import plain, text
from ..._words.literals import WebhookEventType
from ..._words.routes import Route
from ..._words.vocabulary import words
from ...types._common import Message, PaginatedResponse, Response
from ...types._tenants import Tenant
from ...types._webhook_events import AnyWebhookEvent
from ...types._webhooks import Webhook
from ...webhooks import DEFAULT_TOLERANCE, Payload, Secrets
from ...webhooks import verify as _verify
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    wire={"url": "webhookUrl", "events": "webhookEvents"},
    events=words(WebhookEventType),
    settings=plain,
    url=plain,
)
_ROUTE = Route("/tenants/me")


class AsyncWebhooks(AsyncResource):
    """Read, set and remove the webhook of the tenant. This needs a login token."""

    _login_only = True

    if TYPE_CHECKING:

        @staticmethod
        def verify(
            payload: Payload,
            signature: Union[str, bytes, None],
            secret: Secrets,
            *,
            event_type: Optional[str] = None,
            tolerance: Union[float, timedelta, None] = DEFAULT_TOLERANCE,
            now: Optional[datetime] = None,
        ) -> AnyWebhookEvent:
            """Check the signature of a delivery and return its event, as `webhooks.verify`."""
            ...
    else:
        verify = staticmethod(_verify)  # itself: no frame of a traceback may hold the secret

    async def list(self) -> PaginatedResponse[Webhook]:
        """List the webhook of the tenant, with its secret; empty if there is none.

        Sends `GET /api/tenants/me` with a login token, and again after failures that may pass.

        Example:
            page = client.webhooks.list()
            print(len(page))  # 0
        """
        tenant = await self._get(Tenant, _ROUTE)
        found = webhooks_of(tenant.data)
        return PaginatedResponse(found, whole_list(found), tenant.http, tenant.request_id)

    @shown_by("PATCH /tenants/me", CHANGED)
    async def create(
        self, *, url: str, events: Sequence[Union[WebhookEventType, str]]
    ) -> Response[Webhook]:
        """Send the tenant's events to a URL; this replaces the webhook there was.

        Sends `PATCH /api/tenants/me` (also `GET /api/tenants/me`) with a login token, and again
        after failures that may pass. A repeat sets the same again.

        Args:
            url: Where deliveries go; the server refuses "http://localhost".
            events: The events that are meant, `["*"]` for all; they are stored with the tenant. The
                1.0 server sends all events whatever is chosen.

        Raises:
            BadRequestError: The server does not take the URL.

        Example:
            webhook = client.webhooks.create(
                url="https://shop.example.com/webhooks/novabilling", events=["invoice.paid"]
            ).data
            print(webhook.events, webhook.secret == secret)  # ['invoice.paid'] True
        """
        settings = _ARGUMENTS.fields({"events": events})
        body = _ARGUMENTS.body(url=text("url", url), settings=settings)
        one = self._with_one_deadline()
        trail = Trail(self._caller.config.now())
        patched = await one._patch(Tenant, _ROUTE, body)
        try:
            stored = await one.list()  # only this answer shows the secret
            if not stored.data:
                raise _gone(stored.request_id)
        except NovaBillingError as error:
            mark_as_applied(error)
            self._is_lost(Call("PATCH", _ROUTE, "idempotent", body=body, trail=trail), error)
            raise
        return Response(stored.data[0], stored.http, stored.request_id, patched.reconciled)

    @shown_by("PATCH /tenants/me", CHANGED)
    async def delete(self) -> Response[Message]:
        """Remove the webhook of the tenant: no events are sent any more.

        Sends `PATCH /api/tenants/me` with a login token, and again after failures that may pass. A
        repeat sets the same again.

        Example:
            deleted = client.webhooks.delete().data
            print(deleted.message)  # Webhook deleted
        """
        tenant = await self._patch(Tenant, _ROUTE, _ARGUMENTS.body(url=None))
        gone = Message(message="Webhook deleted")
        return Response(gone, tenant.http, tenant.request_id, tenant.reconciled)


def _gone(request_id: Optional[str]) -> ResponseDecodeError:
    error = ResponseDecodeError(
        "the webhook was set and is gone: another call removed it", request_id=request_id
    )
    name_operation(error, "PATCH", _ROUTE.template)
    return error
