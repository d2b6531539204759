"""API keys of the tenant."""

from __future__ import annotations

from typing import Optional, Sequence

from msgspec import UNSET

from ..._reconcile.declared import Gone, Made, shown_by
from ..._words.arguments import Arguments
from ..._words.checks import Date, Omittable, plain, text, timestamp
from ..._words.routes import Route
from ...types._common import Message, PaginatedResponse, Response
from ...types._tenants import ApiKey
from ..resource import AsyncResource

_ARGUMENTS = Arguments(name=text, expires_at=timestamp, scopes=plain)


class AsyncApiKeys(AsyncResource):
    """List, create and delete API keys. This needs a login token."""

    _login_only = True

    async def list(self) -> PaginatedResponse[ApiKey]:
        """List the keys, the newest first; each shows only its last four characters.

        The key of the registration is not among them.

        Sends `GET /api/tenants/me/api-keys` with a login token, and again after failures that may
        pass.

        Example:
            page = client.api_keys.list()
            for key in page:
                print(key.name, key.scopes)  # Reports ['read']
        """
        return await self._list(ApiKey, Route("/tenants/me/api-keys"))

    @shown_by("POST /tenants/me/api-keys", Made("/tenants/me/api-keys", ApiKey))
    async def create(
        self, *, name: str, scopes: Sequence[str], expires_at: Omittable[Optional[Date]] = UNSET
    ) -> Response[ApiKey]:
        """Create a key; only this answer shows it whole.

        Sends `POST /api/tenants/me/api-keys` with a login token, and never again once it may have
        worked. A repeat makes another one.

        Args:
            name: What it is for; it need not be unique.
            scopes: What it may do, as texts. The 1.0 server stores them and does not enforce them.
            expires_at: When it expires; a date is midnight UTC. None or unset is never.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.

        Example:
            key = client.api_keys.create(
                name="Importer", scopes=["read", "write"], expires_at="2026-12-31"
            ).data
            print(key.key[:8], key.expires_at.date())  # sk_live_ 2026-12-31
        """
        body = _ARGUMENTS.body(name=name, scopes=scopes, expires_at=expires_at)
        return await self._post(
            ApiKey, Route("/tenants/me/api-keys"), body, repeat="once", keys_first=True
        )

    @shown_by("DELETE /tenants/me/api-keys/{api_key_id}", Gone("/tenants/me/api-keys", inside="."))
    async def delete(self, api_key_id: str) -> Response[Message]:
        """Delete a key: from now on it is refused.

        Sends `DELETE /api/tenants/me/api-keys/{api_key_id}` with a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            api_key_id: The id that the server gave the key, not the key itself.

        Raises:
            NotFoundError: There is no such key.

        Example:
            deleted = client.api_keys.delete(api_key_id).data
            print(deleted.message)  # API key deleted successfully
        """
        return await self._delete(Route("/tenants/me/api-keys/{api_key_id}", api_key_id))

    async def revoke(self, api_key_id: str) -> Response[Message]:
        """Delete a key: a second name of `delete`.

        Sends `DELETE /api/tenants/me/api-keys/{api_key_id}` with a login token, and again after
        failures that may pass. A repeat raises `NotFoundError`: it is gone.

        Args:
            api_key_id: The id that the server gave the key, not the key itself.

        Raises:
            NotFoundError: There is no such key.

        Example:
            deleted = client.api_keys.revoke(api_key_id).data
            print(deleted.message)  # API key deleted successfully
        """
        return await self.delete(api_key_id)
