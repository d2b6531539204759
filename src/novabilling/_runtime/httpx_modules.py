"""The two modules that a user's client may be of: httpx itself, and httpx2.

httpx2 is never imported here: who passes a client of it has done so, or it stands in for httpx.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Protocol, Tuple, Union

from .lazy_httpx import httpx, is_known

if TYPE_CHECKING:
    from http.cookiejar import CookieJar


class OperationTimeouts(Protocol):
    """An `httpx2.Timeout`, for type checkers that do not find it."""

    def as_dict(self) -> Dict[str, Optional[float]]: ...


class _Client(Protocol):
    @property
    def is_closed(self) -> bool: ...

    @property
    def event_hooks(self) -> Dict[str, List[Callable[..., Any]]]: ...


class AsyncHttpx2Client(_Client, Protocol):
    """An `httpx2.AsyncClient`, for type checkers that do not find it."""

    async def aclose(self) -> None: ...


class Httpx2Client(_Client, Protocol):
    """An `httpx2.Client`, for type checkers that do not find it."""

    def close(self) -> None: ...


AsyncHttpClient = Union["httpx.AsyncClient", AsyncHttpx2Client]
HttpClient = Union["httpx.Client", Httpx2Client]


def classes(*names: str) -> Tuple[Any, ...]:
    """Return the classes of these names, from httpx and httpx2 as far as they were imported."""
    modules = (sys.modules.get("httpx"), sys.modules.get("httpx2"))
    # Another thread may be in the middle of importing it.
    return tuple(
        getattr(m, name) for m in modules if is_known(m) for name in names if hasattr(m, name)
    )


def protocol_errors() -> Tuple[Any, ...]:
    """Return what h11 raises in a transport of the user's that speaks by it, if it was imported."""
    error = getattr(sys.modules.get("h11"), "ProtocolError", None)
    return () if error is None else (error,)


def httpx_module_of(client: object) -> Any:
    """Return the module whose requests and answers a client takes and gives."""
    return httpx if isinstance(client, (httpx.Client, httpx.AsyncClient)) else sys.modules["httpx2"]


def no_cookies() -> CookieJar:
    """Make a cookie jar that keeps nothing."""
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
