"""The same scripted server behind a client of httpx or of httpx2."""

from __future__ import annotations

from typing import Any, Callable

import httpx


def mock_transport(family: Any, handler: Callable[[Any], httpx.Response]) -> Any:
    """Make a transport of a family; what the handler raises becomes an error of the family."""

    def handle(request: Any) -> Any:
        try:
            answer = handler(request)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise getattr(family, type(exc).__name__)(str(exc)) from None
        content = b"".join(answer.stream)  # as it was sent: it may be compressed
        return family.Response(answer.status_code, headers=answer.headers.raw, content=content)

    return family.MockTransport(handle)
