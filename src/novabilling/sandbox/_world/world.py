"""Everything one server holds: tenants with keys and databases, tokens, files, time, limits."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from typing import Any, Callable, Dict, List, Mapping, Optional

from .._errors import HttpError, unauthorized
from .._javascript import values as js
from .._javascript.values import Row
from .._store.clock import Chance, Clock, Seed, base36
from .._store.database import Database
from .._store.schema import CENTRAL, MODELS
from .._store.shared import Shared
from .deliveries import Outbox
from .faults import Faults
from .jobs import Jobs
from .pdf import InvoiceDocument
from .rate_limit import RateLimit
from .tokens import Signer

_PARTS = ("clock", "rate_limit", "signer", "central", "faults", "outbox", "jobs")


class World:
    """The state behind a sandbox. Tenants see nothing of each other."""

    def __init__(
        self,
        read_clock: Optional[Callable[[], datetime]],
        rate_limit: Optional[int] = None,
        seed: Optional[Seed] = None,
    ) -> None:
        self._chance = Chance(seed)
        self.clock: Clock = Clock(read_clock, self._chance)
        self.rate_limit: RateLimit = RateLimit(rate_limit)
        self.signer: Signer = Signer(self._chance.secret().encode())
        self.central: Database = Database(CENTRAL, self.clock, "this.centralPrisma.client")
        self.databases: Dict[str, Database] = {}
        self.faults: Faults = Faults()
        self.outbox: Outbox = Outbox()
        self.jobs: Jobs = Jobs()
        self.reset_tokens: Dict[str, str] = {}
        self._uploads: Shared[Dict[str, InvoiceDocument]] = Shared({})
        self._passwords: Dict[str, bytes] = {}
        self._started = self.clock.now()

    def save(self) -> Callable[[], None]:
        """Return a function that brings all of this back, as often as it is called."""
        plain = ("databases", "reset_tokens", "_passwords")
        dicts: Dict[str, Dict[str, Any]] = {name: dict(getattr(self, name)) for name in plain}
        restores: List[Callable[[], None]] = [
            self._chance.save(),
            self.clock.save(),
            self.rate_limit.save(),
            self.faults.save(),
            self.outbox.save(),
            self.jobs.save(),
            self._uploads.save(),
            self.central.save(),
            *(database.save() for database in self.databases.values()),
        ]

        def restore() -> None:
            for name, saved in dicts.items():
                setattr(self, name, dict(saved))
            for restore_part in restores:
                restore_part()

        return restore

    def dump(self) -> Dict[str, Any]:
        """Return all of this but what it was made with, for `load()` in another process."""
        return {
            **{name: getattr(self, name).dump() for name in _PARTS},
            "chance": self._chance.dump(),
            "databases": {name: database.dump() for name, database in self.databases.items()},
            "reset_tokens": self.reset_tokens,
            "uploads": {name: tuple(file) for name, file in self._uploads.value.items()},
            "passwords": self._passwords,
            "started": self._started,
        }

    def load(self, dumped: Dict[str, Any]) -> None:
        """Go on from what `dump()` has returned."""
        for name in _PARTS:
            getattr(self, name).load(dumped[name])
        self._chance.load(dumped["chance"])
        self.databases = {name: Database(MODELS, self.clock) for name in dumped["databases"]}
        for name, database in self.databases.items():
            database.load(dumped["databases"][name])
        self.reset_tokens = dumped["reset_tokens"]
        files = {name: InvoiceDocument(*file) for name, file in dumped["uploads"].items()}
        self._uploads.own().clear()
        self._uploads.own().update(files)
        self._passwords = dumped["passwords"]
        self._started = dumped["started"]

    def upload(self, name: str) -> Optional[InvoiceDocument]:
        """Return a file that everybody may read."""
        return self._uploads.value.get(name)

    def keep_upload(self, name: str, document: InvoiceDocument) -> None:
        self._uploads.own()[name] = document

    def notify(self, tenant_id: str, event: str, data: Row) -> None:
        """Tell a tenant that has a webhook of an event."""
        self.outbox.add(self.central["tenant"].rows[tenant_id], event, data, self.clock.now())

    def create_tenant(self, company: str, owner: str, email: str, password: str) -> Row:
        tenant = self.central["tenant"].create(
            {
                "name": company,
                "slug": self._slug(company),
                "email": email,
                "apiKey": self.new_api_key(),
                "webhookSecret": self._chance.secret(),
                "settings": {"ownerName": owner},
            }
        )
        self.databases[tenant["id"]] = Database(MODELS, self.clock)
        self.set_password(tenant, password)
        return tenant

    def new_api_key(self) -> str:
        return f"sk_live_{self._chance.secret()}"

    def uptime(self) -> float:
        return (self.clock.now() - self._started).total_seconds()

    def set_password(self, tenant: Row, password: str) -> None:
        self._passwords[tenant["id"]] = _digest(tenant, password)

    def has_password(self, tenant: Row, password: str) -> bool:
        return secrets.compare_digest(self._passwords[tenant["id"]], _digest(tenant, password))

    def _slug(self, company: str) -> str:
        # What is neither letter, digit, space nor hyphen is left out; the ends are not trimmed.
        slug = re.sub(rf"[^a-z0-9{js.SPACE}-]", "", company.lower())
        slug = re.sub(rf"[{js.SPACE}-]+", "-", slug)
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

    def check_token(self, headers: Mapping[str, str]) -> None:
        """Stand as the first guard of the JWT-only routes: any case of "Bearer" will do."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.tenant_of_token("access", token.strip()):
            raise unauthorized("Unauthorized")

    def authenticate(self, headers: Mapping[str, str]) -> Row:
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
        key = self.central["apiKey"].with_key("key", token)
        if not key:
            return self.central["tenant"].with_key("apiKey", token)
        now = self.clock.now()
        if key["expiresAt"] and key["expiresAt"] < now:
            raise HttpError(401, "API key has expired")
        self.central["apiKey"].update(key["id"], {"lastUsed": now})
        return self.central["tenant"].rows[key["tenantId"]]


def _digest(tenant: Row, password: str) -> bytes:
    return hashlib.sha256(f"{tenant['id']}:{password}".encode("utf-8", "replace")).digest()
