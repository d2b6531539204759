"""The TLS settings that all clients share."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache

import httpx


def tls_context() -> ssl.SSLContext:
    """Return the context by httpx's conventions: certifi's roots, or SSL_CERT_FILE or _DIR."""
    return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _context(file: object, folder: object) -> ssl.SSLContext:  # noqa: ARG001  # httpx reads them
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
