"""Webhook deliveries as a dependency of FastAPI.

    @app.post("/webhooks/novabilling")
    async def deliver(event: AnyWebhookEvent = Depends(webhook_event(SECRET))) -> None:
        ...

This needs `novabilling[fastapi]`, or just Starlette.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Awaitable, Callable, Union

from starlette.exceptions import HTTPException
from starlette.requests import Request

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret
from ..types._webhook_events import AnyWebhookEvent
from ..webhooks import DEFAULT_TOLERANCE, MAX_PAYLOAD
from ._receiver import REFUSAL, Receiver, SecretSource


def webhook_event(
    secret: SecretSource, *, tolerance: Union[float, timedelta, None] = DEFAULT_TOLERANCE
) -> Callable[[Request], Awaitable[AnyWebhookEvent]]:
    """Make a dependency that returns the verified event of a request.

    Anything else is answered with 400; the log says why. It reads the body: what other code wants
    of it is in `event.payload`. An endpoint of plain Starlette awaits it with the request.

    Args:
        secret: The webhook secret, several of them, or a function that returns either.
        tolerance: How many seconds old (or early) a delivery may be, also as a `timedelta`; None
            takes any age.
    """
    masked = Secret(secret)
    del secret  # so that no traceback with local variables shows it
    receiver = Receiver(masked, tolerance)

    async def event_of(request: Request) -> AnyWebhookEvent:
        try:
            return receiver.event(await _body(request), request.headers)
        except WebhookSignatureError:
            raise HTTPException(400, REFUSAL) from None

    return event_of


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        if len(body) <= MAX_PAYLOAD:  # the rest of a larger one is not kept
            body += chunk
    return bytes(body)
