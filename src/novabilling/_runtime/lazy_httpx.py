"""httpx, loaded when something of it is first used: most calls need nothing of it.

httpx 1.0 is another library of that name. Beside it, or without httpx, httpx2 takes its place.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx as httpx
else:

    class _Lazy:
        def __getattr__(self, name: str) -> Any:
            try:
                import httpx
            except ModuleNotFoundError as exc:
                if exc.name != "httpx":
                    raise
                return getattr(_in_its_place("no httpx is installed"), name)
            if is_known(httpx):
                return getattr(httpx, name)
            return getattr(_in_its_place(f"httpx {httpx.__version__} is another library"), name)

    httpx = _Lazy()


def is_known(module: object) -> bool:
    """Say whether a module is httpx as this SDK knows it, or httpx2."""
    return hasattr(module, "AsyncClient")


def _in_its_place(problem: str) -> Any:
    try:
        return import_module("httpx2")
    except ModuleNotFoundError as exc:
        if exc.name != "httpx2":
            raise
    raise ImportError(
        f'novabilling needs httpx 0.28, and {problem}: pip install "httpx>=0.28,<0.29", or where '
        "that is not possible pip install httpx2 (Python 3.11 and newer)",
        name="httpx",
    )


@lru_cache(maxsize=None)
def check_httpx() -> None:
    """Raise an ImportError now rather than where the answer to a call has come.

    It loads httpx only where the files say that it may not be the one that this SDK knows.
    """
    if "httpx" not in sys.modules:
        spec = PathFinder.find_spec("httpx")
        origin = spec and spec.origin
        if origin and os.path.isdir(os.path.join(os.path.dirname(origin), "_transports")):
            return
    httpx.AsyncClient  # noqa: B018
