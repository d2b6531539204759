"""JSON Web Tokens (HS256): signed, read and checked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Optional

from .._javascript.values import Row, as_object

LIFETIMES = {"access": 3600, "refresh": 604800, "reset": 3600}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Signer:
    """Signs and checks the tokens of one server."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def issue(self, kind: str, tenant: Row, now: datetime) -> str:
        """Tokens of the same kind made in the same second are equal."""
        issued = int(now.timestamp())
        claims = {"sub": tenant["id"], "email": tenant["email"], "type": kind}
        claims.update(iat=issued, exp=issued + LIFETIMES[kind])
        header = {"alg": "HS256", "typ": "JWT"}
        parts = [json.dumps(part, separators=(",", ":")).encode() for part in (header, claims)]
        signed = ".".join(map(_encode, parts))
        return f"{signed}.{self._sign(signed)}"

    def tenant_id(self, kind: str, token: str, now: datetime) -> Optional[str]:
        """Whom a token of this kind names; None if it is not one, or not any more."""
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(
            self._sign(signed).encode(), signature.encode("utf-8", "replace")
        ):
            return None
        claims = as_object(json.loads(_decode(signed.partition(".")[2])))
        if claims["type"] != kind or claims["exp"] <= now.timestamp():
            return None
        return str(claims["sub"])

    def dump(self) -> str:
        """Return the secret: it is written down with what it has signed, for its owner alone."""
        return self._secret.decode()

    def load(self, dumped: str) -> None:
        self._secret = dumped.encode()

    def _sign(self, text: str) -> str:
        digest = hmac.new(self._secret, text.encode("utf-8", "replace"), hashlib.sha256).digest()
        return _encode(digest)
