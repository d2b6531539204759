"""The account that the token belongs to, its keys and its sessions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, Dict, List, Optional, Tuple

from .._runtime.secrets import masked_fields, masked_repr
from .._words.fields import Model, Timestamp, check_amounts


class Tenant(Model, frozen=True, kw_only=True):
    """A NovaBilling account. Its key and webhook secret are masked in the repr.

    Attributes:
        id: The id that the server gave it.
        name: Its name.
        slug: Its name in lower case, as for addresses.
        email: The address to log in with.
        is_active: Whether it may be used.
        created_at: When it was registered, in UTC.
        updated_at: When it was last changed, in UTC.
        api_key: The key of the registration; None in the answer to an update.
        webhook_url: Where events are sent; None if nowhere.
        webhook_secret: What deliveries are signed with; None in the answer to an update.
        settings: Settings, which `update_me` merges key by key.
        last_login_at: When somebody last logged in, in UTC; in the answer to a login, the login
            before it. None if never.
    """

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
    """What a tenant holds.

    Attributes:
        customers: How many customers there are.
        active_subscriptions: How many subscriptions are active.
        total_invoices: How many invoices there are, whatever their status.
        total_revenue: The sum of paid invoices, all currencies added up as if they were one.
    """

    customers: int
    active_subscriptions: int
    total_invoices: int
    total_revenue: Decimal

    def __post_init__(self) -> None:
        check_amounts(self.total_revenue)


class ApiKey(Model, frozen=True, kw_only=True):
    """An API key, masked in the repr.

    Attributes:
        id: The id that `delete` takes.
        key: The key itself, whole in the answer to `create` alone; lists show its last four
            characters.
        name: What it is for.
        scopes: What it may do; the 1.0 server does not enforce them.
        created_at: When it was created, in UTC.
        last_used: When it was last used, in UTC; None if never, and in the answer to `create`.
        expires_at: When it expires, in UTC; None for never.
    """

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
    """A login token and the token that renews it.

    Attributes:
        access_token: The login token, valid for an hour.
        refresh_token: What `refresh` takes, valid for a week.
    """

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("access_token", "refresh_token")

    access_token: str
    refresh_token: str

    def __repr__(self) -> str:
        return masked_repr(self)

    def __rich_repr__(self) -> List[Tuple[str, Any]]:
        return masked_fields(self, *self.__secret_fields__)


class Login(TokenPair, frozen=True, kw_only=True):
    """A tenant and the tokens of a new session.

    Attributes:
        tenant: Whose session it is.
    """

    tenant: Tenant


class Registration(Login, frozen=True, kw_only=True):
    """A new tenant with its first session and its API key.

    Attributes:
        api_key: The API key of the tenant, which does not expire and cannot be deleted.
    """

    __secret_fields__: ClassVar[Tuple[str, ...]] = ("access_token", "refresh_token", "api_key")

    api_key: str
