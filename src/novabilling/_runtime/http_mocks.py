"""Whether a mock stands in for the transports of httpx at the moment.

A mock is known by the module in which the code of the patched function was written; what traces
requests patches the same places, and is none.
"""

from __future__ import annotations

import sys
from typing import Any, Iterator, List, Mapping, Tuple, cast

_MOCKS = frozenset({"pytest_httpx", "respx", "unittest", "vcr"})
_PLACES = (
    ("httpx", "HTTPTransport", "handle_request"),
    ("httpx", "AsyncHTTPTransport", "handle_async_request"),
    ("httpx", "Client", "_transport_for_url"),
    ("httpx", "AsyncClient", "_transport_for_url"),
    ("httpx", "Client", "_send_single_request"),
    ("httpx", "AsyncClient", "_send_single_request"),
    ("httpx", "Client", "send"),
    ("httpx", "AsyncClient", "send"),
    ("httpcore", "ConnectionPool", "handle_request"),
    ("httpcore", "AsyncConnectionPool", "handle_async_request"),
    ("httpcore", "HTTPConnection", "handle_request"),
    ("httpcore", "AsyncHTTPConnection", "handle_async_request"),
)

_Found = Tuple[Mapping[str, Any], str, Any]
"""Attributes, a name, and what was found there."""

_seen: Tuple[List[_Found], bool] = ([], False)
"""What the last look found, and its verdict."""


def httpx_is_mocked() -> bool:
    """Say so; in a program that has loaded no library of mocks this looks up a few names."""
    loaded = sys.modules
    if not (
        "respx" in loaded
        or "pytest_httpx" in loaded
        or "vcr" in loaded
        or "unittest.mock" in loaded
    ):
        return False
    return "httpx" in loaded and _one_is_a_mock()


def _one_is_a_mock() -> bool:
    global _seen
    found, verdict = _seen
    for attributes, name, function in found:
        if attributes.get(name) is not function:
            break
    else:
        if found:
            return verdict
    found = [entry for place in _PLACES for entry in _look(*place)]
    verdict = any(_is_mock(function) for _, _, function in found)
    _seen = (found, verdict)
    return verdict


def _look(module: str, of: str, name: str) -> Iterator[_Found]:
    # Another thread may be in the middle of importing it.
    if module not in sys.modules:
        yield sys.modules, module, None
        return
    attributes: Mapping[str, Any] = vars(sys.modules[module])
    found = attributes.get(of)
    yield attributes, of, found  # the whole class may be a mock
    if isinstance(found, type):
        inner = cast("Mapping[str, Any]", vars(found))
        yield inner, name, inner.get(name)


def _is_mock(function: Any) -> bool:
    """Look through what wraps it: a mock may have been there before what traces requests."""
    for _ in range(20):
        written_in: Any = getattr(function, "__globals__", {})
        # A stand-in with the signature of what it replaces has its mock beside it.
        stand_in = getattr(function, "__dict__", {}).get("mock")
        for module in (
            type(function).__module__,
            type(stand_in).__module__,
            written_in.get("__name__"),
        ):
            if str(module).partition(".")[0] in _MOCKS:
                return True
        function = getattr(function, "__wrapped__", None)
        if function is None:
            break
    return False
