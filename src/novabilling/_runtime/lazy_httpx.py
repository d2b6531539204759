"""httpx, loaded when something of it is first used: most calls need nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx as httpx
else:

    class _Lazy:
        def __getattr__(self, name: str) -> Any:
            import httpx

            return getattr(httpx, name)

    httpx = _Lazy()
