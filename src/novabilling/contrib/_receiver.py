"""What all adapters do with a request: check it, and say nothing to a stranger."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Callable, Optional, Protocol, Union

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret
from ..types._webhook_events import AnyWebhookEvent
from ..webhooks import Secrets, verify
from ..webhooks._deliveries import check_tolerance
from ..webhooks._signatures import keys_of

SecretSource = Union[Secrets, Callable[[], Secrets]]
"""The webhook secret, several of them, or a function that returns either, called per request."""

REFUSAL = "invalid webhook delivery"

logger = logging.getLogger("novabilling")


class Headers(Protocol):
    """The headers of any framework: names in any case."""

    def get(self, __name: str) -> Optional[str]: ...


class Receiver:
    """Checks the deliveries to one endpoint."""

    def __init__(self, secret: Secret[Any], tolerance: Union[float, timedelta, None]) -> None:
        if not callable(secret.reveal()):
            keys_of(secret)
        self._secret = secret
        self._tolerance = check_tolerance(tolerance)

    def event(self, body: bytes, headers: Headers) -> AnyWebhookEvent:
        """Return the event of a request; the log says why another is refused."""
        try:
            return verify(
                body,
                headers.get("X-Webhook-Signature"),
                self._current(),
                event_type=headers.get("X-Event-Type"),
                tolerance=self._tolerance,
            )
        except WebhookSignatureError as error:
            kind = {"novabilling_error": type(error).__name__}
            logger.warning("a webhook delivery was refused: %s", error, extra=kind)
            raise

    def _current(self) -> Secrets:
        if callable(self._secret.reveal()):
            return self._secret.reveal()()  # type: ignore[no-any-return]
        return self._secret.reveal()  # type: ignore[no-any-return]
