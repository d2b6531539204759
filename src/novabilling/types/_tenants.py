"""The account that the token belongs to, its keys and its sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Dict, List, Optional, Tuple

from .._runtime.secrets import masked_fields, masked_repr
from .._words.fields import Model, Timestamp, check_amounts


class Tenant(Model, frozen=True, kw_only=True):
    """A NovaBilling account. Its key and webhook secret are masked in the repr."""

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("api_key", "webhook_secret")

    id: str
    name: str
    slug: str
    email: str
    is_active: bool
    created_at: Timestamp
    updated_at: Timestamp
    api_key: Optional[str] = None
    webhook_url: Optional[str] = None
    webhook_secret: Optional[str] = None
    settings: Optional[Dict[str, Any]] = None
    last_login_at: Optional[Timestamp] = None

    def __repr__(self) -> str:
        return masked_repr(self)

    def __rich_repr__(self) -> List[Tuple[str, Any]]:
        return masked_fields(self, *self.__secret_fields__)


class TenantUsage(Model, frozen=True, kw_only=True):
    """What a tenant holds; `total_revenue` adds up all currencies as if they were one."""

    customers: int
    active_subscriptions: int
    total_invoices: int
    total_revenue: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.total_revenue)


class ApiKey(Model, frozen=True, kw_only=True):
    """An API key. Only `api_keys.create` shows it whole; lists show its last four characters."""

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("key",)

    id: str
    key: str
    name: str
    scopes: List[str]
    created_at: Timestamp
    last_used: Optional[Timestamp] = None
    expires_at: Optional[Timestamp] = None

    def __repr__(self) -> str:
        return masked_repr(self)

    def __rich_repr__(self) -> List[Tuple[str, Any]]:
        return masked_fields(self, *self.__secret_fields__)


class TokenPair(Model, frozen=True, kw_only=True):
    """A login token (valid for an hour) and the token that renews it (for a week)."""

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("access_token", "refresh_token")

    access_token: str
    refresh_token: str

    def __repr__(self) -> str:
        return masked_repr(self)

    def __rich_repr__(self) -> List[Tuple[str, Any]]:
        return masked_fields(self, *self.__secret_fields__)


class Login(TokenPair, frozen=True, kw_only=True):
    """A tenant and the tokens of a new session."""

    tenant: Tenant


class Registration(Login, frozen=True, kw_only=True):
    """A new tenant with its first session and its API key."""

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("access_token", "refresh_token", "api_key")

    api_key: str
