"""Signatures of webhook deliveries, and the secrets that make them."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any, List, Sequence

from .._call.errors import WebhookSignatureError
from .._runtime.secrets import Secret

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_is_signature = re.compile(r"[0-9a-f]{64}").fullmatch


def keys_of(secret: Secret[Any]) -> List[Secret[str]]:
    """Return each of the secrets that were given, or refuse what can never be one."""
    # No secret stands in a local variable: an error shows those to some loggers.
    keys = [key_of(secret)] if _is_one(secret) else _all(secret)
    if not keys:
        raise ValueError("secret is an empty list: give the webhook secret")
    return keys


def _is_one(secret: Secret[Any]) -> bool:
    return isinstance(secret.reveal(), (str, bytes)) or not isinstance(secret.reveal(), Sequence)


def _all(secret: Secret[Any]) -> List[Secret[str]]:
    return [key_of(Secret(secret.reveal()[place])) for place in range(len(secret.reveal()))]


def key_of(secret: Secret[Any]) -> Secret[str]:
    """Return one secret, or refuse what can never be one."""
    if secret.reveal() is not None and not isinstance(secret.reveal(), str):
        kind = type(secret.reveal()).__name__
        raise TypeError(f"secret must be a str, or for verify a list of them, not {kind}")
    if not (secret.reveal() or "").strip():
        raise ValueError("secret is empty: give the webhook secret, as webhooks.list() shows it")
    if _CONTROL.search(secret.reveal()) or secret.reveal() != secret.reveal().strip():
        raise ValueError(
            "secret must not begin or end with a space, or hold control characters "
            "(is there a line break at its end?)"
        )
    return secret


def digest_in(signature: object) -> bytes:
    """Read the digest in a signature header."""
    if not signature:
        raise WebhookSignatureError("there is no signature: is it the X-Webhook-Signature header?")
    if isinstance(signature, bytes):
        signature = signature.decode("latin-1")
    if not isinstance(signature, str) or not _is_signature(signature):
        raise WebhookSignatureError("the signature is malformed: it is 64 lower-case hex digits")
    return bytes.fromhex(signature)


def digest(body: bytes, key: Secret[str]) -> bytes:
    """Return the digest that the server signs a body with."""
    return hmac.new(key.reveal().encode("utf-8", "surrogatepass"), body, hashlib.sha256).digest()


def matches(body: bytes, given: bytes, keys: List[Secret[str]]) -> bool:
    """Say whether a digest is that of the body with one of the secrets."""
    # All are compared, without stopping at the first: the time taken says nothing.
    return bool(sum(hmac.compare_digest(digest(body, key), given) for key in keys))
