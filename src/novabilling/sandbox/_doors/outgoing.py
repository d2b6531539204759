"""Webhooks on their way out of a sandbox."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Iterator, List, Optional, Tuple

import anyio

from novabilling._runtime.secrets import Secret

from .._world.deliveries import Delivery, Status
from .core import Core
from .sending import Target, apost, attempts, check, is_asgi, post


class Outgoing(Core):
    """Shows and sends the webhooks of a sandbox."""

    @property
    def deliveries(self) -> List[Delivery]:
        """List the webhooks for all events so far of tenants that have a webhook URL."""
        self._settle_waiting()
        with self._lock:
            return list(self._world.outbox.deliveries)

    def deliver(self, target: Target = None, *, at: Optional[datetime] = None) -> List[Delivery]:
        """Send the webhooks that were not sent yet, each until it is accepted, at most three times.

        What happens meanwhile waits for the next call. Nobody waits between the attempts.

        Args:
            target: A URL, or an ASGI or WSGI application; the default is the tenant's webhook URL.
            at: The time that is signed; the default is the sandbox's. Handlers that compare it
                with the real time need `datetime.now(timezone.utc)`.
        """
        check(target, at)
        if is_asgi(target):
            return anyio.run(partial(self.adeliver, target, at=at))
        return [
            self._settle(
                delivery, post(target, attempts(delivery, secret, target, at or self.now()))
            )
            for delivery, secret in self._take()
        ]

    async def adeliver(
        self, target: Target = None, *, at: Optional[datetime] = None
    ) -> List[Delivery]:
        """Send the webhooks to a URL or an ASGI application as `deliver()` does."""
        check(target, at)
        return [
            self._settle(
                delivery, await apost(target, attempts(delivery, secret, target, at or self.now()))
            )
            for delivery, secret in self._take()
        ]

    def _take(self) -> Iterator[Tuple[Delivery, Secret[str]]]:
        """Yield what is pending now with its secret, unlocked: handlers may call the sandbox."""
        self._settle_waiting()
        for _ in range(self._world.outbox.pending):
            with self._lock:
                if not self._world.outbox.pending:
                    return  # a handler has sent the rest
                delivery = self._world.outbox.take()
                tenant = self._world.central["tenant"].rows[delivery.tenant_id]
            yield delivery, Secret(tenant["webhookSecret"])

    def _settle(self, delivery: Delivery, statuses: Tuple[Status, ...]) -> Delivery:
        with self._lock:
            return self._world.outbox.settle(delivery, statuses)
