"""The Python SDK for NovaBilling."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from ._errors import (
    APIConnectionError,
    APIStatusError,
    BadRequestError,
    ClientClosedError,
    ConflictError,
    FieldError,
    ForbiddenError,
    NotFoundError,
    NovaBillingError,
    NovaBillingTimeoutError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    UnauthorizedError,
    UnprocessableEntityError,
    WebhookSignatureError,
)
from ._hooks import AttemptInfo
from ._version import __version__
from ._warnings import NovaBillingWarning

if TYPE_CHECKING:
    from ._async.client import AsyncNovaBilling
    from ._sync.client import NovaBilling

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "AsyncNovaBilling",
    "AttemptInfo",
    "BadRequestError",
    "ClientClosedError",
    "ConflictError",
    "FieldError",
    "ForbiddenError",
    "NotFoundError",
    "NovaBilling",
    "NovaBillingError",
    "NovaBillingTimeoutError",
    "NovaBillingWarning",
    "RateLimitError",
    "ResponseDecodeError",
    "ServerError",
    "UnauthorizedError",
    "UnprocessableEntityError",
    "WebhookSignatureError",
    "__version__",
]

_CLIENTS = {"AsyncNovaBilling": "._async.client", "NovaBilling": "._sync.client"}


def __getattr__(name: str) -> Any:
    # Each client is imported when it is asked for: nobody needs both to start.
    if name not in _CLIENTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    client = getattr(import_module(_CLIENTS[name], __name__), name)
    client.__module__ = __name__
    globals()[name] = client
    return client


def __dir__() -> List[str]:
    return __all__


for _name in __all__:  # tracebacks show the public names
    if isinstance(globals().get(_name), type):
        globals()[_name].__module__ = __name__
