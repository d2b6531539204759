"""The Python SDK for NovaBilling."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import (
    TYPE_CHECKING,
    Any,
    List,
    Optional,  # noqa: F401  # pyright: ignore[reportUnusedImport]  # `help` evaluates it here
)

from ._call.errors import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    ClientClosedError,
    ConflictError,
    FieldError,
    ForbiddenError,
    MissingTokenError,
    NotFoundError,
    NovaBillingError,
    NovaBillingTimeoutError,
    NovaBillingWarning,
    OutboxError,
    OutboxFullError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    UnauthorizedError,
    UnprocessableEntityError,
    WebhookSignatureError,
)
from ._call.hooks import AttemptInfo
from ._version import __version__

if TYPE_CHECKING:
    from ._async.client import AsyncNovaBilling
    from ._call.records import TrackedCalls
    from ._login.session import LoginSession
    from ._reconcile.outcome import Outcome
    from ._reconcile.record import CallRecord
    from ._sync.client import NovaBilling

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "AsyncNovaBilling",
    "AttemptInfo",
    "BadRequestError",
    "CallRecord",
    "ClientClosedError",
    "ConflictError",
    "FieldError",
    "ForbiddenError",
    "LoginSession",
    "MissingTokenError",
    "NotFoundError",
    "NovaBilling",
    "NovaBillingError",
    "NovaBillingTimeoutError",
    "NovaBillingWarning",
    "OutboxError",
    "OutboxFullError",
    "Outcome",
    "RateLimitError",
    "ResponseDecodeError",
    "ServerError",
    "TrackedCalls",
    "UnauthorizedError",
    "UnprocessableEntityError",
    "WebhookSignatureError",
    "__version__",
]

_LAZY = {
    "AsyncNovaBilling": "._async.client",
    "CallRecord": "._reconcile.record",
    "LoginSession": "._login.session",
    "NovaBilling": "._sync.client",
    "Outcome": "._reconcile.outcome",
    "TrackedCalls": "._call.records",
}


def __getattr__(name: str) -> Any:
    # Each is imported when it is asked for: nobody needs both clients to start.
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_LAZY[name], __name__), name)
    found.__module__ = __name__
    globals()[name] = found
    return found


def __dir__() -> List[str]:
    return __all__


for _name in __all__:  # tracebacks show the public names
    if isinstance(globals().get(_name), type):
        globals()[_name].__module__ = __name__

for _name in ("errors", "hooks"):  # where pickles made before 0.1.0 look for them
    sys.modules[f"{__name__}._{_name}"] = sys.modules[f"{__name__}._call.{_name}"]
