"""Auth: tenants, sessions and passwords. These calls need no token."""

from __future__ import annotations

from ..._reconcile.declared import Unknown, shown_by
from ..._runtime.secrets import Secret
from ..._words.arguments import Arguments
from ..._words.checks import secret, text
from ..._words.routes import Route
from ...types._common import Message, Response
from ...types._tenants import Login, Registration, TokenPair
from ..resource import AsyncResource

REGISTRATION_TIMEOUT = 120.0  # the server makes a database, which may take a minute

_ARGUMENTS = Arguments(
    name=text,
    email=text,
    company_name=text,
    password=secret,
    new_password=secret,
    token=secret,
    refresh_token=secret,
)


class AsyncAuth(AsyncResource):
    """Register a tenant, log in, and renew tokens and passwords. This needs no token."""

    _needs_token = False

    @shown_by(
        "POST /auth/register", Unknown("only a login shows it, and no password is kept: try one")
    )
    async def register(
        self, *, name: str, email: str, password: str, company_name: str
    ) -> Response[Registration]:
        """Register a tenant; the answer holds its API key and a first session.

        The server makes a database: an attempt may take 120 s unless the client has another
        timeout. A second call is refused: the email is taken.

        Sends `POST /api/auth/register` without a token, and never again once it may have worked.

        Args:
            name: The name of the owner, 2 to 100 characters.
            email: The address to log in with, unique among all tenants.
            password: The password, 8 to 128 characters. It is masked at once, and in no error or
                log.
            company_name: The name of the tenant, 2 to 200 characters.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            ConflictError: The email is taken.

        Example:
            registered = client.auth.register(
                name="Grace Hopper",
                email="grace@example.com",
                password="a long new password",
                company_name="Hopper Ltd",
            ).data
            print(registered.tenant.slug, len(registered.api_key))  # hopper-ltd 72
        """
        masked = Secret(password)
        del password
        body = _ARGUMENTS.body(name=name, email=email, password=masked, company_name=company_name)
        return await self._post(
            Registration,
            Route("/auth/register"),
            body,
            repeat="once",
            timeout=REGISTRATION_TIMEOUT,
        )

    @shown_by(
        "POST /auth/login", Unknown("a login may be repeated: it leaves nothing that matters")
    )
    async def login(self, *, email: str, password: str) -> Response[Login]:
        """Log in; the access token is valid for an hour, the refresh token for a week.

        Sends `POST /api/auth/login` without a token, and never again once it may have worked. It
        may be repeated: it leaves nothing that matters.

        Args:
            email: The address of the tenant.
            password: Its password. It is masked at once, and in no error or log.

        Raises:
            UnauthorizedError: The address or the password is wrong.

        Example:
            login = client.auth.login(email="owner@example.com", password=password).data
            print(login.tenant.name)  # Sandbox
        """
        masked = Secret(password)
        del password
        body = _ARGUMENTS.body(email=email, password=masked)
        return await self._post(Login, Route("/auth/login"), body, repeat="once")

    @shown_by("POST /auth/refresh", Unknown("tokens are not stored: this may be repeated"))
    async def refresh(self, *, refresh_token: str) -> Response[TokenPair]:
        """Get a new pair of tokens; the old ones stay valid until they expire.

        Sends `POST /api/auth/refresh` without a token, and never again once it may have worked. It
        may be repeated: tokens are not stored.

        Args:
            refresh_token: The refresh token of a session, valid for a week.

        Raises:
            UnauthorizedError: The token is wrong or has expired.

        Example:
            tokens = client.auth.refresh(refresh_token=refresh_token).data
            print(tokens)  # TokenPair(access_token='********', refresh_token='********')
        """
        masked = Secret(refresh_token)
        del refresh_token
        body = _ARGUMENTS.body(refresh_token=masked)
        return await self._post(TokenPair, Route("/auth/refresh"), body, repeat="once")

    @shown_by(
        "POST /auth/forgot-password",
        Unknown("an email leaves nothing on the server: it may be repeated"),
    )
    async def forgot_password(self, *, email: str) -> Response[Message]:
        """Send a link to reset the password; the answer is the same for unknown addresses.

        Sends `POST /api/auth/forgot-password` without a token, and never again once it may have
        worked. It may be repeated: an email leaves nothing on the server.

        Args:
            email: The address of the tenant.

        Example:
            sent = client.auth.forgot_password(email="owner@example.com").data
            print(sent.message[:30])  # If an account exists with this
        """
        body = _ARGUMENTS.body(email=email)
        return await self._post(Message, Route("/auth/forgot-password"), body, repeat="once")

    @shown_by(
        "POST /auth/reset-password",
        Unknown("only a login shows it, and no password is kept: try one"),
    )
    async def reset_password(self, *, token: str, new_password: str) -> Response[Message]:
        """Set a new password with the token of the link, valid for an hour.

        Sessions and API keys stay valid. A second call sets the password again while the token is
        valid.

        Sends `POST /api/auth/reset-password` without a token, and never again once it may have
        worked.

        Args:
            token: The token in the link. It is masked at once, and in no error or log.
            new_password: The new password, at least 8 characters. It is masked too.

        Raises:
            BadRequestError: The token is wrong or has expired, or the password is too short.

        Example:
            done = client.auth.reset_password(
                token=reset_token, new_password="a long new password"
            ).data
            print(done.message)  # Password has been reset successfully
        """
        masked_token, masked_password = Secret(token), Secret(new_password)
        del token, new_password
        body = _ARGUMENTS.body(token=masked_token, new_password=masked_password)
        return await self._post(Message, Route("/auth/reset-password"), body, repeat="once")
