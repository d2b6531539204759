"""Everything one server holds: tenants with keys and databases, tokens, files, time, limits."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from typing import Callable, Dict, Optional

import httpx

from ._database import Clock, Database, base36
from ._errors import HttpError, unauthorized
from ._javascript import Row
from ._pdf import InvoiceDocument
from ._rate_limit import RateLimit
from ._schema import CENTRAL, MODELS
from ._tokens import Signer, new_api_key


class World:
    """The state behind a sandbox. Tenants see nothing of each other."""

    def __init__(self, read_clock: Callable[[], datetime], rate_limit: Optional[int]) -> None:
        self.clock = Clock(read_clock)
        self.rate_limit = RateLimit(rate_limit)
        self.signer = Signer()
        self.central = Database(CENTRAL, self.clock, "this.centralPrisma.client")
        self.databases: Dict[str, Database] = {}
        self.reset_tokens: Dict[str, str] = {}
        self.uploads: Dict[str, InvoiceDocument] = {}
        self._passwords: Dict[str, bytes] = {}
        self._started = self.clock.now()

    def create_tenant(self, company: str, owner: str, email: str, password: str) -> Row:
        tenant = self.central["tenant"].create(
            {
                "name": company,
                "slug": self._slug(company),
                "email": email,
                "apiKey": new_api_key(),
                "webhookSecret": secrets.token_hex(32),
                "settings": {"ownerName": owner},
            }
        )
        self.databases[tenant["id"]] = Database(MODELS, self.clock)
        self.set_password(tenant, password)
        return tenant

    def uptime(self) -> float:
        return (self.clock.now() - self._started).total_seconds()

    def set_password(self, tenant: Row, password: str) -> None:
        self._passwords[tenant["id"]] = _digest(tenant, password)

    def has_password(self, tenant: Row, password: str) -> bool:
        return secrets.compare_digest(self._passwords[tenant["id"]], _digest(tenant, password))

    def _slug(self, company: str) -> str:
        slug = re.sub("[^a-z0-9]+", "-", company.lower()).strip("-")
        if self.central["tenant"].first(slug=slug):
            milliseconds = int(self.clock.now().timestamp() * 1000)
            slug = f"{slug}-{base36(milliseconds)}"
        return slug

    def tokens(self, tenant: Row) -> Row:
        """Issue a pair of login tokens."""
        now = self.clock.now()
        return {
            "accessToken": self.signer.issue("access", tenant, now),
            "refreshToken": self.signer.issue("refresh", tenant, now),
        }

    def tenant_of_token(self, kind: str, token: str) -> Optional[Row]:
        tenant_id = self.signer.tenant_id(kind, token, self.clock.now())
        return self.central["tenant"].rows.get(tenant_id) if tenant_id else None

    def check_token(self, headers: httpx.Headers) -> None:
        """Stand as the first guard of the JWT-only routes: any case of "Bearer" will do."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.tenant_of_token("access", token.strip()):
            raise unauthorized("Unauthorized")

    def authenticate(self, headers: httpx.Headers) -> Row:
        """Guard the routes with credentials: an API key or a JWT, "Bearer " optional."""
        value = headers.get("authorization", "")
        if not value:
            raise unauthorized("Missing Authorization header")
        token = value[len("Bearer ") :] if value.startswith("Bearer ") else value
        tenant = self._tenant_of_key(token) or self.tenant_of_token("access", token)
        if not tenant:
            raise unauthorized("Invalid credentials")
        return tenant

    def _tenant_of_key(self, token: str) -> Optional[Row]:
        if not token.startswith("sk_"):
            return None
        key = self.central["apiKey"].first(key=token)
        if not key:
            return self.central["tenant"].first(apiKey=token)
        now = self.clock.now()
        if key["expiresAt"] and key["expiresAt"] < now:
            raise HttpError(401, "API key has expired")
        self.central["apiKey"].update(key["id"], {"lastUsed": now})
        return self.central["tenant"].rows[key["tenantId"]]


def _digest(tenant: Row, password: str) -> bytes:
    return hashlib.sha256(f"{tenant['id']}:{password}".encode("utf-8", "replace")).digest()
