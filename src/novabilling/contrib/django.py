"""Webhook deliveries in Django: a decorator of views.

    @webhook_view(lambda: settings.NOVABILLING_WEBHOOK_SECRET)
    def deliver(request, event):
        ...
        return HttpResponse(status=204)

This needs `novabilling[django]`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import wraps
from typing import Any, Callable, TypeVar, Union

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBadRequest

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret
from ..types._webhook_events import AnyWebhookEvent
from ..webhooks import DEFAULT_TOLERANCE
from ._receiver import REFUSAL, Receiver, SecretSource

R = TypeVar("R")


def webhook_view(
    secret: SecretSource, *, tolerance: Union[float, timedelta, None] = DEFAULT_TOLERANCE
) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Make a decorator of views, sync or async, that take the request and a verified event.

    Anything else is answered with 400; the log says why. The view needs no CSRF token. Django's
    `DATA_UPLOAD_MAX_MEMORY_SIZE` bounds what is read.

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
        def receive(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            found = _event_or_refusal(receiver, request)
            if isinstance(found, HttpResponseBadRequest):
                return found
            return view(request, found, *args, **kwargs)

        @wraps(view)
        async def receive_async(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            found = _event_or_refusal(receiver, request)
            if isinstance(found, HttpResponseBadRequest):
                return found
            coroutine: Any = view(request, found, *args, **kwargs)
            return await coroutine

        wrapped: Any = receive_async if iscoroutinefunction(view) else receive
        wrapped.csrf_exempt = True
        return wrapped  # type: ignore[no-any-return]

    return decorate


def _event_or_refusal(
    receiver: Receiver, request: HttpRequest
) -> Union[AnyWebhookEvent, HttpResponseBadRequest]:
    try:
        return receiver.event(request.body, request.headers)
    except WebhookSignatureError:
        return HttpResponseBadRequest(REFUSAL, content_type="text/plain")
