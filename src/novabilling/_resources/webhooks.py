"""The webhook of a tenant, which the 1.0 server keeps in the tenant itself."""

from __future__ import annotations

from typing import List, cast

from .._reconcile.declared import Reached
from .._words.literals import WebhookEventType
from .._words.vocabulary import vocabulary
from ..types._tenants import Tenant
from ..types._webhooks import Webhook

CHANGED = Reached("/tenants/me", Tenant, grows=("settings",))
"""What shows that the tenant was changed, and the webhook with it."""


def webhooks_of(tenant: Tenant) -> List[Webhook]:
    """Return the webhook of a tenant, or nothing where there is no URL."""
    if not tenant.webhook_url:
        return []
    stored: object = (tenant.settings or {}).get("webhookEvents")
    if not isinstance(stored, list):  # settings are free JSON: anything may have put it there
        stored = []
    read = vocabulary(WebhookEventType).decode
    events = [read(event) for event in stored if isinstance(event, str)]  # pyright: ignore[reportUnknownVariableType]
    known = cast("List[WebhookEventType]", events)  # as in all results, others may be among them
    return [
        Webhook(id=tenant.id, url=tenant.webhook_url, events=known, secret=tenant.webhook_secret)
    ]
