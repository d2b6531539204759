"""Webhook deliveries in Flask: a decorator of views.

    @app.post("/webhooks/novabilling")
    @webhook_view(SECRET)
    def deliver(event):
        ...
        return "", 204

This needs `novabilling[flask]`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any, Callable, TypeVar, Union

from flask import Response, current_app, request

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret
from ..webhooks import DEFAULT_TOLERANCE, MAX_PAYLOAD
from ._receiver import REFUSAL, Receiver, SecretSource

R = TypeVar("R")


def webhook_view(
    secret: SecretSource, *, tolerance: Union[float, timedelta, None] = DEFAULT_TOLERANCE
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a decorator of views that take a verified event as their first argument.

    Anything else is answered with 400; the log says why. The view may be async, as Flask allows.

    Args:
        secret: The webhook secret, several of them, or a function that returns either.
        tolerance: How many seconds old (or early) a delivery may be, also as a `timedelta`; None
            takes any age.
    """
    masked = Secret(secret)
    del secret  # so that no traceback with local variables shows it
    receiver = Receiver(masked, tolerance)

    def decorate(view: Callable[..., R]) -> Callable[..., R]:
        @wraps(view)
        def receive(*args: Any, **kwargs: Any) -> Any:
            try:
                event = receiver.event(_body(), request.headers)
            except WebhookSignatureError:
                return Response(REFUSAL, 400, mimetype="text/plain")
            return current_app.ensure_sync(view)(event, *args, **kwargs)

        return receive

    return decorate


def _body() -> bytes:
    length = request.content_length
    if length is not None and length <= MAX_PAYLOAD:
        return request.get_data()  # also where it was read before
    return request.stream.read(MAX_PAYLOAD + 1)
